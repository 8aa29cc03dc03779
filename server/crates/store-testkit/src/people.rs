//! People, sessions and keys.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{
    ApiKey, PageRequest, Role, Scope, User,
    preferences::{Density, Preferences, Theme},
};
use service::ports::store::{SessionRecord, Store, StoreError};

use crate::fixtures::{api_key, api_key_id, at, session, user, user_id};

async fn add(store: &dyn Store, users: &[User]) {
    let mut tx = store.begin().await.unwrap();
    for user in users {
        tx.add_user(user, "$argon2id$one").await.unwrap();
    }
    tx.save().await.unwrap();
}

pub async fn a_person_is_found_by_identifier_and_with_password_by_address(store: &dyn Store) {
    add(store, &[user(1, Role::Agent), user(2, Role::Auditor)]).await;
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_user(user_id(2)).await.unwrap(), Some(user(2, Role::Auditor)));
    assert_eq!(view.lookup_user(user_id(3)).await.unwrap(), None);
    let found = view.lookup_credentials("person001@example.com").await.unwrap();
    assert_eq!(found, Some((user(1, Role::Agent), "$argon2id$one".to_owned())));
    assert_eq!(view.lookup_credentials("nobody@example.com").await.unwrap(), None);
}

pub async fn what_a_person_chose_is_kept_and_changed(store: &dyn Store) {
    add(store, &[user(1, Role::Agent), user(2, Role::Agent)]).await;
    assert_eq!(store.read().await.unwrap().lookup_preferences(user_id(1)).await.unwrap(), None);
    let first = Preferences { theme: Theme::Dark, list_width: 4, ..Preferences::default() };
    let second = Preferences { density: Density::Compact, ..first.clone() };
    for chosen in [first, second] {
        let mut tx = store.begin().await.unwrap();
        tx.save_preferences(user_id(1), &chosen).await.unwrap();
        tx.save().await.unwrap();
        let mut view = store.read().await.unwrap();
        assert_eq!(view.lookup_preferences(user_id(1)).await.unwrap(), Some(chosen));
        assert_eq!(view.lookup_preferences(user_id(2)).await.unwrap(), None);
    }
}

pub async fn an_address_is_taken_once(store: &dyn Store) {
    add(store, &[user(1, Role::Agent)]).await;
    let twin = User { email: user(1, Role::Agent).email, ..user(2, Role::Agent) };
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.add_user(&twin, "x").await, Err(StoreError::Conflict("email"))));
}

pub async fn people_come_by_address_page_by_page(store: &dyn Store) {
    add(store, &[user(3, Role::Agent), user(1, Role::Agent), user(2, Role::Supervisor)]).await;
    let mut view = store.read().await.unwrap();
    let first = view.list_users(&PageRequest::first(2)).await.unwrap();
    assert_eq!(first.items, [user(1, Role::Agent), user(2, Role::Supervisor)]);
    let second = view.list_users(&PageRequest::after(first.next, Some(2))).await.unwrap();
    assert_eq!((second.items, second.next), (vec![user(3, Role::Agent)], None));
}

pub async fn people_are_found_by_the_name_in_their_address(store: &dyn Store) {
    let named = |n, email: &str| User { email: email.to_owned(), ..user(n, Role::Agent) };
    let given =
        [named(1, "ada@b.example"), named(2, "ada@a.example"), named(3, "adam@a.example"), named(4, "bo@a.example")];
    add(store, &given).await;
    let mut view = store.read().await.unwrap();
    let names = ["ada", "nobody", "bo"].map(str::to_owned);
    let found = view.list_users_named(&names).await.unwrap();
    assert_eq!(found, [given[1].clone(), given[0].clone(), given[3].clone()]);
    assert_eq!(view.list_users_named(&["ada@a.example".to_owned(), String::new()]).await.unwrap(), []);
    assert_eq!(view.list_users_named(&[]).await.unwrap(), []);
}

pub async fn a_saved_person_keeps_the_password_and_a_saved_password_the_person(store: &dyn Store) {
    add(store, &[user(1, Role::Agent)]).await;
    let changed = User {
        name: "Ada".to_owned(),
        role: Role::Supervisor,
        areas: vec!["billing".to_owned(), "refunds".to_owned()],
        disabled_at: Some(at(9)),
        ..user(1, Role::Agent)
    };
    let mut tx = store.begin().await.unwrap();
    tx.save_user(&changed).await.unwrap();
    assert_eq!(tx.lookup_credentials(&changed.email).await.unwrap().unwrap().1, "$argon2id$one");
    tx.save_password(changed.id, "$argon2id$two").await.unwrap();
    tx.save().await.unwrap();
    let found = store.read().await.unwrap().lookup_credentials(&changed.email).await.unwrap();
    assert_eq!(found, Some((changed, "$argon2id$two".to_owned())));
}

pub async fn saving_a_person_who_was_never_added_fails(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.save_user(&user(1, Role::Agent)).await, Err(StoreError::Failed(_))));
    assert!(matches!(tx.save_password(user_id(1), "x").await, Err(StoreError::Failed(_))));
}

pub async fn administrators_are_counted_while_they_may_sign_in(store: &dyn Store) {
    let gone = User { disabled_at: Some(at(1)), ..user(2, Role::Administrator) };
    add(store, &[user(1, Role::Administrator), gone, user(3, Role::Agent)]).await;
    assert_eq!(store.read().await.unwrap().count_active_administrators().await.unwrap(), 1);
}

async fn save_sessions(store: &dyn Store, sessions: &[SessionRecord]) {
    let mut tx = store.begin().await.unwrap();
    for session in sessions {
        tx.save_session(session).await.unwrap();
    }
    tx.save().await.unwrap();
}

pub async fn a_session_is_found_changed_and_removed(store: &dyn Store) {
    add(store, &[user(1, Role::Agent)]).await;
    let anonymous = session(1, None, at(100));
    save_sessions(store, std::slice::from_ref(&anonymous)).await;
    let found = store.read().await.unwrap().lookup_session(&anonymous.digest).await.unwrap();
    assert_eq!(found.as_ref(), Some(&anonymous));
    let signed_in =
        SessionRecord { user_id: Some(user_id(1)), expires_at: at(200), data: serde_json::json!({}), ..anonymous };
    save_sessions(store, std::slice::from_ref(&signed_in)).await;
    let found = store.read().await.unwrap().lookup_session(&signed_in.digest).await.unwrap();
    assert_eq!(found.as_ref(), Some(&signed_in));
    let mut tx = store.begin().await.unwrap();
    tx.remove_session(&signed_in.digest).await.unwrap();
    tx.remove_session("unknown").await.unwrap();
    assert_eq!(tx.lookup_session(&signed_in.digest).await.unwrap(), None);
    tx.save().await.unwrap();
}

pub async fn sessions_end_by_person_and_by_time(store: &dyn Store) {
    add(store, &[user(1, Role::Agent), user(2, Role::Agent)]).await;
    let given = [
        session(1, Some(user_id(1)), at(100)),
        session(2, Some(user_id(1)), at(300)),
        session(3, Some(user_id(2)), at(100)),
        session(4, None, at(101)),
    ];
    save_sessions(store, &given).await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.remove_sessions_of(user_id(1)).await.unwrap(), 2);
    assert_eq!(tx.remove_expired_sessions(at(100)).await.unwrap(), 1);
    assert_eq!(tx.lookup_session(&given[3].digest).await.unwrap(), Some(given[3].clone()));
    for gone in &given[..3] {
        assert_eq!(tx.lookup_session(&gone.digest).await.unwrap(), None);
    }
    tx.save().await.unwrap();
}

pub async fn keys_are_found_with_their_digest_and_listed_newest_first(store: &dyn Store) {
    let mut tx = store.begin().await.unwrap();
    let full = ApiKey { scopes: Scope::ALL.to_vec(), areas: vec!["billing".to_owned()], ..api_key(2) };
    for key in [api_key(1), full.clone(), api_key(3)] {
        tx.save_api_key(&key, "digest").await.unwrap();
    }
    tx.save().await.unwrap();
    let mut view = store.read().await.unwrap();
    assert_eq!(view.lookup_api_key(api_key_id(2)).await.unwrap(), Some((full.clone(), "digest".to_owned())));
    assert_eq!(view.lookup_api_key(api_key_id(9)).await.unwrap(), None);
    let first = view.list_api_keys(&PageRequest::first(2)).await.unwrap();
    assert_eq!(first.items, [api_key(3), full]);
    let second = view.list_api_keys(&PageRequest::after(first.next, Some(2))).await.unwrap();
    assert_eq!((second.items, second.next), (vec![api_key(1)], None));
}

pub async fn a_saved_key_changes_use_and_revocation_alone(store: &dyn Store) {
    let used = ApiKey { last_used_at: Some(at(60)), revoked_at: Some(at(90)), ..api_key(1) };
    let renamed = ApiKey { name: "another".to_owned(), ..used.clone() };
    let mut tx = store.begin().await.unwrap();
    tx.save_api_key(&api_key(1), "digest").await.unwrap();
    tx.save_api_key(&renamed, "another digest").await.unwrap();
    tx.save().await.unwrap();
    let found = store.read().await.unwrap().lookup_api_key(api_key_id(1)).await.unwrap();
    assert_eq!(found, Some((used, "digest".to_owned())));
}
