//! What a simulation found, in words and tables.

use domain::{
    Destination,
    simulation::{Before, Estimate, Flow, QueueLoad, RuleHits, SimulationReport},
};

use super::{Outcome, output};

/// Prints a report, the most important first.
pub(super) fn print(report: &SimulationReport) -> Outcome {
    if report.decisions == 0 {
        return output::line("There is no decision to make again.");
    }
    output::line(&in_words(report))?;
    if report.took_ms > 0 {
        output::line(&format!("Making the decisions again took {:.1} s.", report.took_ms as f64 / 1_000.0))?;
    }
    output::line("")?;
    output::table(["", "THEN", "NOW"], &measures(report))?;
    output::line("")?;
    let flows: Vec<_> = sorted(&report.flows).into_iter().map(flow).collect();
    output::table(["FROM", "TO", "TASKS", "PEOPLE FOR IT", "AGAINST IT"], &flows)?;
    output::line("")?;
    let queues: Vec<_> = report.queues.iter().flat_map(load).collect();
    output::table(["QUEUE", "", "THEN", "NOW", "CHANGE"], &queues)?;
    output::line("")?;
    let rules: Vec<_> = report.rules.iter().map(hits).collect();
    output::table(["RULE", "DECISIONS", "NOT COMPUTED"], &rules)?;
    output::line("")?;
    output::line("What this cannot know:")?;
    report.limits.iter().try_for_each(|limit| output::line(&format!("- {limit}")))
}

/// What it comes to, in one sentence.
fn in_words(report: &SimulationReport) -> String {
    let day = |at: Option<domain::Timestamp>| at.map(|at| at.to_minute().chars().take(10).collect::<String>());
    let period = match (day(report.from), day(report.until)) {
        (Some(from), Some(until)) if from == until => format!(" of {from}"),
        (Some(from), Some(until)) => format!(" from {from} to {until}"),
        _ => String::new(),
    };
    let changed: u64 = report.flows.iter().filter(|flow| flow.from != flow.to).map(|flow| flow.count).sum();
    let Estimate { value, low, high, .. } = report.changed;
    let (value, low, high) = (value * 100.0, low * 100.0, high * 100.0);
    let noun = if report.decisions == 1 { "decision" } else { "decisions" };
    format!(
        "Of {} {noun}{period}, {changed} ({value:.1} %, {low:.1} to {high:.1} %) would go elsewhere.",
        report.decisions
    )
}

fn measures(report: &SimulationReport) -> [[String; 3]; 6] {
    let row = |name: &str, both: Before<String>| [name.to_owned(), both.then, both.now];
    let money = |cost: Estimate| {
        format!("{:.2} ({:.2} to {:.2}, n = {})", cost.value / 1e6, cost.low / 1e6, cost.high / 1e6, cost.of)
    };
    [
        row("Automated", report.automated.map(estimate)),
        row("A person must approve", report.approvals.map(estimate)),
        row("Expected error", report.wrong.map(estimate)),
        row("Late", report.late.both().map(estimate)),
        row("Cost of 1,000 tasks", report.cost_per_thousand.map(money)),
        row("Held by guardrails", report.guarded.map(|count| count.to_string())),
    ]
}

/// A share in percent with its interval and how many it was counted of; a dash when nothing was.
fn estimate(estimate: Estimate) -> String {
    let Estimate { value, low, high, of } = estimate;
    if of == 0 {
        return "-".to_owned();
    }
    format!("{:.1} % ({:.1} to {:.1}, n = {of})", value * 100.0, low * 100.0, high * 100.0)
}

/// Those that go elsewhere before those that stay, the largest first.
fn sorted(flows: &[Flow]) -> Vec<&Flow> {
    let mut flows: Vec<&Flow> = flows.iter().collect();
    flows.sort_by_key(|flow| (flow.from == flow.to, std::cmp::Reverse(flow.count)));
    flows
}

fn flow(flow: &Flow) -> [String; 5] {
    let to = if flow.from == flow.to { "(stays)".to_owned() } else { place(&flow.to) };
    [
        place(&flow.from),
        to,
        flow.count.to_string(),
        flow.sided_with_people.to_string(),
        flow.sided_against_people.to_string(),
    ]
}

/// A destination so that two that differ also read differently.
fn place(destination: &Destination) -> String {
    match destination {
        Destination::Approval { automation, otherwise, terms } => {
            format!("{automation} after a yes{terms}, else {otherwise}")
        }
        other => other.to_string(),
    }
}

/// One row for each number of a queue.
fn load(load: &QueueLoad) -> [[String; 5]; 6] {
    let numbers = [
        ("tasks", load.arrivals, 1.0),
        ("most waiting", load.depth_most, 1.0),
        ("mean wait (min)", load.wait_minutes, 1.0),
        ("1 in 20 waits over (min)", load.wait_minutes_p95, 1.0),
        ("hours of work", load.agent_hours, 1.0),
        ("late (%)", load.late, 100.0),
    ];
    numbers.map(|(name, compared, scale)| {
        let both = compared.both().map(|number| ranged(number, scale));
        [load.queue.clone(), name.to_owned(), both.then, both.now, ranged(compared.change, scale)]
    })
}

/// A number with its interval and of how many it is; a dash when of none.
fn ranged(Estimate { value, low, high, of }: Estimate, scale: f64) -> String {
    if of == 0 {
        return "-".to_owned();
    }
    format!("{:.1} ({:.1} to {:.1}, n = {of})", value * scale, low * scale, high * scale)
}

fn hits(hits: &RuleHits) -> [String; 3] {
    let rule = hits.rule.clone().unwrap_or_else(|| "otherwise".to_owned());
    [rule, hits.count.to_string(), hits.errors.to_string()]
}
