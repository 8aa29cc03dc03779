//! Erasing what a task says.

use domain::Task;
use leptos::prelude::*;

use super::acts::Acts;
use crate::components::{Confirm, FieldError, FormError, When, action_error};

/// The form behind a fold, or when the text was erased.
#[component]
pub(super) fn Erase(task: Task, acts: Acts) -> impl IntoView {
    if let Some(at) = task.erased_at {
        return view! {
            <p class="text-sm text-base-content/70">
                "Subject, text and attributes were erased " <When at=at/> "."
            </p>
        }
        .into_any();
    }
    let error = action_error(acts.erase);
    let pending = acts.erase.pending();
    view! {
        <div>
            <Confirm
                summary="Erase the text"
                about=task.subject
                consequence="Subject, text and attributes go for good, also from the labels, every dataset and all later training. That there was a task, what was decided and who did it stays. Models that have learned from it keep what they learned until a later one takes their place."
            >
                <ActionForm action=acts.erase attr:class="flex w-full flex-col items-start gap-2">
                    <input type="hidden" name="task" value=task.id.to_string()/>
                    <label class="sr-only" for="erase-reason">
                        "Reason"
                    </label>
                    <input class="input input-xs w-full" id="erase-reason" name="reason" placeholder="Reason" maxlength="1000" required autocomplete="off" aria-describedby="reason-error"/>
                    <FieldError error field="reason"/>
                    <button class="btn btn-xs btn-error" type="submit" disabled=pending>
                        "Erase it"
                    </button>
                </ActionForm>
            </Confirm>
            <FormError error except=&["reason"]/>
        </div>
    }
    .into_any()
}
