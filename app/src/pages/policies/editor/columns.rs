//! The condition columns: adding one, their order, and taking one out.

use domain::policy::{Column, ColumnFact, ColumnKind, QueueNumber};
use leptos::prelude::*;

use super::{browser, desk::Desk, then_form::queues_of};

/// The fold with the columns.
#[component]
pub(super) fn ColumnTools(
    /// What takes the changes.
    desk: Desk,
    /// The columns.
    columns: Memo<Vec<Column>>,
) -> impl IntoView {
    let count = move || columns.with(Vec::len);
    view! {
        <details class="mb-3 rounded-box border border-base-300 bg-base-100">
            <summary id="columns-fold" class="cursor-pointer px-4 py-2 text-sm font-medium">
                {move || format!("Condition columns ({})", count())}
            </summary>
            <div class="flex flex-col gap-3 px-4 pb-4">
                <ul class="flex flex-col gap-1">
                    <For each=move || columns.get() key=|column| (column.fact.clone(), column.kind()) let:column>
                        <ColumnItem desk column/>
                    </For>
                </ul>
                <AddColumn desk/>
            </div>
        </details>
    }
    .into_any()
}

#[component]
fn ColumnItem(desk: Desk, column: Column) -> impl IntoView {
    let (title, name) = (column.fact.title(), column.fact.to_string());
    let asked = RwSignal::new(None::<usize>);
    let fact = StoredValue::new(column.fact);
    let said = title.clone();
    let shift = move |left: bool| {
        let focused = browser::focused_id();
        if let Some(Some(place)) = desk.change(|model| fact.with_value(|fact| model.move_column(fact, left))) {
            desk.say(format!("Column {said} is now number {}.", place + 1));
            if let Some(id) = focused {
                browser::focus_soon(id);
            }
        }
    };
    let (to_left, to_right) = (shift.clone(), shift);
    let gone = title.clone();
    let remove = StoredValue::new(move || {
        desk.change(|model| fact.with_value(|fact| model.remove_column(fact)));
        desk.tell(format!("The column {gone} was removed. Undo brings it back."));
        browser::focus_soon("columns-fold".to_owned());
    });
    let ask = move |_| {
        let cells = desk.model.with_untracked(|model| fact.with_value(|fact| model.cells_in(fact)));
        let foreign = desk.model.with_untracked(|model| {
            let asks = |rule: &domain::Rule| fact.with_value(|fact| rule.cells.contains_key(fact));
            model.rules().iter().any(|row| asks(&row.item) && !desk.may_change(row.item.area.as_deref()))
        });
        if foreign {
            desk.tell("Rules that you may not change ask something in this column, so it stays.");
            return;
        }
        if cells == 0 {
            remove.with_value(|remove| remove());
        } else {
            asked.set(Some(cells));
        }
    };
    let confirm = move || {
        asked.get().map(|cells| {
            let words = if cells == 1 { "1 rule asks something here.".to_owned() } else { format!("{cells} rules ask something here.") };
            view! {
                <span class="flex flex-wrap items-center gap-2" role="alert">
                    {words}
                    <button class="btn btn-xs btn-warning" type="button" on:click=move |_| remove.with_value(|remove| remove())>
                        "Remove it with these conditions"
                    </button>
                    <button class="btn btn-xs btn-ghost" type="button" on:click=move |_| asked.set(None)>
                        "Keep it"
                    </button>
                </span>
            }
        })
    };
    view! {
        <li class="flex flex-wrap items-center gap-2 text-sm">
            <button id=format!("left-{name}") class="btn btn-xs btn-square" type="button" aria-label=format!("Move column {title} to the left") on:click=move |_| to_left(true)>
                "←"
            </button>
            <button id=format!("right-{name}") class="btn btn-xs btn-square" type="button" aria-label=format!("Move column {title} to the right") on:click=move |_| to_right(false)>
                "→"
            </button>
            <span>{title.clone()}</span>
            <code class="text-xs text-base-content/80 wrap-anywhere">{name}</code>
            <button class="btn btn-xs btn-ghost" type="button" aria-label=format!("Remove column {title}") on:click=ask>
                "Remove"
            </button>
            {confirm}
        </li>
    }
    .into_any()
}

/// What the new column asks for, before its name is known.
const ATTRIBUTE: &str = "attribute";
const QUEUE: &str = "queue";

/// The choice of a fact for a new column.
#[component]
fn AddColumn(desk: Desk) -> impl IntoView {
    let (chosen, path) = (RwSignal::new(ColumnFact::Label.to_string()), RwSignal::new(String::new()));
    let (kind, number) = (RwSignal::new("text".to_owned()), RwSignal::new("depth".to_owned()));
    let queues = queues_of(desk, domain::queue::QueueKind::People);
    let queue = RwSignal::new(queues.first().cloned().unwrap_or_default());
    let error = RwSignal::new(None::<String>);
    let add = move |_| {
        let fact = match chosen.get_untracked().as_str() {
            ATTRIBUTE => format!("task.attributes.{}", path.get_untracked().trim()),
            QUEUE => format!("queues[\"{}\"].{}", queue.get_untracked(), number.get_untracked()),
            plain => plain.to_owned(),
        };
        let Ok(fact) = fact.parse::<ColumnFact>() else {
            error.set(Some(
                "Write the attribute's name: letters, digits and _, with dots between the parts of a path.".to_owned(),
            ));
            return;
        };
        let kind = ColumnKind::ALL.into_iter().find(|each| each.as_str() == kind.get_untracked());
        let kind = kind.filter(|_| fact.kind().is_none());
        let title = fact.title();
        if desk.change(|model| model.add_column(Column { fact, kind })) == Some(true) {
            error.set(None);
            desk.say(format!("The column {title} was added on the right."));
        } else {
            error.set(Some(format!("There is a column for {title} already, or the table has as many as it can.")));
        }
    };
    let is = move |what: &'static str| move || chosen.with(|chosen| chosen == what);
    view! {
        <div class="flex flex-wrap items-end gap-3">
            <FactSelect chosen/>
            <Show when=is(ATTRIBUTE)>
                <label class="flex flex-col gap-1 text-sm">
                    "Its name"
                    <input class="input input-sm w-44" type="text" placeholder="customer.plan" autocapitalize="off" prop:value=path on:input=move |event| path.set(event_target_value(&event))/>
                </label>
                <label class="flex flex-col gap-1 text-sm">
                    "What it holds"
                    {select(kind, ColumnKind::ALL.map(|kind| kind.as_str().to_owned()).into())}
                </label>
            </Show>
            <Show when=is(QUEUE)>
                <label class="flex flex-col gap-1 text-sm">
                    "Queue" {select(queue, queues_of(desk, domain::queue::QueueKind::People))}
                </label>
                <label class="flex flex-col gap-1 text-sm">
                    "Number"
                    {select(number, QueueNumber::ALL.map(|number| number.as_str().to_owned()).into())}
                </label>
            </Show>
            <button class="btn btn-sm" type="button" on:click=add>
                "Add the column"
            </button>
        </div>
        <p class="text-sm text-error empty:hidden" role="alert">{move || error.get()}</p>
    }
    .into_any()
}

#[component]
fn FactSelect(chosen: RwSignal<String>) -> impl IntoView {
    let plain =
        ColumnFact::plain().map(|fact| view! { <option value=fact.to_string()>{fact.title()}</option> }).collect_view();
    view! {
        <label class="flex flex-col gap-1 text-sm">
            "New column"
            <select class="select select-sm w-52" on:change=move |event| chosen.set(event_target_value(&event))>
                {plain}
                <option value=ATTRIBUTE>"An attribute of the task"</option>
                <option value=QUEUE>"A number of a queue"</option>
            </select>
        </label>
    }
    .into_any()
}

fn select(chosen: RwSignal<String>, values: Vec<String>) -> impl IntoView {
    let options = values
        .into_iter()
        .map(|value| {
            let selected = chosen.with_untracked(|chosen| *chosen == value);
            view! { <option value=value.clone() prop:selected=selected>{value.replace('_', " ")}</option> }
        })
        .collect_view();
    view! {
        <select class="select select-sm w-44" on:change=move |event| chosen.set(event_target_value(&event))>
            {options}
        </select>
    }
    .into_any()
}
