//! How sure a model is, as a bar and as a number.

use leptos::prelude::*;

/// A label with its probability. The bar is an SVG because the page's security policy blocks style attributes.
#[component]
pub fn Confidence(
    /// The label.
    #[prop(into)]
    label: String,
    /// Its probability, 0 to 1.
    confidence: f32,
) -> impl IntoView {
    let percent = (confidence.clamp(0.0, 1.0) * 1000.0).round() / 10.0;
    view! {
        <div class="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 text-sm">
            <span class="truncate" title=label.clone()>{label.clone()}</span>
            <span class="tabular-nums">{format!("{percent:.1} %")}</span>
            <svg
                class="col-span-2 h-1.5 w-full rounded-full text-primary"
                viewBox="0 0 100 6"
                preserveAspectRatio="none"
                aria-hidden="true"
            >
                <rect class="text-base-300" width="100" height="6" fill="currentColor"></rect>
                <rect width=format!("{percent:.1}") height="6" fill="currentColor"></rect>
            </svg>
        </div>
    }
    .into_any()
}
