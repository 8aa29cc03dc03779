//! Where decisions would go, and whether that would be right.

use domain::{
    Destination,
    decision::{Override, OverrideKind},
    policy::{Cell, Column, ColumnFact, Decimal, QueueFacts, QueueNumber, Range},
    simulation::{Before, HistoryCase, MAX_CELL_CASES, SimulationReport},
};

use super::*;

/// Count, sided with people and against them, of a cell.
fn cell(report: &SimulationReport, from: &Destination, to: &Destination) -> Option<(u64, u64, u64)> {
    let flow = report.flows.iter().find(|flow| flow.from == *from && flow.to == *to)?;
    Some((flow.count, flow.sided_with_people, flow.sided_against_people))
}

fn finished(case: HistoryCase) -> HistoryCase {
    HistoryCase { ended_at: Some(case.facts.now.plus_minutes(5)), ..case }
}

fn corrected(case: HistoryCase, to: Destination) -> HistoryCase {
    HistoryCase { corrected_to: Some(to), ..case }
}

#[test]
fn the_flow_matrix_counts_what_goes_where_and_with_whom_it_sides() {
    let policy = by_label(&[("billing", to_queue("billing")), ("reset", to_bot())]);
    let history = [
        // Corrected as the policy now does.
        corrected(case(0, "billing"), queue("billing")),
        // Corrected to elsewhere: the policy sides with nobody.
        corrected(case(1, "billing"), queue("cards")),
        // Left where it was and finished: the policy takes it away.
        finished(case(2, "billing")),
        finished(case(3, "reset")),
        // Nobody looked.
        case(4, "billing"),
        // Stays, and is right there.
        finished(case(5, "other")),
        // An automated task that nobody corrected says nothing, finished or not.
        HistoryCase { destination: bot(), ..finished(case(6, "reset")) },
        // An automated task that people sent to cards.
        corrected(HistoryCase { destination: bot(), ..case(7, "other") }, queue("cards")),
    ];
    let report = simulate(&policy, &history, &staffed(1));
    let (triage, billing, cards) = (queue("triage"), queue("billing"), queue("cards"));
    for (from, to, expected) in [
        (&triage, &billing, Some((4, 1, 1))),
        (&triage, &bot(), Some((1, 0, 1))),
        (&triage, &triage, Some((1, 0, 0))),
        (&bot(), &bot(), Some((1, 0, 0))),
        (&bot(), &triage, Some((1, 0, 0))),
        (&triage, &cards, None),
    ] {
        assert_eq!(cell(&report, from, to), expected, "{from} to {to}");
    }
    assert_eq!((report.changed.value, report.changed.of), (6.0 / 8.0, 8));
    let wrong = report.wrong.map(|wrong| (wrong.value, wrong.of));
    // Then: the two and the automated one that people corrected. Now: all of those that people looked at but the one that is
    // corrected alike and the one that stays.
    assert_eq!(wrong, Before { then: (3.0 / 6.0, 6), now: (4.0 / 6.0, 6) });
    assert_eq!(report.automated.map(|share| share.value), Before { then: 2.0 / 8.0, now: 2.0 / 8.0 });
    assert!(
        report.limits.iter().any(|limit| limit.starts_with("1 of the 4 that would be wrong")),
        "{:?}",
        report.limits
    );
}

#[test]
fn a_cell_keeps_the_newest_cases_whatever_their_order() {
    let policy = by_label(&[("billing", to_queue("billing"))]);
    let most = i64::try_from(MAX_CELL_CASES).unwrap();
    let mut history: Vec<_> = (0..most + 30).map(|number| case(number, "billing")).collect();
    history.push(case(1_000, "other"));
    history.rotate_left(20);
    let report = simulate(&policy, &history, &staffed(1));
    let subjects = |flow: &domain::simulation::Flow| -> Vec<String> {
        flow.cases.iter().map(|case| case.subject.clone()).collect()
    };
    let newest: Vec<_> = (30..most + 30).rev().map(|number| format!("Task {number}")).collect();
    assert_eq!(subjects(&report.flows[0]), newest);
    assert_eq!(report.flows[0].cases[0].rule_now.as_deref(), Some("billing-rule"));
    assert_eq!(report.flows[1].cases, [], "cases that stay are not listed");
}

#[test]
fn approvals_are_a_share_of_their_own() {
    let approval = Target::Approval {
        automation: "bot".to_owned(),
        otherwise: "triage".to_owned(),
        terms: domain::decision::ApprovalTerms::default(),
    };
    let policy = by_label(&[("refund", to(approval))]);
    let history: Vec<_> = (0..4).map(|number| case(number, if number == 0 { "refund" } else { "other" })).collect();
    let report = simulate(&policy, &history, &staffed(1));
    assert_eq!(report.approvals.map(|share| share.value), Before { then: 0.0, now: 0.25 });
    assert_eq!(report.automated.now.value, 0.0);
    assert!(report.approvals.now.low > 0.0 && report.approvals.now.high < 1.0, "{:?}", report.approvals);
}

#[test]
fn rules_count_their_hits_and_what_they_could_not_compute() {
    let policy = compile(vec![
        rule("deep", "queues[\"billing\"].depth > 5", to_queue("billing")),
        rule("sum", "task.attributes.amount > 5", to_queue("billing")),
        rule("cards", "classification.label == \"cards\"", to_queue("cards")),
    ]);
    let mut history = vec![case(0, "cards"), case(1, "cards"), case(2, "other")];
    let known = QueueFacts { depth: 9, ..QueueFacts::default() };
    history[0].facts.queues.insert("billing".to_owned(), known);
    history[1].facts.task.attributes.insert("amount".to_owned(), 1.into());
    let report = simulate(&policy, &history, &staffed(1));
    let hits: Vec<_> = report.rules.iter().map(|rule| (rule.rule.as_deref(), rule.count, rule.errors)).collect();
    assert_eq!(hits, [(Some("deep"), 1, 2), (Some("sum"), 0, 1), (Some("cards"), 1, 0), (None, 1, 0)]);
    let limits = report.limits.join("\n");
    assert!(limits.contains("In 2 of 3 decisions a rule asked for numbers of a queue that were not kept"), "{limits}");
}

#[test]
fn a_cell_whose_number_was_not_kept_is_counted_where_it_decides() {
    let range = Range { above: Some(Decimal::whole(5)), ..Range::default() };
    let depth = ColumnFact::Queue("billing".to_owned(), QueueNumber::Depth);
    let cells = BTreeMap::from([
        (ColumnFact::Label, Cell::AnyOf(vec!["cards".to_owned()])),
        (depth.clone(), Cell::Range(range)),
    ]);
    let columns = [ColumnFact::Label, depth].map(|fact| Column { fact, kind: None }).to_vec();
    let rules = vec![Rule { cells, ..rule("deep", "", to_queue("billing")) }];
    let document = PolicyDocument { columns, rules, ..PolicyDocument::of(to_queue("triage")) };
    let policy = CompiledPolicy::compile(document).unwrap();
    let mut history: Vec<_> =
        ["cards", "cards", "other"].into_iter().zip(0..).map(|(label, n)| case(n, label)).collect();
    history[0].facts.queues.insert("billing".to_owned(), QueueFacts { depth: 5, ..QueueFacts::default() });
    let limits = simulate(&policy, &history, &staffed(1)).limits.join("\n");
    assert!(limits.contains("In 1 of 3 decisions a rule asked for numbers of a queue"), "{limits}");
}

#[test]
fn what_took_effect_over_the_rules_of_then_is_counted() {
    let policy = by_label(&[]);
    let over = |kind| Override { kind, name: "x".to_owned(), instead_of: bot() };
    let mut history: Vec<_> = (0..3).map(|number| case(number, "other")).collect();
    history[0].overrides.push(over(OverrideKind::Guardrail));
    history[1].overrides.push(over(OverrideKind::KillSwitch));
    let report = simulate(&policy, &history, &staffed(1));
    assert_eq!(report.guarded, Before { then: 1, now: 0 });
    assert!(
        report.limits.iter().any(|limit| limit.starts_with("In 1 of 3 decisions a kill switch")),
        "{:?}",
        report.limits
    );
}
