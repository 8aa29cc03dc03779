//! What is particular to SQLite: the file, its migrations, its triggers, and other processes on it.
#![expect(clippy::unwrap_used, reason = "a failure here is to stop the test")]

use std::{path::PathBuf, pin::pin, time::Duration};

use domain::{
    PageRequest, Task, TaskComment, Timestamp,
    dataset::{Dataset, DatasetExample, DatasetFilter},
    label::LabelFilter,
    policy::PolicyComment,
};
use service::ports::store::{Store, StoreError};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use store_sqlite::{OpenError, Options, SqliteStore};
use store_testkit::{
    add,
    fixtures::{
        at, audit_event, comment_id, imported_label, policy, snoozed, submission, submissions, task, task_id, user_id,
    },
};

struct File {
    path: PathBuf,
    _directory: tempfile::TempDir,
}

impl File {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { path: directory.path().join("switchyard.db"), _directory: directory }
    }

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path, Options::default()).await.unwrap()
    }

    /// A connection past the store, with every power over the file.
    async fn connect(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(&self.path).busy_timeout(Duration::from_secs(10));
        SqliteConnection::connect_with(&options).await.unwrap()
    }

    /// A new file as the program made it that knew the migrations up to a version.
    async fn of_version(&self, version: i64) -> SqliteConnection {
        let mut migrations = sqlx::migrate!("../../../migrations/sqlite");
        migrations.migrations = migrations.migrations.iter().filter(|each| each.version <= version).cloned().collect();
        let options = SqliteConnectOptions::new().filename(&self.path).create_if_missing(true);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        migrations.run(&mut connection).await.unwrap();
        connection
    }

    async fn execute(&self, statement: &str) -> Result<(), String> {
        let mut connection = self.connect().await;
        let done = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await;
        done.map(drop).map_err(|error| error.to_string())
    }
}

#[tokio::test]
async fn a_file_of_a_newer_program_is_refused() {
    let file = File::new();
    drop(file.open().await);
    file.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', true, x'00', 0)",
    )
    .await
    .unwrap();
    let refused = SqliteStore::open(&file.path, Options::default()).await.err();
    assert!(matches!(refused, Some(OpenError::NewerDatabase { database: 9_999, known: 1.. })), "{refused:?}");
    let refused = SqliteStore::migration_status(&file.path).await.err();
    assert!(matches!(refused, Some(OpenError::NewerDatabase { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_file_whose_migration_was_another_is_refused() {
    let file = File::new();
    drop(file.open().await);
    file.execute("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1").await.unwrap();
    let refused = SqliteStore::open(&file.path, Options::default()).await.err();
    assert!(matches!(refused, Some(OpenError::Migration(_))), "{refused:?}");
}

#[tokio::test]
async fn something_that_is_no_database_is_refused() {
    let file = File::new();
    std::fs::write(&file.path, "not a database, but long enough to be read as the header of one; ".repeat(20)).unwrap();
    let refused = SqliteStore::open(&file.path, Options::default()).await.err();
    assert!(matches!(refused, Some(OpenError::Sqlite(_))), "{refused:?}");
}

#[tokio::test]
async fn migrations_are_pending_until_the_file_is_opened() {
    let file = File::new();
    let before = SqliteStore::migration_status(&file.path).await.unwrap();
    assert!(before.applied.is_empty() && !before.pending.is_empty());
    assert!(!file.path.exists(), "asking must not make the file");
    drop(file.open().await);
    let after = SqliteStore::migration_status(&file.path).await.unwrap();
    assert_eq!((after.applied, after.pending), (before.pending, Vec::new()));
}

#[tokio::test]
async fn a_file_of_the_first_version_keeps_its_labels_and_finds_its_disputes() {
    let file = File::new();
    let mut connection = file.of_version(1).await;
    sqlx::query(
        "INSERT INTO label (id, holds, label, kind, given_by, given_at, digest, imported_text) \
         VALUES ('label_01ARZ3NDEKTSV4RRFFQ69G5FA1', 1, 'billing', 'imported', 'import', 7, 'a', 'Where is it?'), \
                ('label_01ARZ3NDEKTSV4RRFFQ69G5FA2', 1, 'refund', 'imported', 'import', 9, 'a', 'Where is it?'), \
                ('label_01ARZ3NDEKTSV4RRFFQ69G5FA3', 1, 'refund', 'imported', 'import', 9, 'b', 'Where am I?')",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    let store = file.open().await;
    let mut view = store.read().await.unwrap();
    assert_eq!(view.list_labels(&LabelFilter::default(), &PageRequest::default()).await.unwrap().items.len(), 3);
    let disputes = view.list_disputes(&PageRequest::default()).await.unwrap().items;
    assert_eq!(disputes.len(), 1);
    assert_eq!(
        (disputes[0].digest.as_str(), disputes[0].opened_at, disputes[0].opinions.len()),
        ("a", Timestamp::from_ms(9), 2)
    );
    assert_eq!(view.counters().await.unwrap().disputes, 1);
}

#[tokio::test]
async fn two_programs_may_open_a_new_file_at_once() {
    let file = File::new();
    let (first, second) = tokio::join!(file.open(), file.open());
    add(&first, &submissions([1])).await;
    assert_eq!(second.read().await.unwrap().lookup_task(task_id(1)).await.unwrap(), Some(task(1)));
}

#[tokio::test]
async fn what_was_saved_is_there_after_opening_again() {
    let file = File::new();
    let store = file.open().await;
    add(&store, &submissions([1])).await;
    drop(store);
    let store = file.open().await;
    assert_eq!(store.read().await.unwrap().lookup_task(task_id(1)).await.unwrap(), Some(task(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_on_one_file_write_one_unbroken_log() {
    const ROUNDS: u64 = 50;
    let file = File::new();
    let (first, second) = (file.open().await, file.open().await);
    let write = |store: SqliteStore, from: u64| async move {
        for n in from..from + ROUNDS {
            let mut tx = store.begin().await.unwrap();
            tx.append_audit(&[audit_event(n, &task_id(n).to_string())]).await.unwrap();
            if n % 3 == 0 {
                tx.add_submissions(&[submission(n)]).await.unwrap();
                tx.save().await.unwrap();
            } else {
                tx.save_submissions(&[submission(n)]).await.unwrap();
            }
        }
        store
    };
    let (first, _second) = tokio::join!(tokio::spawn(write(first, 1)), tokio::spawn(write(second, 1_000)));
    let mut view = first.unwrap().read().await.unwrap();
    let log = view.list_audit_after(0, 1_000).await.unwrap();
    let mut previous = service::audit::GENESIS.to_owned();
    for event in &log {
        let detail = event.detail.to_string();
        let hash = service::audit::chain_hash(
            &previous,
            event.seq,
            event.at,
            &event.actor,
            &event.actor_name,
            &event.action,
            &event.subject,
            &detail,
        );
        assert_eq!(event.hash, hash, "at {}", event.seq);
        previous = hash;
    }
    assert_eq!(log.len() as u64, 2 * ROUNDS);
    assert_eq!(view.counters().await.unwrap().submitted, 2 * ROUNDS);
}

#[tokio::test]
async fn a_dropped_transaction_frees_the_file_for_other_programs() {
    let file = File::new();
    let (first, second) = (file.open().await, file.open().await);
    let mut abandoned = first.begin().await.unwrap();
    abandoned.add_submissions(&submissions([1])).await.unwrap();
    drop(abandoned);
    add(&second, &submissions([2])).await;
    add(&first, &submissions([3])).await;
    let mut view = second.read().await.unwrap();
    assert_eq!(view.lookup_task(task_id(1)).await.unwrap(), None);
    assert_eq!(view.counters().await.unwrap().submitted, 2);
}

#[tokio::test]
async fn a_cancelled_begin_leaves_no_transaction_open() {
    let file = File::new();
    let (first, second) = (file.open().await, file.open().await);
    for _ in 0..20 {
        // Polled once, so that the statement is on its way when the future is dropped.
        let mut begin = pin!(async { first.begin().await.unwrap().counters().await });
        tokio::select! {
            biased;
            _ = &mut begin => {}
            () = std::future::ready(()) => {}
        }
    }
    add(&second, &submissions([1])).await;
    add(&first, &submissions([2])).await;
    assert_eq!(first.read().await.unwrap().counters().await.unwrap().submitted, 2);
}

#[tokio::test]
async fn views_read_while_a_transaction_writes() {
    let file = File::new();
    let store = file.open().await;
    add(&store, &submissions([1])).await;
    let mut tx = store.begin().await.unwrap();
    tx.add_submissions(&submissions(2..500)).await.unwrap();
    let mut views = Vec::new();
    for _ in 0..Options::default().readers {
        views.push(store.read().await.unwrap());
    }
    for view in &mut views {
        assert_eq!(view.counters().await.unwrap().submitted, 1);
    }
    tx.save().await.unwrap();
    for view in &mut views {
        assert_eq!(view.counters().await.unwrap().submitted, 1);
    }
}

#[tokio::test]
async fn a_view_waits_when_all_readers_are_lent_and_gets_the_next_free_one() {
    let file = File::new();
    let store = SqliteStore::open(&file.path, Options { readers: 1, ..Options::default() }).await.unwrap();
    let first = store.read().await.unwrap();
    let mut second = store.read();
    tokio::select! {
        biased;
        _ = &mut second => panic!("two views on one connection"),
        () = tokio::task::yield_now() => {}
    }
    drop(first);
    assert_eq!(second.await.unwrap().counters().await.unwrap().submitted, 0);
}

#[tokio::test]
async fn a_claim_of_a_file_before_work_was_timed_is_still_held_and_counts_no_work() {
    let file = File::new();
    let (task, holder) = (task(1), user_id(1).to_string());
    let mut connection = file.of_version(9).await;
    sqlx::query(
        "INSERT INTO task (id, state, queue, urgency, due, decision_id, last_token, escalation_level, holder, holder_name, \
             claim_token, lease_until, submitted_at, submitted_by, channel, subject, attributes, body) \
         VALUES (?1, 'claimed', 'billing', 2, 99, ?2, 4, 0, ?3, 'Ada', 4, 5000, 7, 'key', 'email', 'Old', '{}', 'Text')",
    )
    .bind(task.id.to_string())
    .bind(task.decision_id.to_string())
    .bind(&holder)
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    let store = file.open().await;
    let found = store.read().await.unwrap().lookup_task(task.id).await.unwrap().unwrap();
    assert_eq!((found.subject.as_str(), found.worked_ms, found.erased_at), ("Old", 0, None));
    let claim = found.state.claim().unwrap();
    assert_eq!((claim.holder.as_str(), claim.expires_at), (holder.as_str(), Timestamp::from_ms(5000)));
    let resolved = found.state.clone().resolve(4, Timestamp::from_ms(4000)).unwrap();
    assert_eq!(found.enter(resolved, Timestamp::from_ms(4000)).worked_ms, 0);
}

#[tokio::test]
async fn a_policy_of_a_file_before_reviews_still_decides_and_knows_who_saved_it() {
    let file = File::new();
    let mut connection = file.of_version(10).await;
    sqlx::query(
        "INSERT INTO policy_version (version, stage, document, note, created_by, created_at, activated_at, activated_by) \
         VALUES (1, 'active', '{\"schema\":1,\"label_queues\":{\"billing\":\"billing\"},\"rules\":[{\"id\":\"sure\", \
             \"description\":\"d\",\"when\":\"true\",\"then\":{\"destination\":{\"kind\":\"close\"}}}], \
             \"otherwise\":{\"destination\":{\"kind\":\"queue\",\"queue\":\"triage\"}}}', 'First', 'Grace', 7, 8, 'Ada'), \
            (2, 'draft', '{\"schema\":1,\"label_queues\":{},\"rules\":[], \
             \"otherwise\":{\"destination\":{\"kind\":\"dead_letter\"}}}', 'Next', 'Alan', 9, NULL, NULL)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO user (id, email, name, role, password_hash, created_at) \
         VALUES (?1, 'ada@example.com', 'Ada', 'supervisor', 'x', 5)",
    )
    .bind(user_id(1).to_string())
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    let store = file.open().await;
    let mut tx = store.begin().await.unwrap();
    let active = tx.lookup_active_policy().await.unwrap().unwrap();
    assert_eq!((active.document.schema, active.document.rules[0].id.as_str()), (1, "sure"));
    assert_eq!((active.revision, active.saved_by.as_str(), active.saved_at), (1, "Grace", Timestamp::from_ms(7)));
    assert_eq!((active.note.as_str(), active.activated_by.as_deref()), ("First", Some("Ada")));
    assert!(active.authors.is_empty() && active.approval.is_none() && active.rollout.is_none());
    assert_eq!(tx.lookup_policy_revision(1, 1).await.unwrap().as_ref(), Some(&active.document));
    // What was a draft goes on as one.
    let draft = tx.lookup_policy(2).await.unwrap().unwrap();
    let author = user_id(1).to_string();
    let rewritten =
        draft.rewrite(active.document, "More".to_owned(), (&author, "Ada"), Timestamp::from_ms(30)).unwrap();
    tx.save_policy(&rewritten).await.unwrap();
    assert_eq!(tx.lookup_policy(2).await.unwrap(), Some(rewritten));
    assert!(tx.lookup_user(user_id(1)).await.unwrap().unwrap().areas.is_empty());
}

#[tokio::test]
async fn what_waited_in_a_file_before_tasks_were_put_aside_still_waits_and_can_be() {
    let file = File::new();
    let mut connection = file.of_version(11).await;
    sqlx::query(
        "INSERT INTO task (id, state, queue, urgency, due, decision_id, last_token, escalation_level, submitted_at, \
             submitted_by, channel, subject, attributes, body) \
         VALUES (?1, 'queued', 'billing', 2, 99, ?2, 0, 0, 7, 'key', 'email', 'Old', '{}', 'Text')",
    )
    .bind(task_id(1).to_string())
    .bind(task(1).decision_id.to_string())
    .execute(&mut connection)
    .await
    .unwrap();
    sqlx::query("INSERT INTO counter (scope, name, n) VALUES ('queued', 'billing', 1)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let store = file.open().await;
    let mut tx = store.begin().await.unwrap();
    let queues = ["billing".to_owned()];
    assert_eq!(tx.first_waiting(&queues).await.unwrap(), Some(task_id(1)));
    let old = tx.lookup_task(task_id(1)).await.unwrap().unwrap();
    tx.save_task(&Task { state: snoozed("user_a", at(9)), ..old.clone() }).await.unwrap();
    assert_eq!(tx.first_waiting(&queues).await.unwrap(), None);
    assert_eq!(tx.list_oldest_waiting().await.unwrap(), []);
    tx.save_task(&old).await.unwrap();
    assert_eq!(tx.list_oldest_waiting().await.unwrap(), [("billing".to_owned(), Timestamp::from_ms(7))]);
    tx.save().await.unwrap();
    // Only what waits can be put aside, whatever a later statement says.
    let refused = file.execute("UPDATE task SET state = 'claimed', snoozed_until = 9").await.unwrap_err();
    assert!(refused.contains("CHECK"), "{refused}");
}

#[tokio::test]
async fn what_is_final_cannot_be_changed_or_removed() {
    let file = File::new();
    let store = file.open().await;
    add(&store, &submissions([1])).await;
    let mut tx = store.begin().await.unwrap();
    tx.append_audit(&[audit_event(1, "task_a")]).await.unwrap();
    let asked = policy(1).submit_for_review().unwrap();
    tx.save_policy(&asked).await.unwrap();
    tx.save_policy(&policy(2).activate("Grace", at(9)).unwrap()).await.unwrap();
    let comment = PolicyComment {
        version: 1,
        revision: 1,
        rule: None,
        by: "Grace".to_owned(),
        at: at(10),
        text: "Why?".to_owned(),
        verdict: None,
    };
    tx.add_policy_comment(&comment).await.unwrap();
    let comment = TaskComment {
        id: comment_id(1),
        task_id: task_id(1),
        by: "Grace".to_owned(),
        by_id: user_id(1).to_string(),
        at: at(10),
        text: "Why?".to_owned(),
        mentions: Vec::new(),
    };
    tx.add_task_comment(&comment).await.unwrap();
    let labels = [imported_label(1, "billing")];
    tx.add_labels(&labels).await.unwrap();
    let example = DatasetExample { place: 0, held_out: false, label: labels[0].clone() };
    let dataset = Dataset {
        number: 1,
        name: "d".to_owned(),
        filter: DatasetFilter::default(),
        sha256: "x".to_owned(),
        counts: Vec::new(),
        created_at: Timestamp::from_ms(1),
        created_by: "Grace".to_owned(),
    };
    tx.add_dataset(&dataset, &[example]).await.unwrap();
    tx.save().await.unwrap();
    for (statement, reason) in [
        ("UPDATE decision SET document = '{}'", "a decision never changes"),
        ("UPDATE decision SET label = 'another'", "a decision never changes"),
        ("DELETE FROM decision", "a decision is never removed"),
        ("UPDATE audit_event SET actor = 'nobody'", "the audit log only grows"),
        ("DELETE FROM audit_event", "the audit log only grows"),
        ("UPDATE policy_version SET document = '{}'", "never changes"),
        ("UPDATE policy_version SET authors = '[]'", "never changes"),
        ("UPDATE policy_version SET created_by = 'nobody'", "never changes"),
        ("UPDATE policy_version SET stage = 'draft' WHERE stage = 'active'", "never is a draft again"),
        ("DELETE FROM policy_version", "never removed"),
        ("DELETE FROM policy_revision", "never removed"),
        ("UPDATE policy_comment SET text = 'another'", "never changes"),
        ("DELETE FROM policy_comment", "never removed"),
        ("UPDATE task_comment SET text = 'another'", "a comment never changes"),
        ("UPDATE task_comment SET text = '', author_name = 'nobody'", "a comment never changes"),
        ("DELETE FROM task_comment", "a comment is never removed"),
        ("UPDATE dataset SET name = 'another'", "a dataset never changes"),
        ("DELETE FROM dataset", "a dataset is never removed"),
        ("UPDATE dataset_example SET held_out = 1", "a dataset never changes"),
        ("DELETE FROM dataset_example", "a dataset never changes"),
    ] {
        let refused = file.execute(statement).await.unwrap_err();
        assert!(refused.contains(reason), "{statement}: {refused}");
    }
    file.execute("UPDATE decision SET corrected = 1").await.unwrap();
    assert!(file.execute("UPDATE decision SET corrected = 0").await.unwrap_err().contains("a decision never changes"));
}

#[tokio::test]
async fn a_row_that_was_damaged_is_an_error_and_not_a_guess() {
    let file = File::new();
    let store = file.open().await;
    add(&store, &submissions(1..=3)).await;
    let rows = [(1, "attributes = 'no json'"), (2, "urgency = 9"), (3, "state = 'claimed'")];
    for (n, damage) in rows {
        let id = task_id(n);
        file.execute(&format!("UPDATE task SET {damage} WHERE id = '{id}'")).await.unwrap();
        let answer = store.read().await.unwrap().lookup_task(id).await;
        assert!(matches!(answer, Err(StoreError::Failed(_))), "{damage}: {answer:?}");
    }
}

#[tokio::test]
async fn a_checkpoint_empties_the_write_ahead_log() {
    let file = File::new();
    let store = file.open().await;
    add(&store, &submissions(1..=100)).await;
    let log = file.path.with_extension("db-wal");
    assert!(std::fs::metadata(&log).unwrap().len() > 0);
    assert!(!store.checkpoint().await.unwrap().blocked);
    assert_eq!(std::fs::metadata(&log).unwrap().len(), 0);
    assert_eq!(store.read().await.unwrap().list_expired(at(0), 1).await.unwrap(), []);
}
