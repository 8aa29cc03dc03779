//! How a decision came about: what the model said and what each rule gave.

use domain::{Classification, FallbackReason, RuleOutcome, RuleTrace, classification::StageRun};
use leptos::prelude::*;

use crate::components::{Confidence, TableRegion};

/// What the model said, or why it was not asked.
#[component]
pub(super) fn ClassificationCard(
    /// What the model said.
    classification: Option<Classification>,
    /// Why it said nothing.
    fallback: Option<FallbackReason>,
) -> impl IntoView {
    let Some(classification) = classification else {
        let why = fallback.map_or_else(
            || "No model was asked for this decision.".to_owned(),
            |reason| format!("Decided by rules alone: {reason}."),
        );
        return view! { <p class="alert alert-warning alert-soft">{why}</p> }.into_any();
    };
    let margin = classification.margin() * 100.0;
    let predictions = classification.predictions_in_words();
    let bars = classification
        .candidates
        .into_iter()
        .map(|candidate| {
            view! {
                <li>
                    <Confidence label=candidate.label confidence=candidate.confidence/>
                </li>
            }
        })
        .collect_view();
    let stages = classification.stages;
    view! {
        <p class="mb-3 text-sm">
            "Model "
            <a class="link" href="/models">
                {classification.model_version}
            </a> " says " <strong>{classification.label}</strong>
            <span class="num">{format!(", {:.1} % sure, {margin:.1} points ahead of the next. ", classification.confidence * 100.0)}</span>
            {predictions}
        </p>
        <ol class="grid gap-3">{bars}</ol>
        <div class="mt-4 border-t border-base-300 pt-3">
            <Confidence label="belongs to no label" confidence=classification.out_of_scope/>
        </div>
        {(!stages.is_empty()).then(|| view! { <Stages stages/> })}
    }
    .into_any()
}

/// What each stage of a cascade said, took and cost.
#[component]
fn Stages(stages: Vec<StageRun>) -> impl IntoView {
    let rows = stages
        .into_iter()
        .map(|run| {
            let said = run
                .label
                .map_or_else(|| "–".to_owned(), |label| format!("{label}, {:.1} % sure", run.confidence * 100.0));
            view! {
                <tr>
                    <th scope="row" class="font-normal">
                        {run.stage.title()}
                    </th>
                    <td>{said}</td>
                    <td>{run.outcome.title()}</td>
                    <td class="num text-right">{format!("{:.2} ms", f64::from(run.micros) / 1_000.0)}</td>
                    <td class="num text-right">{run.cost.to_string()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="mt-4">
            <TableRegion label="Stages of the model that were asked">
                <thead>
                    <tr>
                        <th scope="col">"Stage"</th>
                        <th scope="col">"Said"</th>
                        <th scope="col">"Outcome"</th>
                        <th scope="col" class="num text-right">
                            "Took"
                        </th>
                        <th scope="col" class="num text-right">
                            "Cost"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
        </div>
    }
    .into_any()
}

/// Each rule that was tried, in order.
#[component]
pub(super) fn Trace(
    /// The steps.
    trace: Vec<RuleTrace>,
    /// Whether the policy decided at all, and by `otherwise` when no rule matched.
    by_policy: bool,
) -> impl IntoView {
    if trace.is_empty() {
        return view! {
            <p class="text-sm text-base-content/70">
                {if by_policy {
                    "The policy had no rules, so its “otherwise” decided."
                } else {
                    "A person or a worker made this decision, so no rules were tried."
                }}
            </p>
        }
        .into_any();
    }
    let otherwise = by_policy && !trace.iter().any(|step| step.outcome == RuleOutcome::Matched);
    let rows =
        trace.into_iter().enumerate().map(|(index, step)| view! { <TraceRow number=index + 1 step/> }).collect_view();
    view! {
        <TableRegion label="Rules that were tried, in order">
            <thead>
                <tr>
                    <th scope="col" class="num text-right">
                        "Step"
                    </th>
                    <th scope="col">"Rule"</th>
                    <th scope="col">"Outcome"</th>
                    <th scope="col">"Message"</th>
                </tr>
            </thead>
            <tbody>
                {rows}
                {otherwise
                    .then(|| {
                        view! {
                            <tr class="font-medium">
                                <td></td>
                                <th scope="row">"otherwise"</th>
                                <td>
                                    <span class="badge badge-sm badge-success badge-soft">"decided"</span>
                                </td>
                                <td>"No rule matched."</td>
                            </tr>
                        }
                    })}
            </tbody>
        </TableRegion>
    }
    .into_any()
}

#[component]
fn TraceRow(number: usize, step: RuleTrace) -> impl IntoView {
    let (class, words, message) = match step.outcome {
        RuleOutcome::Matched => ("badge badge-sm badge-success badge-soft", "matched", "This rule decided.".to_owned()),
        RuleOutcome::NotMatched => ("badge badge-sm badge-ghost", "not matched", String::new()),
        RuleOutcome::Disabled => ("badge badge-sm badge-ghost", "off", "It is disabled or switched off.".to_owned()),
        RuleOutcome::Error { message } => {
            ("badge badge-sm badge-error badge-soft", "error", format!("Skipped: {message}"))
        }
    };
    view! {
        <tr>
            <td class="num text-right">{number}</td>
            <th scope="row" class="whitespace-nowrap font-normal">
                {step.rule}
            </th>
            <td>
                <span class=class>{words}</span>
            </td>
            <td class="wrap-anywhere">{message}</td>
        </tr>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use leptos::reactive::owner::Owner;

    use super::*;

    fn drawn(trace: Vec<RuleTrace>, by_policy: bool) -> String {
        Owner::new().with(|| view! { <Trace trace by_policy/> }.to_html())
    }

    #[test]
    fn an_error_is_shown_with_its_message_as_text() {
        let message = "no such key: <script>".to_owned();
        let html = drawn(vec![RuleTrace { rule: "vip".to_owned(), outcome: RuleOutcome::Error { message } }], true);
        assert!(html.contains("Skipped: no such key: &lt;script&gt;"), "{html}");
        assert!(html.contains("No rule matched."), "{html}");
    }

    #[test]
    fn a_matched_rule_leaves_nothing_to_otherwise() {
        let html = drawn(vec![RuleTrace { rule: "vip".to_owned(), outcome: RuleOutcome::Matched }], true);
        assert!(html.contains("This rule decided.") && !html.contains("otherwise"), "{html}");
    }
}
