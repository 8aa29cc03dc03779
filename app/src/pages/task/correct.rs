//! The form that says what was wrong with the decision.

use domain::{Priority, QueueCounts, Task};
use leptos::{form::ActionForm, prelude::*};

use super::{
    acts::Acts,
    reasons::{Fold, ReasonField},
};
use crate::components::{FieldError, FormError, action_error};

/// Label, priority, queue and why. What is left as it is was right.
#[component]
pub(super) fn CorrectForm(
    task: Task,
    token: u64,
    acts: Acts,
    queues: Vec<QueueCounts>,
    labels: Vec<String>,
) -> impl IntoView {
    let error = action_error(acts.correct);
    let present = task.label.clone().unwrap_or_else(|| "none".to_owned());
    let here = task.state.queue().unwrap_or_default().to_owned();
    view! {
        <Fold id="correct" title="Correct the decision" open=Signal::derive(move || error.with(Option::is_some)) done=acts.done>
            <ActionForm action=acts.correct>
                <input type="hidden" name="task" value=task.id.to_string()/>
                <input type="hidden" name="token" value=token.to_string()/>
                <div class="flex flex-col gap-2">
                    <FormError error except=&["label", "priority", "queue", "reason"]/>
                    <Choice name="label" title="Right label" unchanged=format!("as it is: {present}")>
                        {labels
                            .into_iter()
                            .filter(|label| task.label.as_ref() != Some(label))
                            .map(|label| view! { <option value=label.clone()>{label.clone()}</option> })
                            .collect_view()}
                    </Choice>
                    <FieldError error field="label"/>
                    <Choice name="priority" title="Right priority" unchanged=format!("as it is: {}", task.priority.as_str())>
                        {Priority::ALL
                            .into_iter()
                            .filter(|priority| *priority != task.priority)
                            .map(|priority| view! { <option value=priority.as_str()>{priority.as_str()}</option> })
                            .collect_view()}
                    </Choice>
                    <FieldError error field="priority"/>
                    <Choice name="queue" title="Right queue" unchanged=format!("as it is: {here}")>
                        {queues
                            .into_iter()
                            .filter(|counts| counts.queue.name != here)
                            .map(|counts| view! { <option value=counts.queue.name.clone()>{counts.queue.title.clone()}</option> })
                            .collect_view()}
                    </Choice>
                    <FieldError error field="queue"/>
                    <ReasonField id="correct-reason"/>
                    <FieldError error field="reason"/>
                    <button class="btn btn-sm btn-neutral self-start" disabled=move || acts.correct.pending().get()>
                        "Keep the correction"
                    </button>
                </div>
            </ActionForm>
        </Fold>
    }
    .into_any()
}

/// A choice whose first option changes nothing.
#[component]
fn Choice(name: &'static str, title: &'static str, unchanged: String, children: Children) -> impl IntoView {
    let id = format!("correct-{name}");
    view! {
        <div>
            <label for=id.clone() class="mb-1 block font-medium">{title}</label>
            <select id=id.clone() name=name class="select select-sm w-full" aria-describedby=format!("{name}-error")>
                <option value="">{unchanged}</option>
                {children()}
            </select>
        </div>
    }
    .into_any()
}
