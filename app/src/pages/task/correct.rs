//! The form that says what was wrong with the decision.

use domain::{Priority, QueueCounts, Task, label::NONE_OF_THESE};
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
    /// The labels of the model's short list.
    likely: Vec<String>,
) -> impl IntoView {
    let error = action_error(acts.correct);
    let present = task.label.clone().unwrap_or_else(|| "none".to_owned());
    let option = |label: String| view! { <option value=label.clone()>{label_in_words(&label)}</option> };
    let others = with_none(labels).into_iter().filter(|label| task.label.as_ref() != Some(label));
    let (first, rest): (Vec<String>, Vec<String>) = others.partition(|label| likely.contains(label));
    let rest = rest.into_iter().map(option).collect_view();
    let options = if first.is_empty() {
        rest.into_any()
    } else {
        view! {
            <optgroup label="On the model’s short list">{first.into_iter().map(option).collect_view()}</optgroup>
            <optgroup label="All others">{rest}</optgroup>
        }
        .into_any()
    };
    let here = task.state.queue().unwrap_or_default().to_owned();
    view! {
        <Fold id="correct" title="Correct the decision" open=Signal::derive(move || error.with(Option::is_some)) done=acts.done>
            <ActionForm action=acts.correct>
                <input type="hidden" name="task" value=task.id.to_string()/>
                <input type="hidden" name="token" value=token.to_string()/>
                <div class="flex flex-col gap-2">
                    <FormError error except=&["label", "priority", "queue", "reason"]/>
                    <Choice name="label" title="Right label" unchanged=format!("as it is: {present}")>
                        {options}
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

/// The form of a blind check: what it is, and nothing else.
#[component]
pub(super) fn CheckForm(task: Task, token: u64, acts: Acts, labels: Vec<String>) -> impl IntoView {
    let error = action_error(acts.correct);
    let options = with_none(labels)
        .into_iter()
        .map(|label| view! { <option value=label.clone()>{label_in_words(&label)}</option> })
        .collect_view();
    view! {
        <ActionForm action=acts.correct>
            <input type="hidden" name="task" value=task.id.to_string()/>
            <input type="hidden" name="token" value=token.to_string()/>
            <input type="hidden" name="reason" value="A blind check."/>
            <div class="flex flex-col gap-2">
                <p class="text-sm">
                    "This task was drawn at random to check the model. Say what it is; then you see what the model said."
                </p>
                <FormError error except=&["label"]/>
                <label for="check-label" class="font-medium">
                    "What is it?"
                </label>
                <select id="check-label" name="label" class="select select-sm w-full" required aria-describedby="label-error">
                    <option value="">"Choose a label"</option>
                    {options}
                </select>
                <FieldError error field="label"/>
                <button class="btn btn-sm btn-primary self-start" disabled=move || acts.correct.pending().get()>
                    "Keep the label"
                </button>
            </div>
        </ActionForm>
    }
    .into_any()
}

/// The labels that may be given, and that it is none of them.
fn with_none(mut labels: Vec<String>) -> Vec<String> {
    labels.retain(|label| label != NONE_OF_THESE);
    labels.push(NONE_OF_THESE.to_owned());
    labels
}

fn label_in_words(label: &str) -> String {
    if label == NONE_OF_THESE { "none of these".to_owned() } else { label.to_owned() }
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
