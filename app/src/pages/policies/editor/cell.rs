//! The input of a condition cell.

use domain::{
    Rule,
    policy::{Column, ColumnFact, ColumnKind, PolicyProblem, Severity},
};
use leptos::prelude::*;

use super::{
    desk::{Desk, control},
    model::{Field, Row, RowKey},
    place::Found,
};

/// The channels that most workspaces have.
const CHANNELS: [&str; 6] = ["api", "chat", "email", "form", "phone", "web"];

/// Some languages, to choose from.
const LANGUAGES: [&str; 8] = ["de", "en", "es", "fr", "it", "nl", "pl", "pt"];

/// What is wrong at a field, below it.
#[component]
pub(super) fn FieldFindings(
    /// The id that the field names in `aria-describedby`.
    id: String,
    /// Why its text is not understood.
    #[prop(into, default = Signal::stored(None))]
    error: Signal<Option<String>>,
    /// What was found there; notes stand in the list alone, where they are in nobody's way.
    #[prop(into)]
    found: Signal<Vec<PolicyProblem>>,
) -> impl IntoView {
    let error = move || error.get().map(|error| view! { <span class="block text-error">{error}</span> });
    let found = move || {
        let line = |problem: PolicyProblem| view! { <span class=tone(problem.severity)>{problem.message}</span> };
        found.get().into_iter().filter(|problem| problem.severity != Severity::Note).map(line).collect_view()
    };
    view! {
        <span id=id class="mt-1 block max-w-prose text-xs whitespace-normal wrap-anywhere empty:mt-0">
            {error} {found}
        </span>
    }
    .into_any()
}

/// The colour of a finding.
pub(super) const fn tone(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "block text-error",
        Severity::Warning => "block text-warning",
        Severity::Note => "block text-base-content/80",
    }
}

/// The id of the list of values that a column's cells are likely to have.
fn list_of(fact: &ColumnFact) -> Option<&'static str> {
    Some(match fact {
        ColumnFact::Label => "known-labels",
        ColumnFact::PredictedPriority | ColumnFact::PriorityHint => "known-priorities",
        ColumnFact::Channel => "known-channels",
        ColumnFact::Language => "known-languages",
        _ => return None,
    })
}

/// The lists that inputs of the editor choose from.
#[component]
pub(super) fn KnownValues(
    /// What knows the names.
    desk: Desk,
) -> impl IntoView {
    let list = |id: &'static str, values: Vec<String>| {
        let options = values.into_iter().map(|value| view! { <option value=value></option> }).collect_view();
        view! { <datalist id=id>{options}</datalist> }
    };
    let owned = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
    let (labels, skills, mut areas) = desk
        .vocabulary
        .with_value(|vocabulary| (vocabulary.labels.clone(), vocabulary.skills.clone(), vocabulary.areas.clone()));
    areas.extend(
        desk.model.with_untracked(|model| model.document().areas().into_iter().map(str::to_owned).collect::<Vec<_>>()),
    );
    areas.sort();
    areas.dedup();
    let priorities = domain::Priority::ALL.map(domain::Priority::as_str);
    view! {
        {list("known-labels", labels)}
        {list("known-skills", skills)}
        {list("known-areas", areas)}
        {list("known-priorities", owned(&priorities))}
        {list("known-channels", owned(&CHANNELS))}
        {list("known-languages", owned(&LANGUAGES))}
    }
    .into_any()
}

/// How the cells of a column are written.
pub(super) const fn notation(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "billing, refund or not billing",
        ColumnKind::Number => ">= 0.8, or > 5 and <= 10",
        ColumnKind::Truth => "yes or no",
    }
}

/// What a rule asks in one column.
#[component]
pub(super) fn CellInput(
    /// What takes the text.
    desk: Desk,
    /// The rule.
    key: RowKey,
    /// Its row.
    row: Memo<Row<Rule>>,
    /// The column.
    column: Column,
    /// What was found in the row.
    found: Memo<Found>,
    /// `cell` in the table, `form` in the rule's form.
    place: &'static str,
    /// Whether it cannot be changed.
    #[prop(into)]
    fixed: Signal<bool>,
) -> impl IntoView {
    let (kind, fact) = (column.kind(), column.fact);
    let field = Field::Cell(fact.clone());
    let id = control(place, key, &field);
    let (help, title) = (format!("{id}-help"), fact.title());
    let text = Memo::new({
        let fact = fact.clone();
        move |_| row.with(|row| row.cell(&fact))
    });
    let error = Memo::new({
        let field = field.clone();
        move |_| row.with(|row| row.error(&field))
    });
    let at = Memo::new({
        let name = fact.to_string();
        move |_| found.with(|found| found.at(&name))
    });
    let invalid =
        move || (error.get().is_some() || at.with(|at| at.iter().any(PolicyProblem::is_error))).then_some("true");
    let name = move || row.with(|row| format!("{title} of rule {}", row.item.id));
    let list = list_of(&fact);
    let take = StoredValue::new(move |text: &str| {
        desk.change(|model| model.type_cell(key, &fact, text));
    });
    let write = move |event| {
        let text = event_target_value(&event);
        take.with_value(|take| take(&text));
    };
    let leave = move |_| {
        desk.change(|model| model.leave(key, &field));
    };
    let input = if kind == ColumnKind::Truth {
        view! {
            <select id=id class="select select-sm w-full min-w-20" aria-label=name aria-describedby=help.clone() disabled=fixed on:change=write on:blur=leave>
                {["", "yes", "no"]
                    .map(|value| {
                        let words = if value.is_empty() { "any" } else { value };
                        view! {
                            <option value=value prop:selected=move || text.with(|text| text == value)>
                                {words}
                            </option>
                        }
                    })}
            </select>
        }
        .into_any()
    } else {
        view! {
            <input
                id=id
                class="input input-sm w-full min-w-32"
                type="text"
                list=list
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder="any"
                aria-label=name
                aria-describedby=help.clone()
                aria-invalid=invalid
                title=notation(kind)
                readonly=fixed
                prop:value=text
                on:input=write
                on:blur=leave
            />
        }
        .into_any()
    };
    view! {
        {input}
        <FieldFindings id=help error found=at/>
    }
    .into_any()
}
