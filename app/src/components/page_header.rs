//! The head of a page.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page's only first-level heading, one line below it, and the page's main actions beside it. Sets the tab's title.
#[component]
pub fn PageHeader(
    /// The heading.
    #[prop(into)]
    title: String,
    /// One line that says what the page is for.
    #[prop(optional, into)]
    subtitle: String,
    /// The page's actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Title text=title.clone()/>
        <header class="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
            <div class="min-w-0">
                <h1 class="text-xl font-semibold tracking-tight text-balance wrap-anywhere">{title}</h1>
                {(!subtitle.is_empty()).then(|| view! { <p class="text-sm text-base-content/70">{subtitle}</p> })}
            </div>
            {children.map(|children| view! { <div class="flex flex-wrap items-center gap-2">{children()}</div> })}
        </header>
    }
    .into_any()
}
