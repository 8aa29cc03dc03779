//! Versions of the policy, what is said about them, and what holds beside them.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    PageRequest, PolicyVersion,
    policy::{PolicyComment, ReviewVerdict, Schedule},
};
use service::ports::store::{Store, StoreError, StoredSetting};

use crate::fixtures::{at, policy, user_id};

async fn save(store: &dyn Store, policies: &[PolicyVersion]) {
    let mut tx = store.begin().await.unwrap();
    for policy in policies {
        tx.save_policy(policy).await.unwrap();
    }
    tx.save().await.unwrap();
}

pub async fn an_empty_store_has_no_policy(store: &dyn Store) {
    let mut view = store.read().await.unwrap();
    assert_eq!(view.last_policy_version().await.unwrap(), 0);
    assert_eq!(view.lookup_active_policy().await.unwrap(), None);
    assert_eq!(view.lookup_policy_challenger().await.unwrap(), None);
    assert_eq!(view.lookup_previous_policy().await.unwrap(), None);
    assert_eq!(view.list_scheduled_policies().await.unwrap(), []);
    assert_eq!(view.lookup_policy(1).await.unwrap(), None);
    assert_eq!(view.lookup_policy_revision(1, 1).await.unwrap(), None);
    assert_eq!(view.list_policy_comments(1).await.unwrap(), []);
    assert_eq!(view.lookup_setting("guardrails").await.unwrap(), None);
    assert_eq!(view.decision_epoch().await.unwrap(), 0);
}

pub async fn versions_come_newest_first_page_by_page(store: &dyn Store) {
    save(store, &[policy(1), policy(2), policy(3)]).await;
    let mut view = store.read().await.unwrap();
    let first = view.list_policies(&PageRequest::first(2)).await.unwrap();
    assert_eq!(first.items, [policy(3), policy(2)]);
    let second = view.list_policies(&PageRequest::after(first.next, Some(2))).await.unwrap();
    assert_eq!((second.items, second.next), (vec![policy(1)], None));
    assert_eq!(view.last_policy_version().await.unwrap(), 3);
    assert_eq!(view.lookup_policy(2).await.unwrap(), Some(policy(2)));
}

pub async fn every_field_of_a_version_comes_back_as_it_was_given(store: &dyn Store) {
    let schedule =
        Schedule { at: at(900), by: "Alan".to_owned(), reason: "After the launch.".to_owned(), over: Some(1) };
    let draft = PolicyVersion { based_on: Some(1), ..policy(2) };
    let reviewed = draft.clone().submit_for_review().unwrap().approve("Alan", at(60)).unwrap();
    let scheduled = reviewed.clone().schedule(Some(schedule)).unwrap();
    let canary = reviewed.clone().begin_canary(25, at(70)).unwrap();
    let aside = canary.clone().retire(Some("It was worse.")).unwrap();
    let active = aside.clone().activate("Ada", at(80)).unwrap();
    save(store, &[policy(1)]).await;
    for version in [draft, reviewed, scheduled, canary, aside, active.clone(), active.retire(None).unwrap()] {
        save(store, std::slice::from_ref(&version)).await;
        assert_eq!(store.read().await.unwrap().lookup_policy(2).await.unwrap(), Some(version));
    }
}

pub async fn the_text_of_a_version_changes_only_while_it_is_a_draft(store: &dyn Store) {
    let (grace, ada) = (user_id(1).to_string(), user_id(2).to_string());
    let other = policy(7);
    save(store, &[policy(1)]).await;
    let rewritten = policy(1).rewrite(other.document.clone(), "Another".to_owned(), (&ada, "Ada"), at(40)).unwrap();
    save(store, std::slice::from_ref(&rewritten)).await;
    let found = store.read().await.unwrap().lookup_policy(1).await.unwrap().unwrap();
    assert_eq!((found.revision, found.authors.as_slice()), (2, &[grace, ada][..]));
    assert_eq!(found, rewritten);
    let asked = rewritten.submit_for_review().unwrap();
    save(store, std::slice::from_ref(&asked)).await;
    let active = asked.clone().activate("Grace", at(70)).unwrap();
    let mut changed = policy(9).document;
    changed.label_queues.clear();
    let tampered = PolicyVersion {
        document: changed,
        note: "tampered".to_owned(),
        authors: Vec::new(),
        revision: 9,
        saved_by: "nobody".to_owned(),
        ..active.clone()
    };
    save(store, &[tampered]).await;
    assert_eq!(store.read().await.unwrap().lookup_active_policy().await.unwrap(), Some(active));
    // What goes back to its authors is a draft again.
    save(store, std::slice::from_ref(&policy(2))).await;
    let back = policy(2).submit_for_review().unwrap().back_to_draft().unwrap();
    save(store, &[policy(2).submit_for_review().unwrap(), back.clone()]).await;
    let again = back.rewrite(other.document, "Mended".to_owned(), (&user_id(3).to_string(), "Alan"), at(90)).unwrap();
    save(store, std::slice::from_ref(&again)).await;
    assert_eq!(store.read().await.unwrap().lookup_policy(2).await.unwrap(), Some(again));
}

pub async fn each_revision_of_a_version_keeps_its_document(store: &dyn Store) {
    let first = policy(1);
    let mut document = first.document.clone();
    document.label_queues.clear();
    let author = user_id(1).to_string();
    let second = first.clone().rewrite(document, "Without queues".to_owned(), (&author, "Grace"), at(40)).unwrap();
    save(store, &[first.clone(), policy(2)]).await;
    save(store, std::slice::from_ref(&second)).await;
    let active = second.clone().activate("Grace", at(70)).unwrap();
    save(store, &[active]).await;
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_policy_revision(1, 1).await.unwrap(), Some(first.document));
    assert_eq!(view.lookup_policy_revision(1, 2).await.unwrap(), Some(second.document));
    assert_eq!(view.lookup_policy_revision(1, 3).await.unwrap(), None);
    assert_eq!(view.lookup_policy_revision(2, 1).await.unwrap(), Some(policy(2).document));
}

pub async fn at_most_one_version_is_active(store: &dyn Store) {
    let first = policy(1).activate("Grace", at(70)).unwrap();
    let second = policy(2).activate("Grace", at(80)).unwrap();
    save(store, std::slice::from_ref(&first)).await;
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.save_policy(&second).await, Err(StoreError::Conflict("active_policy"))));
    drop(tx);
    save(store, &[first.retire(None).unwrap(), second.clone()]).await;
    assert_eq!(store.read().await.unwrap().lookup_active_policy().await.unwrap(), Some(second));
}

pub async fn at_most_one_version_is_in_shadow_or_a_canary(store: &dyn Store) {
    let active = policy(1).activate("Grace", at(70)).unwrap();
    let shadow = policy(2).begin_shadow(at(80)).unwrap();
    save(store, &[active.clone(), shadow.clone(), policy(3)]).await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.lookup_policy_challenger().await.unwrap().as_ref(), Some(&shadow));
    let other = policy(3).begin_canary(10, at(90)).unwrap();
    assert!(matches!(tx.save_policy(&other).await, Err(StoreError::Conflict("policy_challenger"))));
    let canary = shadow.begin_canary(5, at(91)).unwrap();
    tx.save_policy(&canary).await.unwrap();
    assert_eq!(tx.lookup_policy_challenger().await.unwrap().as_ref(), Some(&canary));
    tx.save_policy(&canary.retire(Some("It was late.")).unwrap()).await.unwrap();
    assert_eq!(tx.lookup_policy_challenger().await.unwrap(), None);
    tx.save_policy(&other).await.unwrap();
    assert_eq!(tx.lookup_active_policy().await.unwrap(), Some(active));
}

pub async fn the_version_before_the_active_one_was_active_last(store: &dyn Store) {
    let active = |version, ms| policy(version).activate("Grace", at(ms)).unwrap();
    let first = active(1, 90).retire(None).unwrap();
    let second = active(2, 80).retire(None).unwrap();
    let never = policy(3).begin_shadow(at(95)).unwrap().retire(Some("It was worse.")).unwrap();
    save(store, &[first.clone(), second, never, active(4, 99)]).await;
    assert_eq!(store.read().await.unwrap().lookup_previous_policy().await.unwrap(), Some(first));
}

pub async fn scheduled_versions_come_earliest_first(store: &dyn Store) {
    let scheduled = |version, ms| {
        let schedule = Schedule { at: at(ms), by: "Alan".to_owned(), reason: "Monday".to_owned(), over: None };
        policy(version).schedule(Some(schedule)).unwrap()
    };
    save(store, &[scheduled(1, 300), scheduled(2, 100), policy(3), scheduled(4, 200)]).await;
    let second = scheduled(2, 100).activate("Alan", at(100)).unwrap();
    let third = scheduled(3, 50).schedule(None).unwrap();
    let found = store.read().await.unwrap().list_scheduled_policies().await.unwrap();
    assert_eq!(found, [scheduled(2, 100), scheduled(4, 200), scheduled(1, 300)]);
    save(store, &[second, third]).await;
    let found = store.read().await.unwrap().list_scheduled_policies().await.unwrap();
    assert_eq!(found, [scheduled(4, 200), scheduled(1, 300)]);
}

pub async fn comments_of_a_version_come_oldest_first(store: &dyn Store) {
    let comment = |version, text: &str| PolicyComment {
        version,
        revision: 2,
        rule: None,
        by: "Alan".to_owned(),
        at: at(50),
        text: text.to_owned(),
        verdict: None,
    };
    let about = PolicyComment { rule: Some("refunds".to_owned()), ..comment(1, "Is \"500\" right?") };
    let no = PolicyComment { verdict: Some(ReviewVerdict::ChangesRequested), ..comment(1, "Not yet.") };
    let yes = PolicyComment { verdict: Some(ReviewVerdict::Approved), at: at(60), ..comment(1, "Good.") };
    save(store, &[policy(1), policy(2)]).await;
    let mut tx = store.begin().await.unwrap();
    for comment in [&about, &comment(2, "Of another."), &no, &yes] {
        tx.add_policy_comment(comment).await.unwrap();
    }
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    assert_eq!(view.list_policy_comments(1).await.unwrap(), [about, no, yes]);
    assert_eq!(view.list_policy_comments(2).await.unwrap(), [comment(2, "Of another.")]);
}

fn setting(revision: u32, value: &str) -> StoredSetting {
    StoredSetting { revision, value: serde_json::json!({ "name": value, "list": [1.5, null] }) }
}

pub async fn a_setting_is_written_one_revision_after_another(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.save_setting("guards", &setting(2, "b")).await, Err(StoreError::Conflict("revision"))));
    tx.save_setting("guards", &setting(1, "a")).await.unwrap();
    for late in [setting(1, "b"), setting(3, "b"), setting(0, "b")] {
        assert!(matches!(tx.save_setting("guards", &late).await, Err(StoreError::Conflict("revision"))));
    }
    tx.save_setting("guards", &setting(2, "c")).await.unwrap();
    tx.save_setting("prices", &setting(1, "d")).await.unwrap();
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_setting("guards").await.unwrap(), Some(setting(2, "c")));
    assert_eq!(view.lookup_setting("prices").await.unwrap(), Some(setting(1, "d")));
}

pub async fn the_epoch_counts_what_decisions_are_made_by(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    let active = policy(1).activate("Grace", at(70)).unwrap();
    let shadow = policy(2).begin_shadow(at(80)).unwrap();
    let canary = shadow.clone().begin_canary(10, at(90)).unwrap();
    let wider = canary.clone().begin_canary(20, at(95)).unwrap();
    let aside = wider.clone().retire(Some("It was late.")).unwrap();
    let mut before = tx.decision_epoch().await.unwrap();
    let steps = [
        (policy(1), false),
        (policy(1).submit_for_review().unwrap(), false),
        (active.clone(), true),
        (active.clone(), false),
        (shadow, true),
        (canary, true),
        (wider, true),
        (aside.clone(), true),
        (PolicyVersion { set_aside: Some("Otherwise.".to_owned()), ..aside }, false),
        (active.retire(None).unwrap(), true),
        (policy(3).activate("Grace", at(99)).unwrap(), true),
    ];
    for (version, raises) in steps {
        tx.save_policy(&version).await.unwrap();
        let now = tx.decision_epoch().await.unwrap();
        assert_eq!(now > before, raises, "{version:?}");
        before = now;
    }
    for revision in 1..=2 {
        tx.save_setting("guards", &setting(revision, "a")).await.unwrap();
        let now = tx.decision_epoch().await.unwrap();
        assert!(now > before);
        before = now;
    }
    tx.save().await.unwrap();
    assert_eq!(store.read().await.unwrap().decision_epoch().await.unwrap(), before);
}
