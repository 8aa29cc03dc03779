//! The transaction: the one that writes, and the views that only read.

use async_trait::async_trait;
use service::ports::store::{Reads, Store, StoreResult, Transaction};
use sqlx::sqlite::SqliteConnection;

use crate::{SqliteStore, audit::Tail, error::Error, lane::Loan};

/// A transaction on a connection of its own. Views that only read have the same form on a connection that cannot write.
pub(crate) struct SqliteTransaction {
    loan: Loan,
    /// The end of the audit log, once this transaction has asked for it.
    pub(crate) audit_tail: Option<Tail>,
    /// SQLite may have ended the transaction by itself, so that a further statement would be a transaction of its own.
    ended: bool,
}

impl SqliteTransaction {
    async fn begin(mut loan: Loan, statement: &'static str) -> Result<Self, Error> {
        loan.begin(statement).await?;
        Ok(Self { loan, audit_tail: None, ended: false })
    }

    /// The connection, while the transaction is whole.
    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection, Error> {
        if self.ended { Err(Error::Ended) } else { self.loan.connection() }
    }

    /// Passes an answer on, and remembers a failure after which nothing more may be written.
    pub(crate) fn settle<T>(&mut self, answer: Result<T, Error>) -> StoreResult<T> {
        if let Err(error) = &answer {
            self.ended |= error.may_end_transaction();
        }
        Ok(answer?)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> StoreResult<Box<dyn Transaction>> {
        let loan = self.writer.lend().await?;
        Ok(Box::new(SqliteTransaction::begin(loan, "BEGIN IMMEDIATE").await?))
    }

    async fn read(&self) -> StoreResult<Box<dyn Reads>> {
        let loan = self.readers.lend().await?;
        Ok(Box::new(SqliteTransaction::begin(loan, "BEGIN DEFERRED").await?))
    }
}

impl Reads for SqliteTransaction {}

#[async_trait]
impl Transaction for SqliteTransaction {
    async fn save(mut self: Box<Self>) -> StoreResult<()> {
        if self.ended {
            return Err(Error::Ended.into());
        }
        Ok(self.loan.commit().await?)
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
        let loan = store.writer.lend().await.unwrap();
        let mut tx = Box::new(SqliteTransaction::begin(loan, "BEGIN IMMEDIATE").await.unwrap());
        tx.append_audit(&[audit_event(1, "task_a")]).await.unwrap();
        // The smallest that SQLite takes is what the file has: no page more.
        sqlx::query("PRAGMA max_page_count = 1").execute(tx.connection().unwrap()).await.unwrap();
        let large: Vec<_> = (2..2_000).map(|n| audit_event(n, "task_a")).collect();
        assert!(matches!(tx.append_audit(&large).await, Err(StoreError::Failed(_))));
        assert!(matches!(tx.append_audit(&[audit_event(2, "task_a")]).await, Err(StoreError::Failed(_))));
        assert!(matches!(tx.save().await, Err(StoreError::Failed(_))));
        assert_eq!(store.read().await.unwrap().list_audit_after(0, 10).await.unwrap(), []);
    }
}
