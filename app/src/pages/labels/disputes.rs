//! Texts that people, or files, labelled in different ways, and settling them.

use domain::{
    Permission,
    dispute::{Dispute, Opinion},
    label_set::{LabelEntry, LabelState},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{LabelTabs, count_label_backlog};
use crate::{
    api::{
        label::{SettleDispute, list_disputes},
        label_set::list_label_set,
    },
    components::{
        EmptyState, FormError, LabelBadge, PageHeader, Pager, TableRegion, When, action_error, announce_done,
        loaded_for, on_key, press,
    },
};

/// Digits that pick a label of the first text.
const DIGITS: [char; 9] = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

/// Contested texts, the longest contested first.
#[component]
pub fn DisputesPage() -> impl IntoView {
    let settle = ServerAction::<SettleDispute>::new();
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| query.get("after")));
    let page = Resource::new(
        move || (after.get(), settle.version().get()),
        |(after, _)| async move { Ok((list_disputes(after).await?, list_label_set().await?, count_label_backlog().await?)) },
    );
    announce_done(settle, "Settled.");
    let error = action_error(settle);
    for digit in DIGITS {
        on_key(digit, move || press(&format!("pick-{digit}")));
    }
    loaded_for(page, move |(page, entries, backlog), viewer| {
        let may_settle = viewer.may(Permission::SettleLabels);
        view! {
            <PageHeader
                title="Labels to settle"
                subtitle="Texts with labels that contradict each other. Training uses the newest label until one of these is settled."
            />
            <LabelTabs backlog/>
            <FormError error/>
            <LabelNames entries/>
            {if page.items.is_empty() {
                view! {
                    <EmptyState
                        title="Nobody disagrees"
                        text="A text appears here when two people label it differently, when a file contradicts itself, or when the same text carries two labels."
                    />
                }
                    .into_any()
            } else {
                view! { <Disputes items=page.items settle may_settle/> }.into_any()
            }}
            <Pager next=page.next/>
        }
    })
}

/// The names that a typed label is completed from.
#[component]
fn LabelNames(entries: Vec<LabelEntry>) -> impl IntoView {
    let names = entries
        .into_iter()
        .filter(|entry| entry.state == LabelState::Active)
        .map(|entry| view! { <option value=entry.name></option> })
        .collect_view();
    view! { <datalist id="label-names">{names}</datalist> }.into_any()
}

#[component]
fn Disputes(items: Vec<Dispute>, settle: ServerAction<SettleDispute>, may_settle: bool) -> impl IntoView {
    let hint = may_settle.then(|| {
        view! {
            <p class="mb-3 text-sm text-base-content/70">
                "The keys " <kbd class="kbd kbd-sm">"1"</kbd> " to " <kbd class="kbd kbd-sm">"9"</kbd>
                " pick a label for the first text."
            </p>
        }
    });
    view! {
        {hint}
        <ol class="flex flex-col gap-4">
            {items
                .into_iter()
                .enumerate()
                .map(|(place, dispute)| view! { <DisputeCard dispute first=place == 0 settle may_settle/> })
                .collect_view()}
        </ol>
    }
    .into_any()
}

#[component]
fn DisputeCard(dispute: Dispute, first: bool, settle: ServerAction<SettleDispute>, may_settle: bool) -> impl IntoView {
    let form = may_settle.then(|| view! { <Settle dispute=dispute.clone() first settle/> });
    let rows = dispute.opinions.into_iter().map(|opinion| view! { <OpinionRow opinion/> }).collect_view();
    view! {
        <li class="rounded-box border border-base-300 bg-base-100 p-4">
            <blockquote class="mb-3 line-clamp-6 max-w-prose wrap-anywhere whitespace-pre-line">{dispute.text}</blockquote>
            <TableRegion label="What is said of this text, oldest first">
                <thead>
                    <tr>
                        <th scope="col">"Label"</th>
                        <th scope="col">"Given by"</th>
                        <th scope="col">"Kind"</th>
                        <th scope="col">"The model had said"</th>
                        <th scope="col">"When (UTC)"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
            {form}
        </li>
    }
    .into_any()
}

#[component]
fn OpinionRow(opinion: Opinion) -> impl IntoView {
    let predicted = match (opinion.predicted, opinion.confidence) {
        (Some(predicted), Some(sure)) => format!("{predicted}, {:.1} %", sure * 100.0),
        (Some(predicted), None) => predicted,
        (None, _) => "–".to_owned(),
    };
    let given_by = match opinion.task_id {
        Some(task) => view! {
            <a class="link link-hover" href=format!("/tasks/{task}")>
                {opinion.given_by}
            </a>
        }
        .into_any(),
        None => opinion.given_by.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="font-normal">
                <LabelBadge label=Some(opinion.label)/>
            </th>
            <td>{given_by}</td>
            <td>{opinion.kind.as_str()}</td>
            <td class="num">{predicted}</td>
            <td>
                <When at=opinion.given_at/>
            </td>
        </tr>
    }
}

/// One button for each label that was given, and a field for any other.
#[component]
fn Settle(dispute: Dispute, first: bool, settle: ServerAction<SettleDispute>) -> impl IntoView {
    let pending = settle.pending();
    let about: String = dispute.text.chars().take(60).collect();
    let buttons = dispute
        .choices()
        .into_iter()
        .zip(1_usize..)
        .map(|((label, _), place)| {
            let (label, name) = (label.to_owned(), format!("{label}: {about}"));
            let value = label.clone();
            let id = (first && place <= DIGITS.len()).then(|| format!("pick-{place}"));
            let key = id.is_some().then(|| view! { <kbd class="kbd kbd-xs" aria-hidden="true">{place}</kbd> });
            view! {
                <button class="btn btn-sm" id=id type="submit" name="label" value=value disabled=pending aria-label=name>
                    {label}
                    {key}
                </button>
            }
        })
        .collect_view();
    let (field, picked, typed) = (format!("other-{}", dispute.digest), dispute.digest.clone(), dispute.digest);
    view! {
        <div class="mt-3 flex flex-wrap items-center gap-x-6 gap-y-3">
            <ActionForm action=settle attr:class="flex flex-wrap items-center gap-2">
                <input type="hidden" name="digest" value=picked/>
                <span class="text-sm">"It is"</span>
                {buttons}
            </ActionForm>
            <ActionForm action=settle attr:class="flex flex-wrap items-center gap-2">
                <input type="hidden" name="digest" value=typed/>
                <label class="text-sm" for=field.clone()>
                    "or another label"
                </label>
                <input class="input input-sm w-44" id=field name="other" list="label-names" maxlength="200" required autocomplete="off"/>
                <button class="btn btn-sm" type="submit" disabled=pending>
                    "Settle"
                </button>
            </ActionForm>
        </div>
    }
    .into_any()
}
