//! The suite that every store must pass.
#![expect(clippy::unwrap_used, reason = "a failure here is to stop the test")]

use store_sqlite::{Options, SqliteStore};

async fn fresh() -> (SqliteStore, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("switchyard.db"), Options::default()).await.unwrap();
    (store, directory)
}

store_testkit::conformance_tests!(fresh().await);
