//! One rule as a row of the table, with its form below it.

use domain::{Priority, Rule, policy::Column};
use leptos::prelude::*;

use super::{
    browser,
    cell::{CellInput, FieldFindings},
    desk::{Desk, control},
    form::RuleForm,
    model::{Field, Row, RowKey},
    seen::{EditButton, MoveButtons, Seen, Title, on_arrow},
    then_form::ThenText,
};
use crate::{
    components::{Icon, IconName},
    pages::policies::words::target_in_short,
};

/// A rule as a row of the table, with its form below it.
#[component]
pub(super) fn RuleRow(
    /// What the row changes.
    desk: Desk,
    /// The rule, as it is first.
    first: Row<Rule>,
    /// The columns.
    columns: Memo<Vec<Column>>,
) -> impl IntoView {
    let seen = Seen::of(desk, first);
    let (key, row, fixed) = (seen.key, seen.row, seen.fixed);
    let cells = view! {
        <For each=move || columns.get() key=|column| (column.fact.clone(), column.kind()) let:column>
            <td class="align-top">
                <CellInput desk key row column found=seen.found place="cell" fixed/>
            </td>
        </For>
    };
    let class = move || {
        let target = desk.target.get() == Some(key) && desk.dragged.get() != Some(key);
        if target {
            "border-b border-base-300 outline-2 -outline-offset-2 outline-primary"
        } else {
            "border-b border-base-300"
        }
    };
    view! {
        <tbody
            id=format!("rule-{key}")
            class=class
            on:keydown=move |event| on_arrow(desk, key, &event)
            on:dragover=move |event| {
                if desk.dragged.get_untracked().is_some() {
                    event.prevent_default();
                    desk.target.set(Some(key));
                }
            }
            on:drop=move |event| {
                event.prevent_default();
                desk.drop_on(key);
            }
        >
            <tr>
                <td class="sticky left-0 z-10 w-28 min-w-28 bg-base-100 align-top">
                    <span class="flex items-center gap-1">
                        <Handle desk seen/> <span class="num w-6">{seen.number}</span> <MoveButtons desk seen/>
                    </span>
                </td>
                <th scope="row" class="sticky left-28 z-10 w-64 min-w-64 bg-base-100 text-left align-top shadow-[1px_0_0_var(--color-base-300)]">
                    <span class="flex items-start justify-between gap-2">
                        <span class="min-w-0">
                            <Title desk seen/>
                        </span>
                        <EditButton desk seen/>
                    </span>
                </th>
                {cells}
                <Actions desk seen/>
            </tr>
            <Show when=move || seen.is_open.get()>
                <tr>
                    <td colspan="60" class="bg-base-200 p-0">
                        <div class="sticky left-0 w-[100cqw] p-4">
                            <RuleForm desk seen columns/>
                        </div>
                    </td>
                </tr>
            </Show>
        </tbody>
    }
    .into_any()
}

/// What is dragged to move a rule. The buttons beside it do the same by keyboard and by touch.
#[component]
fn Handle(desk: Desk, seen: Seen) -> impl IntoView {
    view! {
        <span
            class="flex size-6 cursor-grab items-center justify-center text-base-content/70"
            title="Drag to move"
            aria-hidden="true"
            draggable=move || (!seen.fixed.get()).to_string()
            on:dragstart=move |_| desk.dragged.set(Some(seen.key))
            on:dragend=move |_| {
                desk.dragged.set(None);
                desk.target.set(None);
            }
        >
            <Icon name=IconName::Menu/>
        </span>
    }
    .into_any()
}

/// The columns that say more than the conditions: the expression, and what happens.
#[component]
fn Actions(desk: Desk, seen: Seen) -> impl IntoView {
    let (key, row) = (seen.key, seen.row);
    let shortened = move || {
        let when = row.with(|row| row.item.when.clone());
        if when.trim().is_empty() { "–".to_owned() } else { when }
    };
    let destination = move || row.with(|row| target_in_short(&row.item.then.destination));
    view! {
        <td class="max-w-72 min-w-48 align-top">
            <button class="link link-hover block w-full min-h-6 text-left" type="button" aria-label=seen.named("Edit the expression of") on:click=move |_| desk.edit(key, &Field::When)>
                <code class="line-clamp-3 text-xs wrap-anywhere">{shortened}</code>
            </button>
            <FieldFindings id=format!("when-{key}-help") found=Signal::derive(move || seen.found.with(|found| found.at("when")))/>
        </td>
        <td class="max-w-56 min-w-36 align-top">
            <button class="link link-hover block w-full min-h-6 text-left wrap-anywhere" type="button" aria-label=seen.named("Edit the destination of") on:click=move |_| {
                desk.open.set(Some(key));
                browser::focus_soon(format!("kind-{key}"));
            }>
                {destination}
            </button>
            <FieldFindings id=format!("destination-{key}-help") found=Signal::derive(move || seen.found.with(|found| found.at("then.destination")))/>
        </td>
        <td class="align-top">
            <PrioritySelect desk key priority=Signal::derive(move || row.with(|row| row.item.then.priority)) name=Signal::derive(seen.named("Priority by")) id=format!("cell-{key}-priority") fixed=seen.fixed/>
        </td>
        <td class="align-top">
            <ThenText desk key then=seen.then field=Field::Sla id=control("cell", key, &Field::Sla) name=Signal::derive(seen.named("Minutes until late by")) fixed=seen.fixed found=seen.found class="input input-sm w-24"/>
        </td>
    }
    .into_any()
}

/// The choice of a priority.
#[component]
pub(super) fn PrioritySelect(
    /// What takes it.
    desk: Desk,
    /// The row.
    key: RowKey,
    /// The priority now.
    priority: Signal<Option<Priority>>,
    /// The name of the control.
    name: Signal<String>,
    /// Its id.
    id: String,
    /// Whether it cannot be changed.
    fixed: Signal<bool>,
) -> impl IntoView {
    let take = move |event| {
        let priority = event_target_value(&event).parse().ok();
        desk.change(|model| model.change_then(key, |then| then.priority = priority));
    };
    let options = Priority::ALL.map(|each| {
        view! {
            <option value=each.as_str() prop:selected=move || priority.get() == Some(each)>
                {each.as_str()}
            </option>
        }
    });
    view! {
        <select id=id class="select select-sm w-32" aria-label=name disabled=fixed on:change=take>
            <option value="" prop:selected=move || priority.get().is_none()>
                "by itself"
            </option>
            {options}
        </select>
    }
    .into_any()
}
