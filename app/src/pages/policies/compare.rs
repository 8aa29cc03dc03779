//! What differs between two documents, rule by rule and cell by cell.

use domain::policy::diff::{Difference, DifferenceKind, FieldChange};
use leptos::prelude::*;

/// A list of differences, each with its fields before and after.
#[component]
pub(super) fn Differences(
    /// What differs.
    differences: Vec<Difference>,
) -> impl IntoView {
    let rows = differences.into_iter().map(|difference| view! { <DifferenceItem difference/> }).collect_view();
    view! { <ul class="flex flex-col gap-2 text-sm">{rows}</ul> }
}

#[component]
fn DifferenceItem(difference: Difference) -> impl IntoView {
    let class = match difference.kind {
        DifferenceKind::Added => "badge badge-sm badge-soft badge-success",
        DifferenceKind::Removed => "badge badge-sm badge-soft badge-error",
        DifferenceKind::Changed => "badge badge-sm badge-soft badge-warning",
        DifferenceKind::Moved => "badge badge-sm badge-soft badge-info",
    };
    let areas: Vec<String> = difference.areas.into_iter().flatten().collect();
    let areas = (!areas.is_empty())
        .then(|| view! { <span class="badge badge-sm badge-outline">{format!("area {}", areas.join(" and "))}</span> });
    let fields = difference.fields.into_iter().map(|change| view! { <FieldItem change/> }).collect_view();
    view! {
        <li>
            <p class="flex flex-wrap items-center gap-2">
                <span class=class>{difference.kind.as_str()}</span>
                <span class="font-medium wrap-anywhere">{difference.part.to_string()}</span>
                {areas}
            </p>
            <ul class="ml-4 mt-1 flex flex-col gap-0.5">{fields}</ul>
        </li>
    }
    .into_any()
}

#[component]
fn FieldItem(change: FieldChange) -> impl IntoView {
    let before = change.before.map(|before| view! { <del class="wrap-anywhere text-base-content/70">{before}</del> });
    let after = change.after.map(|after| view! { <ins class="wrap-anywhere no-underline font-medium">{after}</ins> });
    let arrow = (before.is_some() && after.is_some()).then_some(" → ");
    view! {
        <li class="wrap-anywhere">
            <code class="text-xs">{change.field}</code>
            ": "
            {before}
            {arrow}
            {after}
        </li>
    }
}
