//! The forms that ask for a reason.

use domain::{QueueCounts, TaskId, escalation::MAX_REASON_BYTES};
use leptos::{form::ActionForm, prelude::*};

use super::acts::Acts;
use crate::components::{FormError, action_error};

/// A form that is folded away until it is wanted. It stays open while it shows why it was refused; when an act is done,
/// it is emptied and folded again.
#[component]
pub(super) fn Fold(
    id: &'static str,
    title: &'static str,
    #[prop(into)] open: Signal<bool>,
    #[prop(into)] done: Signal<u32>,
    children: Children,
) -> impl IntoView {
    let fold = NodeRef::<leptos::html::Details>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move |before: Option<u32>| {
        use wasm_bindgen::JsCast;
        let now = done.get();
        if before.is_some_and(|before| before != now)
            && let Some(fold) = fold.get_untracked()
        {
            fold.set_open(false);
            let form = fold.query_selector("form").ok().flatten();
            if let Some(form) = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
                form.reset();
            }
        }
        now
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = done;
    view! {
        <details node_ref=fold id=id open=open class="rounded-field border border-base-300 bg-base-100">
            <summary class="cursor-pointer px-3 py-2 font-medium">{title}</summary>
            <div class="px-3 pt-1 pb-3">{children()}</div>
        </details>
    }
    .into_any()
}

/// The field for a reason. It starts empty: what stands inside a `textarea` is not escaped when the server draws it.
#[component]
pub(super) fn ReasonField(
    id: &'static str,
    #[prop(default = true)] required: bool,
    #[prop(default = "Why")] label: &'static str,
) -> impl IntoView {
    view! {
        <div>
            <label for=id class="mb-1 block font-medium">{label}</label>
            <textarea
                id=id
                name="reason"
                rows="3"
                required=required
                maxlength=MAX_REASON_BYTES.to_string()
                class="textarea textarea-sm w-full"
            ></textarea>
        </div>
    }
    .into_any()
}

#[component]
pub(super) fn EscalateForm(task: TaskId, token: u64, queue: String, acts: Acts) -> impl IntoView {
    let error = action_error(acts.escalate);
    view! {
        <Fold id="escalate" title="Escalate" open=Signal::derive(move || error.with(Option::is_some)) done=acts.done>
            <ActionForm action=acts.escalate>
                <input type="hidden" name="task" value=task.to_string()/>
                <input type="hidden" name="token" value=token.to_string()/>
                <input type="hidden" name="queue" value=queue/>
                <div class="flex flex-col gap-2">
                    <FormError error/>
                    <ReasonField id="escalate-reason"/>
                    <button class="btn btn-sm btn-warning self-start" disabled=move || acts.escalate.pending().get()>
                        "Hand it up"
                    </button>
                </div>
            </ActionForm>
        </Fold>
    }
    .into_any()
}

#[component]
pub(super) fn HandBackForm(task: TaskId, token: u64, acts: Acts) -> impl IntoView {
    let error = action_error(acts.hand_back);
    view! {
        <Fold id="hand-back" title="Hand back" open=Signal::derive(move || error.with(Option::is_some)) done=acts.done>
            <ActionForm action=acts.hand_back>
                <input type="hidden" name="task" value=task.to_string()/>
                <input type="hidden" name="token" value=token.to_string()/>
                <div class="flex flex-col gap-2">
                    <FormError error/>
                    <ReasonField id="hand-back-reason"/>
                    <button class="btn btn-sm btn-neutral self-start" disabled=move || acts.hand_back.pending().get()>
                        "Hand it back to where it came from"
                    </button>
                </div>
            </ActionForm>
        </Fold>
    }
    .into_any()
}

/// Undoes an automated decision.
#[component]
pub(super) fn ReverseForm(task: TaskId, queues: Vec<QueueCounts>, acts: Acts) -> impl IntoView {
    let error = action_error(acts.reverse);
    view! {
        <Fold id="reverse" title="Undo the automated decision" open=Signal::derive(move || error.with(Option::is_some)) done=acts.done>
            <ActionForm action=acts.reverse>
                <input type="hidden" name="task" value=task.to_string()/>
                <div class="flex flex-col gap-2">
                    <FormError error/>
                    <label for="reverse-queue" class="font-medium">"Send it to"</label>
                    <select id="reverse-queue" name="queue" class="select select-sm w-full">
                        <option value="">"the triage queue"</option>
                        {queues
                            .into_iter()
                            .map(|counts| view! { <option value=counts.queue.name.clone()>{counts.queue.title.clone()}</option> })
                            .collect_view()}
                    </select>
                    <ReasonField id="reverse-reason"/>
                    <button class="btn btn-sm btn-warning self-start" disabled=move || acts.reverse.pending().get()>
                        "Undo it"
                    </button>
                </div>
            </ActionForm>
        </Fold>
    }
    .into_any()
}

/// Asks for a yes or a no.
#[component]
pub(super) fn ApprovalForm(task: TaskId, automation: String, otherwise: String, acts: Acts) -> impl IntoView {
    let pending = move || acts.approve.pending().get();
    view! {
        <p>
            "The automation " <strong>{automation}</strong> " waits for an answer. A no sends the task to " <strong>{otherwise}</strong> "."
        </p>
        <FormError error=action_error(acts.approve)/>
        <ActionForm action=acts.approve>
            <input type="hidden" name="task" value=task.to_string()/>
            <div class="flex flex-col gap-2">
                <ReasonField id="approval-reason" required=false label="Why (only a no needs a reason)"/>
                <div class="grid grid-cols-2 gap-2">
                    <button name="yes" value="true" class="btn btn-primary" disabled=pending>"Yes, run it"</button>
                    <button name="yes" value="false" class="btn" disabled=pending>"No"</button>
                </div>
            </div>
        </ActionForm>
    }
    .into_any()
}
