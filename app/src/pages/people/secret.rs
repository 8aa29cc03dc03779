//! A password or a key that is shown once.

use leptos::prelude::*;

/// Shows a secret that was made just now. It can be selected with one click, and it is gone with the next page.
#[component]
pub(super) fn Secret(
    /// What it is and whose, in one sentence.
    #[prop(into)]
    title: String,
    /// What to do with it.
    #[prop(into)]
    hint: String,
    /// The secret.
    secret: String,
) -> impl IntoView {
    view! {
        <section
            class="mb-6 flex flex-col gap-2 rounded-box border border-warning bg-base-100 p-4"
            role="status"
            aria-label="A secret that is shown once"
        >
            <p class="font-semibold wrap-anywhere">{title}</p>
            <code class="block rounded-field border border-base-300 bg-base-200 px-3 py-2 text-sm select-all wrap-anywhere">
                {secret}
            </code>
            <p class="max-w-prose text-sm">{hint}</p>
        </section>
    }
}
