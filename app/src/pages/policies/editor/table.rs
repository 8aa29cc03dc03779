//! The rules as a decision table, or as cards on a narrow screen.

use domain::policy::Column;
use leptos::prelude::*;

use super::{
    card::RuleCard,
    columns::ColumnTools,
    desk::{DRAWN, Desk},
    model::{Model, OTHERWISE},
    place::of_otherwise,
    row::RuleRow,
    then_form::ThenForm,
};

/// What is above the table: undoing, and adding.
#[component]
fn Tools(desk: Desk) -> impl IntoView {
    let can_undo = move || desk.model.with(Model::can_undo);
    let can_redo = move || desk.model.with(Model::can_redo);
    view! {
        <div class="mb-3 flex flex-wrap items-center gap-2">
            <button
                class="btn btn-sm aria-disabled:opacity-50"
                type="button"
                title="Ctrl+Z"
                aria-disabled=move || (!can_undo()).to_string()
                on:click=move |_| desk.undo(false)
            >
                "Undo"
            </button>
            <button
                class="btn btn-sm aria-disabled:opacity-50"
                type="button"
                title="Ctrl+Shift+Z"
                aria-disabled=move || (!can_redo()).to_string()
                on:click=move |_| desk.undo(true)
            >
                "Redo"
            </button>
            <button id="add-rule" class="btn btn-sm" type="button" on:click=move |_| desk.add_rule(None)>
                "Add a rule"
            </button>
        </div>
    }
    .into_any()
}

/// Everything that is edited as a table.
#[component]
pub(super) fn TableEditor(
    /// The document.
    desk: Desk,
) -> impl IntoView {
    let columns = Memo::new(move |_| desk.model.with(|model| model.columns().to_vec()));
    view! {
        <p class="mb-3 max-w-prose text-sm">
            "The rules are tried from the top. The first rule that matches decides; if none does, what stands at the end happens. A rule matches when all its conditions hold."
        </p>
        <Tools desk/>
        <ColumnTools desk columns/>
        <Show when=move || desk.narrow.get() fallback=move || view! { <Table desk columns/> }>
            <Cards desk columns/>
        </Show>
        <Otherwise desk/>
    }
    .into_any()
}

#[component]
fn Table(desk: Desk, columns: Memo<Vec<Column>>) -> impl IntoView {
    let heads = view! {
        <For each=move || columns.get() key=|column| (column.fact.clone(), column.kind()) let:column>
            <th scope="col" class="min-w-36" title=column.fact.to_string()>
                {column.fact.title()}
                <span class="sr-only">{format!(" ({})", column.fact)}</span>
            </th>
        </For>
    };
    view! {
        <div
            class="@container max-h-[80dvh] overflow-auto rounded-box border border-base-300 bg-base-100"
            tabindex="0"
            role="region"
            aria-label="The rules as a table"
        >
            <table class="table table-sm">
                <caption class="sr-only">"The rules, in the order they are tried"</caption>
                <thead class="sticky top-0 z-20 bg-base-200">
                    <tr>
                        <th scope="col" class="sticky left-0 z-10 w-28 min-w-28 bg-base-200">
                            "Order"
                        </th>
                        <th scope="col" class="sticky left-28 z-10 w-64 min-w-64 bg-base-200">
                            "Rule"
                        </th>
                        {heads}
                        <th scope="col">"Expression"</th>
                        <th scope="col">"Destination"</th>
                        <th scope="col">"Priority"</th>
                        <th scope="col">"Late after (min)"</th>
                    </tr>
                </thead>
                <For each=move || desk.shown() key=|key| *key let:key>
                    {desk.row(key).map(|first| view! { <RuleRow desk first columns/> })}
                </For>
            </table>
            <Nothing desk/>
            <More desk/>
        </div>
    }
    .into_any()
}

#[component]
fn Cards(desk: Desk, columns: Memo<Vec<Column>>) -> impl IntoView {
    view! {
        <ol class="flex flex-col gap-3" aria-label="The rules, in the order they are tried">
            <For each=move || desk.shown() key=|key| *key let:key>
                {desk.row(key).map(|first| view! { <RuleCard desk first columns/> })}
            </For>
        </ol>
        <Nothing desk/>
            <More desk/>
    }
    .into_any()
}

/// The way to rules that are not drawn yet.
#[component]
fn More(desk: Desk) -> impl IntoView {
    let left = Memo::new(move |_| desk.order.with(Vec::len).saturating_sub(desk.drawn.get()));
    view! {
        <Show when=move || left.get() != 0>
            <p class="sticky left-0 flex w-fit flex-wrap items-center gap-3 p-4 text-sm">
                {move || format!("{} more rules follow.", left.get())}
                <button class="btn btn-sm" type="button" on:click=move |_| desk.drawn.update(|drawn| *drawn += DRAWN)>
                    "Show more rules"
                </button>
            </p>
        </Show>
    }
    .into_any()
}

/// Why there is no rule.
#[component]
fn Nothing(desk: Desk) -> impl IntoView {
    view! {
        <Show when=move || desk.order.with(Vec::is_empty)>
            <p class="p-4 text-sm">"There is no rule yet, so every task goes where the end says. Add a rule to change that."</p>
        </Show>
    }
    .into_any()
}

/// What happens when no rule matches. It always stands at the end.
#[component]
fn Otherwise(desk: Desk) -> impl IntoView {
    let found = Memo::new(move |_| desk.problems.with(|problems| of_otherwise(problems)));
    let then = Memo::new(move |_| desk.model.with(Model::otherwise));
    let fixed = !desk.may_change_whole();
    let why = fixed.then(|| view! { <p class="mb-2 text-sm text-base-content/80">{desk.why_fixed(None)}</p> });
    view! {
        <section
            id=format!("rule-{OTHERWISE}")
            class="mt-3 rounded-box border border-base-300 bg-base-100 p-4"
            aria-labelledby="otherwise"
        >
            <h2 id="otherwise" class="mb-2 text-sm font-semibold">
                "Otherwise, when no rule matches"
            </h2>
            {why}
            <ThenForm desk key=OTHERWISE then about="when no rule matches" fixed=Signal::stored(fixed) found/>
        </section>
    }
    .into_any()
}
