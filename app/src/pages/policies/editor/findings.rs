//! Everything that was found in the document, with the way to each place.

use domain::policy::{CaseFacts, PolicyProblem, Severity};
use leptos::prelude::*;

use super::{
    browser,
    desk::{Checking, Desk},
    examples::example_of,
    model::{Field, OTHERWISE},
    place::{Found, counted, row_of, word},
};
use crate::pages::policies::words::{facts_in_words, field_in_words};

/// Most findings that are listed.
const MAX_SHOWN: usize = 100;

/// What was found, as one sentence.
pub(super) fn summary(desk: Desk) -> String {
    match desk.checking.get() {
        Checking::Running => "Checking…".to_owned(),
        Checking::Failed(why) => format!("It could not be checked. {why}"),
        Checking::Done => desk.problems.with(|problems| counted(&Found(problems.clone()))),
    }
}

/// The list of findings, worst first.
#[component]
pub(super) fn Findings(
    /// What was checked.
    desk: Desk,
) -> impl IntoView {
    let items = move || {
        let mut problems = desk.problems.get();
        problems.sort_by_key(|problem| problem.severity);
        let more = problems.len().saturating_sub(MAX_SHOWN);
        let more = (more > 0).then(|| view! { <li class="py-2 text-sm">{format!("And {more} more.")}</li> });
        let items =
            problems.into_iter().take(MAX_SHOWN).map(|problem| view! { <Finding desk problem/> }).collect_view();
        view! {
            {items}
            {more}
        }
    };
    view! {
        <section id="findings" class="mt-6" aria-labelledby="findings-title">
            <h2 id="findings-title" class="mb-1 text-lg font-semibold">
                "What was found"
            </h2>
            <p role="status" class="min-h-6 text-sm">{move || summary(desk)}</p>
            <ul class="divide-y divide-base-300">{items}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Finding(desk: Desk, problem: PolicyProblem) -> impl IntoView {
    let class = match problem.severity {
        Severity::Error => "badge badge-sm badge-soft badge-error",
        Severity::Warning => "badge badge-sm badge-soft badge-warning",
        Severity::Note => "badge badge-sm badge-soft",
    };
    let place = match (problem.line, problem.column) {
        (Some(line), Some(column)) => format!(", line {line}, column {column}"),
        (Some(line), None) => format!(", line {line}"),
        _ => String::new(),
    };
    let where_it_is = match &problem.rule {
        Some(rule) => format!("Rule {rule}, {}{place}", field_in_words(&problem.field)),
        None if problem.field.starts_with("otherwise") => {
            format!("Otherwise, {}{place}", field_in_words(&problem.field))
        }
        None => format!("Document, {}{place}", field_in_words(&problem.field)),
    };
    let has_row = problem.rule.is_some() || problem.field.starts_with("otherwise");
    let about = problem.clone();
    let go = move |_| go_to(desk, &about);
    let place = if has_row {
        view! {
            <button class="link min-h-6 text-left wrap-anywhere" type="button" on:click=go>
                {where_it_is}
            </button>
        }
        .into_any()
    } else {
        view! { <span class="wrap-anywhere">{where_it_is}</span> }.into_any()
    };
    let example = problem.example.is_some().then(|| view! { <ExampleTask desk problem=problem.clone()/> });
    view! {
        <li class="py-2 text-sm">
            <div class="flex flex-wrap items-baseline gap-x-3 gap-y-1">
                <span class=class>{word(problem.severity)}</span>
                {place}
                <span class="min-w-0 wrap-anywhere">{problem.message.clone()}</span>
            </div>
            {example}
        </li>
    }
    .into_any()
}

/// Opens the rule of a finding at the field that it is about.
fn go_to(desk: Desk, problem: &PolicyProblem) {
    if desk.json.with_untracked(Option::is_some) && desk.show_table().is_err() {
        desk.tell("The text is no document yet, so its rules cannot be shown.");
        return;
    }
    let Some(key) = desk.model.with_untracked(|model| row_of(problem, model)) else { return };
    if key == OTHERWISE {
        browser::focus_soon(format!("kind-{OTHERWISE}"));
        return;
    }
    let field = match problem.field.as_str() {
        "description" => Field::Description,
        "area" => Field::Area,
        "when" => Field::When,
        "then.sla_minutes" => Field::Sla,
        "then.destination.terms" => Field::Expires,
        "then.skills" => Field::Skills,
        "then.note" => Field::Note,
        other => other.parse().map_or(Field::Id, Field::Cell),
    };
    desk.edit(key, &field);
    if problem.field.starts_with("then.destination") {
        browser::focus_soon(format!("kind-{key}"));
    }
}

/// The task that shows a finding, behind a fold.
#[component]
fn ExampleTask(desk: Desk, problem: PolicyProblem) -> impl IntoView {
    let facts = problem.example.as_deref().map(facts_list);
    let name = format!("Add the task of “{}” as an example", problem.message);
    let add = move |_| {
        if let Some(example) = example_of(&problem, desk) {
            desk.change(|model| model.add_example(example));
            desk.tell("The example was added. See under Examples what it expects.");
        }
    };
    view! {
        <details class="mt-1">
            <summary class="w-fit min-h-6 cursor-pointer text-base-content/80">"A task that shows it"</summary>
            <div class="mt-2 flex flex-col items-start gap-2">
                {facts}
                <button class="btn btn-xs" type="button" aria-label=name on:click=add>
                    "Add as example"
                </button>
            </div>
        </details>
    }
    .into_any()
}

fn facts_list(facts: &CaseFacts) -> impl IntoView + use<> {
    let pairs = facts_in_words(facts)
        .into_iter()
        .map(|(name, value)| {
            view! {
                <dt class="text-base-content/80">{name}</dt>
                <dd class="wrap-anywhere">{value}</dd>
            }
        })
        .collect_view();
    view! { <dl class="grid grid-cols-1 gap-x-4 gap-y-1 text-sm sm:grid-cols-[auto_minmax(0,1fr)]">{pairs}</dl> }
        .into_any()
}
