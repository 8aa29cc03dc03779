//! What may be left to machines.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    Decision, Destination, Label,
    automation::{Goal, LabelPromise, LiveCase, Standing, UnsureTask},
    evaluation::{Answer, EvaluationCase},
};
use service::ports::store::{Store, Submission};

use crate::{
    add,
    fixtures::{at, decision, imported_label, label_id, model, submission, submissions, task, task_id, task_label},
};

fn goal(label: &str, percent: u8) -> Goal {
    Goal { label: label.to_owned(), percent, set_by: "Grace".to_owned(), set_at: at(7) }
}

fn promise(model_version: u32, label: &str, standing: Standing) -> LabelPromise {
    LabelPromise {
        model_version,
        label: label.to_owned(),
        percent: 95,
        standing,
        cases: 80,
        right: 79,
        worked_out_at: at(9),
    }
}

pub async fn goals_come_by_label_are_changed_and_removed_with_what_was_promised(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    tx.save_model(&model(3)).await.unwrap();
    for goal in [goal("refund", 95), goal("billing", 98), goal("refund", 99)] {
        tx.save_goal(&goal).await.unwrap();
    }
    assert_eq!(tx.list_goals().await.unwrap(), [goal("billing", 98), goal("refund", 99)]);
    tx.save_promise(&promise(3, "refund", Standing::NotReached)).await.unwrap();
    tx.remove_goal("refund").await.unwrap();
    assert_eq!(tx.list_goals().await.unwrap(), [goal("billing", 98)]);
    assert_eq!(tx.list_promises(3).await.unwrap(), []);
}

pub async fn promises_belong_to_a_model_and_are_changed(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    tx.save_model(&model(3)).await.unwrap();
    tx.save_model(&model(4)).await.unwrap();
    let kept = promise(3, "refund", Standing::Promised { threshold: 0.875, bound: 0.9612 });
    for promise in [promise(3, "refund", Standing::TooFew { needed: 59 }), promise(4, "fees", Standing::NotReached)] {
        tx.save_promise(&promise).await.unwrap();
    }
    tx.save_promise(&kept).await.unwrap();
    assert_eq!(tx.list_promises(3).await.unwrap(), [kept]);
    assert_eq!(tx.list_promises(4).await.unwrap().len(), 1);
}

pub async fn answers_whose_truth_is_known_come_with_how_their_tasks_were_chosen(store: &dyn Store) {
    add(store, &submissions([1, 2, 3, 4])).await;
    let by_other = |n| Label { model_version: Some("v2".to_owned()), ..task_label(n, "refund", &task(n)) };
    let labels = [
        task_label(1, "refund", &task(1)),
        Label { chosen_with: None, ..task_label(2, "refund", &task(2)) },
        by_other(3),
        by_other(4),
        imported_label(5, "refund"),
    ];
    let measured = |n| EvaluationCase {
        label_id: label_id(n),
        truth: "refund".to_owned(),
        answer: Answer { label: "fees".to_owned(), confidence: 0.5 },
        out_of_scope: 0.0,
        champion: None,
        short_list: None,
    };
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(&labels).await.unwrap();
    tx.save_model(&model(3)).await.unwrap();
    tx.add_evaluation_cases(3, &[measured(1), measured(3), measured(5)]).await.unwrap();
    tx.save().await.unwrap();
    let case = |n, answer: &str, confidence| LiveCase {
        label_id: label_id(n),
        truth: "refund".to_owned(),
        answer: answer.to_owned(),
        confidence,
        chosen_with: Some(0.25),
        decision_id: Some(task(n).decision_id),
    };
    let mut view = store.read().await.unwrap();
    // What the model had said when the task came counts, not what it said of the example; files say nothing of the mix.
    let unchosen = LiveCase { chosen_with: None, ..case(2, "billing", 0.71) };
    let all = [unchosen, case(1, "billing", 0.71), case(3, "fees", 0.5)];
    assert_eq!(view.list_live_cases(3, 10).await.unwrap(), all);
    assert_eq!(view.list_live_cases(3, 1).await.unwrap(), all[..1]);
}

pub async fn tasks_of_machines_come_least_sure_first_until_somebody_labels_them(store: &dyn Store) {
    let machine = Destination::Automation { automation: "refund-bot".to_owned() };
    let sure = |n: u64, second: f32| {
        let mut decision = Decision { destination: machine.clone(), ..decision(n) };
        decision.classification.as_mut().unwrap().candidates[1].confidence = second;
        Submission { decision, ..submission(n) }
    };
    let people = submission(5);
    add(store, &[sure(1, 0.1), sure(2, 0.9), sure(3, 0.5), sure(4, 0.7), people]).await;
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(&[task_label(1, "refund", &task(4))]).await.unwrap();
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    let ids = |found: Vec<UnsureTask>| found.iter().map(|task| task.task_id).collect::<Vec<_>>();
    let found = view.list_unsure(3, 10, 2).await.unwrap();
    assert_eq!((found[0].text.as_str(), found[0].decided_at), (task(2).text().as_str(), at(2)));
    assert_eq!(ids(found), [task_id(2), task_id(3)]);
    // Of the latest three, one is for people and one is labelled.
    assert_eq!(ids(view.list_unsure(3, 3, 9).await.unwrap()), [task_id(3)]);
    assert_eq!(ids(view.list_unsure(4, 10, 9).await.unwrap()), []);
}
