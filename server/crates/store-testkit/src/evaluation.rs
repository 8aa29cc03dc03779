//! What models said of the examples that they were measured on.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    LabelId, Model, ModelStage,
    evaluation::{Answer, EvaluationCase, ShortListCase},
};
use service::ports::store::{Store, StoreError};

use crate::{
    add,
    fixtures::{imported_label, label_id, model, submissions, task, task_label},
};

fn case(n: u64, answer: &str) -> EvaluationCase {
    EvaluationCase {
        label_id: label_id(n),
        truth: "billing".to_owned(),
        answer: Answer { label: answer.to_owned(), confidence: 0.75 },
        out_of_scope: 0.125,
        champion: None,
        short_list: None,
    }
}

async fn prepare(store: &dyn Store, models: &[Model]) {
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(&[imported_label(1, "billing"), imported_label(2, "billing")]).await.unwrap();
    for model in models {
        tx.save_model(model).await.unwrap();
    }
    tx.save().await.unwrap();
}

pub async fn cases_of_a_model_come_back_by_label(store: &dyn Store) {
    prepare(store, &[model(1), model(2)]).await;
    let answered = Some(Answer { label: "fees".to_owned(), confidence: 0.5 });
    let with_champion = EvaluationCase {
        champion: answered,
        short_list: Some(ShortListCase { size: 3, holds: true }),
        ..case(1, "billing")
    };
    let mut tx = store.begin().await.unwrap();
    tx.add_evaluation_cases(1, &[case(2, "refund"), with_champion.clone()]).await.unwrap();
    tx.add_evaluation_cases(2, &[]).await.unwrap();
    let again = tx.add_evaluation_cases(1, &[case(2, "refund")]).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    assert_eq!(view.list_evaluation_cases(1).await.unwrap(), [with_champion, case(2, "refund")]);
    assert_eq!(view.list_evaluation_cases(2).await.unwrap(), []);
}

pub async fn cases_of_much_older_models_are_forgotten_but_for_the_champions(store: &dyn Store) {
    let champion = Model { stage: ModelStage::Champion, ..model(2) };
    prepare(store, &[model(1), champion, model(100)]).await;
    let mut tx = store.begin().await.unwrap();
    for version in [1, 2, 100] {
        tx.add_evaluation_cases(version, &[case(1, "billing")]).await.unwrap();
    }
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    for (version, kept) in [(1, 0), (2, 1), (100, 1)] {
        assert_eq!(view.list_evaluation_cases(version).await.unwrap().len(), kept, "model {version}");
    }
}

pub async fn labels_are_found_by_their_identifiers_whether_they_hold_or_not(store: &dyn Store) {
    add(store, &submissions([1])).await;
    let labels = [imported_label(1, "fees"), task_label(2, "billing", &task(1)), task_label(3, "refund", &task(1))];
    let mut tx = store.begin().await.unwrap();
    tx.add_labels(&labels).await.unwrap();
    tx.save().await.unwrap();
    let ids: Vec<LabelId> = [1, 2, 9].map(label_id).to_vec();
    let mut found = store.read().await.unwrap().list_labels_by_id(&ids).await.unwrap();
    found.sort_by_key(|label| label.id);
    assert_eq!(found, labels[..2]);
}
