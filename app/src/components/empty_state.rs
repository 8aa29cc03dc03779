//! A place where nothing is.

use leptos::prelude::*;

/// Says why a list is empty and what to do about it.
#[component]
pub fn EmptyState(
    /// What is not there, in a few words.
    #[prop(into)]
    title: String,
    /// Why, and what to do.
    #[prop(into)]
    text: String,
    /// Links or buttons that help.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="flex flex-col items-center gap-2 rounded-box border border-dashed border-base-300 bg-base-100 px-6 py-12 text-center">
            <p class="font-semibold">{title}</p>
            <p class="max-w-prose text-sm text-base-content/70">{text}</p>
            {children.map(|children| view! { <div class="mt-2 flex flex-wrap justify-center gap-2">{children()}</div> })}
        </div>
    }
    .into_any()
}
