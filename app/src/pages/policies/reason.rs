//! Why a step is taken: every step that changes what decides asks for it.

use leptos::prelude::*;

use crate::{components::FieldError, error::AppError};

/// The field for a reason.
#[component]
pub(crate) fn ReasonField(
    /// The form's error.
    #[prop(into)]
    error: Signal<Option<AppError>>,
) -> impl IntoView {
    view! {
        <div class="mb-2 w-64 max-w-full">
            <label class="flex flex-col gap-1 text-sm">
                <span>"Why"</span>
                <input class="input input-sm w-full" type="text" name="reason" required maxlength="500" autocomplete="off"/>
            </label>
            <FieldError error field="reason"/>
        </div>
    }
}
