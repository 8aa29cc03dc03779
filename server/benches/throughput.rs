//! How fast the parts that matter are, in one run so that numbers can be compared: `make bench`.
//!
//! Everything is real: SQLite with durable commits in a temporary directory, the demo model through ONNX Runtime, the
//! default policy. Results are printed and written to `target/bench/throughput.json`.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, body::Body, http::Request};
use domain::{Actor, NewTask, PageRequest, Scope, decision::DecisionFilter, task::TaskFilter};
use serde_json::{Value, json};
use server::{
    config::{Config, Flags},
    demo,
    serve::{WebOptions, router},
    workshop::ModelSources,
    workspace,
};
use service::{Background, Services};
use tower::ServiceExt;

/// How long each number is measured.
const SPAN: Duration = Duration::from_secs(3);
/// Stored tasks for the measurements on a full workspace.
const FULL: usize = 100_000;

fn main() {
    // `cargo test --benches` and `cargo bench -- --list` call this binary too; they must not wait for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime");
    let report = runtime.block_on(measure());
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
    std::fs::create_dir_all(&directory).expect("target/bench can be made");
    let text = serde_json::to_string_pretty(&report).expect("numbers are JSON");
    std::fs::write(directory.join("throughput.json"), &text).expect("target/bench can be written");
    say(&format!("written to target/bench/throughput.json\n{text}"));
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]
fn say(text: &str) {
    println!("{text}");
}

struct Floor {
    services: Services,
    background: Background,
    actor: Actor,
    directory: tempfile::TempDir,
}

async fn open() -> Floor {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let config = Config::merge(None, [], &Flags::default()).expect("the defaults are legal");
    let (services, background) = workspace::open(
        directory.path(),
        config.store(),
        config.settings(),
        ModelSources { onnxruntime: Some(onnxruntime()), ..ModelSources::default() },
    )
    .await
    .expect("a workspace");
    demo::prepare(&services, directory.path(), |_| {}).await.expect("the demo");
    Floor { services, background, actor: Actor::system("bench"), directory }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark has no configuration")]
fn onnxruntime() -> PathBuf {
    std::env::var_os("ORT_DYLIB_PATH").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/onnxruntime/libonnxruntime.so"),
        PathBuf::from,
    )
}

fn task(number: usize) -> NewTask {
    const TEXTS: [&str; 4] = [
        "I was charged twice for this month, please refund one of the payments",
        "The export of our reports never finishes and then shows an error",
        "How do I add a colleague to our workspace with read-only rights?",
        "Nobody in our office can sign in since this morning",
    ];
    NewTask { subject: format!("{} ({number})", TEXTS[number % 4]), ..NewTask::default() }
}

async fn measure() -> Value {
    let floor = open().await;
    let health = floor.services.overview(&floor.actor).await.expect("an overview").classifier;
    assert!(health.fallback.is_none(), "the model must serve for these numbers: {health:?}");
    say("submissions, in process");
    let mut submissions = Vec::new();
    for callers in [1, 16, 64, 256] {
        submissions.push(submit(&floor, callers).await);
    }
    say("submissions, through the HTTP router");
    let mut over_http = Vec::new();
    for callers in [1, 16, 64, 256] {
        over_http.push(submit_http(&floor, callers).await);
    }
    say("filling the workspace");
    fill(&floor).await;
    let full = submit(&floor, 64).await;
    let work = claim_and_resolve(&floor).await;
    let lists = lists(&floor).await;
    let classifier = classifications(&floor).await;
    floor.background.stop().await;
    json!({
        "machine": { "cores": std::thread::available_parallelism().map_or(0, std::num::NonZero::get) },
        "submissions_in_process": submissions,
        "submissions_http_router": over_http,
        "submissions_in_process_at_100k_stored": full,
        "claim_and_resolve": work,
        "lists_at_100k_stored": lists,
        "classifier": classifier,
    })
}

/// Runs `callers` at once until the span is over; each call answers nothing or panics.
async fn load<F, Fut>(callers: usize, call: F) -> Value
where
    F: Fn(usize) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send,
{
    let (call, number, start) = (Arc::new(call), Arc::new(AtomicUsize::new(0)), Instant::now());
    let workers: Vec<_> = (0..callers)
        .map(|_| {
            let (call, number) = (Arc::clone(&call), Arc::clone(&number));
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                while start.elapsed() < SPAN {
                    let began = Instant::now();
                    call(number.fetch_add(1, Ordering::Relaxed)).await;
                    latencies.push(began.elapsed());
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for worker in workers {
        latencies.extend(worker.await.expect("a caller"));
    }
    let seconds = start.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |share: f64| {
        let place = ((latencies.len() as f64 * share) as usize).min(latencies.len() - 1);
        (latencies[place].as_secs_f64() * 1e6).round() / 1e3
    };
    let line = json!({
        "callers": callers,
        "per_second": (latencies.len() as f64 / seconds).round(),
        "p50_ms": at(0.50),
        "p99_ms": at(0.99),
    });
    say(&line.to_string());
    line
}

async fn submit(floor: &Floor, callers: usize) -> Value {
    let (services, actor) = (floor.services.clone(), floor.actor.clone());
    load(callers, move |number| {
        let (services, actor) = (services.clone(), actor.clone());
        async move {
            services.submit(&actor, task(number), None).await.expect("accepted");
        }
    })
    .await
}

async fn submit_http(floor: &Floor, callers: usize) -> Value {
    let issued = floor.services.create_api_key(&floor.actor, "bench", &[Scope::TasksWrite], "").await.expect("a key");
    let options = WebOptions {
        site: floor.directory.path().to_owned(),
        uploads: floor.directory.path().join("uploads"),
        secure_cookies: false,
        stopping: tokio_util::sync::CancellationToken::new(),
    };
    let router: Router = router(&floor.services, &options);
    let authorization = format!("Bearer {}", issued.secret);
    load(callers, move |number| {
        let body = serde_json::to_vec(&task(number)).expect("JSON");
        let request = Request::post("/api/v1/tasks")
            .header("authorization", &authorization)
            .header("content-type", "application/json")
            .body(Body::from(body))
            .expect("a request");
        let router = router.clone();
        async move {
            let response = router.oneshot(request).await.expect("an answer");
            assert_eq!(response.status(), 201);
        }
    })
    .await
}

async fn fill(floor: &Floor) {
    let stored = floor.services.overview(&floor.actor).await.expect("an overview").submitted as usize;
    for chunk in (stored..FULL).collect::<Vec<_>>().chunks(4_000) {
        let tasks = chunk.iter().map(|&number| task(number)).collect();
        for result in floor.services.submit_all(&floor.actor, tasks).await.expect("permitted") {
            result.expect("accepted");
        }
    }
}

async fn claim_and_resolve(floor: &Floor) -> Value {
    say("claim and resolve");
    let (services, actor) = (floor.services.clone(), floor.actor.clone());
    load(16, move |_| {
        let (services, actor) = (services.clone(), actor.clone());
        async move {
            let task = services.claim_next(&actor, &[], None).await.expect("claimed").expect("a task waits");
            services.resolve(&actor, task.id, task.last_token, None).await.expect("resolved");
        }
    })
    .await
}

async fn lists(floor: &Floor) -> Value {
    let page = PageRequest::default();
    let (services, actor) = (&floor.services, &floor.actor);
    let queue = services
        .list_queues(actor)
        .await
        .expect("queues")
        .into_iter()
        .max_by_key(|counts| counts.waiting)
        .expect("a queue")
        .queue
        .name;
    let mut report = serde_json::Map::new();
    let mut time = async |name: &str, call: &dyn Fn() -> std::pin::Pin<Box<dyn Future<Output = ()>>>| {
        const TIMES: u32 = 200;
        let start = Instant::now();
        for _ in 0..TIMES {
            call().await;
        }
        let ms = (start.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)).round() / 1e3;
        say(&format!("{name}: {ms} ms a page"));
        report.insert(format!("{name}_ms"), json!(ms));
    };
    let parts = (services.clone(), actor.clone(), page.clone(), queue);
    let waiting = parts.clone();
    time("waiting_of_a_queue", &move || {
        let (services, actor, page, queue) = waiting.clone();
        Box::pin(async move { drop(services.list_waiting(&actor, &queue, &page).await.expect("a page")) })
    })
    .await;
    let tasks = parts.clone();
    time("tasks", &move || {
        let (services, actor, page, _) = tasks.clone();
        Box::pin(async move { drop(services.list_tasks(&actor, &TaskFilter::default(), &page).await.expect("a page")) })
    })
    .await;
    let decisions = parts.clone();
    time("decisions", &move || {
        let (services, actor, page, _) = decisions.clone();
        Box::pin(async move {
            drop(services.list_decisions(&actor, &DecisionFilter::default(), &page).await.expect("a page"));
        })
    })
    .await;
    time("overview", &move || {
        let (services, actor, ..) = parts.clone();
        Box::pin(async move { drop(services.overview(&actor).await.expect("an overview")) })
    })
    .await;
    Value::Object(report)
}

async fn classifications(floor: &Floor) -> Value {
    say("classifier");
    let directory = floor.directory.path().join("models/v1");
    tokio::task::spawn_blocking(move || {
        let model = classifier::Model::load(&directory, "v1", None).expect("the demo model loads");
        let texts: Vec<String> = (0..512).map(|number| task(number).subject).collect();
        let single = rate(texts.len(), || {
            for text in &texts {
                model.classify(std::slice::from_ref(text)).expect("an answer");
            }
        });
        let batched = rate(texts.len(), || {
            for batch in texts.chunks(64) {
                model.classify(batch).expect("answers");
            }
        });
        let mut alone = Duration::MAX;
        for _ in 0..10 {
            let round: Duration = texts
                .iter()
                .map(|text| {
                    model.classify(std::slice::from_ref(text)).expect("an answer");
                    let start = Instant::now();
                    model.run_again().expect("an answer");
                    start.elapsed()
                })
                .sum();
            alone = alone.min(round);
        }
        let runtime_alone = texts.len() as f64 / alone.as_secs_f64();
        let report = json!({
            "single_per_second": single.round(),
            "batched_64_per_second": batched.round(),
            "onnxruntime_alone_single_per_second": runtime_alone.round(),
            "single_to_onnxruntime_alone": ((single / runtime_alone) * 1e3).round() / 1e3,
        });
        say(&report.to_string());
        report
    })
    .await
    .expect("measured")
}

/// Texts per second of the fastest of several rounds.
fn rate(texts: usize, mut round: impl FnMut()) -> f64 {
    let mut best = Duration::MAX;
    for _ in 0..10 {
        let start = Instant::now();
        round();
        best = best.min(start.elapsed());
    }
    texts as f64 / best.as_secs_f64()
}
