//! Sorting the examples of a label that was split into its parts.

use domain::{Label, Permission, label_set::Unsorted};
use leptos::prelude::*;
use leptos_router::{
    components::Form,
    hooks::{use_params_map, use_query_map},
};

use super::{LabelTabs, count_label_backlog, names::link, text::ExampleText};
use crate::{
    api::label_set::{SortExample, SortExamples, list_unsorted},
    components::{EmptyState, FormError, PageHeader, action_error, announce_done, loaded_for, on_key, press},
};

/// The keys for the parts, in their order: as many as a label may have.
const KEYS: [char; domain::label_set::MAX_PARTS] = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

/// The button of the first example for a part.
fn button(place: usize) -> String {
    format!("first-{}", place + 1)
}

/// Examples that nobody has sorted yet, one by one or all that hold some words.
#[component]
pub fn SortPage() -> impl IntoView {
    let one = ServerAction::<SortExample>::new();
    let many = ServerAction::<SortExamples>::new();
    let (params, query) = (use_params_map(), use_query_map());
    let request = Memo::new(move |_| {
        let name = params.with(|params| params.get("name").unwrap_or_default());
        (name, query.with(|query| query.get("words").unwrap_or_default()))
    });
    let page = Resource::new(
        move || (request.get(), one.version().get(), many.version().get()),
        |((name, words), ..)| async move { Ok((list_unsorted(name, words).await?, count_label_backlog().await?)) },
    );
    announce_done(one, "Sorted.");
    announce_done(many, "All of them are sorted.");
    for (place, key) in KEYS.into_iter().enumerate() {
        on_key(key, move || press(&button(place)));
    }
    let errors = [action_error(one), action_error(many)];
    loaded_for(page, move |(unsorted, backlog), viewer| {
        let may_sort = viewer.may(Permission::SettleLabels);
        let title = format!("Sort {}", unsorted.name);
        let subtitle = format!("It was split into {}. {} examples are left.", unsorted.parts.join(", "), unsorted.left);
        let body = if unsorted.left == 0 {
            view! {
                <EmptyState title="Everything is sorted" text="The next training learns the parts. What was decided before keeps the old name.">
                    <a class="btn btn-sm" href=link(&unsorted.name)>
                        "Back to the label"
                    </a>
                </EmptyState>
            }
            .into_any()
        } else {
            view! { <Examples unsorted one many may_sort/> }.into_any()
        };
        view! {
            <PageHeader title subtitle/>
            <LabelTabs backlog/>
            {errors.map(|error| view! { <FormError error/> }).into_iter().collect_view()}
            {body}
        }
    })
}

#[component]
fn Examples(
    unsorted: Unsorted,
    one: ServerAction<SortExample>,
    many: ServerAction<SortExamples>,
    may_sort: bool,
) -> impl IntoView {
    let Unsorted { name, parts, words, found, first, .. } = unsorted;
    let all = (may_sort && !words.is_empty() && found > 0)
        .then(|| view! { <SortAll name=name.clone() words=words.clone() found parts=parts.clone() many/> });
    let hint = may_sort.then(|| {
        view! {
            <p class="mb-3 text-sm text-base-content/70">
                <kbd class="kbd kbd-sm">"1"</kbd> " to " <kbd class="kbd kbd-sm">{parts.len().to_string()}</kbd>
                " sort the first example."
            </p>
        }
    });
    let items = first
        .into_iter()
        .enumerate()
        .map(|(place, label)| view! { <Row label first=place == 0 parts=parts.clone() one may_sort/> })
        .collect_view();
    view! {
        <Form method="GET" action=format!("{}/sort", link(&name)) attr:class="mb-4 flex flex-wrap items-end gap-3">
            <label class="flex w-full flex-col gap-1 text-sm sm:w-80">
                <span>"Only examples with these words"</span>
                <input class="input input-sm w-full" name="words" value=words.clone() prop:value=words.clone() autocomplete="off" maxlength="128"/>
            </label>
            <button class="btn btn-sm" type="submit">
                "Show"
            </button>
        </Form>
        {all}
        {hint}
        <ol class="divide-y divide-base-300 rounded-box border border-base-300 bg-base-100">{items}</ol>
    }
    .into_any()
}

#[component]
fn SortAll(
    name: String,
    words: String,
    found: u64,
    parts: Vec<String>,
    many: ServerAction<SortExamples>,
) -> impl IntoView {
    let pending = many.pending();
    let options =
        parts.into_iter().map(|part| view! { <option value=part.clone()>{part.clone()}</option> }).collect_view();
    view! {
        <ActionForm action=many attr:class="mb-4 flex flex-wrap items-end gap-3">
            <input type="hidden" name="name" value=name/>
            <input type="hidden" name="words" value=words/>
            <label class="flex flex-col gap-1 text-sm">
                <span class="tabular-nums">{format!("All {found} of them are")}</span>
                <select class="select select-sm w-56" name="part">
                    {options}
                </select>
            </label>
            <button class="btn btn-sm" type="submit" disabled=pending>
                "Sort them"
            </button>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Row(label: Label, first: bool, parts: Vec<String>, one: ServerAction<SortExample>, may_sort: bool) -> impl IntoView {
    let text = view! { <ExampleText label=label.clone()/> };
    let about: String = label.text.chars().take(60).collect();
    let id = label.id.to_string();
    let pending = one.pending();
    let forms = parts
        .into_iter()
        .enumerate()
        .filter(|_| may_sort)
        .map(|(place, part)| {
            let key =
                first.then(|| view! { <kbd class="kbd kbd-xs" aria-hidden="true">{KEYS[place].to_string()}</kbd> });
            let (id, name) = (id.clone(), format!("{part}: {about}"));
            view! {
                <ActionForm action=one>
                    <input type="hidden" name="label" value=id/>
                    <input type="hidden" name="part" value=part.clone()/>
                    <button
                        class="btn btn-sm"
                        id=first.then(|| button(place))
                        type="submit"
                        disabled=pending
                        aria-label=name
                    >
                        {part.clone()}
                        {key}
                    </button>
                </ActionForm>
            }
        })
        .collect_view();
    view! {
        <li class="grid gap-3 px-4 py-3 md:grid-cols-[minmax(0,1fr)_auto] md:gap-6">
            <div class="min-w-0 text-sm">{text}</div>
            <div class="flex flex-wrap items-center gap-2">{forms}</div>
        </li>
    }
    .into_any()
}
