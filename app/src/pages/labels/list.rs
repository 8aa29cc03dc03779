//! The training examples, where they came from, and the way out as a file.

use domain::{
    Label, LabelKind, Page, Permission,
    label::{LabelCount, LabelFilter},
};
use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, location::Url, params::ParamsMap};

use super::{LabelTabs, count_label_backlog, text::ExampleText};
use crate::{
    api::{
        blank,
        label::{list_label_counts, list_labels},
    },
    components::{
        EmptyState, FilterForm, FilterSelect, FilterText, LabelBadge, PageHeader, Pager, TableRegion, When, loaded_for,
    },
};

/// Every label, newest first, narrowed by the page's address.
#[component]
pub fn LabelsPage() -> impl IntoView {
    let query = use_query_map();
    let request = Memo::new(move |_| query.with(|query| (filter_of(query), blank(query.get("after")))));
    let page = Resource::new(
        move || request.get(),
        |(filter, after)| async move {
            let labels = list_labels(filter.clone(), after).await?;
            Ok((labels, list_label_counts().await?, count_label_backlog().await?, filter))
        },
    );
    loaded_for(page, |(page, counts, backlog, filter), viewer| {
        let export = viewer.may(Permission::ExportLabels).then(|| view! { <ExportLinks filter=filter.clone()/> });
        view! {
            <PageHeader title="Labels" subtitle="What people said tasks are. Models learn from these examples.">
                {export}
            </PageHeader>
            <LabelTabs backlog/>
            <Filters filter=filter.clone() counts=counts.clone()/>
            <div class="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_18rem]">
                <div class="min-w-0">
                    <Labels page narrowed=filter != LabelFilter::default()/>
                </div>
                <Counts counts/>
            </div>
        }
    })
}

/// What the address narrows the list to; what cannot be read narrows nothing.
fn filter_of(query: &ParamsMap) -> LabelFilter {
    let kind = query.get_str("kind");
    LabelFilter {
        label: blank(query.get("label")),
        kind: LabelKind::ALL.into_iter().find(|each| Some(each.as_str()) == kind),
    }
}

/// Where the file of a format is, with the list's filters.
fn export_link(format: &str, filter: &LabelFilter) -> String {
    let mut link = format!("/api/v1/labels/export?format={format}");
    if let Some(label) = &filter.label {
        link.push_str("&label=");
        link.push_str(&Url::escape(label));
    }
    if let Some(kind) = filter.kind {
        link.push_str("&kind=");
        link.push_str(kind.as_str());
    }
    link
}

#[component]
fn ExportLinks(filter: LabelFilter) -> impl IntoView {
    view! {
        <a class="btn btn-sm" href=export_link("csv", &filter) rel="external" download="labels.csv">
            "Export CSV"
        </a>
        <a class="btn btn-sm" href=export_link("jsonl", &filter) rel="external" download="labels.jsonl">
            "Export JSON lines"
        </a>
        <a class="btn btn-sm" href=export_link("parquet", &filter) rel="external" download="labels.parquet">
            "Export Parquet"
        </a>
    }
}

#[component]
fn Filters(filter: LabelFilter, counts: Vec<LabelCount>) -> impl IntoView {
    let narrowed = filter != LabelFilter::default();
    let names = counts.into_iter().map(|count| view! { <option value=count.label></option> }).collect_view();
    view! {
        <FilterForm action="/labels" narrowed>
            <FilterText name="label" label="Label" value=filter.label list="label-names"/>
            <datalist id="label-names">{names}</datalist>
            <FilterSelect
                name="kind"
                label="Kind"
                options=LabelKind::ALL.map(|kind| (kind.as_str(), kind.as_str())).to_vec()
                value=filter.kind.map(|kind| kind.as_str().to_owned())
            />
        </FilterForm>
    }
}

#[component]
fn Labels(page: Page<Label>, narrowed: bool) -> impl IntoView {
    if page.items.is_empty() {
        return if narrowed {
            view! {
                <EmptyState
                    title="No label fits these filters"
                    text="Choose a name from the list of labels, or clear the filters to see every example."
                >
                    <a class="btn btn-sm" href="/labels">
                        "Clear the filters"
                    </a>
                </EmptyState>
            }
            .into_any()
        } else {
            view! {
                <EmptyState
                    title="No label yet"
                    text="A label is written when somebody resolves or corrects a task. A file of examples comes in under “Import”."
                />
            }
            .into_any()
        };
    }
    let rows = page.items.into_iter().map(|label| view! { <LabelRow label/> }).collect_view();
    view! {
        <TableRegion label="Labels, newest first">
            <thead>
                <tr>
                    <th scope="col">"Text"</th>
                    <th scope="col">"Label"</th>
                    <th scope="col">"Kind"</th>
                    <th scope="col">"The model had said"</th>
                    <th scope="col">"Given by"</th>
                    <th scope="col">"When (UTC)"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
        <Pager next=page.next/>
    }
    .into_any()
}

#[component]
fn LabelRow(label: Label) -> impl IntoView {
    let class = match label.kind {
        LabelKind::Corrected => "badge badge-sm badge-soft badge-warning",
        LabelKind::Confirmed => "badge badge-sm badge-soft badge-success",
        LabelKind::Imported => "badge badge-sm badge-soft badge-neutral",
        LabelKind::Adjudicated => "badge badge-sm badge-soft badge-info",
    };
    let text = view! { <ExampleText label=label.clone()/> };
    let predicted = label.predicted.map_or_else(
        || "–".to_owned(),
        |predicted| {
            let sure = label.confidence.map(|sure| format!(", {:.1} %", sure * 100.0)).unwrap_or_default();
            let model = label.model_version.map(|model| format!(" ({model})")).unwrap_or_default();
            format!("{predicted}{sure}{model}")
        },
    );
    view! {
        <tr>
            <th scope="row" class="min-w-64 max-w-xl font-normal">
                {text}
            </th>
            <td>
                <LabelBadge label=Some(label.label)/>
            </td>
            <td>
                <span class=class>{label.kind.as_str()}</span>
            </td>
            <td class="num">{predicted}</td>
            <td>{label.given_by}</td>
            <td>
                <When at=label.given_at/>
            </td>
        </tr>
    }
}

#[component]
fn Counts(counts: Vec<LabelCount>) -> impl IntoView {
    let total: u64 = counts.iter().map(|count| count.examples).sum();
    let names = counts.len();
    let rows = counts
        .into_iter()
        .map(|count| {
            let link = format!("/labels?label={}", Url::escape(&count.label));
            view! {
                <tr>
                    <th scope="row" class="font-normal">
                        <a class="link link-hover wrap-anywhere" href=link>
                            {count.label}
                        </a>
                    </th>
                    <td class="num text-right">{count.examples}</td>
                </tr>
            }
        })
        .collect_view();
    (names > 0).then(|| {
        view! {
            <section aria-labelledby="counts">
                <h2 id="counts" class="mb-2 text-lg font-semibold">
                    "Examples per label"
                </h2>
                <p class="mb-2 text-sm tabular-nums text-base-content/70">{format!("{total} examples of {names} labels")}</p>
                <TableRegion label="Labels with their numbers of examples">
                    <thead>
                        <tr>
                            <th scope="col">"Label"</th>
                            <th scope="col" class="num text-right">
                                "Examples"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </TableRegion>
            </section>
        }
    })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn an_export_keeps_the_filters_of_the_list() {
        let filter = LabelFilter { label: Some("a&b".to_owned()), kind: Some(LabelKind::Corrected) };
        assert_eq!(export_link("csv", &filter), "/api/v1/labels/export?format=csv&label=a%26b&kind=corrected");
        assert_eq!(export_link("jsonl", &LabelFilter::default()), "/api/v1/labels/export?format=jsonl");
    }
}
