//! Where tasks went against where they would go, with the cases behind every number.

use domain::{DecisionId, Destination};
use leptos::prelude::*;

use super::numbers::grouped;
use crate::components::{TableRegion, unfold};

/// Tasks that went from one place to another, or stayed.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::pages::policies) struct Cell {
    /// Where they went.
    pub(in crate::pages::policies) from: Destination,
    /// Where they would go.
    pub(in crate::pages::policies) to: Destination,
    /// How many.
    pub(in crate::pages::policies) count: u64,
    /// What people thought of it, in one sentence; nothing when it is not known.
    pub(in crate::pages::policies) note: Option<String>,
    /// Some of them, the newest first.
    pub(in crate::pages::policies) cases: Vec<CellCase>,
}

/// One task of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pages::policies) struct CellCase {
    /// The decision of then.
    pub(in crate::pages::policies) decision: DecisionId,
    /// The task's subject.
    pub(in crate::pages::policies) subject: String,
    /// The rule that matched; nothing is `otherwise`.
    pub(in crate::pages::policies) rule_then: Option<String>,
    /// The rule that would match.
    pub(in crate::pages::policies) rule_now: Option<String>,
    /// What people did with it; nothing when it is not known.
    pub(in crate::pages::policies) people: Option<String>,
}

impl Cell {
    fn is_changed(&self) -> bool {
        self.from != self.to
    }

    /// The id of the fold with its cases.
    fn id(&self) -> String {
        let word = |place: &Destination| place_in_words(place).replace(|letter: char| !letter.is_alphanumeric(), "-");
        format!("flow-{}-to-{}", word(&self.from), word(&self.to))
    }

    fn in_words(&self) -> String {
        format!("{} from {} to {}", grouped(self.count), place_in_words(&self.from), place_in_words(&self.to))
    }
}

/// A destination so that two that differ also read differently.
pub(in crate::pages::policies) fn place_in_words(place: &Destination) -> String {
    match place {
        Destination::Approval { automation, otherwise, terms } if terms.is_default() => {
            format!("approval of {automation}, else {otherwise}")
        }
        Destination::Approval { automation, otherwise, terms } => {
            format!("approval of {automation} by a yes{terms}, else {otherwise}")
        }
        Destination::DeadLetter => "dead letters".to_owned(),
        other => other.to_string(),
    }
}

/// The places of one side: queues, automations, approvals, and what ends a task; each by name.
fn places(cells: &[Cell], side: fn(&Cell) -> &Destination) -> Vec<Destination> {
    let order = |place: &Destination| {
        let kind = match place {
            Destination::Queue { .. } => 0_u8,
            Destination::Automation { .. } => 1,
            Destination::Approval { .. } => 2,
            Destination::Close => 3,
            Destination::DeadLetter => 4,
        };
        (kind, place_in_words(place))
    };
    let mut places: Vec<Destination> = cells.iter().map(|cell| side(cell).clone()).collect();
    places.sort_by_key(order);
    places.dedup();
    places
}

/// The cells in which tasks change their place, in the order of the table.
fn changed(cells: &[Cell]) -> Vec<Cell> {
    let (rows, columns) = (places(cells, |cell| &cell.from), places(cells, |cell| &cell.to));
    let place = |places: &[Destination], wanted: &Destination| places.iter().position(|place| place == wanted);
    let mut changed: Vec<Cell> = cells.iter().filter(|cell| cell.is_changed()).cloned().collect();
    changed.sort_by_key(|cell| (place(&rows, &cell.from), place(&columns, &cell.to)));
    changed
}

/// The matrix, and a fold with cases for each of its changed cells. It may be drawn anew while folds are open.
#[component]
pub(in crate::pages::policies) fn FlowMatrix(
    /// The cells; those without tasks are left out.
    #[prop(into)]
    cells: Signal<Vec<Cell>>,
    /// What stands above the columns.
    #[prop(into)]
    across: String,
    /// What the table holds.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let changed = Memo::new(move |_| cells.with(|cells| changed(cells)));
    let none = move || {
        changed.with(Vec::is_empty).then(|| view! { <p class="mt-3 text-sm">"No task would go elsewhere."</p> })
    };
    view! {
        <TableRegion label>
            {move || {
                let across = across.clone();
                cells.with(|cells| view! { <Table cells=cells.clone() across/> })
            }}
        </TableRegion>
        {none}
        <div class="mt-3 flex flex-col gap-2">
            <For each=move || changed.get() key=Cell::id let(cell)>
                <Cases first=cell changed/>
            </For>
        </div>
    }
    .into_any()
}

#[component]
fn Table(cells: Vec<Cell>, across: String) -> impl IntoView {
    let (rows, columns) = (places(&cells, |cell| &cell.from), places(&cells, |cell| &cell.to));
    let width = columns.len().to_string();
    let heads = columns
        .iter()
        .map(|place| {
            view! {
                <th scope="col" class="num min-w-20 text-right whitespace-normal">
                    {place_in_words(place)}
                </th>
            }
        })
        .collect_view();
    let rows = rows
        .iter()
        .map(|from| {
            let numbers = columns
                .iter()
                .map(|to| {
                    let cell = cells.iter().find(|cell| cell.from == *from && cell.to == *to).cloned();
                    view! { <Number cell/> }
                })
                .collect_view();
            view! {
                <tr>
                    <th scope="row" class="min-w-28 font-normal">
                        {place_in_words(from)}
                    </th>
                    {numbers}
                </tr>
            }
        })
        .collect_view();
    view! {
        <thead>
            <tr>
                <th scope="col" rowspan="2" class="align-bottom">
                    "Where they went"
                </th>
                <th scope="colgroup" colspan=width class="text-right">
                    {across}
                </th>
            </tr>
            <tr>{heads}</tr>
        </thead>
        <tbody>{rows}</tbody>
    }
    .into_any()
}

#[component]
fn Number(cell: Option<Cell>) -> impl IntoView {
    let Some(cell) = cell else { return view! { <td></td> }.into_any() };
    let count = grouped(cell.count);
    if !cell.is_changed() {
        return view! { <td class="num text-right text-base-content/70">{count}</td> }.into_any();
    }
    let id = cell.id();
    let target = id.clone();
    view! {
        <td class="num text-right">
            <a
                class="link font-semibold"
                href=format!("#{id}")
                aria-label=format!("{}: show them", cell.in_words())
                on:click=move |event| {
                    event.prevent_default();
                    open(&target);
                }
            >
                {count}
            </a>
        </td>
    }
    .into_any()
}

/// Opens a fold and goes there.
fn open(id: &str) {
    unfold(id);
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let summary = document().get_element_by_id(id).and_then(|fold| fold.query_selector("summary").ok().flatten());
        if let Some(summary) = summary.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = summary.focus();
        }
    }
}

/// The cases of a cell, behind a fold that stays open while its numbers change.
#[component]
fn Cases(first: Cell, changed: Memo<Vec<Cell>>) -> impl IntoView {
    let id = first.id();
    let label = format!("From {} to {}", place_in_words(&first.from), place_in_words(&first.to));
    let cell = Memo::new(move |_| {
        let now =
            changed.with(|cells| cells.iter().find(|cell| cell.from == first.from && cell.to == first.to).cloned());
        now.unwrap_or_else(|| first.clone())
    });
    let rows =
        move || cell.with(|cell| cell.cases.iter().cloned().map(|case| view! { <CaseRow case/> }).collect_view());
    let more = move || {
        let (shown, count) = cell.with(|cell| (cell.cases.len() as u64, cell.count));
        (shown < count).then(|| format!("The newest {} of {}.", grouped(shown), grouped(count)))
    };
    view! {
        <details id=id class="scroll-mt-4 rounded-box border border-base-300 bg-base-100 p-3">
            <summary class="cursor-pointer text-sm wrap-anywhere tabular-nums">{move || cell.with(Cell::in_words)}</summary>
            <p class="mt-2 text-sm tabular-nums">{move || cell.with(|cell| cell.note.clone())}</p>
            <div class="mt-2">
                <TableRegion label>
                    <thead>
                        <tr>
                            <th scope="col">"Task"</th>
                            <th scope="col">"Rule then"</th>
                            <th scope="col">"Rule now"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </TableRegion>
            </div>
            <p class="mt-2 text-xs text-base-content/70">{more}</p>
        </details>
    }
    .into_any()
}

#[component]
fn CaseRow(case: CellCase) -> impl IntoView {
    let rule = |rule: Option<String>| rule.unwrap_or_else(|| "otherwise".to_owned());
    let people = case.people.map(|people| view! { <span class="block text-xs text-base-content/70">{people}</span> });
    view! {
        <tr>
            <td class="min-w-48 wrap-anywhere">
                <a class="link" href=format!("/decisions/{}", case.decision)>
                    {case.subject}
                </a>
                {people}
            </td>
            <td class="wrap-anywhere">{rule(case.rule_then)}</td>
            <td class="wrap-anywhere">{rule(case.rule_now)}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(name: &str) -> Destination {
        Destination::Queue { queue: name.to_owned() }
    }

    fn cell(from: Destination, to: Destination) -> Cell {
        Cell { from, to, count: 3, note: None, cases: Vec::new() }
    }

    #[test]
    fn changed_cells_stand_in_the_order_of_the_table_and_unchanged_ones_are_left_out() {
        let bot = Destination::Automation { automation: "bot".to_owned() };
        let cells = [
            cell(Destination::Close, queue("b")),
            cell(queue("b"), bot.clone()),
            cell(queue("b"), queue("b")),
            cell(queue("a"), Destination::Close),
            cell(queue("b"), queue("a")),
        ];
        let words: Vec<String> = changed(&cells).iter().map(Cell::in_words).collect();
        let expected = [
            "3 from queue a to closed",
            "3 from queue b to queue a",
            "3 from queue b to automation bot",
            "3 from closed to queue b",
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn approvals_that_end_elsewhere_after_a_no_are_different_places() {
        let approval = |otherwise: &str| Destination::Approval {
            automation: "refunds".to_owned(),
            otherwise: otherwise.to_owned(),
            terms: domain::decision::ApprovalTerms::default(),
        };
        let moved = cell(approval("a"), approval("b"));
        assert!(moved.is_changed());
        assert_eq!(moved.id(), "flow-approval-of-refunds--else-a-to-approval-of-refunds--else-b");
    }
}
