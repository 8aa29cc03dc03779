//! All fields of one rule.

use domain::policy::Column;
use leptos::prelude::*;

use super::{
    cell::{CellInput, FieldFindings, notation},
    desk::{Desk, control},
    expression::Expression,
    model::Field,
    seen::Seen,
    then_form::ThenForm,
};

/// The form that opens below a rule.
#[component]
pub(super) fn RuleForm(
    /// What takes the changes.
    desk: Desk,
    /// The rule.
    seen: Seen,
    /// The columns of the table.
    columns: Memo<Vec<Column>>,
) -> impl IntoView {
    let (key, row, fixed) = (seen.key, seen.row, seen.fixed);
    let why = move || {
        let area = row.with(|row| row.item.area.clone());
        fixed.get().then(|| view! { <p class="alert alert-soft text-sm">{desk.why_fixed(area.as_deref())}</p> })
    };
    let about = Signal::derive(move || row.with(|row| format!("rule {}", row.item.id)));
    view! {
        <div id=format!("form-of-{key}") role="group" aria-label=about class="flex scroll-mt-12 flex-col gap-4 font-normal md:scroll-mb-36">
            {why}
            <Names desk seen/>
            <Conditions desk seen columns/>
            <Expression desk seen/>
            <fieldset class="flex flex-col gap-2">
                <legend class="text-sm font-semibold">"Then"</legend>
                <ThenForm desk key then=seen.then about fixed found=seen.found/>
            </fieldset>
            <Acts desk seen/>
        </div>
    }
    .into_any()
}

/// A field of text with a label above it.
#[component]
fn TextField(
    desk: Desk,
    seen: Seen,
    field: Field,
    label: &'static str,
    /// As findings name it.
    name: &'static str,
    text: Signal<String>,
    #[prop(optional)] list: Option<&'static str>,
    class: &'static str,
) -> impl IntoView {
    let key = seen.key;
    let id = control("form", key, &field);
    let help = format!("{id}-help");
    let at = Memo::new(move |_| seen.found.with(|found| found.at(name)));
    let (of_typing, of_leaving) = (field.clone(), field);
    let write = move |event| {
        let (field, text) = (of_typing.clone(), event_target_value(&event));
        desk.change(|model| model.type_rule(key, field, &text));
    };
    let leave = move |_| {
        desk.change(|model| model.leave(key, &of_leaving));
    };
    view! {
        <div class="flex min-w-0 flex-col gap-1 text-sm">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                class=class
                type="text"
                list=list
                autocomplete="off"
                aria-describedby=help.clone()
                aria-invalid=move || at.with(|at| !at.is_empty()).then_some("true")
                readonly=seen.fixed
                prop:value=text
                on:input=write
                on:blur=leave
            />
            <FieldFindings id=help found=at/>
        </div>
    }
    .into_any()
}

/// Name, description, area, and whether it is passed over.
#[component]
fn Names(desk: Desk, seen: Seen) -> impl IntoView {
    let (key, row) = (seen.key, seen.row);
    let id = Signal::derive(move || row.with(|row| row.item.id.clone()));
    let description = Signal::derive(move || row.with(|row| row.item.description.clone()));
    let area = Signal::derive(move || row.with(|row| row.item.area.clone().unwrap_or_default()));
    let area = if desk.may_change_whole() {
        view! { <TextField desk seen field=Field::Area label="Area" name="area" text=area list="known-areas" class="input input-sm w-40"/> }
            .into_any()
    } else {
        view! { <AreaSelect desk seen area/> }.into_any()
    };
    let disable = move |event| {
        let disabled = !event_target_checked(&event);
        desk.change(|model| model.change_rule(key, |rule| rule.disabled = disabled));
    };
    view! {
        <div class="flex flex-wrap items-start gap-x-4 gap-y-3">
            <TextField desk seen field=Field::Id label="Name" name="id" text=id class="input input-sm w-56"/>
            <div class="min-w-0 grow basis-72">
                <TextField desk seen field=Field::Description label="What it does, in words" name="description" text=description class="input input-sm w-full"/>
            </div>
            {area}
            <label class="flex min-h-8 items-center gap-2 self-end text-sm">
                <input
                    class="toggle toggle-sm"
                    type="checkbox"
                    disabled=seen.fixed
                    prop:checked=move || row.with(|row| !row.item.disabled)
                    on:change=disable
                />
                "Enabled"
            </label>
        </div>
    }
    .into_any()
}

/// The area, for whoever may change only some.
#[component]
fn AreaSelect(desk: Desk, seen: Seen, area: Signal<String>) -> impl IntoView {
    let key = seen.key;
    let id = control("form", key, &Field::Area);
    let mine = desk.areas.get_value();
    let options = move || {
        let now = area.get();
        let foreign = (!mine.contains(&now)).then(|| now.clone());
        let all = foreign.into_iter().chain(mine.clone());
        all.map(|name| {
            let selected = name == now;
            view! { <option value=name.clone() prop:selected=selected>{name.clone()}</option> }
        })
        .collect_view()
    };
    let take = move |event| {
        let area = event_target_value(&event);
        desk.change(|model| model.change_rule(key, |rule| rule.area = Some(area)));
    };
    view! {
        <div class="flex flex-col gap-1 text-sm">
            <label for=id.clone()>"Area"</label>
            <select id=id class="select select-sm w-40" disabled=seen.fixed on:change=take>
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// What the columns ask.
#[component]
fn Conditions(desk: Desk, seen: Seen, columns: Memo<Vec<Column>>) -> impl IntoView {
    let (key, row, found, fixed) = (seen.key, seen.row, seen.found, seen.fixed);
    view! {
        <Show when=move || columns.with(|columns| !columns.is_empty())>
            <fieldset class="flex flex-col gap-2">
                <legend class="text-sm font-semibold">"When all of these hold"</legend>
                <div class="grid grid-cols-1 gap-x-4 gap-y-3 sm:grid-cols-2 xl:grid-cols-4">
                    <For each=move || columns.get() key=|column| (column.fact.clone(), column.kind()) let:column>
                        <div class="min-w-0 text-sm">
                            <span aria-hidden="true">
                                {column.fact.title()}
                                <span class="text-xs text-base-content/70">{format!(": {}", notation(column.kind()))}</span>
                            </span>
                            <CellInput desk key row column found place="form" fixed/>
                        </div>
                    </For>
                </div>
            </fieldset>
        </Show>
    }
    .into_any()
}

/// What may be done with the rule as a whole.
#[component]
fn Acts(desk: Desk, seen: Seen) -> impl IntoView {
    let key = seen.key;
    let close = move |_| {
        desk.open.set(None);
        super::browser::focus_soon(format!("edit-{key}"));
    };
    view! {
        <div class="flex flex-wrap gap-2">
            <button class="btn btn-sm" type="button" aria-label=seen.named("Add a rule below") on:click=move |_| desk.add_rule(Some(key))>
                "Add a rule below"
            </button>
            <button class="btn btn-sm" type="button" aria-label=seen.named("Copy") disabled=seen.fixed on:click=move |_| desk.copy_rule(key)>
                "Copy"
            </button>
            <button class="btn btn-sm btn-outline btn-error" type="button" aria-label=seen.named("Delete") disabled=seen.fixed on:click=move |_| desk.remove_rule(key)>
                "Delete"
            </button>
            <button class="btn btn-sm btn-ghost" type="button" aria-label=seen.named("Close the form of") on:click=close>
                "Close"
            </button>
        </div>
    }
    .into_any()
}
