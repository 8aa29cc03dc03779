//! The report as people see it.

use domain::{
    DecisionId, Destination, PolicyDocument, PolicyVersion, TaskId, Then, Timestamp,
    policy::Target,
    simulation::{
        Before, Compared, Estimate, Flow, FlowCase, HourLoad, QueueLoad, RuleHits, Simulation, SimulationReport,
        SimulationState, Staffing,
    },
};
use leptos::{prelude::*, reactive::owner::Owner};

use super::{
    matrix::{Cell, FlowMatrix},
    measures::Measures,
    report::in_words,
};

fn queue(name: &str) -> Destination {
    Destination::Queue { queue: name.to_owned() }
}

fn estimate(value: f64, of: u64) -> Estimate {
    Estimate { value, low: value - 0.001, high: value + 0.001, of }
}

fn same<T: Clone>(value: T) -> Before<T> {
    Before { then: value.clone(), now: value }
}

fn compared(then: f64, now: f64) -> Compared {
    Compared { then: estimate(then, 1_000), now: estimate(now, 1_000), change: estimate(now - then, 1_000) }
}

fn flow(from: &str, to: &str, count: u64) -> Flow {
    let case = FlowCase {
        decision_id: DecisionId::from_parts(1, 1),
        task_id: TaskId::from_parts(1, 1),
        subject: "<b>Where is my refund?</b>".to_owned(),
        rule_then: Some("refunds".to_owned()),
        rule_now: None,
    };
    let cases = if from == to { Vec::new() } else { vec![case] };
    Flow { from: queue(from), to: queue(to), count, sided_with_people: 12, sided_against_people: 3, cases }
}

fn report() -> SimulationReport {
    let load = QueueLoad {
        queue: "billing".to_owned(),
        arrivals: compared(1_200.0, 900.0),
        depth_most: compared(40.0, 40.0),
        wait_minutes: compared(12.5, 8.0),
        wait_minutes_p95: compared(30.0, 30.0),
        agent_hours: compared(100.0, 100.0),
        late: compared(0.05, 0.05),
    };
    let hourly = same(vec![estimate(1.0, 14); 24]);
    let hours = vec![1.0; 24];
    let day = |text: &str| Timestamp::parse(text).ok();
    SimulationReport {
        decisions: 48_210,
        from: day("2026-10-02T08:00:00Z"),
        until: day("2026-11-26T08:00:00Z"),
        changed: estimate(0.025, 48_210),
        flows: vec![flow("billing", "billing", 47_006), flow("billing", "triage", 1_204)],
        automated: same(estimate(0.4, 48_210)),
        approvals: same(estimate(0.1, 48_210)),
        wrong: Before { then: estimate(0.08, 900), now: estimate(0.06, 900) },
        late: compared(0.05, 0.05),
        cost_per_thousand: same(estimate(0.0, 48_210)),
        rules: vec![RuleHits { rule: None, count: 48_210, errors: 2 }],
        queues: vec![load],
        hours: vec![HourLoad { queue: "billing".to_owned(), arrivals: hourly.clone(), depth: hourly }],
        staffing: Staffing { agents: hours, handling_minutes: 6.0, measured: 40_000 },
        guarded: Before { then: 3, now: 1 },
        limits: vec!["What people would have said of tasks that they never saw.".to_owned()],
        took_ms: 900,
    }
}

#[test]
fn the_first_line_says_what_it_comes_to() {
    let expected = "Of 48,210 decisions from 2026-10-02 to 2026-11-26, 1,204 (2.5 %, 2.4 to 2.6 %) would go elsewhere.";
    assert_eq!(in_words(&report()), expected);
}

#[test]
fn a_changed_number_opens_its_cases_and_a_subject_stays_text() {
    let cells: Vec<Cell> = report().flows.iter().map(super::report::cell).collect();
    let html = Owner::new().with(|| {
        view! { <FlowMatrix cells=Signal::stored(cells) across="Where v7 would send them" label="Flows"/> }.to_html()
    });
    assert!(html.contains("href=\"#flow-queue-billing-to-queue-triage\""), "{html}");
    assert!(html.contains("id=\"flow-queue-billing-to-queue-triage\""), "{html}");
    assert!(html.contains("&lt;b&gt;Where is my refund?"), "{html}");
    assert!(html.contains("People sided with the draft 12, with today 3."), "{html}");
    assert!(!html.contains("#flow-queue-billing-to-queue-billing"), "{html}");
}

#[test]
fn each_number_of_a_queue_has_its_interval_and_what_differs() {
    let html = Owner::new().with(|| view! { <super::load::Load queues=report().queues/> }.to_html());
    let text: String = html.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect();
    for present in ["n = 1,000 → 1,000 by people", "1,200 → 900", "12.5 → 8.0", "300 fewer", "4.5 min shorter", "5.0 %"]
    {
        assert!(text.contains(present), "{present} in {text}");
    }
    assert!(text.contains("4.9 to 5.1"), "{text}");
}

#[test]
fn cost_is_shown_only_when_there_is_any() {
    let draw = |report: SimulationReport| Owner::new().with(|| view! { <Measures report=report version=7/> }.to_html());
    let free = draw(report());
    assert!(!free.contains("Cost of"), "{free}");
    assert!(free.contains("2.0 points lower"), "{free}");
    let cost_per_thousand = Before { then: estimate(2_000_000.0, 900), now: estimate(3_500_000.0, 900) };
    let costly = draw(SimulationReport { cost_per_thousand, ..report() });
    assert!(costly.contains("Cost of") && costly.contains("1.50 more"), "{costly}");
}

#[test]
fn without_history_the_page_says_why_it_is_empty() {
    let then = Then { destination: Target::Close, priority: None, sla_minutes: None, skills: Vec::new(), note: None };
    let at = Timestamp::from_ms(0);
    let policy = PolicyVersion::draft(7, PolicyDocument::of(then), String::new(), ("user:1", "Ada"), at);
    let report = SimulationReport { decisions: 0, ..report() };
    let simulation = Simulation {
        number: 1,
        version: 7,
        revision: 1,
        by: "Ada".to_owned(),
        at,
        state: SimulationState::Done { report: Box::new(report.clone()) },
    };
    let html = Owner::new().with(|| view! { <super::report::Report policy simulation report/> }.to_html());
    assert!(html.contains("No task has come in yet"), "{html}");
}
