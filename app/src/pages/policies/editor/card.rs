//! One rule as a card, for a narrow screen.

use domain::{Rule, policy::Column};
use leptos::prelude::*;

use super::{
    desk::Desk,
    form::RuleForm,
    model::Row,
    seen::{EditButton, MoveButtons, Seen, Title, on_arrow},
};
use crate::pages::policies::words::then_in_words;

/// A rule as a card, with its form below it.
#[component]
pub(super) fn RuleCard(
    /// What the card changes.
    desk: Desk,
    /// The rule, as it is first.
    first: Row<Rule>,
    /// The columns.
    columns: Memo<Vec<Column>>,
) -> impl IntoView {
    let seen = Seen::of(desk, first);
    let (key, row) = (seen.key, seen.row);
    let conditions = move || {
        row.with(|row| {
            let cells = row.item.cells.iter().map(|(fact, cell)| format!("{}: {cell}", fact.title()));
            let when = Some(row.item.when.clone()).filter(|when| !when.trim().is_empty());
            let all: Vec<String> = cells.chain(when).collect();
            if all.is_empty() { vec!["Always".to_owned()] } else { all }
        })
    };
    let conditions = move || {
        conditions().into_iter().map(|each| view! { <li class="line-clamp-3 wrap-anywhere">{each}</li> }).collect_view()
    };
    view! {
        <li
            id=format!("rule-{key}")
            class="rounded-box border border-base-300 bg-base-100 p-3"
            on:keydown=move |event| on_arrow(desk, key, &event)
        >
            <div class="flex items-start gap-2">
                <span class="num">{move || format!("{}.", seen.number.get())}</span>
                <div class="min-w-0 grow">
                    <Title desk seen/>
                </div>
                <MoveButtons desk seen/>
            </div>
            <ul class="mt-2 text-xs text-base-content/80">{conditions}</ul>
            <p class="mt-1 text-sm">{move || row.with(|row| then_in_words(&row.item.then))}</p>
            <div class="mt-2">
                <EditButton desk seen/>
            </div>
            <Show when=move || seen.is_open.get()>
                <div class="mt-3 border-t border-base-300 pt-3">
                    <RuleForm desk seen columns/>
                </div>
            </Show>
        </li>
    }
    .into_any()
}
