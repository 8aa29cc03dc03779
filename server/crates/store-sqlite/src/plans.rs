//! How SQLite walks the lists: along the meant index, in its order, without sorting.

use sqlx::{AssertSqlSafe, Row};

use crate::{
    Options, SqliteStore, at_work, audit, automation, comment, dataset, decision_list, dispute, drift, error::Error,
    escalation, evaluation, history, label, label_set, notice, outcome, policy, policy_comment, policy_shadow, queue,
    setting, shadow, snooze, stages, suspicion, task_list, user, watcher,
};

/// The plan's steps, one a line.
async fn plan(statement: &str) -> Result<String, Error> {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("plan.db"), Options::default()).await.unwrap();
    let mut loan = store.readers.lend().await?;
    let steps = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")))
        .fetch_all(loan.connection()?)
        .await?
        .iter()
        .map(|row| row.get::<String, _>("detail"))
        .collect::<Vec<_>>();
    Ok(steps.join("\n"))
}

async fn check(statement: &str, indexes: &[&str]) {
    let plan = plan(statement).await.unwrap();
    for index in indexes {
        assert!(plan.contains(index), "{index} is not used for {statement}:\n{plan}");
    }
    assert!(!plan.contains("TEMP B-TREE"), "rows are sorted for {statement}:\n{plan}");
    assert!(
        !plan.contains("SCAN task") && !plan.contains("SCAN decision"),
        "a table is walked for {statement}:\n{plan}"
    );
}

#[tokio::test]
async fn task_lists_walk_their_indexes() {
    check(task_list::ALONG_ALL, &["sqlite_autoindex_task_1 (id<?)"]).await;
    check(task_list::ALONG_STATE, &["task_by_state (state=? AND id<?)"]).await;
    check(task_list::ALONG_QUEUE, &["task_by_queue (queue=? AND id<?)"]).await;
    check(task_list::ALONG_LABEL, &["task_by_label (label=? AND id<?)"]).await;
    check(task_list::ALONG_EXTERNAL_ID, &["task_by_external_id (external_id=? AND id<?)"]).await;
    check(task_list::WAITING, &["task_waiting (queue=? AND (urgency,due,id)>(?,?,?))"]).await;
    check(task_list::CLAIMED_BY, &["task_by_holder (holder=?)"]).await;
    check(task_list::AWAITING_APPROVAL, &["task_by_state (state=? AND id>?)"]).await;
    check(task_list::DEAD_LETTERS, &["task_by_state (state=? AND id<?)"]).await;
    check(crate::task::EXPIRED_APPROVALS, &["task_by_approval_end (approval_until>? AND approval_until<?)"]).await;
    check(task_list::ALONG_SNOOZED, &["task_snoozed (id<?)"]).await;
    check(snooze::OF_ALL, &["task_by_return ((snoozed_until,id)>(?,?))"]).await;
    check(snooze::OF_PERSON, &["task_by_snoozer (snoozed_by=? AND (snoozed_until,id)>(?,?))"]).await;
    check(crate::task::SNOOZE_ENDED, &["task_by_return (snoozed_until>? AND snoozed_until<?)"]).await;
    check(crate::task::EXPIRED, &["task_by_lease (lease_until<?)"]).await;
}

#[tokio::test]
async fn the_first_waiting_task_is_one_step_into_each_queue() {
    // The heads of the queues are sorted, and nothing else: there are as many of them as queues.
    let plan = plan(task_list::FIRST_WAITING).await.unwrap();
    assert!(plan.contains("SEARCH head USING COVERING INDEX task_waiting (queue=?)"), "{plan}");
    assert!(plan.contains("SEARCH task USING INDEX sqlite_autoindex_task_1 (id=?)"), "{plan}");
    assert_eq!(plan.matches("TEMP B-TREE").count(), 1, "{plan}");
}

#[tokio::test]
async fn decision_lists_walk_their_indexes() {
    check(decision_list::ALONG_ALL, &["sqlite_autoindex_decision_1 (id<?)", "sqlite_autoindex_task_1 (id=?)"]).await;
    check(decision_list::ALONG_TASK, &["decision_by_task (task_id=? AND id<?)"]).await;
    check(decision_list::ALONG_CORRECTED, &["decision_corrected (id<?)"]).await;
    check(decision_list::ALONG_LABEL, &["decision_by_label (label=? AND id<?)"]).await;
    check(decision_list::ALONG_DESTINATION, &["decision_by_destination (destination=? AND id<?)"]).await;
    check(decision_list::ALONG_RULE, &["decision_by_rule (rule=? AND id<?)"]).await;
    check(decision_list::ALONG_MODEL, &["decision_by_model (model_version=? AND id<?)"]).await;
}

#[tokio::test]
async fn other_lists_walk_their_indexes() {
    check(escalation::OPEN, &["escalation_open ((due_at,id)>(?,?))", "sqlite_autoindex_task_1 (id=?)"]).await;
    check(label_set::COUNT_OPEN, &["task_by_label (label=?)"]).await;
    check(suspicion::OPEN, &["suspicion_open"]).await;
    check(dispute::OPEN, &["dispute_open ((opened_at,digest)>(?,?))"]).await;
    check(label::ALONG_ALL, &["label_holding (id<?)"]).await;
    check(label::ALONG_LABEL, &["label_by_name (label=? AND id<?)"]).await;
    check(label::COUNT_CORRECTED, &["label_by_kind (kind=? AND id>?)"]).await;
    check(label::ALONG_KIND, &["label_by_kind (kind=? AND id<?)"]).await;
    check(shadow::CASES, &["shadow_decision_of_model (model_version=?)", "label_of_task (task_id=?)"]).await;
    check(shadow::OF_TASK, &["shadow_decision_by_task (task_id=?)"]).await;
    for along in [drift::FIRST, drift::LATEST] {
        check(along, &["decision_by_model (model_version=?)", "label_of_task (task_id=?)"]).await;
    }
    check(label::KNOWN, &["label_by_digest (digest=?)"]).await;
    check(label::OF_TEXT, &["label_by_digest (digest=?)"]).await;
    let along = ["PRIMARY KEY (dataset=? AND place>?)", "sqlite_autoindex_label_1 (id=?)"];
    check(dataset::EXAMPLES, &along).await;
    check(stages::CASES, &["decision_by_model (model_version=?)", "label_of_task (task_id=?)"]).await;
    check(evaluation::OF_MODEL, &["PRIMARY KEY (model_version=?)"]).await;
    check(automation::CASES, &["label_of_model (model_version=?)"]).await;
    check(automation::HELD_OUT_CASES, &["PRIMARY KEY (model_version=?)", "sqlite_autoindex_label_1 (id=?)"]).await;
    check(audit::OF_SUBJECT, &["audit_event_by_subject (subject=?)"]).await;
    let along =
        ["task_claimed_due (queue=? AND due<?)", "COVERING INDEX task_waiting (queue=? AND urgency=? AND due<?)"];
    check(queue::COUNTS, &along).await;
    check(queue::OLDEST_WAITING, &["task_by_queue (queue=?)"]).await;
}

#[tokio::test]
async fn what_people_keep_beside_tasks_walks_its_indexes() {
    check(comment::OF_TASK, &["task_comment_of_task (task_id=?)"]).await;
    check(comment::COUNT, &["task_comment_of_task (task_id=?)"]).await;
    check(watcher::OF_TASK, &["PRIMARY KEY (task_id=?)", "sqlite_autoindex_user_1 (id=?)"]).await;
    check(notice::OF_USER, &["notice_of_user (user_id=? AND id<?)", "sqlite_autoindex_task_1 (id=?)"]).await;
    check(notice::UNREAD, &["notice_unread (user_id=?)"]).await;
    check(user::NAMED, &["sqlite_autoindex_user_2 (email>? AND email<?)"]).await;
}

#[tokio::test]
async fn lists_of_policies_walk_their_indexes() {
    check(policy::PREVIOUS, &["policy_retired"]).await;
    check(policy::SCHEDULED, &["policy_scheduled"]).await;
    check(policy::CHALLENGER, &["policy_challenger"]).await;
    check(policy_comment::OF_VERSION, &["policy_comment_of_version (version=?)"]).await;
    check(setting::EPOCH, &["PRIMARY KEY (scope=? AND name=?)"]).await;
    check(at_work::LIST, &["COVERING INDEX audit_event_at_work (<expr>>? AND <expr><?)"]).await;
    let aftermath = [
        "correction_by_task (task_id=?)",
        "later USING INDEX decision_by_task (task_id=? AND id>?)",
        "autoindex_task_1 (id=?)",
    ];
    let along = ["SEARCH decision USING INDEX sqlite_autoindex_decision_1 (id<?)", "label_of_task (task_id=?)"];
    check(history::LIST, &[&aftermath[..], &along].concat()).await;
    let along = [
        "policy_shadow_of_version (policy_version=?)",
        "SEARCH decision USING INDEX sqlite_autoindex_decision_1 (id=?)",
    ];
    check(policy_shadow::CASES, &[&aftermath[..], &along].concat()).await;
    let along = ["SEARCH decision USING INDEX sqlite_autoindex_decision_1 (id>?)"];
    check(outcome::LIST, &[&aftermath[1..], &along].concat()).await;
}
