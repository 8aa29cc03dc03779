//! Tasks, one below the other.

use domain::TaskSummary;
use leptos::prelude::*;

use crate::components::{Due, LabelBadge, PriorityBadge, When};

/// A list of tasks in which each row leads to its task.
#[component]
pub(super) fn TaskRows(
    items: Vec<TaskSummary>,
    /// Whether the rows come from several queues.
    show_queue: bool,
) -> impl IntoView {
    view! {
        <ul class="divide-y divide-base-300 rounded-box border border-base-300 bg-base-100">
            {items.into_iter().map(|task| view! { <TaskRow task show_queue/> }).collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn TaskRow(task: TaskSummary, show_queue: bool) -> impl IntoView {
    let queue = show_queue.then_some(task.queue).flatten();
    view! {
        <li>
            <a
                href=format!("/tasks/{}", task.id)
                data-row=""
                class="grid gap-x-4 gap-y-1 px-4 py-2.5 text-sm hover:bg-base-200 focus-visible:bg-base-200 md:grid-cols-[minmax(0,1fr)_auto] md:items-center"
            >
                <span class="flex min-w-0 items-center gap-3">
                    <span class="w-16 shrink-0"><PriorityBadge priority=task.priority/></span>
                    <span class="truncate font-medium">{task.subject}</span>
                </span>
                <span class="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1 text-xs text-base-content/70">
                    {queue.map(|queue| view! { <span>{queue}</span> })}
                    <LabelBadge label=task.label/>
                    {match task.due_at {
                        Some(at) => view! { <span>"due " <Due at=Some(at)/></span> }.into_any(),
                        None => view! { <span>"came " <When at=task.submitted_at/></span> }.into_any(),
                    }}
                    {task.holder_name.map(|name| view! { <span>"held by " {name}</span> })}
                </span>
            </a>
        </li>
    }
    .into_any()
}

/// Moves the cursor by rows: down when positive. From outside the list it goes to the first row, or the last.
pub(super) fn move_focus(step: i32) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let Ok(rows) = document().query_selector_all("[data-row]") else { return };
        let count = i32::try_from(rows.length()).unwrap_or(0);
        let rows: Vec<web_sys::HtmlElement> =
            (0..rows.length()).filter_map(|index| rows.item(index)?.dyn_into().ok()).collect();
        let active = document().active_element();
        let present = rows.iter().position(|row| active.as_ref() == Some(row.as_ref()));
        let target = match present.and_then(|present| i32::try_from(present).ok()) {
            Some(present) => (present + step).clamp(0, count - 1),
            None if step > 0 => 0,
            None => count - 1,
        };
        if let Some(row) = usize::try_from(target).ok().and_then(|target| rows.get(target)) {
            // A row that cannot take the cursor just does not get it.
            let _ = row.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = step;
}
