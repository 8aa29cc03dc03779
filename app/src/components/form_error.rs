//! What a form answered.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::error::AppError;

/// The error that an action's last run ended with; after a form without JavaScript, the one in the page's address.
pub fn action_error<S>(action: ServerAction<S>) -> Signal<Option<AppError>>
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let value = action.value();
    Signal::derive(move || value.with(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned())))
}

/// Says in one sentence why a form was refused. It is always in the page, so that screen readers hear it appear.
#[component]
pub fn FormError(
    /// Why; nothing when it was not refused.
    #[prop(into)]
    error: Signal<Option<AppError>>,
    /// Fields that say themselves what is wrong with them, by a [`FieldError`].
    #[prop(optional)]
    except: &'static [&'static str],
) -> impl IntoView {
    let shown = move || error.get().filter(|error| error.field().is_none_or(|field| !except.contains(&field)));
    view! {
        <div role="alert" class="empty:sr-only">
            {move || {
                shown().map(|error| view! { <p class="alert alert-error alert-soft text-sm">{error.message()}</p> })
            }}
        </div>
    }
    .into_any()
}

/// Says at a field why it was refused. Its id is `{field}-error`, for `aria-describedby`.
#[component]
pub fn FieldError(
    /// The form's error.
    #[prop(into)]
    error: Signal<Option<AppError>>,
    /// The field's name.
    field: &'static str,
) -> impl IntoView {
    let message =
        move || error.with(|error| error.as_ref().filter(|error| error.field() == Some(field)).map(AppError::message));
    view! { <p id=format!("{field}-error") aria-live="polite" class="text-sm text-error">{message}</p> }
}
