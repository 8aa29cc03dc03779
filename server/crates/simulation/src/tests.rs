//! Simulations over made-up histories.

mod history;
mod intervals;
mod properties;
mod queues;
mod report;

use std::collections::BTreeMap;

use domain::{
    Classification, DecisionId, Destination, NewTask, PolicyDocument, Priority, Queue, QueueKind, Rule, TaskId, Then,
    Timestamp,
    policy::{CaseFacts, Target},
    simulation::{HistoryCase, SimulationReport},
};
use policy::{CompiledGuardrails, CompiledPolicy, Facts};

use crate::{Prices, Setting, Simulator};

/// A Monday, 08:00 UTC.
const BEGIN: i64 = 1_779_696_000_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn to_queue(queue: &str) -> Then {
    to(Target::Queue { queue: queue.to_owned() })
}

fn to_bot() -> Then {
    to(Target::Automation { automation: "bot".to_owned() })
}

fn to(destination: Target) -> Then {
    Then { destination, priority: None, sla_minutes: None, skills: Vec::new(), note: None }
}

fn rule(id: &str, when: &str, then: Then) -> Rule {
    Rule {
        id: id.to_owned(),
        description: "A rule.".to_owned(),
        area: None,
        disabled: false,
        cells: BTreeMap::new(),
        when: when.to_owned(),
        then,
    }
}

/// Rules on the label, `otherwise` to triage.
fn by_label(rules: &[(&str, Then)]) -> CompiledPolicy {
    let rules = rules.iter().map(|(label, then)| {
        rule(&format!("{label}-rule"), &format!("classification.label == \"{label}\""), then.clone())
    });
    compile(rules.collect())
}

fn compile(rules: Vec<Rule>) -> CompiledPolicy {
    CompiledPolicy::compile(PolicyDocument { rules, ..PolicyDocument::of(to_queue("triage")) }).unwrap()
}

fn queue(name: &str) -> Destination {
    Destination::Queue { queue: name.to_owned() }
}

fn bot() -> Destination {
    Destination::Automation { automation: "bot".to_owned() }
}

fn queues() -> Vec<Queue> {
    let queue = |(name, kind): (&str, QueueKind)| Queue {
        name: name.to_owned(),
        title: name.to_owned(),
        purpose: String::new(),
        kind,
        sla_minutes: 60,
    };
    [
        ("triage", QueueKind::People),
        ("billing", QueueKind::People),
        ("cards", QueueKind::People),
        ("bot", QueueKind::Automation),
    ]
    .map(queue)
    .to_vec()
}

/// The case of this number, one a minute, of which the model said this label: to triage, not finished, nothing known.
fn case(number: i64, label: &str) -> HistoryCase {
    let now = Timestamp::from_ms(BEGIN + number * MINUTE);
    let id = u64::try_from(now.as_ms()).unwrap();
    let classification = Classification {
        label: label.to_owned(),
        confidence: 0.9,
        candidates: Vec::new(),
        out_of_scope: 0.1,
        priority: None,
        handling_minutes: None,
        handling_range: None,
        model_version: "v1".to_owned(),
        said: None,
        reached: None,
        short_list: None,
        stages: Vec::new(),
    };
    let task = NewTask { subject: format!("Task {number}"), ..NewTask::default() };
    HistoryCase {
        decision_id: DecisionId::from_parts(id, 0),
        task_id: TaskId::from_parts(id, 0),
        facts: CaseFacts { task, classification: Some(classification), queues: BTreeMap::new(), now },
        policy_version: 1,
        matched_rule: None,
        destination: queue("triage"),
        priority: Priority::Normal,
        overrides: Vec::new(),
        due_at: Some(now.plus_minutes(60)),
        cost_micros: 0,
        corrected_to: None,
        truth: None,
        ended_at: None,
        worked_ms: 0,
    }
}

/// What a policy would have decided of the case, as the product does.
fn decided(policy: &CompiledPolicy, case: HistoryCase) -> HistoryCase {
    let verdict = policy.evaluate(&Facts::of(&case.facts));
    let sla_minutes = verdict.sla_minutes.or_else(|| {
        queues()
            .into_iter()
            .find(|queue| verdict.destination.name() == Some(&queue.name))
            .map(|queue| queue.sla_minutes)
    });
    HistoryCase {
        matched_rule: verdict.matched_rule,
        destination: verdict.destination,
        priority: verdict.priority,
        due_at: sla_minutes.map(|minutes| case.facts.now.plus_minutes(minutes.into())),
        ..case
    }
}

/// So many people at work in each of the first days' hours.
fn staffed(people: u32) -> Vec<(Timestamp, u32)> {
    (0..240).map(|hour| (Timestamp::from_ms(BEGIN + hour * HOUR), people)).collect()
}

fn simulate(policy: &CompiledPolicy, history: &[HistoryCase], people: &[(Timestamp, u32)]) -> SimulationReport {
    simulate_under(policy, None, history, people)
}

fn simulate_under(
    policy: &CompiledPolicy,
    guardrails: Option<&CompiledGuardrails>,
    history: &[HistoryCase],
    people: &[(Timestamp, u32)],
) -> SimulationReport {
    let queues = queues();
    let prices = Prices { decision_micros: 100, person_minute_micros: 1_000 };
    let mut simulator = Simulator::new(policy, guardrails, Setting { queues: &queues, prices, triage_queue: "triage" });
    // More than one batch, as the service hands it in.
    history.chunks(7).for_each(|batch| simulator.add(batch));
    assert_eq!(simulator.done(), history.len() as u64);
    simulator.finish(people, |_| true).unwrap()
}
