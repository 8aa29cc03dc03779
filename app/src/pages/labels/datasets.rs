//! Datasets: selections of labels that never change.

use domain::{LabelKind, Page, Permission, dataset::Dataset};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{LabelTabs, count_label_backlog};
use crate::{
    api::{
        dataset::{MakeDataset, list_datasets},
        label::list_label_counts,
    },
    components::{EmptyState, FieldError, FormError, PageHeader, Pager, TableRegion, When, action_error, loaded_for},
};

/// Every dataset, newest first, and a form for a new one.
#[component]
pub fn DatasetsPage() -> impl IntoView {
    let make = ServerAction::<MakeDataset>::new();
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| query.get("after")));
    let page = Resource::new(
        move || (after.get(), make.version().get()),
        |(after, _)| async move {
            let names = list_label_counts().await?.into_iter().map(|count| count.label).collect::<Vec<_>>();
            Ok((list_datasets(after).await?, names, count_label_backlog().await?))
        },
    );
    loaded_for(page, move |(page, names, backlog), viewer| {
        let form = viewer.may(Permission::TrainModels).then(|| view! { <NewDataset make names/> });
        view! {
            <PageHeader
                title="Datasets"
                subtitle="Selections of labels that never change. A text is always on the same side: learned from, or held out to measure on."
            />
            <LabelTabs backlog/>
            {form}
            <Datasets page/>
        }
    })
}

#[component]
fn NewDataset(make: ServerAction<MakeDataset>, names: Vec<String>) -> impl IntoView {
    let pending = make.pending();
    let error = action_error(make);
    let names = names.into_iter().map(|name| view! { <option value=name></option> }).collect_view();
    let kinds = LabelKind::ALL.map(|kind| view! { <option value=kind.as_str()>{kind.as_str()}</option> });
    view! {
        <details class="mb-6 rounded-box border border-base-300 bg-base-100">
            <summary class="cursor-pointer px-4 py-3 font-medium">"Make a dataset of the labels that hold now"</summary>
            <ActionForm action=make attr:class="flex flex-wrap items-start gap-3 px-4 pb-4">
                <div class="flex w-full flex-col gap-1 sm:w-64">
                    <label class="text-sm" for="dataset-name">
                        "Name"
                    </label>
                    <input class="input input-sm w-full" id="dataset-name" name="name" maxlength="120" required autocomplete="off" aria-describedby="name-error"/>
                    <FieldError error field="name"/>
                </div>
                <div class="flex w-full flex-col gap-1 sm:w-64">
                    <label class="text-sm" for="dataset-labels">
                        "Only these labels, with commas"
                    </label>
                    <datalist id="dataset-label-names">{names}</datalist>
                    <input class="input input-sm w-full" id="dataset-labels" name="labels" list="dataset-label-names" autocomplete="off"/>
                </div>
                <div class="flex w-full flex-col gap-1 sm:w-40">
                    <label class="text-sm" for="dataset-kind">
                        "Kind"
                    </label>
                    <select class="select select-sm w-full" id="dataset-kind" name="kind">
                        <option value="">"any"</option>
                        {kinds.into_iter().collect_view()}
                    </select>
                </div>
                <div class="flex flex-col gap-1">
                    <label class="text-sm" for="dataset-from">
                        "Given from"
                    </label>
                    <input class="input input-sm" id="dataset-from" name="from" type="date" aria-describedby="from-error"/>
                    <FieldError error field="from"/>
                </div>
                <div class="flex flex-col gap-1">
                    <label class="text-sm" for="dataset-until">
                        "up to"
                    </label>
                    <input class="input input-sm" id="dataset-until" name="until" type="date" aria-describedby="until-error"/>
                    <FieldError error field="until"/>
                </div>
                <div class="flex w-full flex-wrap items-center gap-3">
                    <label class="flex items-center gap-2 text-sm">
                        <input class="checkbox checkbox-sm" type="checkbox" name="unanchored" value="true"/>
                        "Without what people said after they saw the model’s answer"
                    </label>
                    <button class="btn btn-sm btn-primary" type="submit" disabled=pending>
                        "Make it"
                    </button>
                </div>
            </ActionForm>
            <div class="px-4 pb-2">
                <FormError error except=&["name", "from", "until"]/>
            </div>
        </details>
    }
    .into_any()
}

#[component]
fn Datasets(page: Page<Dataset>) -> impl IntoView {
    if page.items.is_empty() {
        return view! {
            <EmptyState
                title="No dataset yet"
                text="Each training keeps what it learned from as a dataset. You can also make one yourself, to train on it or to take it out."
            />
        }
        .into_any();
    }
    let rows = page
        .items
        .into_iter()
        .map(|dataset| {
            let short: String = dataset.sha256.chars().take(12).collect();
            view! {
                <tr>
                    <th scope="row">
                        <a class="link" href=format!("/labels/datasets/{}", dataset.number)>
                            {dataset.short_name()}
                        </a>
                    </th>
                    <td class="min-w-40 wrap-anywhere">{dataset.name.clone()}</td>
                    <td class="min-w-48 wrap-anywhere">{dataset.filter.in_words()}</td>
                    <td class="num text-right">{dataset.training()}</td>
                    <td class="num text-right">{dataset.held_out()}</td>
                    <td class="num text-right">{dataset.counts.len()}</td>
                    <td>
                        <When at=dataset.created_at/>
                        <span class="block text-xs text-base-content/70">{format!("by {}", dataset.created_by)}</span>
                    </td>
                    <td>
                        <code class="text-xs" title=dataset.sha256>
                            {short}
                        </code>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableRegion label="Datasets, newest first">
            <thead>
                <tr>
                    <th scope="col">"Dataset"</th>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Made from"</th>
                    <th scope="col" class="num text-right">
                        "To learn from"
                    </th>
                    <th scope="col" class="num text-right">
                        "Held out"
                    </th>
                    <th scope="col" class="num text-right">
                        "Labels"
                    </th>
                    <th scope="col">"Made (UTC)"</th>
                    <th scope="col">"SHA-256"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
        <Pager next=page.next/>
    }
    .into_any()
}
