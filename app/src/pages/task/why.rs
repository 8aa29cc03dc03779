//! Why the task is where it is, from what is stored with its decision.

use domain::{Decision, Permission, TaskDetail, decision::DecisionSource};
use leptos::prelude::*;

use crate::{
    api::session::Viewer,
    components::{Confidence, When},
};

/// What the model said, which rule matched, and by which versions.
#[component]
pub(super) fn Why(detail: TaskDetail, viewer: Viewer) -> impl IntoView {
    let Some(decision) = detail.decision().cloned() else { return ().into_any() };
    let classification = detail.decisions.iter().rev().find_map(|decision| decision.classification.clone());
    let link = viewer.may(Permission::ReadDecisions).then(|| format!("/decisions/{}", decision.id));
    view! {
        <section aria-labelledby="why" class="rounded-box border border-base-300 bg-base-100 px-5 py-4 text-sm">
            <h2 id="why" class="mb-2 font-semibold">"Why it is here"</h2>
            <p>{decision.explanation.clone()}</p>
            {decision
                .fallback
                .map(|reason| {
                    view! {
                        <p class="alert alert-warning alert-soft mt-3 text-sm">
                            {format!("Decided without the classifier: {reason}.")}
                        </p>
                    }
                })}
            {decision
                .note
                .clone()
                .map(|note| view! { <p class="mt-3 border-l-2 border-primary pl-3 whitespace-pre-wrap wrap-anywhere">{note}</p> })}
            {classification
                .map(|classification| {
                    let listed = classification.short_list().len();
                    let suggestions = classification.predictions_in_words();
                    view! {
                        <h3 class="mt-4 mb-2 text-xs font-medium text-base-content/70">"What the model thought of"</h3>
                        <div class="flex flex-col gap-2">
                            {classification
                                .candidates
                                .into_iter()
                                .map(|candidate| view! { <Confidence label=candidate.label confidence=candidate.confidence/> })
                                .collect_view()}
                        </div>
                        {(listed > 0).then(|| view! { <p class="mt-2 text-xs text-base-content/70">{short_list_in_words(listed)}</p> })}
                        <p class="mt-2 text-xs text-base-content/70 tabular-nums">
                            {format!("Belongs to no label: {:.1} %", classification.out_of_scope * 100.0)}
                        </p>
                        {suggestions.map(|text| view! { <p class="mt-2 text-xs text-base-content/70 tabular-nums">{text}</p> })}
                    }
                })}
            <Versions decision/>
            {link.map(|href| view! { <p class="mt-3"><a class="link" href=href>"The whole decision"</a></p> })}
        </section>
    }
    .into_any()
}

/// What may be expected of the first candidates.
fn short_list_in_words(listed: usize) -> String {
    let which = if listed == 1 { "the first of these".to_owned() } else { format!("the first {listed} of these") };
    format!("Short list: {which}. Over all tasks with one, the right label is on it in 99 of 100.")
}

/// By what the decision was made.
#[component]
fn Versions(decision: Decision) -> impl IntoView {
    let by = match (&decision.source, &decision.decided_by) {
        (DecisionSource::Policy, _) => "the policy".to_owned(),
        (DecisionSource::Correction, Some(name)) => format!("a correction by {name}"),
        (DecisionSource::Reversal, Some(name)) => format!("a reversal by {name}"),
        (DecisionSource::Rejection, Some(name)) => format!("a no by {name}"),
        (_, name) => name.clone().unwrap_or_else(|| "a person".to_owned()),
    };
    let rule = decision.matched_rule.unwrap_or_else(|| "none, so the policy's otherwise".to_owned());
    let model = decision.classification.map(|classification| classification.model_version);
    let from_policy = decision.source == DecisionSource::Policy;
    view! {
        <dl class="mt-4 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
            <dt class="text-base-content/70">"Decided by"</dt>
            <dd class="wrap-anywhere">{by} ", " <When at=decision.decided_at/></dd>
            {from_policy
                .then(|| {
                    view! {
                        <dt class="text-base-content/70">"Rule"</dt>
                        <dd class="wrap-anywhere">{rule}</dd>
                    }
                })}
            <dt class="text-base-content/70">"Went to"</dt>
            <dd class="wrap-anywhere">{decision.destination.to_string()}</dd>
            <dt class="text-base-content/70">"Policy"</dt>
            <dd>{format!("v{}", decision.policy_version)}</dd>
            {model
                .map(|model| {
                    view! {
                        <dt class="text-base-content/70">"Model"</dt>
                        <dd>{model}</dd>
                    }
                })}
            {(!decision.skills.is_empty())
                .then(|| {
                    view! {
                        <dt class="text-base-content/70">"Skills"</dt>
                        <dd class="wrap-anywhere">{decision.skills.join(", ")}</dd>
                    }
                })}
        </dl>
    }
    .into_any()
}
