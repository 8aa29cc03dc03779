//! Labels: the examples, those that people disagree on, the names, and how far people agree.

mod agreement;
mod dataset;
mod datasets;
mod disputes;
mod imports;
mod label;
mod list;
mod names;
mod sort;
mod suspicious;
mod text;
mod unsure;

pub use agreement::AgreementPage;
pub use dataset::DatasetPage;
pub use datasets::DatasetsPage;
pub use disputes::DisputesPage;
use domain::dispute::LabelBacklog;
pub use imports::ImportsPage;
pub use label::LabelPage;
use leptos::prelude::*;
use leptos_router::components::A;
pub use list::LabelsPage;
pub use names::LabelSetPage;
pub use sort::SortPage;
pub use suspicious::SuspiciousPage;
pub use unsure::UnsurePage;

use crate::{
    api::label::count_label_backlog,
    components::{TAB, TABS},
};

/// The links between the pages of labels, with how much waits for somebody.
#[component]
fn LabelTabs(
    /// That much.
    backlog: LabelBacklog,
) -> impl IntoView {
    let badge = |count: u64| {
        (count > 0)
            .then(|| view! { <span class="badge badge-sm badge-soft badge-warning ml-2 tabular-nums">{count}</span> })
    };
    view! {
        <nav aria-label="Labels" class=TABS>
            <A href="/labels" exact=true attr:class=TAB>
                "All labels"
            </A>
            <A href="/labels/disputes" attr:class=TAB>
                "To settle"
                {badge(backlog.disputes)}
            </A>
            <A href="/labels/suspicious" attr:class=TAB>
                "Suspicious"
                {badge(backlog.suspicions)}
            </A>
            <A href="/labels/unsure" attr:class=TAB>
                "Unsure"
            </A>
            <A href="/labels/names" attr:class=TAB>
                "Names"
            </A>
            <A href="/labels/agreement" attr:class=TAB>
                "Agreement"
            </A>
            <A href="/labels/datasets" attr:class=TAB>
                "Datasets"
            </A>
            <A href="/labels/imports" attr:class=TAB>
                "Import"
            </A>
        </nav>
    }
    .into_any()
}
