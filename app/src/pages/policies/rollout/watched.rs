//! What a version in shadow would have done, and how a canary does.

use domain::rollout::{CanaryReport, PolicyCanaryReport, PolicyShadowReport, PolicyWork, ShadowFlow};
use leptos::prelude::*;

use crate::{
    components::TableRegion,
    pages::policies::simulation::{
        matrix::{Cell, CellCase, FlowMatrix, place_in_words},
        numbers::{grouped, percent, share},
    },
};

/// What the version would have done. Its numbers change while folds stay as they are.
#[component]
pub(super) fn Shadow(
    /// The version.
    version: u32,
    /// What was seen so far.
    report: Memo<Option<PolicyShadowReport>>,
) -> impl IntoView {
    let is_there = Memo::new(move |_| report.with(Option::is_some));
    let with = move |words: fn(&PolicyShadowReport) -> String| {
        report.with(|report| report.as_ref().map(words).unwrap_or_default())
    };
    let has_tasks = Memo::new(move |_| report.with(|report| report.as_ref().is_some_and(|report| report.tasks > 0)));
    let cells = Memo::new(move |_| {
        report.with(|report| report.iter().flat_map(|report| &report.flows).map(cell).collect::<Vec<_>>())
    });
    view! {
        <Show when=move || is_there.get()>
            <section aria-labelledby="shadow" class="mb-8">
                <h2 id="shadow" class="mb-2 text-lg font-semibold">
                    "What it would have done"
                </h2>
                <p class="mb-1 max-w-prose text-sm tabular-nums">{move || with(agreement_in_words)}</p>
                <Show when=move || has_tasks.get()>
                    <p class="mb-3 max-w-prose text-sm tabular-nums">{move || with(regret_in_words)}</p>
                    <FlowMatrix
                        cells=cells
                        across=format!("Where v{version} would have sent them")
                        label=format!("Where tasks went, and where v{version} would have sent them")
                    />
                </Show>
            </section>
        </Show>
    }
    .into_any()
}

fn agreement_in_words(report: &PolicyShadowReport) -> String {
    if report.tasks == 0 {
        return "It decides every new task beside the active version, without effect. No task has come in since it began."
            .to_owned();
    }
    format!(
        "It decided {} tasks beside the active version, without effect, and would have sent {} of them to the same place (n = {}).",
        grouped(report.tasks),
        share(&report.agreed),
        grouped(report.agreed.of),
    )
}

/// With whom people sided where the two differ.
fn regret_in_words(report: &PolicyShadowReport) -> String {
    let (with, against, neither) = (report.sided_with_shadow, report.sided_with_active, report.sided_with_neither);
    let known = with + against + neither;
    if known == 0 {
        return "People have not yet finished or corrected any task on which the two differ.".to_owned();
    }
    format!(
        "On {} tasks the two differ and people decided: they sided with this version in {}, with the active one in {}, with neither in {}. If both were equally good, a difference this large would still come up in {} of all cases (p-value, McNemar’s exact test).",
        grouped(known),
        grouped(with),
        grouped(against),
        grouped(neither),
        percent(report.p_value),
    )
}

fn cell(flow: &ShadowFlow) -> Cell {
    let cases = flow
        .cases
        .iter()
        .map(|case| CellCase {
            decision: case.decision_id,
            subject: case.subject.clone(),
            rule_then: case.live_rule.clone(),
            rule_now: case.rule.clone(),
            people: match &case.corrected_to {
                Some(place) => Some(format!("People sent it to {}.", place_in_words(place))),
                None if case.ended => Some("People finished it where it was.".to_owned()),
                None => None,
            },
        })
        .collect();
    Cell { from: flow.from.clone(), to: flow.to.clone(), count: flow.count, note: None, cases }
}

/// How the canary does beside the active version.
#[component]
pub(super) fn Canary(
    /// The version.
    version: u32,
    /// How it does.
    report: PolicyCanaryReport,
) -> impl IntoView {
    let PolicyCanaryReport { canary, active, wrong, late } = report;
    let rows = [
        ("Tasks that it decided", grouped(canary.tasks), grouped(active.tasks)),
        ("Finished ones that people corrected", of_finished(&canary.corrected), of_finished(&active.corrected)),
        ("Finished ones that people undid", of_finished(&canary.reversed), of_finished(&active.reversed)),
        ("Finished ones that were late", of_finished(&canary.late), of_finished(&active.late)),
        ("Mean minutes that somebody held one", minutes(&canary), minutes(&active)),
    ];
    let rows = rows
        .into_iter()
        .map(|(what, canary, active)| {
            view! {
                <tr>
                    <th scope="row" class="min-w-40 font-normal">
                        {what}
                    </th>
                    <td class="num text-right whitespace-nowrap">{canary}</td>
                    <td class="num text-right whitespace-nowrap">{active}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="canary" class="mb-8 max-w-3xl">
            <h2 id="canary" class="mb-2 text-lg font-semibold">
                "How the canary does"
            </h2>
            <TableRegion label="The canary beside the active version">
                <thead>
                    <tr>
                        <th scope="col">"Since the canary began"</th>
                        <th scope="col" class="num text-right">
                            {format!("v{version}, the canary")}
                        </th>
                        <th scope="col" class="num text-right">
                            "Active version"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
            <dl class="mt-3 grid grid-cols-1 gap-x-4 gap-y-1 text-sm tabular-nums sm:grid-cols-[auto_minmax(0,1fr)]">
                <dt class="text-base-content/70">"Evidence that more of its tasks are corrected or undone"</dt>
                <dd>{evidence_in_words(&wrong)}</dd>
                <dt class="text-base-content/70">"Evidence that more of its tasks are late"</dt>
                <dd>{evidence_in_words(&late)}</dd>
            </dl>
            <p class="mt-2 max-w-prose text-xs text-base-content/70">
                {format!(
                    "Evidence begins at 1. Where it comes to {:.0}, the canary is rolled back by itself; each of the two tests does that to a version that is no worse in at most {} of cases. Ranges in brackets hold the true value in 95 of 100 cases.",
                    wrong.limit,
                    percent(1.0 / wrong.limit.max(1.0)),
                )}
            </p>
        </section>
    }
    .into_any()
}

fn of_finished(seen: &domain::evaluation::Share) -> String {
    if seen.of == 0 { "none is finished yet".to_owned() } else { format!("{} of {}", share(seen), grouped(seen.of)) }
}

fn minutes(work: &PolicyWork) -> String {
    work.handling_minutes.map_or_else(|| "–".to_owned(), |minutes| format!("{minutes:.1}"))
}

fn evidence_in_words(report: &CanaryReport) -> String {
    format!("{:.2}; at {:.0} it is rolled back", report.evidence, report.limit)
}

#[cfg(test)]
mod tests {
    use domain::evaluation::Share;

    use super::*;

    fn report(tasks: u64) -> PolicyShadowReport {
        PolicyShadowReport {
            tasks,
            agreed: Share { share: 0.9, low: 0.85, high: 0.94, of: tasks },
            flows: Vec::new(),
            sided_with_shadow: 6,
            sided_with_active: 1,
            sided_with_neither: 2,
            p_value: 0.125,
        }
    }

    #[test]
    fn regret_is_said_with_all_its_numbers() {
        let words = regret_in_words(&report(1_200));
        for part in ["On 9 tasks", "this version in 6", "active one in 1", "neither in 2", "12.5 %"] {
            assert!(words.contains(part), "{words}");
        }
        let nothing =
            PolicyShadowReport { sided_with_shadow: 0, sided_with_active: 0, sided_with_neither: 0, ..report(10) };
        assert!(regret_in_words(&nothing).starts_with("People have not yet"));
    }

    #[test]
    fn a_shadow_without_tasks_says_so() {
        assert!(agreement_in_words(&report(0)).contains("No task has come in"));
        assert!(agreement_in_words(&report(1_200)).contains("1,200 tasks"));
    }
}
