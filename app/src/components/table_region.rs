//! Tables that fit a narrow screen.

use leptos::prelude::*;

/// A table in a frame of its own that scrolls sideways on a narrow screen, by touch and by keyboard.
#[component]
pub fn TableRegion(
    /// What the table holds; its caption and the name of the frame.
    #[prop(into)]
    label: String,
    /// The table's head and body.
    children: Children,
) -> impl IntoView {
    let caption = label.clone();
    view! {
        <div
            class="overflow-x-auto rounded-box border border-base-300 bg-base-100"
            tabindex="0"
            role="region"
            aria-label=label
        >
            <table class="table table-sm">
                <caption class="sr-only">{caption}</caption>
                {children()}
            </table>
        </div>
    }
}

/// Text of a fixed form, for example JSON, in a frame that scrolls by touch and by keyboard.
#[component]
pub fn CodeRegion(
    /// What the text is.
    #[prop(into)]
    label: String,
    /// The text.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! {
        <pre
            class="max-h-[32rem] overflow-auto rounded-box border border-base-300 bg-base-200 p-3 text-xs"
            tabindex="0"
            role="region"
            aria-label=label
        >
            <code>{text}</code>
        </pre>
    }
}
