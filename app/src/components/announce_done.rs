//! What follows when a form was done.

use leptos::{html, prelude::*, server_fn::ServerFn};

use crate::{components::announce, error::AppError};

/// Says a sentence through the page's live region each time the action ends well, for those who do not see the page change.
pub fn announce_done<S>(action: ServerAction<S>, sentence: &'static str)
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let value = action.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(_)))) {
            announce(sentence);
        }
    });
}

/// A reference for the action's form, which is emptied each time the action ends well.
pub fn reset_when_done<S>(action: ServerAction<S>) -> NodeRef<html::Form>
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let (value, form) = (action.value(), NodeRef::<html::Form>::new());
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(_))))
            && let Some(form) = form.get_untracked()
        {
            form.reset();
        }
    });
    form
}
