//! Labels: the examples, those that people disagree on, the names, and how far people agree.

mod agreement;
mod disputes;
mod label;
mod list;
mod names;

pub use agreement::AgreementPage;
pub use disputes::DisputesPage;
pub use label::LabelPage;
use leptos::prelude::*;
use leptos_router::components::A;
pub use list::LabelsPage;
pub use names::LabelSetPage;

use crate::api::label::count_disputes;

/// The links between the pages of labels, with how many texts wait to be settled.
#[component]
fn LabelTabs(
    /// That number.
    disputes: u64,
) -> impl IntoView {
    let class = "border-b-2 border-transparent px-3 py-2 text-sm hover:border-base-300 aria-[current=page]:border-primary aria-[current=page]:font-medium";
    view! {
        <nav aria-label="Labels" class="mb-4 flex flex-wrap gap-1 border-b border-base-300">
            <A href="/labels" exact=true attr:class=class>
                "All labels"
            </A>
            <A href="/labels/disputes" attr:class=class>
                "To settle"
                {(disputes > 0).then(|| view! { <span class="badge badge-sm badge-soft badge-warning ml-2 tabular-nums">{disputes}</span> })}
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
