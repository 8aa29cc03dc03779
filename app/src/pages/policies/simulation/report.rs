//! What a simulation found.

use domain::{
    PolicyVersion,
    simulation::{Flow, RuleHits, Simulation, SimulationReport, Staffing},
};
use leptos::prelude::*;

use super::{
    hours::Hours,
    load::Load,
    matrix::{Cell, CellCase, FlowMatrix},
    measures::Measures,
    numbers::{grouped, percent},
};
use crate::components::{EmptyState, TableRegion, When};

/// Everything that a simulation found, the most important first.
#[component]
pub(super) fn Report(
    /// The version.
    policy: PolicyVersion,
    /// The simulation.
    simulation: Simulation,
    /// What it found.
    report: SimulationReport,
) -> impl IntoView {
    if report.decisions == 0 {
        return view! {
            <EmptyState
                title="No task has come in yet"
                text="There is no decision of the past to try this version on. Come back when tasks have come in."
            />
        }
        .into_any();
    }
    let version = policy.version;
    let stale = (simulation.revision != policy.revision).then(|| {
        view! {
            <p class="alert alert-warning alert-soft mb-4 text-sm">
                {format!(
                    "The text was changed since: this is about revision {}, and now it is at revision {}. Try it again.",
                    simulation.revision,
                    policy.revision,
                )}
            </p>
        }
    });
    let took = (report.took_ms > 0)
        .then(|| format!(" Making the decisions again took {:.1} s.", report.took_ms as f64 / 1000.0));
    let cells: Vec<Cell> = report.flows.iter().map(cell).collect();
    let words = in_words(&report);
    view! {
        {stale}
        <p class="mb-1 max-w-prose text-lg font-semibold tabular-nums">{words}</p>
        <p class="mb-6 text-sm text-base-content/70">
            {format!("Tried by {} on ", simulation.by)} <When at=simulation.at/> " (UTC)." {took}
        </p>
        <Measures report=report.clone() version/>
        <section aria-labelledby="flows" class="mb-8">
            <h2 id="flows" class="mb-2 text-lg font-semibold">
                "Where tasks would go"
            </h2>
            <p class="mb-3 max-w-prose text-sm text-base-content/70">
                "Each number counts tasks. The quiet ones stay where they were; the others open the tasks that would go elsewhere."
            </p>
            <FlowMatrix
                cells=Signal::stored(cells)
                across=format!("Where v{version} would send them")
                label="Where tasks went, and where they would go"
            />
        </section>
        <Load queues=report.queues/>
        <Hours version hours=report.hours/>
        <Rules rules=report.rules decisions=report.decisions/>
        <People staffing=report.staffing/>
        <Limits limits=report.limits/>
    }
    .into_any()
}

/// What it comes to, in one sentence.
pub(super) fn in_words(report: &SimulationReport) -> String {
    let day = |at: Option<domain::Timestamp>| at.map(|at| at.to_minute().chars().take(10).collect::<String>());
    let period = match (day(report.from), day(report.until)) {
        (Some(from), Some(until)) if from == until => format!(" from {from}"),
        (Some(from), Some(until)) => format!(" from {from} to {until}"),
        _ => String::new(),
    };
    let changed: u64 = report.flows.iter().filter(|flow| flow.from != flow.to).map(|flow| flow.count).sum();
    format!(
        "Of {} decisions{period}, {} ({}, {:.1} to {:.1} %) would go elsewhere.",
        grouped(report.decisions),
        grouped(changed),
        percent(report.changed.value),
        report.changed.low * 100.0,
        report.changed.high * 100.0,
    )
}

/// A cell of the matrix.
pub(super) fn cell(flow: &Flow) -> Cell {
    let (with, against) = (flow.sided_with_people, flow.sided_against_people);
    let note = (with + against > 0)
        .then(|| format!("People sided with the draft {}, with today {}.", grouped(with), grouped(against)));
    let cases = flow
        .cases
        .iter()
        .map(|case| CellCase {
            decision: case.decision_id,
            subject: case.subject.clone(),
            rule_then: case.rule_then.clone(),
            rule_now: case.rule_now.clone(),
            people: None,
        })
        .collect();
    Cell { from: flow.from.clone(), to: flow.to.clone(), count: flow.count, note, cases }
}

#[component]
fn Rules(rules: Vec<RuleHits>, decisions: u64) -> impl IntoView {
    let rows = rules
        .into_iter()
        .map(|hits| {
            let share = percent(hits.count as f64 / decisions.max(1) as f64);
            let errors = if hits.errors == 0 {
                view! { <span class="text-base-content/70">"none"</span> }.into_any()
            } else {
                view! { <span class="badge badge-sm badge-soft badge-warning">{grouped(hits.errors)}</span> }.into_any()
            };
            view! {
                <tr>
                    <th scope="row" class="min-w-32 font-normal wrap-anywhere">
                        {hits.rule.unwrap_or_else(|| "otherwise".to_owned())}
                    </th>
                    <td class="num text-right">{grouped(hits.count)}</td>
                    <td class="num text-right">{share}</td>
                    <td class="num text-right">{errors}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="rules" class="mb-8 max-w-3xl">
            <h2 id="rules" class="mb-2 text-lg font-semibold">
                "What the rules did"
            </h2>
            <TableRegion label="Decisions of each rule">
                <thead>
                    <tr>
                        <th scope="col">"Rule"</th>
                        <th scope="col" class="num text-right">
                            "Decisions"
                        </th>
                        <th scope="col" class="num text-right">
                            "Share"
                        </th>
                        <th scope="col" class="num text-right">
                            "Could not be computed"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
        </section>
    }
    .into_any()
}

/// What was assumed about the people who work.
#[component]
fn People(staffing: Staffing) -> impl IntoView {
    let rows = staffing
        .agents
        .iter()
        .enumerate()
        .map(|(hour, agents)| {
            view! {
                <tr>
                    <th scope="row" class="num font-normal">
                        {format!("{hour}:00")}
                    </th>
                    <td class="num text-right">{format!("{agents:.1}")}</td>
                </tr>
            }
        })
        .collect_view();
    let most = staffing.agents.iter().copied().fold(0.0, f64::max);
    view! {
        <section aria-labelledby="staffing" class="mb-8 max-w-prose">
            <h2 id="staffing" class="mb-2 text-lg font-semibold">
                "What was assumed about people"
            </h2>
            <p class="mb-2 text-sm tabular-nums">
                {format!(
                    "At the busiest hour {most:.1} people are at work, by the mean of a day. For {} tasks it is known how long somebody held them; every other one is taken to need {:.1} minutes.",
                    grouped(staffing.measured),
                    staffing.handling_minutes,
                )}
            </p>
            <details>
                <summary class="cursor-pointer text-sm">"People at work by the hour"</summary>
                <div class="mt-2 max-w-xs">
                    <TableRegion label="People at work by the hour of the day, the mean of a day">
                        <thead>
                            <tr>
                                <th scope="col">"Hour (UTC)"</th>
                                <th scope="col" class="num text-right">
                                    "People"
                                </th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </TableRegion>
                </div>
            </details>
        </section>
    }
    .into_any()
}

#[component]
fn Limits(limits: Vec<String>) -> impl IntoView {
    let items = limits.into_iter().map(|limit| view! { <li>{limit}</li> }).collect::<Vec<_>>();
    (!items.is_empty())
        .then(|| {
            view! {
                <section aria-labelledby="limits" class="max-w-prose">
                    <h2 id="limits" class="mb-2 text-lg font-semibold">
                        "What this cannot know"
                    </h2>
                    <ul class="list-disc pl-5 text-sm">{items}</ul>
                </section>
            }
        })
        .into_any()
}
