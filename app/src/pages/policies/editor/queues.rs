//! Which queue takes the work of which label.

use domain::queue::QueueKind;
use leptos::prelude::*;

use super::{desk::Desk, then_form::queues_of};

/// The fold with the queues of labels.
#[component]
pub(super) fn LabelQueues(
    /// What takes the changes.
    desk: Desk,
) -> impl IntoView {
    let queues = Memo::new(move |_| desk.model.with(|model| model.label_queues().clone()));
    let fixed = !desk.may_change_whole();
    let why = fixed.then(|| view! { <p class="text-sm text-base-content/80">{desk.why_fixed(None)}</p> });
    let labels = Memo::new(move |_| queues.with(|queues| queues.keys().cloned().collect::<Vec<_>>()));
    view! {
        <details class="mt-3 rounded-box border border-base-300 bg-base-100">
            <summary class="cursor-pointer px-4 py-3 font-medium">
                {move || format!("Queues of labels ({})", queues.with(std::collections::BTreeMap::len))}
            </summary>
            <div class="flex flex-col gap-3 px-4 pb-4">
                <p class="max-w-prose text-sm">"For rules whose destination is the queue of the label."</p>
                {why}
                <ul class="flex flex-col gap-1">
                    <For each=move || labels.get() key=Clone::clone let:label>
                        <LabelQueue desk label fixed/>
                    </For>
                </ul>
                {(!fixed).then(|| view! { <AddLabelQueue desk/> })}
            </div>
        </details>
    }
    .into_any()
}

/// A choice of queues that also shows a name that no queue has.
fn queue_options(desk: Desk, now: &str) -> impl IntoView + use<> {
    let mut names = queues_of(desk, QueueKind::People);
    if !now.is_empty() && !names.iter().any(|name| name == now) {
        names.insert(0, now.to_owned());
    }
    let now = now.to_owned();
    names
        .into_iter()
        .map(|name| {
            let selected = name == now;
            view! { <option value=name.clone() prop:selected=selected>{name.clone()}</option> }
        })
        .collect_view()
}

#[component]
fn LabelQueue(desk: Desk, label: String, fixed: bool) -> impl IntoView {
    let name = label.clone();
    let now = Memo::new(move |_| desk.model.with(|model| model.label_queues().get(&name).cloned().unwrap_or_default()));
    let (of_choice, of_removal) = (label.clone(), label.clone());
    let choose = move |event| {
        let queue = event_target_value(&event);
        desk.change(|model| model.set_label_queue(&of_choice, &queue));
    };
    let remove = move |_| {
        desk.change(|model| model.remove_label_queue(&of_removal));
        desk.tell(format!("The label {of_removal} has no queue now. Undo brings it back."));
    };
    view! {
        <li class="flex flex-wrap items-center gap-2 text-sm">
            <span class="w-48 wrap-anywhere">{label.clone()}</span>
            <select class="select select-sm w-48" aria-label=format!("Queue of {label}") disabled=fixed on:change=choose>
                {move || queue_options(desk, &now.get())}
            </select>
            <button class="btn btn-xs btn-ghost" type="button" aria-label=format!("Remove the queue of {label}") disabled=fixed on:click=remove>
                "Remove"
            </button>
        </li>
    }
    .into_any()
}

#[component]
fn AddLabelQueue(desk: Desk) -> impl IntoView {
    let label = RwSignal::new(String::new());
    let queue = RwSignal::new(queues_of(desk, QueueKind::People).into_iter().next().unwrap_or_default());
    let add = move |_| {
        let name = label.get_untracked().trim().to_owned();
        if name.is_empty() || queue.with_untracked(String::is_empty) {
            desk.tell("Name a label and choose its queue.");
            return;
        }
        desk.change(|model| model.set_label_queue(&name, &queue.get_untracked()));
        desk.say(format!("The queue of {name} was added."));
        label.set(String::new());
    };
    view! {
        <div class="flex flex-wrap items-end gap-3">
            <label class="flex flex-col gap-1 text-sm">
                "Label"
                <input class="input input-sm w-48" type="text" list="known-labels" autocomplete="off" prop:value=label on:input=move |event| label.set(event_target_value(&event))/>
            </label>
            <label class="flex flex-col gap-1 text-sm">
                "Its queue"
                <select class="select select-sm w-48" on:change=move |event| queue.set(event_target_value(&event))>
                    {queue_options(desk, &queue.get_untracked())}
                </select>
            </label>
            <button class="btn btn-sm" type="button" on:click=add>
                "Add"
            </button>
        </div>
    }
    .into_any()
}
