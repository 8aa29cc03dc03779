//! What is left to machines: only what the champion promises, on the mix of work that really comes in.

use axum::http::StatusCode;
use domain::{
    Destination, Role,
    automation::{AutomationRow, Standing},
    classification::Reached,
    label::NONE_OF_THESE,
};
use serde_json::json;

use crate::support::{Floor, examples, form};

/// A workspace with a champion of three labels.
async fn floor() -> Floor {
    let floor = Floor::open().await;
    floor.services.import_labels(&floor.system, &examples()).await.unwrap();
    floor.services.train(&floor.system).await.unwrap();
    floor.services.promote(&floor.system, 1, true).await.unwrap();
    floor
}

async fn row(floor: &Floor, label: &str) -> AutomationRow {
    let board = floor.services.automation_board(&floor.system).await.unwrap();
    board.rows.into_iter().find(|row| row.label == label).unwrap()
}

async fn set_goal(floor: &Floor, supervisor: &str, label: &str, percent: u8) -> StatusCode {
    let body = format!("label={label}&percent={percent}");
    floor.send(form("/fn/set_automation_goal", Some(supervisor), body)).await.status
}

/// Work about music, each text another one.
async fn music_comes_in(floor: &Floor, tasks: usize) {
    let words = ["violin", "piano", "trumpet", "chorus", "rhythm", "melody", "concert", "drums"];
    for n in 0..tasks {
        let (first, second) = (words[n % 8], words[n / 8 % 8]);
        let receipt = floor.submit(&format!("{first} with {second} and {first} number {n}")).await;
        assert_eq!(receipt.decision.classification.as_ref().unwrap().label, "music");
        floor.work(receipt.task_id, None).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rule_automates_what_is_promised_and_nothing_else() {
    let floor = floor().await;
    let supervisor = floor.cookie(Role::Supervisor).await;
    let policy = json!({
        "schema": 1,
        "rules": [{
            "id": "promised",
            "description": "Incidents get what is promised.",
            "when": "classification.reaches_precision >= 0.95",
            "then": { "destination": { "kind": "queue", "queue": "incident" } },
        }],
        "otherwise": { "destination": { "kind": "queue", "queue": "triage" } },
    });
    let policy = floor.services.save_policy(&floor.system, &policy.to_string(), "Ask for promises.").await.unwrap();
    floor.services.activate_policy(&floor.system, policy.version, None, "Try it.").await.unwrap();
    let board = floor.services.automation_board(&floor.system).await.unwrap();
    assert_eq!(board.rules, ["promised"]);

    // 192 imported examples promise nothing: nobody knows the mix that they come from.
    assert_eq!(set_goal(&floor, &supervisor, "music", 95).await, 200);
    let standing = row(&floor, "music").await.promise.unwrap().standing;
    assert_eq!(standing, Standing::TooFew { needed: 59 });
    let before = floor.submit("violin and piano").await.decision;
    assert_eq!(before.classification.unwrap().reached, None);
    assert_eq!(before.destination, Destination::Queue { queue: "triage".to_owned() });

    music_comes_in(&floor, 64).await;
    assert_eq!(set_goal(&floor, &supervisor, "music", 95).await, 200);
    let promised = row(&floor, "music").await;
    let Standing::Promised { threshold, bound } = promised.promise.as_ref().unwrap().standing else {
        panic!("{promised:?}")
    };
    assert!((0.95..1.0).contains(&bound), "{bound}");
    assert_eq!((promised.cases, promised.right), (64, 64));
    let after = floor.submit("violin and piano").await.decision;
    assert_eq!(after.destination, Destination::Queue { queue: "incident".to_owned() });
    assert_eq!(after.classification.unwrap().reached, Some(Reached { percent: 95, threshold }));
    let other = floor.submit("rain and snow today").await.decision;
    assert_eq!(other.destination, Destination::Queue { queue: "triage".to_owned() }, "nothing is asked of weather");

    assert_eq!(set_goal(&floor, &supervisor, "music", 0).await, 200);
    assert_eq!(row(&floor, "music").await.goal, None);
    let taken_back = floor.submit("violin and piano").await.decision;
    assert_eq!(taken_back.destination, Destination::Queue { queue: "triage".to_owned() });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn work_that_belongs_to_no_label_counts_against_a_promise() {
    let floor = floor().await;
    let supervisor = floor.cookie(Role::Supervisor).await;
    music_comes_in(&floor, 64).await;
    for n in 0..14 {
        // Nearly a fifth of the work is something else in the words of music.
        let receipt = floor.submit(&format!("violin piano chorus insurance claim {n}")).await;
        assert_eq!(receipt.decision.classification.as_ref().unwrap().label, "music");
        floor.work(receipt.task_id, Some(NONE_OF_THESE)).await;
    }
    assert_eq!(set_goal(&floor, &supervisor, "music", 95).await, 200);
    let found = row(&floor, "music").await;
    assert_eq!((found.cases, found.right), (78, 64));
    let standing = found.promise.unwrap().standing;
    if let Standing::Promised { threshold, .. } = standing {
        let foreign = floor.submit("violin piano chorus insurance claim again").await.decision.classification.unwrap();
        assert!(foreign.confidence < threshold, "{foreign:?} reaches {threshold}");
    }
    assert_eq!(set_goal(&floor, &supervisor, "music", 99).await, 200);
    assert_eq!(row(&floor, "music").await.promise.unwrap().standing, Standing::TooFew { needed: 299 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn goals_are_for_labels_that_exist_and_precisions_that_are_offered() {
    let floor = floor().await;
    let supervisor = floor.cookie(Role::Supervisor).await;
    for (label, percent) in [("nothing", 95), (NONE_OF_THESE, 95), ("music", 96), ("music", 100)] {
        assert_eq!(set_goal(&floor, &supervisor, label, percent).await, 422, "{label} at {percent}");
    }
    let board = floor.services.automation_board(&floor.system).await.unwrap();
    assert!(board.rows.iter().all(|row| row.goal.is_none()));
    assert_eq!(board.rows.iter().map(|row| row.label.as_str()).collect::<Vec<_>>(), ["kitchen", "music", "weather"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_report_counts_what_its_cases_show() {
    let floor = floor().await;
    floor.services.train(&floor.system).await.unwrap();
    let report = floor.services.model_report(&floor.system, 2).await.unwrap();
    let held_out = report.held_out.unwrap();
    let metrics = report.model.metrics.unwrap();
    assert_eq!((held_out.accuracy.of, held_out.accuracy.share), (metrics.examples, metrics.accuracy));
    let comparison = held_out.comparison.unwrap();
    assert_eq!((comparison.champion, comparison.gained, comparison.lost, comparison.p_value), (1, 0, 0, 1.0));
    assert_eq!(held_out.reliability.iter().map(|bin| bin.right.of).sum::<u64>(), metrics.examples);
    assert!((held_out.curve.last().unwrap().coverage - 1.0).abs() < 1e-9);
    assert!(metrics.learning_curve.len() >= 3, "{:?}", metrics.learning_curve);
    let lists = held_out.short_lists.unwrap();
    let of_labels = held_out.labels.iter().filter_map(|label| label.short_list.as_ref());
    assert_eq!(of_labels.map(|share| share.of).sum::<u64>(), lists.holds.of);
    assert!(lists.holds.share >= held_out.accuracy.share && lists.mean_size >= 1.0, "{lists:?}");

    let mut page = domain::PageRequest::first(7);
    let filter = domain::evaluation::CaseFilter { right: Some(true), ..Default::default() };
    let mut seen = Vec::new();
    loop {
        let cases = floor.services.list_cases(&floor.system, 2, &filter, &page).await.unwrap();
        seen.extend(cases.items);
        let Some(next) = cases.next else { break };
        page = domain::PageRequest::after(Some(next), Some(7));
    }
    let right = (metrics.accuracy * metrics.examples as f64).round() as usize;
    assert_eq!(seen.len(), right, "every right answer once");
    assert!(seen.is_sorted_by(|left, right| left.case.answer.confidence >= right.case.answer.confidence));
    assert!(seen.iter().all(|case| !case.text.is_empty()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_drawn_for_a_check_are_labelled_blindly_and_say_how_right_automation_is() {
    let floor = Floor::open_with(|settings| settings.check_percent = 50).await;
    let (services, system) = (&floor.services, &floor.system);
    services.import_labels(system, &examples()).await.unwrap();
    services.train(system).await.unwrap();
    services.promote(system, 1, true).await.unwrap();
    let policy = json!({
        "schema": 1,
        "rules": [{
            "id": "music",
            "description": "Nothing is to be done about music.",
            "when": "classification.label == \"music\"",
            "then": { "destination": { "kind": "close" } },
        }],
        "otherwise": { "destination": { "kind": "queue", "queue": "triage" } },
    });
    let policy = services.save_policy(system, &policy.to_string(), "Close music.").await.unwrap();
    services.activate_policy(system, policy.version, None, "Try it.").await.unwrap();

    let agent = floor.cookie(Role::Agent).await;
    let (mut drawn, mut closed) = (0, 0);
    for n in 0..40 {
        let receipt = floor.submit(&format!("violin and piano number {n}")).await;
        let Some(check) = &receipt.decision.check else {
            assert_eq!(receipt.decision.destination, Destination::Close);
            closed += 1;
            continue;
        };
        assert_eq!((check.probability, &check.instead_of), (0.5, &Destination::Close));
        assert_eq!(receipt.decision.destination, Destination::Queue { queue: "triage".to_owned() });
        let page = format!("/tasks/{}", receipt.task_id);
        let shown = async || {
            let request = http::Request::get(&page).header("cookie", &agent).header("accept", "text/html");
            floor.send(request.body(axum::body::Body::empty()).unwrap()).await.text()
        };
        let hidden = services.lookup_task(system, receipt.task_id).await.unwrap();
        assert!(hidden.blind && hidden.task.label.is_none());
        assert!(hidden.decisions.iter().all(|decision| decision.classification.is_none()));
        if drawn == 0 {
            let page = shown().await;
            assert!(page.contains("blind check"), "{page}");
            for answer in ["confidence", "Nothing is to be done about music", "What the model thought of"] {
                assert!(!page.contains(answer), "the page gives the answer away: {answer}");
            }
        }
        let task = services.claim(system, receipt.task_id, None).await.unwrap();
        let too_early = services.resolve(system, task.id, task.last_token, None).await;
        assert!(matches!(too_early, Err(service::WorkError::Conflict(_))), "{too_early:?}");
        if drawn == 0 {
            // Putting it aside, talking about it and bringing it back give nothing away.
            let minutes = domain::SnoozeRequest { minutes: Some(5), ..domain::SnoozeRequest::default() };
            services.comment_on_task(system, task.id, "What is this?").await.unwrap();
            services.snooze(system, task.id, task.last_token, minutes).await.unwrap();
            let aside = services.list_snoozed(system, true, &domain::PageRequest::first(1)).await.unwrap().items;
            assert_eq!((aside[0].task.id, &aside[0].task.label), (task.id, &None));
            let hidden = services.lookup_task(system, task.id).await.unwrap();
            assert!(hidden.blind && hidden.decisions.iter().all(|decision| decision.classification.is_none()));
            services.wake(system, task.id).await.unwrap();
            assert!(services.lookup_task(system, task.id).await.unwrap().blind);
        } else {
            services.release(system, task.id, task.last_token).await.unwrap();
        }
        // One of them is not what the model said.
        floor.work(receipt.task_id, Some(if drawn == 0 { "weather" } else { "music" })).await;
        assert!(!services.lookup_task(system, receipt.task_id).await.unwrap().blind);
        drawn += 1;
    }
    assert!(drawn >= 8 && closed >= 8, "{drawn} of 40 were drawn at 50 %");
    let board = services.automation_board(system).await.unwrap();
    let checked = board.checked.unwrap();
    assert_eq!((board.check_percent, checked.of), (50, drawn));
    assert!((checked.share - (drawn as f64 - 1.0) / drawn as f64).abs() < 1e-9, "{checked:?}");

    let filter = |kind| domain::label::LabelFilter { kind: Some(kind), label: None };
    let page = domain::PageRequest::first(100);
    let confirmed = services.list_labels(system, &filter(domain::LabelKind::Confirmed), &page).await.unwrap().items;
    let corrected = services.list_labels(system, &filter(domain::LabelKind::Corrected), &page).await.unwrap().items;
    assert_eq!((confirmed.len() as u64, corrected.len()), (drawn - 1, 1));
    assert!(confirmed.iter().chain(&corrected).all(|label| label.saw_model == Some(false)));
    assert!(confirmed.iter().chain(&corrected).all(|label| label.chosen_with == Some(0.5)));
}
