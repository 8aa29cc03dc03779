//! What the page after a form must show once, kept for whoever sent the form.
//!
//! A form without JavaScript is answered with a redirect, which carries no result. A password or a key that was made for
//! it waits here until the page behind the redirect is drawn. It waits in memory only: a row of the session table, or the
//! log of the database, would keep on disk in clear what is otherwise kept only as a hash. If the server stops between
//! form and page the secret is lost, and a new one is made with the same button.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};

use domain::{Actor, ActorId, IssuedKey, IssuedPassword, policy::MAX_DOCUMENT_BYTES};
use http::{
    header::{ACCEPT, CACHE_CONTROL, HeaderValue},
    request::Parts,
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::api::policy::edit::PolicyDraft;

/// What waits for one person. Each field holds the newest only, so that memory is bounded by the number of people.
#[derive(Default)]
struct Waiting {
    password: Option<IssuedPassword>,
    key: Option<IssuedKey>,
    draft: Option<PolicyDraft>,
}

static WAITING: LazyLock<Mutex<HashMap<ActorId, Waiting>>> = LazyLock::new(Mutex::default);

/// The notes stay whole when another thread panics: each is replaced or taken in one step.
fn waiting() -> MutexGuard<'static, HashMap<ActorId, Waiting>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep(actor: &Actor, note: impl FnOnce(&mut Waiting)) {
    note(waiting().entry(actor.id().clone()).or_default());
}

fn take<T>(actor: &Actor, note: impl FnOnce(&mut Waiting) -> Option<T>) -> Option<T> {
    let taken = waiting().get_mut(actor.id()).and_then(note);
    if taken.is_some() {
        forbid_caching();
    }
    taken
}

/// A page with a secret must not come back from the browser's cache.
fn forbid_caching() {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Keeps a password that was made for somebody until the actor's next look at the people.
pub(super) fn keep_password(actor: &Actor, issued: IssuedPassword) {
    keep(actor, |waiting| waiting.password = Some(issued));
}

/// Takes the password that waits for the actor.
pub(super) fn take_password(actor: &Actor) -> Option<IssuedPassword> {
    take(actor, |waiting| waiting.password.take())
}

/// Keeps a key that was made until the actor's next look at the keys.
pub(super) fn keep_key(actor: &Actor, issued: IssuedKey) {
    keep(actor, |waiting| waiting.key = Some(issued));
}

/// Takes the key that waits for the actor.
pub(super) fn take_key(actor: &Actor) -> Option<IssuedKey> {
    take(actor, |waiting| waiting.key.take())
}

/// Keeps the text of a policy form that was sent without JavaScript. With JavaScript the text is still in the browser.
pub(super) fn keep_draft(actor: &Actor, draft: PolicyDraft) {
    let is_form = use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
        accept.is_some_and(|accept| accept.contains("text/html"))
    });
    if is_form && draft.json.len() <= MAX_DOCUMENT_BYTES {
        keep(actor, |waiting| waiting.draft = Some(draft));
    }
}

/// Takes the text that waits for the actor.
pub(super) fn take_draft(actor: &Actor) -> Option<PolicyDraft> {
    take(actor, |waiting| waiting.draft.take())
}

#[cfg(test)]
mod tests {
    use domain::{Role, Timestamp, User, UserId};

    use super::*;

    fn person(number: u128) -> Actor {
        Actor::user(UserId::from_parts(1, number), "Ada".to_owned(), Role::Administrator)
    }

    fn issued() -> IssuedPassword {
        let user = User {
            id: UserId::from_parts(2, 2),
            email: "new@example.org".to_owned(),
            name: "New".to_owned(),
            role: Role::Agent,
            areas: Vec::new(),
            created_at: Timestamp::from_ms(0),
            disabled_at: None,
        };
        IssuedPassword { user, password: "secret".to_owned() }
    }

    #[test]
    fn a_secret_is_shown_once_and_only_to_who_asked_for_it() {
        let (ada, eve) = (person(1), person(2));
        keep_password(&ada, issued());
        assert_eq!(take_password(&eve), None);
        assert_eq!(take_password(&ada), Some(issued()));
        assert_eq!(take_password(&ada), None);
    }
}
