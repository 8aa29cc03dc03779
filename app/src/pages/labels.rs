//! Labels: the examples, those that people disagree on, the names, and how far people agree.

mod agreement;
mod disputes;
mod label;
mod list;
mod names;
mod suspicious;

pub use agreement::AgreementPage;
pub use disputes::DisputesPage;
use domain::dispute::LabelBacklog;
pub use label::LabelPage;
use leptos::prelude::*;
use leptos_router::components::A;
pub use list::LabelsPage;
pub use names::LabelSetPage;
pub use suspicious::SuspiciousPage;

use crate::api::label::count_label_backlog;

/// The links between the pages of labels, with how much waits for somebody.
#[component]
fn LabelTabs(
    /// That much.
    backlog: LabelBacklog,
) -> impl IntoView {
    let class = "border-b-2 border-transparent px-3 py-2 text-sm hover:border-base-300 aria-[current=page]:border-primary aria-[current=page]:font-medium";
    let badge = |count: u64| {
        (count > 0)
            .then(|| view! { <span class="badge badge-sm badge-soft badge-warning ml-2 tabular-nums">{count}</span> })
    };
    view! {
        <nav aria-label="Labels" class="mb-4 flex flex-wrap gap-1 border-b border-base-300">
            <A href="/labels" exact=true attr:class=class>
                "All labels"
            </A>
            <A href="/labels/disputes" attr:class=class>
                "To settle"
                {badge(backlog.disputes)}
            </A>
            <A href="/labels/suspicious" attr:class=class>
                "Suspicious"
                {badge(backlog.suspicions)}
            </A>
            <A href="/labels/names" attr:class=class>
                "Names"
            </A>
            <A href="/labels/agreement" attr:class=class>
                "Agreement"
            </A>
        </nav>
    }
    .into_any()
}
