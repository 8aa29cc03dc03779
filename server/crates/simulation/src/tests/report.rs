//! The report as a whole.

use domain::{
    guardrail::{Guardrail, Guardrails, Requirement},
    simulation::Before,
};

use super::*;

#[test]
fn a_simulation_of_nothing_says_so() {
    let report = simulate(&by_label(&[]), &[], &[]);
    assert_eq!((report.decisions, report.from, report.until), (0, None, None));
    assert_eq!(report.limits, ["There is no decision to make again."]);
    assert_eq!(report.cost_per_thousand.then.value, 0.0);
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<SimulationReport>(&text).unwrap(), report, "every number can be written as JSON");
}

#[test]
fn limits_are_said_only_where_they_apply() {
    let worked = |number| HistoryCase {
        worked_ms: 60_000,
        ended_at: Some(Timestamp::from_ms(BEGIN + HOUR)),
        ..case(number, "other")
    };
    let plain: Vec<_> = (0..3).map(worked).collect();
    let limits = simulate(&by_label(&[]), &plain, &staffed(5)).limits.join("\n");
    assert!(limits.starts_with("The decisions were made from 2026-05-25 08:00 to 2026-05-25 08:02 UTC"), "{limits}");
    for absent in
        ["not finished", "kill switch", "Approvals", "Machines", "skills", "asked for", "versions of", "no queue"]
    {
        assert!(!limits.contains(absent), "{absent} in {limits}");
    }
    let skilled = Then { skills: vec!["french".to_owned()], ..to_queue("elsewhere") };
    let mut history = plain;
    history.push(HistoryCase { policy_version: 2, ..case(9, "french") });
    let limits = simulate(&by_label(&[("french", skilled)]), &history, &staffed(5)).limits.join("\n");
    for present in [
        "1 of 4 tasks are not finished",
        "also when tasks ask for skills, as 1 of 4 do.",
        "There is no queue or automation elsewhere",
        "2 versions of the policy: 1, 2.",
        "known of 3 of 4 tasks",
        "looked at 3 of 4 decisions and corrected 0",
    ] {
        assert!(limits.contains(present), "{present} in {limits}");
    }
}

fn guardrail(id: &str, when: &str, require: Requirement) -> Guardrail {
    let (id, description, when) = (id.to_owned(), "A guardrail.".to_owned(), when.to_owned());
    Guardrail { id, description, cells: BTreeMap::new(), when, require }
}

#[test]
fn what_a_guardrail_stops_goes_to_triage() {
    let guardrails = CompiledGuardrails::compile(Guardrails {
        columns: Vec::new(),
        guardrails: vec![
            guardrail("legal", "classification.label == \"legal\"", Requirement::Person),
            guardrail("audit", "", Requirement::Audited { percent: 2 }),
        ],
    })
    .unwrap();
    let policy = by_label(&[("legal", to_bot()), ("reset", to_bot())]);
    let history: Vec<_> = (0..6).map(|number| case(number, if number < 2 { "legal" } else { "reset" })).collect();
    let report = simulate_under(&policy, Some(&guardrails), &history, &staffed(1));
    assert_eq!(report.guarded, Before { then: 0, now: 2 });
    assert_eq!(report.automated.now.value, 4.0 / 6.0);
    let flows: Vec<_> = report.flows.iter().map(|flow| (flow.to.clone(), flow.count)).collect();
    assert_eq!(flows, [(bot(), 4), (queue("triage"), 2)]);
    assert_eq!(report.rules[0].count, 2, "the rule decided, and the guardrail took effect over it");
    assert!(report.limits.iter().any(|limit| limit.starts_with("Guardrails make people look at about 1 of")));
}
