//! Early warning: an alarm when what comes in changes, and none when it does not.

use axum::http::{Request, header};
use domain::{Role, drift::DriftSignal};
use service::DriftSettings;

use crate::support::{Floor, examples};

const WORDS: [&str; 8] = ["violin", "piano", "trumpet", "chorus", "rhythm", "melody", "concert", "drums"];

async fn floor() -> Floor {
    let drift = DriftSettings { reference_tasks: 120, window_tasks: 40, ..DriftSettings::default() };
    let floor = Floor::open_with(|settings| settings.drift = drift).await;
    floor.services.import_labels(&floor.system, &examples()).await.unwrap();
    floor.services.train(&floor.system).await.unwrap();
    floor.services.promote(&floor.system, 1, true).await.unwrap();
    floor
}

/// A text of the three topics, as if drawn at random (Knuth's multiplicative hash).
fn usual(n: usize) -> String {
    let all = examples();
    let place = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    all[place as usize % all.len()].0.clone()
}

async fn usual_work(floor: &Floor, from: usize, tasks: usize) {
    for n in from..from + tasks {
        floor.submit(&usual(n)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn work_that_changes_raises_an_alarm_that_the_overview_shows_and_that_ends_with_the_change() {
    let floor = floor().await;
    let services = &floor.services;
    usual_work(&floor, 0, 120).await;
    services.watch_drift().await.unwrap();
    assert!(services.drift_board(&floor.system).await.unwrap().points.is_empty(), "the window is still the reference");
    for round in 0..6 {
        usual_work(&floor, 120 + 20 * round, 20).await;
        services.watch_drift().await.unwrap();
    }
    let calm = services.drift_board(&floor.system).await.unwrap();
    assert!(!calm.points.is_empty());
    assert_eq!(calm.ringing(), []);
    assert_eq!(services.overview(&floor.system).await.unwrap().drift, []);

    // From now on everything is music, in words that nobody has used before.
    for round in 0..6 {
        for n in 0..20 {
            let subject = format!("{} festival encore ticket refund {round} {n}", WORDS[n % 8]);
            floor.submit(&subject).await;
        }
        services.watch_drift().await.unwrap();
    }
    let changed = services.drift_board(&floor.system).await.unwrap();
    let ringing = changed.ringing();
    assert!(ringing.contains(&DriftSignal::Labels) && ringing.contains(&DriftSignal::Vocabulary), "{ringing:?}");
    assert_eq!(changed.labels[0].label, "music", "what changed most comes first: {:?}", changed.labels);
    assert_eq!(services.overview(&floor.system).await.unwrap().drift, ringing);
    let agent = floor.cookie(Role::Agent).await;
    let request = Request::get("/overview").header(header::COOKIE, agent).header(header::ACCEPT, "text/html");
    let page = floor.send(request.body(axum::body::Body::empty()).unwrap()).await.text();
    assert!(page.contains("What comes in has changed"), "{page}");

    for round in 0..12 {
        usual_work(&floor, 500 + 20 * round, 20).await;
        services.watch_drift().await.unwrap();
    }
    assert_eq!(services.drift_board(&floor.system).await.unwrap().ringing(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn corrections_that_become_more_frequent_raise_an_alarm() {
    let floor = floor().await;
    let services = &floor.services;
    let work = async |n: usize, is_right: bool| {
        let receipt = floor.submit(&usual(n)).await;
        floor.work(receipt.task_id, (!is_right).then_some("billing")).await;
    };
    for n in 0..120 {
        work(n, n % 20 != 0).await;
    }
    for round in 0..8 {
        for n in 0..10 {
            work(120 + 10 * round + n, n % 2 == 0).await;
        }
        services.watch_drift().await.unwrap();
    }
    let board = services.drift_board(&floor.system).await.unwrap();
    assert_eq!(board.ringing(), [DriftSignal::Corrections]);
}
