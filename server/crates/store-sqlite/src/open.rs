//! Opening the file: its version, its migrations, its connections.

use std::{path::Path, sync::Arc, time::Duration};

use sqlx::{
    Connection,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous},
};

use crate::{error::Error, lane::Lanes, transaction::LastTail};

static MIGRATIONS: Migrator = sqlx::migrate!("../../../migrations/sqlite");

/// SQLite before this version can damage a file in WAL mode that two connections use (fixed in 3.51.3).
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Different statements of this crate, each prepared once a connection.
const STATEMENTS: usize = 256;

/// How durable a commit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// A commit survives the loss of power.
    #[default]
    Full,
    /// A commit survives the end of the process; a loss of power may take the last ones.
    Normal,
}

/// How the file is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// How durable a commit is.
    pub synchronous: Synchronous,
    /// Connections that read beside the writer; at least 1.
    pub readers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { synchronous: Synchronous::Full, readers: 4 }
    }
}

/// Why the file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The linked SQLite has a bug that damages files.
    #[error("SQLite {0} is too old: 3.51.3 or later is needed")]
    SqliteTooOld(String),
    /// A later version of the program has changed the file.
    #[error(
        "the database is at migration {database}, and this program knows migrations only up to {known}: use the newer program"
    )]
    NewerDatabase {
        /// The last migration of the file.
        database: i64,
        /// The last migration of this program.
        known: i64,
    },
    /// A migration failed, or the file has others than this program.
    #[error("the database could not be migrated")]
    Migration(#[source] MigrateError),
    /// The file cannot be opened or read.
    #[error("the database could not be opened")]
    Sqlite(#[from] sqlx::Error),
}

/// One step of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStep {
    /// Its number; steps run in this order.
    pub version: i64,
    /// What it does, from its file's name.
    pub description: String,
}

/// Where a file's schema stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Steps that the file has.
    pub applied: Vec<MigrationStep>,
    /// Steps that opening it would run.
    pub pending: Vec<MigrationStep>,
}

/// What a checkpoint did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whether readers kept it from emptying the log.
    pub blocked: bool,
    /// Pages of the log that are in the main file now.
    pub pages: i64,
}

/// A store in one SQLite file. Other processes may use the same file through a store of their own.
pub struct SqliteStore {
    pub(crate) writer: Arc<Lanes>,
    pub(crate) readers: Arc<Lanes>,
    pub(crate) last_tail: LastTail,
}

impl SqliteStore {
    /// Opens the file, makes it if it is missing, and runs the migrations that it does not have.
    ///
    /// # Errors
    /// When SQLite is too old, the file was changed by a newer program, or it cannot be opened.
    pub async fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let connect = connect_options(path, &options);
        let mut first = SqliteConnection::connect_with(&connect).await?;
        check_sqlite_version(&mut first).await?;
        migrate(&mut first).await?;
        first.close().await?;
        let writer = Lanes::open(connect.clone(), 1).await?;
        let readers = Lanes::open(connect.read_only(true).create_if_missing(false), options.readers.max(1)).await?;
        Ok(Self { writer, readers, last_tail: LastTail::default() })
    }

    /// Which migrations a file has and lacks, changing nothing; a missing file lacks them all.
    ///
    /// # Errors
    /// When the file cannot be opened or read, or was changed by a newer program.
    pub async fn migration_status(path: &Path) -> Result<MigrationStatus, OpenError> {
        let mut status = MigrationStatus::default();
        let applied = if path.exists() {
            let options = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT);
            let mut connection = SqliteConnection::connect_with(&options).await?;
            let applied = applied_versions(&mut connection).await?;
            connection.close().await?;
            applied
        } else {
            Vec::new()
        };
        refuse_newer(&applied)?;
        for migration in MIGRATIONS.iter() {
            let step = MigrationStep { version: migration.version, description: migration.description.to_string() };
            let list = if applied.contains(&step.version) { &mut status.applied } else { &mut status.pending };
            list.push(step);
        }
        Ok(status)
    }

    /// Moves the write-ahead log into the main file, on the connection that writes.
    ///
    /// # Errors
    /// When SQLite cannot do so, for example for want of disk space.
    pub async fn checkpoint(&self) -> Result<Checkpoint, service::ports::store::StoreError> {
        let mut loan = self.writer.lend().await?;
        let (blocked, _, pages): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(loan.connection()?)
            .await
            .map_err(Error::from)?;
        Ok(Checkpoint { blocked: blocked != 0, pages })
    }
}

/// No `PRAGMA optimize` anywhere: without statistics the planner's choices are those that the tests have seen.
fn connect_options(path: &Path, options: &Options) -> SqliteConnectOptions {
    let synchronous = match options.synchronous {
        Synchronous::Full => SqliteSynchronous::Full,
        Synchronous::Normal => SqliteSynchronous::Normal,
    };
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENTS)
        // Pages that many commits change are written to the main file once for all of them.
        .pragma("wal_autocheckpoint", "8192")
        .pragma("journal_size_limit", "67108864")
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "MEMORY")
}

async fn check_sqlite_version(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let text: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(connection).await?;
    let mut parts = text.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = [parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0)];
    if version < OLDEST_SQLITE { Err(OpenError::SqliteTooOld(text)) } else { Ok(()) }
}

/// Runs what is missing in one transaction that holds the write lock, so that two programs starting together do not both
/// run it. A file that lacks nothing is not written to.
async fn migrate(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let applied = applied_versions(connection).await?;
    refuse_newer(&applied)?;
    if MIGRATIONS.iter().all(|migration| applied.contains(&migration.version)) {
        // Nothing to run, so this only compares the checksums of what was run.
        return MIGRATIONS.run(connection).await.map_err(OpenError::Migration);
    }
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    MIGRATIONS.run(&mut *transaction).await.map_err(OpenError::Migration)?;
    transaction.commit().await?;
    Ok(())
}

async fn applied_versions(connection: &mut SqliteConnection) -> Result<Vec<i64>, sqlx::Error> {
    let table: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'")
            .fetch_optional(&mut *connection)
            .await?;
    if table.is_none() {
        return Ok(Vec::new());
    }
    sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version").fetch_all(connection).await
}

fn refuse_newer(applied: &[i64]) -> Result<(), OpenError> {
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
    match applied.iter().max() {
        Some(&database) if database > known => Err(OpenError::NewerDatabase { database, known }),
        _ => Ok(()),
    }
}
