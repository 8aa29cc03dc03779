//! The text of an example.

use domain::Label;
use leptos::prelude::*;

/// The beginning of a label's text, which leads to its task when it has one.
#[component]
pub(super) fn ExampleText(
    /// The label.
    label: Label,
) -> impl IntoView {
    let text = if label.text.is_empty() {
        view! { <em class="text-base-content/70">"erased since"</em> }.into_any()
    } else {
        view! { <span class="line-clamp-4 wrap-anywhere whitespace-pre-line">{label.text}</span> }.into_any()
    };
    match label.task_id {
        Some(task) => view! {
            <a class="link link-hover" href=format!("/tasks/{task}")>
                {text}
            </a>
        }
        .into_any(),
        None => text,
    }
}
