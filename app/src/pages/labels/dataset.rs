//! One dataset: what it was made from, what it holds, and what learned from it.

use domain::{
    Fault, Page, Permission,
    dataset::{Dataset, DatasetCount, DatasetDetail, DatasetExample},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{LabelTabs, count_label_backlog, text::ExampleText};
use crate::{
    api::{
        dataset::{list_dataset_examples, lookup_dataset},
        model::StartTraining,
    },
    components::{
        FormError, LabelBadge, PageHeader, Pager, TableRegion, When, action_error, announce_done, loaded_for,
    },
    error::AppError,
};

/// A dataset with its examples, page by page.
#[component]
pub fn DatasetPage() -> impl IntoView {
    let train = ServerAction::<StartTraining>::new();
    let (params, query) = (use_params_map(), use_query_map());
    let request = Memo::new(move |_| {
        let number = params.with(|params| params.get("number")).and_then(|number| number.parse().ok());
        (number, query.with(|query| query.get("after")))
    });
    let page = Resource::new(
        move || request.get(),
        |(number, after): (Option<u32>, Option<String>)| async move {
            let number = number.ok_or(AppError(Fault::NotFound))?;
            let detail = lookup_dataset(number).await?;
            Ok((detail, list_dataset_examples(number, after).await?, count_label_backlog().await?))
        },
    );
    announce_done(train, "Training has begun.");
    let error = action_error(train);
    let began = move || train.value().with(|value| matches!(value, Some(Ok(_))));
    loaded_for(page, move |(DatasetDetail { dataset, models }, examples, backlog), viewer| {
        let export = viewer.may(Permission::ExportLabels).then(|| exports(dataset.number));
        let pending = train.pending();
        let number = dataset.number;
        let act = viewer.may(Permission::TrainModels).then(|| {
            view! {
                <ActionForm action=train>
                    <input type="hidden" name="dataset" value=number/>
                    <button class="btn btn-sm btn-primary" type="submit" disabled=pending>
                        "Train on it"
                    </button>
                </ActionForm>
            }
        });
        let title = format!("Dataset {}: {}", dataset.short_name(), dataset.name);
        view! {
            <PageHeader title subtitle="A selection of labels that never changes.">
                {act}
                {export}
            </PageHeader>
            <LabelTabs backlog/>
            <FormError error/>
            {move || {
                began()
                    .then(|| {
                        view! {
                            <p class="alert alert-success alert-soft mb-4 text-sm">
                                <span>
                                    "Training has begun; " <a class="link" href="/models">
                                        "Models"
                                    </a> " shows how far it is."
                                </span>
                            </p>
                        }
                    })
            }}
            <Facts dataset=dataset.clone() models/>
            <div class="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_22rem]">
                <Examples page=examples/>
                <Counts counts=dataset.counts/>
            </div>
        }
    })
}

fn exports(number: u32) -> impl IntoView {
    let file = |format: &'static str, words: &'static str| {
        let href = format!("/api/v1/datasets/{number}/export?format={format}");
        view! {
            <a class="btn btn-sm" href=href rel="external" download=format!("dataset-d{number}.{format}")>
                {words}
            </a>
        }
    };
    view! {
        {file("csv", "CSV")}
        {file("jsonl", "JSON lines")}
        {file("parquet", "Parquet")}
        <a class="btn btn-sm" href=format!("/api/v1/datasets/{number}/card") rel="external" download=format!("dataset-d{number}.md")>
            "Card"
        </a>
    }
}

#[component]
fn Facts(dataset: Dataset, models: Vec<u32>) -> impl IntoView {
    let learned = if models.is_empty() {
        view! { "none" }.into_any()
    } else {
        let links = models
            .into_iter()
            .map(|version| {
                view! {
                    <a class="link mr-2" href=format!("/models/{version}")>
                        {format!("v{version}")}
                    </a>
                }
            })
            .collect_view();
        links.into_any()
    };
    view! {
        <dl class="mb-6 grid max-w-3xl grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
            <dt class="text-base-content/70">"Made from"</dt>
            <dd class="wrap-anywhere">{dataset.filter.in_words()}</dd>
            <dt class="text-base-content/70">"To learn from"</dt>
            <dd class="tabular-nums">{dataset.training()}</dd>
            <dt class="text-base-content/70">"Held out to measure on"</dt>
            <dd class="tabular-nums">{dataset.held_out()}</dd>
            <dt class="text-base-content/70">"Models that learned from it"</dt>
            <dd>{learned}</dd>
            <dt class="text-base-content/70">"Made"</dt>
            <dd>
                <When at=dataset.created_at/>
                {format!(" UTC by {}", dataset.created_by)}
            </dd>
            <dt class="text-base-content/70">"SHA-256 of its content"</dt>
            <dd>
                <code class="text-xs break-all">{dataset.sha256}</code>
            </dd>
        </dl>
    }
    .into_any()
}

#[component]
fn Examples(page: Page<DatasetExample>) -> impl IntoView {
    let rows = page
        .items
        .into_iter()
        .map(|DatasetExample { held_out, label, .. }| {
            let side = if held_out { "held out" } else { "to learn from" };
            let text = view! { <ExampleText label=label.clone()/> };
            let minutes = label.handling_minutes.map_or_else(|| "–".to_owned(), |minutes| format!("{minutes:.1}"));
            view! {
                <tr>
                    <th scope="row" class="min-w-64 max-w-xl font-normal">
                        {text}
                    </th>
                    <td>
                        <LabelBadge label=Some(label.label)/>
                    </td>
                    <td class="whitespace-nowrap">{side}</td>
                    <td>{label.priority.map_or("–", domain::Priority::as_str)}</td>
                    <td class="num text-right">{minutes}</td>
                    <td>{label.kind.as_str()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="examples" class="min-w-0">
            <h2 id="examples" class="mb-2 text-lg font-semibold">
                "Examples"
            </h2>
            <TableRegion label="Examples in the order of their texts’ digests">
                <thead>
                    <tr>
                        <th scope="col">"Text"</th>
                        <th scope="col">"Label"</th>
                        <th scope="col">"Side"</th>
                        <th scope="col">"Priority"</th>
                        <th scope="col" class="num text-right">
                            "Minutes"
                        </th>
                        <th scope="col">"Kind"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
            <Pager next=page.next/>
        </section>
    }
    .into_any()
}

#[component]
fn Counts(counts: Vec<DatasetCount>) -> impl IntoView {
    let rows = counts
        .into_iter()
        .map(|count| {
            view! {
                <tr>
                    <th scope="row" class="font-normal wrap-anywhere">
                        {count.label}
                    </th>
                    <td class="num text-right">{count.training}</td>
                    <td class="num text-right">{count.held_out}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="counts">
            <h2 id="counts" class="mb-2 text-lg font-semibold">
                "Examples per label"
            </h2>
            <TableRegion label="Labels with their numbers of examples">
                <thead>
                    <tr>
                        <th scope="col">"Label"</th>
                        <th scope="col" class="num text-right">
                            "To learn from"
                        </th>
                        <th scope="col" class="num text-right">
                            "Held out"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
        </section>
    }
    .into_any()
}
