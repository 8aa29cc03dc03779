//! Short coloured words. The colour never says more than the word.

use domain::Priority;
use leptos::prelude::*;

/// How urgent a task is.
#[component]
pub fn PriorityBadge(
    /// The priority.
    priority: Priority,
) -> impl IntoView {
    let class = match priority {
        Priority::Low => "badge badge-sm badge-ghost",
        Priority::Normal => "badge badge-sm badge-soft badge-neutral",
        Priority::High => "badge badge-sm badge-soft badge-warning",
        Priority::Urgent => "badge badge-sm badge-error",
    };
    view! { <span class=class>{priority.as_str()}</span> }
}

/// Where a thing stands, by its name in stores and filters, for example `awaiting_approval`.
#[component]
pub fn StateBadge(
    /// The state's name.
    #[prop(into)]
    state: String,
) -> impl IntoView {
    let class = match state.as_str() {
        "claimed" | "running" | "open" | "shadow" | "canary" => "badge badge-sm badge-soft badge-info",
        "resolved" | "active" | "champion" | "succeeded" | "live" => "badge badge-sm badge-soft badge-success",
        "awaiting_approval" | "interrupted" | "snoozed" => "badge badge-sm badge-soft badge-warning",
        "dead_letter" | "failed" | "revoked" | "disabled" => "badge badge-sm badge-soft badge-error",
        _ => "badge badge-sm badge-soft badge-neutral",
    };
    // People put tasks aside; the store calls that snoozed.
    let words = if state == "snoozed" { "put aside".to_owned() } else { state.replace('_', " ") };
    view! { <span class=class>{words}</span> }
}

/// A label's name.
#[component]
pub fn LabelBadge(
    /// The label; nothing when no model and no person named one.
    label: Option<String>,
) -> impl IntoView {
    label.map_or_else(
        || view! { <span class="text-base-content/70">"no label"</span> }.into_any(),
        |label| view! { <span class="badge badge-sm badge-outline max-w-full truncate">{label}</span> }.into_any(),
    )
}
