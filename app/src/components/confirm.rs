//! A second thought before what cannot be undone easily.

use leptos::prelude::*;

/// A button behind a fold: opening the fold says what the button will do, and only the button does it. It needs no script.
#[component]
pub fn Confirm(
    /// The words on the fold.
    #[prop(into)]
    summary: String,
    /// Whom or what it is about, for those who hear the words without what stands around them.
    #[prop(into)]
    about: String,
    /// What the button will do.
    #[prop(into)]
    consequence: String,
    /// The form with the button.
    children: Children,
) -> impl IntoView {
    // The fold closes whenever the page is drawn anew: what is behind it may then be about something else.
    view! {
        <details prop:open=false>
            <summary class="btn btn-xs" aria-label=format!("{summary} {about}")>
                {summary.clone()}
            </summary>
            <div class="mt-2 flex max-w-72 flex-col items-start gap-2 rounded-box border border-base-300 bg-base-100 p-3 text-xs whitespace-normal">
                <p>{consequence}</p>
                {children()}
            </div>
        </details>
    }
}
