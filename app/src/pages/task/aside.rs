//! Putting a task aside until later, and taking a resolution back.

use domain::{TaskId, Timestamp, resolution::UndoRight, task::SnoozeKind};
use leptos::{form::ActionForm, prelude::*};

use super::{
    acts::Acts,
    reasons::{Fold, ReasonField},
};
use crate::components::{FieldError, FormError, When, action_error};

/// For how long: minutes, in words.
const SPANS: [(&str, &str); 7] = [
    ("30", "30 minutes"),
    ("60", "an hour"),
    ("240", "4 hours"),
    ("1440", "a day"),
    ("4320", "3 days"),
    ("10080", "a week"),
    ("43200", "30 days"),
];
/// What is chosen at first.
const USUAL_SPAN: &str = "1440";

/// The form that puts a held task aside.
#[component]
pub(super) fn AsideForm(task: TaskId, token: u64, acts: Acts) -> impl IntoView {
    let error = action_error(acts.snooze);
    let spans = SPANS
        .map(|(minutes, words)| view! { <option value=minutes selected=minutes == USUAL_SPAN>{words}</option> })
        .into_iter()
        .collect_view();
    let kinds = [
        (SnoozeKind::Snoozed, "I look at it later; it is due as before"),
        (SnoozeKind::Waiting, "It waits for the customer; its due time waits, too"),
    ]
    .map(|(kind, words)| {
        view! {
            <label class="flex items-start gap-2">
                <input type="radio" class="radio radio-sm mt-0.5" name="kind" value=kind.as_str() checked=kind == SnoozeKind::Snoozed/>
                {words}
            </label>
        }
    })
    .into_iter()
    .collect_view();
    view! {
        <Fold id="aside" title="Put it aside" open=Signal::derive(move || error.with(Option::is_some)) done=acts.done>
            <ActionForm action=acts.snooze>
                <input type="hidden" name="task" value=task.to_string()/>
                <input type="hidden" name="token" value=token.to_string()/>
                <div class="flex flex-col gap-2">
                    <FormError error except=&["minutes"]/>
                    <label for="aside-minutes" class="font-medium">
                        "It comes back after"
                    </label>
                    <select id="aside-minutes" name="minutes" class="select select-sm w-full" aria-describedby="minutes-error">
                        {spans}
                    </select>
                    <FieldError error field="minutes"/>
                    <fieldset class="flex flex-col gap-1">
                        <legend class="sr-only">"Meanwhile"</legend>
                        {kinds}
                    </fieldset>
                    <ReasonField id="aside-reason" required=false label="Why (may be blank)"/>
                    <button class="btn btn-sm btn-neutral self-start" disabled=move || acts.snooze.pending().get()>
                        "Put it aside"
                    </button>
                </div>
            </ActionForm>
        </Fold>
    }
    .into_any()
}

/// Who put it aside until when, and what brings it back now.
#[component]
pub(super) fn PutAside(
    task: TaskId,
    by: String,
    until: Timestamp,
    kind: SnoozeKind,
    reason: Option<String>,
    /// Whether the viewer may bring it back.
    may_wake: bool,
    acts: Acts,
) -> impl IntoView {
    let waits = if kind == SnoozeKind::Waiting { "It waits for the customer. " } else { "" };
    view! {
        <p>{waits} {by} " put it aside; it is back " <When at=until/> "."</p>
        {reason.map(|reason| view! { <p class="whitespace-pre-wrap text-base-content/70 wrap-anywhere">{reason}</p> })}
        <FormError error=action_error(acts.wake)/>
        {may_wake
            .then(|| {
                view! {
                    <ActionForm action=acts.wake>
                        <input type="hidden" name="task" value=task.to_string()/>
                        <button class="btn btn-sm w-full" disabled=move || acts.wake.pending().get()>
                            "Bring it back now"
                        </button>
                    </ActionForm>
                }
            })}
    }
    .into_any()
}

/// Takes the resolution back.
#[component]
pub(super) fn TakeBack(task: TaskId, right: UndoRight, acts: Acts) -> impl IntoView {
    let error = action_error(acts.undo);
    let until = right.until.filter(|_| !right.needs_reason);
    view! {
        <ActionForm action=acts.undo>
            <input type="hidden" name="task" value=task.to_string()/>
            <div class="flex flex-col gap-2">
                <FormError error/>
                {if right.needs_reason {
                    view! { <ReasonField id="undo-reason"/> }.into_any()
                } else {
                    view! { <input type="hidden" name="reason" value=""/> }.into_any()
                }}
                <button class="btn btn-sm w-full" disabled=move || acts.undo.pending().get()>
                    "Take the resolution back"
                </button>
                {until.map(|until| view! { <p class="text-xs text-base-content/70">"That can be done until " <When at=until/> "."</p> })}
            </div>
        </ActionForm>
    }
    .into_any()
}
