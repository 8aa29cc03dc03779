//! The transaction: the one that writes, and the views that only read.

use std::sync::LazyLock;

use async_trait::async_trait;
use domain::audit::NewAuditEvent;
use service::ports::store::{DomainEvent, Reads, Store, StoreResult, Transaction};
use sqlx::sqlite::SqliteConnection;

use crate::{
    SqliteStore,
    audit::{self, Tail},
    error::Error,
    event,
    lane::Loan,
};

/// Takes the file's write lock and reads the end of the audit log.
static BEGIN: LazyLock<String> = LazyLock::new(|| ["BEGIN IMMEDIATE", audit::LAST].join("; "));
/// Writes kept events.
static APPEND: LazyLock<String> = LazyLock::new(|| [audit::APPEND, event::APPEND].join("; "));
/// Writes kept events and makes everything durable.
static COMMIT: LazyLock<String> = LazyLock::new(|| [APPEND.as_str(), "COMMIT"].join("; "));

/// A transaction on a connection of its own. Views that only read have the same form on a connection that cannot write.
pub(crate) struct SqliteTransaction {
    loan: Loan,
    /// The end of the audit log when the transaction began, or of what was written since; views have none.
    audit_tail: Option<Tail>,
    /// Events that are written with the commit, or before the logs are read: one trip to SQLite's thread for all of them.
    audit_events: Vec<NewAuditEvent>,
    domain_events: Vec<DomainEvent>,
    /// SQLite may have ended the transaction by itself, so that a further statement would be a transaction of its own.
    ended: bool,
}

impl SqliteTransaction {
    /// A transaction that writes.
    async fn begin(mut loan: Loan) -> Result<Self, Error> {
        let last = loan.begin(BEGIN.as_str()).await?;
        let audit_tail = Some(audit::tail(last)?);
        Ok(Self { loan, audit_tail, audit_events: Vec::new(), domain_events: Vec::new(), ended: false })
    }

    /// A view that only reads.
    async fn view(mut loan: Loan) -> Result<Self, Error> {
        loan.begin("BEGIN DEFERRED").await?;
        Ok(Self { loan, audit_tail: None, audit_events: Vec::new(), domain_events: Vec::new(), ended: false })
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
            let (audit, domain) = self.take_events()?;
            sqlx::query(APPEND.as_str()).bind(audit).bind(domain).execute(self.connection()?).await?;
            Ok(())
        };
        let written = written.await;
        self.settle(written)
    }

    /// The rows of the kept events, the audit events chained to the tail.
    fn take_events(&mut self) -> Result<(String, String), Error> {
        let tail = self.audit_tail.take().ok_or(Error::Ended)?;
        let (tail, audit) = audit::rows(tail, &std::mem::take(&mut self.audit_events))?;
        self.audit_tail = Some(tail);
        Ok((audit, event::rows(&std::mem::take(&mut self.domain_events))?))
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
        Ok(Box::new(SqliteTransaction::begin(loan).await?))
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
        if self.ended {
            return Err(Error::Ended.into());
        }
        let (audit, domain) = self.take_events()?;
        Ok(self.loan.commit(COMMIT.as_str(), audit, domain).await?)
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
        let mut tx = Box::new(SqliteTransaction::begin(loan).await.unwrap());
        tx.append_audit(&[audit_event(1, "task_a")]).await.unwrap();
        tx.flush().await.unwrap();
        // The smallest that SQLite takes is what the file has: no page more.
        sqlx::query("PRAGMA max_page_count = 1").execute(tx.connection().unwrap()).await.unwrap();
        let large: Vec<_> = (2..2_000).map(|n| audit_event(n, "task_a")).collect();
        tx.append_audit(&large).await.unwrap();
        assert!(matches!(tx.flush().await, Err(StoreError::Failed(_))));
        assert!(matches!(tx.append_audit(&[audit_event(2, "task_a")]).await, Err(StoreError::Failed(_))));
        assert!(matches!(tx.save().await, Err(StoreError::Failed(_))));
        assert_eq!(store.read().await.unwrap().list_audit_after(0, 10).await.unwrap(), []);
    }
}
