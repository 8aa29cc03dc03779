//! Connections that are lent one at a time, and come back clean whatever happened to their borrower.
//!
//! A future may be dropped at any await: a client hangs up, a timeout strikes. Here a lane that comes back with a
//! transaction open is rolled back before anybody else gets it, and at once, so that the file's write lock is free again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::{
    Connection,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;

/// A connection, and whether a transaction may be open on it.
struct Lane {
    connection: SqliteConnection,
    open: bool,
}

impl Lane {
    /// Ends whatever transaction is open.
    async fn roll_back(&mut self) -> Result<(), sqlx::Error> {
        match sqlx::query("ROLLBACK").execute(&mut self.connection).await {
            Ok(_) => {}
            // SQLite ended it before, or the cancelled statement was the one that would have begun or ended it.
            Err(sqlx::Error::Database(error)) if error.message().contains("no transaction is active") => {}
            Err(error) => return Err(error),
        }
        self.open = false;
        Ok(())
    }
}

/// A fixed number of connections of one kind. Whoever asks first is served first.
pub(crate) struct Lanes {
    options: SqliteConnectOptions,
    idle: Mutex<Vec<Lane>>,
    permits: Arc<Semaphore>,
}

impl Lanes {
    /// Opens all connections.
    pub(crate) async fn open(options: SqliteConnectOptions, count: usize) -> Result<Arc<Self>, sqlx::Error> {
        let mut idle = Vec::with_capacity(count);
        for _ in 0..count {
            idle.push(Lane { connection: SqliteConnection::connect_with(&options).await?, open: false });
        }
        Ok(Arc::new(Self { options, idle: Mutex::new(idle), permits: Arc::new(Semaphore::new(count)) }))
    }

    /// Waits for a free connection.
    pub(crate) async fn lend(self: &Arc<Self>) -> Result<Loan, Error> {
        let permit =
            Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Error::Sqlite(sqlx::Error::PoolClosed))?;
        let lane = self.idle().pop();
        let mut loan = Loan { lane, lanes: Arc::clone(self), permit: Some(permit) };
        match &mut loan.lane {
            Some(lane) if lane.open => lane.roll_back().await?,
            Some(_) => {}
            // A connection that could not be rolled back was thrown away.
            None => {
                let connection = SqliteConnection::connect_with(&self.options).await?;
                loan.lane = Some(Lane { connection, open: false });
            }
        }
        Ok(loan)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Lane>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection of somebody's own, until it is dropped.
pub(crate) struct Loan {
    lane: Option<Lane>,
    lanes: Arc<Lanes>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Loan {
    /// The connection.
    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection, Error> {
        self.lane.as_mut().map(|lane| &mut lane.connection).ok_or(Error::Ended)
    }

    /// Begins a transaction with these statements; answers the row that the last of them gives, when it gives one.
    pub(crate) async fn begin(&mut self, statements: &'static str) -> Result<Option<(i64, String)>, Error> {
        let lane = self.lane.as_mut().ok_or(Error::Ended)?;
        // Set before the statement runs: it may run although this future is dropped while it waits.
        lane.open = true;
        Ok(sqlx::query_as(statements).fetch_optional(&mut lane.connection).await?)
    }

    /// Makes the transaction durable with these statements, the last of which commits.
    pub(crate) async fn commit(&mut self, statements: &'static str, arguments: SqliteArguments) -> Result<(), Error> {
        let lane = self.lane.as_mut().ok_or(Error::Ended)?;
        lane.open = true;
        sqlx::query_with(statements, arguments).execute(&mut lane.connection).await?;
        lane.open = false;
        Ok(())
    }

    /// Takes everything of the transaction back.
    pub(crate) async fn roll_back(&mut self) -> Result<(), Error> {
        Ok(self.lane.as_mut().ok_or(Error::Ended)?.roll_back().await?)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let Some(mut lane) = self.lane.take() else { return };
        let lanes = Arc::clone(&self.lanes);
        let permit = self.permit.take();
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) if lane.open => {
                runtime.spawn(async move {
                    match lane.roll_back().await {
                        Ok(()) => lanes.idle().push(lane),
                        Err(error) => tracing::warn!(store.error = %error, "a connection was thrown away"),
                    }
                    drop(permit);
                });
            }
            // Without a runtime, the next borrower rolls back.
            _ => lanes.idle().push(lane),
        }
    }
}
