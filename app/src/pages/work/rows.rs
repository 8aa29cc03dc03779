//! Tasks, one below the other.

use domain::{Priority, TaskSummary};
use leptos::prelude::*;

use super::listing::Listing;
use crate::components::{Due, LabelBadge, PriorityBadge, When};

/// A list of tasks in which each row leads to its task.
#[component]
pub(super) fn TaskRows(
    items: Vec<TaskSummary>,
    /// Whether the rows come from several queues.
    show_queue: bool,
    /// The list that they stand in.
    listing: Listing,
    /// The task that is open.
    open: Memo<Option<String>>,
) -> impl IntoView {
    view! {
        <ul class="divide-y divide-base-300 border-y border-base-300 bg-base-100">
            {items
                .into_iter()
                .map(|task| {
                    let href = listing.task(&task.id.to_string());
                    view! { <TaskRow task show_queue href open/> }
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}

/// Two lines: what it is and when it is due; why it is here, and who has it.
#[component]
fn TaskRow(task: TaskSummary, show_queue: bool, href: String, open: Memo<Option<String>>) -> impl IntoView {
    let queue = show_queue.then_some(task.queue).flatten();
    let id = task.id.to_string();
    let is_open = move || open.with(|open| open.as_ref() == Some(&id)).then_some("true");
    let pressing = matches!(task.priority, Priority::High | Priority::Urgent);
    view! {
        <li>
            <a
                href=href
                data-row=""
                aria-current=is_open
                class="row flex flex-col gap-0.5 px-4 text-sm hover:bg-base-200 focus-visible:-outline-offset-2 aria-[current=true]:bg-base-300"
            >
                <span class="flex min-w-0 items-center gap-2">
                    {pressing.then(|| view! { <PriorityBadge priority=task.priority/> })}
                    <span class="grow truncate font-medium">{task.subject}</span>
                    <span class="shrink-0 text-xs text-base-content/70">
                        {match task.due_at {
                            Some(at) => view! { <Due at=Some(at)/> }.into_any(),
                            None => view! { <When at=task.submitted_at/> }.into_any(),
                        }}
                    </span>
                </span>
                <span class="row-second flex min-w-0 items-center gap-2 text-xs text-base-content/70">
                    {queue.map(|queue| view! { <span class="shrink-0">{queue}</span> })}
                    <span class="max-w-28 shrink-0 truncate"><LabelBadge label=task.label/></span>
                    {task.holder_name.map(|name| view! { <span class="shrink-0">"held by " {name}</span> })}
                    <span class="truncate">{task.why.as_deref().map(reason)}</span>
                </span>
            </a>
        </li>
    }
    .into_any()
}

/// What the rule says, without that it is a rule that says it: rows are short.
fn reason(why: &str) -> String {
    let said = why.strip_prefix("Rule “").and_then(|rest| rest.split_once("” matched: "));
    said.map_or(why, |(_, said)| said).to_owned()
}

/// The rows of the list, and the place of the one that is open or has the cursor.
#[cfg(feature = "hydrate")]
fn rows() -> (Vec<web_sys::HtmlElement>, Option<usize>) {
    use wasm_bindgen::JsCast;
    let Ok(found) = document().query_selector_all("[data-row]") else { return (Vec::new(), None) };
    let rows: Vec<web_sys::HtmlElement> =
        (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect();
    let active = document().active_element();
    let with_cursor = rows.iter().position(|row| active.as_ref() == Some(row.as_ref()));
    let present = with_cursor.or_else(|| rows.iter().position(|row| row.has_attribute("aria-current")));
    (rows, present)
}

/// The row so many steps away: down when positive. From outside the list the first row, or the last.
#[cfg(feature = "hydrate")]
fn row_at(step: i32) -> Option<web_sys::HtmlElement> {
    let (rows, present) = rows();
    let count = i32::try_from(rows.len()).ok()?;
    let target = match present.and_then(|present| i32::try_from(present).ok()) {
        Some(present) => (present + step).clamp(0, count - 1),
        None if step > 0 => 0,
        None => count - 1,
    };
    rows.into_iter().nth(usize::try_from(target).ok()?)
}

/// Moves the cursor by rows.
pub(super) fn move_focus(step: i32) {
    #[cfg(feature = "hydrate")]
    if let Some(row) = row_at(step) {
        // A row that cannot take the cursor just does not get it.
        let _ = row.focus();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = step;
}

/// Opens the task of a row beside the one that is open.
pub(super) fn open_beside(step: i32) {
    #[cfg(feature = "hydrate")]
    if let Some(row) = row_at(step) {
        row.click();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = step;
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn a_row_says_what_the_rule_says() {
        assert_eq!(reason("Rule “unsure” matched: The model is not sure."), "The model is not sure.");
        assert_eq!(reason("Ada sent it here: it is ours."), "Ada sent it here: it is ours.");
    }
}
