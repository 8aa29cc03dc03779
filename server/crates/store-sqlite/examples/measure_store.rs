//! Measures the store on this machine: submissions per second by batch, and the latency of a claim by the number of tasks.
//!
//! Run it with `cargo run --release -p store-sqlite --example measure_store`; a folder as argument says where the file goes.
#![expect(clippy::print_stdout, reason = "the numbers are what this program is for")]

use std::{error::Error, path::Path, time::Instant};

use domain::{Decision, DecisionId, Destination, Task, TaskId, TaskState, audit::NewAuditEvent};
use service::ports::store::{DomainEvent, Store, Submission};
use store_sqlite::{Options, SqliteStore};
use store_testkit::fixtures;

type Outcome<T> = Result<T, Box<dyn Error>>;

const LABELS: u64 = 77;
const QUEUES: u64 = 12;
const CLAIMS: usize = 500;

/// The submission of a number, spread over labels and queues, its text about as long as a short mail.
fn submission(n: u64) -> Submission {
    let queue = format!("queue-{}", n % QUEUES);
    let label = format!("label-{}", n.wrapping_mul(2_654_435_761) % LABELS);
    let (id, decision_id) =
        (TaskId::from_parts(fixtures::START_MS + n, 0), DecisionId::from_parts(fixtures::START_MS + n, 0));
    let mut decision = Decision {
        id: decision_id,
        task_id: id,
        destination: Destination::Queue { queue: queue.clone() },
        ..fixtures::decision(1)
    };
    if let Some(classification) = &mut decision.classification {
        classification.label.clone_from(&label);
    }
    let task = Task {
        id,
        decision_id,
        state: TaskState::Queued { queue },
        label: Some(label),
        body: "I was charged twice for my order of last week and cannot reach anybody by phone. ".repeat(4),
        ..fixtures::task(n)
    };
    Submission { task, decision, idempotency: None }
}

fn events(submission: &Submission) -> (NewAuditEvent, DomainEvent) {
    let subject = submission.task.id.to_string();
    let detail = serde_json::json!({"decision": submission.decision.id, "destination": "queue billing"});
    let action = "task.submitted".to_owned();
    let audit =
        NewAuditEvent { action, detail: detail.clone(), subject: subject.clone(), ..fixtures::audit_event(1, "") };
    (audit, DomainEvent { subject, payload: detail, ..fixtures::event(1) })
}

/// Writes batches as the intake does: task, decision, counters, audit event and domain event.
async fn submit(store: &SqliteStore, from: u64, count: u64, batch: u64) -> Outcome<f64> {
    let batches: Vec<Vec<Submission>> =
        (0..count / batch).map(|n| (0..batch).map(|i| submission(from + n * batch + i)).collect()).collect();
    let start = Instant::now();
    for batch in &batches {
        let (audit, events): (Vec<_>, Vec<_>) = batch.iter().map(events).unzip();
        let mut tx = store.begin().await?;
        tx.add_submissions(batch).await?;
        tx.append_audit(&audit).await?;
        tx.append_events(&events).await?;
        tx.save().await?;
    }
    Ok((batches.len() as u64 * batch) as f64 / start.elapsed().as_secs_f64())
}

/// Claims as the service does; answers the median and the 99th percentile in microseconds.
async fn claim(store: &SqliteStore) -> Outcome<(f64, f64)> {
    let queues: Vec<String> = (0..3).map(|n| format!("queue-{n}")).collect();
    let mut times_us = Vec::with_capacity(CLAIMS);
    for _ in 0..CLAIMS {
        let start = Instant::now();
        let mut tx = store.begin().await?;
        let id = tx.first_waiting(&queues).await?.ok_or("nothing waits")?;
        let task = tx.lookup_task(id).await?.ok_or("the task is gone")?;
        let claim = fixtures::claim("user_a", 1, fixtures::at(900_000));
        let claimed = Task { state: TaskState::Claimed { queue: queues[0].clone(), claim }, last_token: 1, ..task };
        tx.save_task(&claimed).await?;
        tx.append_audit(&[fixtures::audit_event(1, &id.to_string())]).await?;
        tx.append_events(&[fixtures::event(1)]).await?;
        tx.save().await?;
        times_us.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times_us.sort_by(f64::total_cmp);
    Ok((times_us[CLAIMS / 2], times_us[CLAIMS * 99 / 100]))
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let directory = std::env::args().nth(1).map_or_else(tempfile::tempdir, tempfile::tempdir_in)?;
    for (batch, count) in [(1, 2_000), (8, 8_000), (32, 16_000), (128, 38_400), (512, 51_200)] {
        let store = open(&directory.path().join(format!("batch-{batch}.db"))).await?;
        submit(&store, 0, batch * 8, batch).await?;
        let per_second = submit(&store, 1_000_000, count, batch).await?;
        println!("submissions per second at {batch:>3} a commit: {per_second:>8.0}");
    }
    let store = open(&directory.path().join("claims.db")).await?;
    let mut stored = 0;
    for tasks in [10_000, 200_000] {
        submit(&store, stored, tasks - stored, 500).await?;
        stored = tasks;
        let (median_us, p99_us) = claim(&store).await?;
        println!("claim with {tasks:>7} tasks: median {median_us:.0} us, 99th percentile {p99_us:.0} us");
        list(&store, tasks).await?;
        look_back(&store, tasks).await?;
    }
    Ok(())
}

/// Reads what simulations and rollouts of policies read.
async fn look_back(store: &SqliteStore, tasks: u64) -> Outcome<()> {
    let mut view = store.read().await?;
    let start = Instant::now();
    let cases = view.list_history(None, 50_000).await?.len();
    let history_s = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let first = DecisionId::from_parts(fixtures::START_MS, 0);
    let outcomes = view.list_policy_outcomes(2, first, 50_000).await?.len();
    let outcomes_s = start.elapsed().as_secs_f64();
    let start = Instant::now();
    view.list_policy_outcomes(9, first, 50_000).await?;
    let none_s = start.elapsed().as_secs_f64();
    println!(
        "back over {tasks:>7} tasks: {cases} of history {history_s:.2} s, {outcomes} outcomes {outcomes_s:.2} s, \
         of a policy without decisions {none_s:.2} s"
    );
    Ok(())
}

/// Reads what the pages read.
async fn list(store: &SqliteStore, tasks: u64) -> Outcome<()> {
    let page = domain::PageRequest::default();
    let start = Instant::now();
    store.read().await?.list_tasks(&domain::task::TaskFilter::default(), &page).await?;
    let tasks_us = start.elapsed().as_secs_f64() * 1e6;
    let filter = domain::decision::DecisionFilter { label: Some("label-1".to_owned()), ..Default::default() };
    let start = Instant::now();
    store.read().await?.list_decisions(&filter, &page).await?;
    let decisions_us = start.elapsed().as_secs_f64() * 1e6;
    let start = Instant::now();
    store.read().await?.list_queue_counts(fixtures::at(0)).await?;
    let counts_us = start.elapsed().as_secs_f64() * 1e6;
    println!(
        "lists with {tasks:>7} tasks: tasks {tasks_us:.0} us, decisions {decisions_us:.0} us, queues {counts_us:.0} us"
    );
    Ok(())
}

async fn open(path: &Path) -> Outcome<SqliteStore> {
    Ok(SqliteStore::open(path, Options::default()).await?)
}
