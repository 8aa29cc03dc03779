//! What happened to the task, oldest first.

use domain::{EscalationState, TaskDetail, Timestamp, decision::DecisionSource};
use leptos::prelude::*;

use crate::components::When;

/// One line of the history.
struct Entry {
    at: Timestamp,
    what: String,
    reason: Option<String>,
}

/// Decisions, corrections and escalations in the order of time.
#[component]
pub(super) fn History(detail: TaskDetail) -> impl IntoView {
    let entries = entries(&detail);
    view! {
        <section aria-labelledby="history">
            <h2 id="history" class="mb-2 text-sm font-semibold">"History"</h2>
            <ol class="flex flex-col gap-3 border-l border-base-300 pl-4 text-sm">
                {entries
                    .into_iter()
                    .map(|entry| {
                        view! {
                            <li>
                                <p class="flex flex-wrap justify-between gap-x-4">
                                    <span class="wrap-anywhere">{entry.what}</span>
                                    <span class="text-xs text-base-content/70"><When at=entry.at/></span>
                                </p>
                                {entry
                                    .reason
                                    .map(|reason| view! { <p class="mt-0.5 whitespace-pre-wrap text-base-content/70 wrap-anywhere">{reason}</p> })}
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
        </section>
    }
    .into_any()
}

fn entries(detail: &TaskDetail) -> Vec<Entry> {
    let mut entries = vec![Entry { at: detail.task.submitted_at, what: "Submitted".to_owned(), reason: None }];
    entries.extend(detail.decisions.iter().map(|decision| {
        let to = &decision.destination;
        let what = match decision.source {
            DecisionSource::Policy => format!("Decided: {to}"),
            DecisionSource::Correction => format!("Sent to {to} by a correction"),
            DecisionSource::Reversal => format!("Decision undone, now {to}"),
            DecisionSource::Rejection => format!("Automation refused, now {to}"),
            DecisionSource::Failure => format!("Given up, now {to}"),
            DecisionSource::Replay => format!("Tried again: {to}"),
        };
        Entry { at: decision.decided_at, what, reason: None }
    }));
    entries.extend(detail.corrections.iter().map(|correction| {
        let old = correction.old.as_deref().unwrap_or("nothing");
        let what = format!(
            "{} corrected {} from {old} to {}",
            correction.corrected_by,
            correction.field.as_str(),
            correction.new
        );
        Entry { at: correction.corrected_at, what, reason: Some(correction.reason.clone()) }
    }));
    for escalation in &detail.escalations {
        entries.push(Entry {
            at: escalation.raised_at,
            what: format!("{} escalated to {}, level {}", escalation.raised_by, escalation.to_queue, escalation.level),
            reason: Some(escalation.reason.clone()),
        });
        if let (Some(at), EscalationState::HandedBack) = (escalation.closed_at, escalation.state) {
            entries.push(Entry { at, what: format!("Handed back to {}", escalation.from_queue), reason: None });
        }
    }
    if let domain::TaskState::Resolved { at, by } = &detail.task.state {
        entries.push(Entry { at: *at, what: format!("Resolved by {by}"), reason: None });
    }
    entries.sort_by_key(|entry| entry.at);
    entries
}
