//! The transaction: the one that writes, and the views that only read.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::audit::NewAuditEvent;
use service::ports::store::{DomainEvent, Reads, Store, StoreResult, Submission, Transaction};
use sqlx::{
    Arguments,
    sqlite::{SqliteArguments, SqliteConnection},
};

use crate::{
    SqliteStore,
    audit::{self, Tail},
    error::Error,
    event,
    lane::Loan,
    submission,
};

/// Takes the file's write lock.
const TAKE: &str = "BEGIN IMMEDIATE";
/// Takes the file's write lock and reads the end of the audit log.
static BEGIN: LazyLock<String> = LazyLock::new(|| [TAKE, audit::LAST].join("; "));
/// Writes kept events.
static APPEND: LazyLock<String> = LazyLock::new(|| [audit::APPEND, event::APPEND].join("; "));
/// Writes kept events and makes everything durable.
static COMMIT: LazyLock<String> = LazyLock::new(|| [APPEND.as_str(), "COMMIT"].join("; "));
/// Adds submissions and does as [`COMMIT`].
static COMMIT_SUBMISSIONS: LazyLock<String> = LazyLock::new(|| [submission::ADD.as_str(), COMMIT.as_str()].join("; "));
/// A whole transaction that adds submissions.
static SUBMIT: LazyLock<String> = LazyLock::new(|| [TAKE, COMMIT_SUBMISSIONS.as_str()].join("; "));

/// The end of the audit log after the last commit of this store. Another process may have written since: then the next
/// position is taken, and whoever relied on this end hears of it from the table's key.
pub(crate) type LastTail = Arc<Mutex<Option<Tail>>>;

/// A transaction on a connection of its own. Views that only read have the same form on a connection that cannot write.
///
/// Each call of SQLite is a trip to its thread and back, which costs a busy machine more than many rows do. So a
/// transaction begins with its first statement, and events are written with the commit.
pub(crate) struct SqliteTransaction {
    loan: Loan,
    /// Where writers remember the end of the audit log.
    last_tail: LastTail,
    /// Nothing before the transaction has begun; then the end of the audit log, with what was written since.
    audit_tail: Option<Tail>,
    begun: bool,
    /// Events that are written with the commit, or before the logs are read.
    audit_events: Vec<NewAuditEvent>,
    domain_events: Vec<DomainEvent>,
    /// SQLite may have ended the transaction by itself, so that a further statement would be a transaction of its own.
    ended: bool,
}

impl SqliteTransaction {
    /// A transaction that writes.
    fn new(loan: Loan, last_tail: LastTail) -> Self {
        Self {
            loan,
            last_tail,
            audit_tail: None,
            begun: false,
            audit_events: Vec::new(),
            domain_events: Vec::new(),
            ended: false,
        }
    }

    /// A transaction that writes, for tests that look under it.
    #[cfg(test)]
    pub(crate) async fn writing(store: &SqliteStore) -> Self {
        Self::new(store.writer.lend().await.unwrap(), Arc::clone(&store.last_tail))
    }

    /// A view that only reads.
    async fn view(loan: Loan) -> Result<Self, Error> {
        let mut view = Self::new(loan, LastTail::default());
        view.loan.begin("BEGIN DEFERRED").await?;
        view.begun = true;
        Ok(view)
    }

    async fn begin(&mut self) -> Result<(), Error> {
        if !self.begun {
            self.audit_tail = Some(audit::tail(self.loan.begin(BEGIN.as_str()).await?)?);
            self.begun = true;
        }
        Ok(())
    }

    /// Keeps events for the commit.
    pub(crate) fn append(&mut self, audit: &[NewAuditEvent], domain: &[DomainEvent]) -> Result<(), Error> {
        if self.ended {
            return Err(Error::Ended);
        }
        self.audit_events.extend_from_slice(audit);
        self.domain_events.extend_from_slice(domain);
        Ok(())
    }

    /// Writes the kept events, so that the logs can be read.
    pub(crate) async fn flush(&mut self) -> StoreResult<()> {
        if self.audit_events.is_empty() && self.domain_events.is_empty() {
            return Ok(());
        }
        let written = async {
            self.begin().await?;
            let tail = self.audit_tail.take().ok_or(Error::Ended)?;
            let (tail, audit) = audit::rows(tail, &std::mem::take(&mut self.audit_events))?;
            let domain = event::rows(&std::mem::take(&mut self.domain_events))?;
            self.audit_tail = Some(tail);
            sqlx::query(APPEND.as_str()).bind(audit).bind(domain).execute(self.connection().await?).await?;
            Ok(())
        };
        let written = written.await;
        self.settle(written)
    }

    /// The connection, in a transaction that is whole.
    pub(crate) async fn connection(&mut self) -> Result<&mut SqliteConnection, Error> {
        if self.ended {
            return Err(Error::Ended);
        }
        self.begin().await?;
        self.loan.connection()
    }

    /// Passes an answer on, and remembers a failure after which nothing more may be written.
    pub(crate) fn settle<T>(&mut self, answer: Result<T, Error>) -> StoreResult<T> {
        if let Err(error) = &answer {
            self.ended |= error.may_end_transaction();
        }
        Ok(answer?)
    }

    /// Commits with `statements`, whose first arguments are `arguments` and whose last are the kept events, chained to
    /// `tail`.
    async fn commit(
        &mut self,
        statements: &'static str,
        mut arguments: SqliteArguments,
        tail: Tail,
    ) -> Result<(), Error> {
        let (tail, audit) = audit::rows(tail, &self.audit_events)?;
        for rows in [audit, event::rows(&self.domain_events)?] {
            arguments.add(rows).map_err(sqlx::Error::Encode)?;
        }
        self.loan.commit(statements, arguments).await?;
        *self.lock_last_tail() = Some(tail);
        Ok(())
    }

    fn lock_last_tail(&self) -> MutexGuard<'_, Option<Tail>> {
        self.last_tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn submit(&mut self, submissions: &[Submission]) -> Result<(), Error> {
        let last_tail = self.lock_last_tail().clone();
        if let (false, Some(tail)) = (self.begun, last_tail) {
            let arguments = submission::arguments(submissions)?;
            match self.commit(SUBMIT.as_str(), arguments, tail).await {
                // Another process wrote to the audit log, or a row is taken: the careful way finds out which.
                Err(Error::Sqlite(sqlx::Error::Database(error))) if error.is_unique_violation() => {
                    self.loan.roll_back().await?;
                }
                done => return done,
            }
        }
        self.begin().await?;
        let tail = self.audit_tail.take().ok_or(Error::Ended)?;
        let arguments = submission::arguments(submissions)?;
        match self.commit(COMMIT_SUBMISSIONS.as_str(), arguments, tail).await {
            Err(Error::Sqlite(error)) => Err(submission::conflict(error)),
            done => done,
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> StoreResult<Box<dyn Transaction>> {
        let loan = self.writer.lend().await?;
        Ok(Box::new(SqliteTransaction::new(loan, Arc::clone(&self.last_tail))))
    }

    async fn read(&self) -> StoreResult<Box<dyn Reads>> {
        let loan = self.readers.lend().await?;
        Ok(Box::new(SqliteTransaction::view(loan).await?))
    }
}

impl Reads for SqliteTransaction {}

#[async_trait]
impl Transaction for SqliteTransaction {
    async fn save(mut self: Box<Self>) -> StoreResult<()> {
        self.connection().await?;
        let tail = self.audit_tail.take().ok_or(Error::Ended)?;
        Ok(self.commit(COMMIT.as_str(), SqliteArguments::default(), tail).await?)
    }

    async fn save_submissions(mut self: Box<Self>, submissions: &[Submission]) -> StoreResult<()> {
        if self.ended {
            return Err(Error::Ended.into());
        }
        Ok(self.submit(submissions).await?)
    }

    fn as_reads(&mut self) -> &mut dyn Reads {
        self
    }
}

#[cfg(test)]
mod tests {
    use service::ports::store::{AuditWrites, StoreError};
    use store_testkit::fixtures::audit_event;

    use super::*;
    use crate::Options;

    #[tokio::test]
    async fn after_a_full_disk_nothing_more_of_the_transaction_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("full.db"), Options::default()).await.unwrap();
        let mut tx = Box::new(SqliteTransaction::writing(&store).await);
        tx.append_audit(&[audit_event(1, "task_a")]).await.unwrap();
        tx.flush().await.unwrap();
        // The smallest that SQLite takes is what the file has: no page more.
        sqlx::query("PRAGMA max_page_count = 1").execute(tx.connection().await.unwrap()).await.unwrap();
        let large: Vec<_> = (2..2_000).map(|n| audit_event(n, "task_a")).collect();
        tx.append_audit(&large).await.unwrap();
        assert!(matches!(tx.flush().await, Err(StoreError::Failed(_))));
        assert!(matches!(tx.append_audit(&[audit_event(2, "task_a")]).await, Err(StoreError::Failed(_))));
        assert!(matches!(tx.save().await, Err(StoreError::Failed(_))));
        assert_eq!(store.read().await.unwrap().list_audit_after(0, 10).await.unwrap(), []);
    }
}
