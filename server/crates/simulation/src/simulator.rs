//! Making decisions of the past again.

use std::collections::HashMap;

use domain::{
    Destination, Priority, Queue, Timestamp,
    simulation::{HistoryCase, SimulationReport},
};
use policy::{CompiledGuardrails, CompiledPolicy, Facts};

use crate::{
    flow::Flows,
    hours::{Period, Staff},
    limits,
    load::{Leg, Load, Task},
    places::Places,
    rules::{Rules, Trouble},
    tally::{Tally, share},
};

/// What holds beside the policy.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The queues and automations that there are.
    pub queues: &'a [Queue],
    /// What work costs.
    pub prices: Prices,
    /// The queue that takes what a guardrail stops when the label has none.
    pub triage_queue: &'a str,
}

/// What work costs, in millionths of the workspace's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prices {
    /// A decision whose own cost was not kept.
    pub decision_micros: u64,
    /// A minute of people's work.
    pub person_minute_micros: u64,
}

/// Makes decisions of the past again, batch by batch, and reports on all of them.
#[derive(Debug)]
pub struct Simulator<'a> {
    policy: &'a CompiledPolicy,
    guardrails: Option<&'a CompiledGuardrails>,
    setting: Setting<'a>,
    sla_minutes: HashMap<&'a str, u32>,
    places: Places,
    flows: Flows,
    rules: Rules,
    tally: Tally,
    tasks: Vec<Task>,
}

/// A decision made again.
#[derive(Debug)]
pub(crate) struct Again {
    pub(crate) destination: Destination,
    pub(crate) priority: Priority,
    pub(crate) due_at: Option<Timestamp>,
    /// The place of the rule in the document.
    pub(crate) rule: Option<usize>,
    pub(crate) is_guarded: bool,
    /// The chance, in percent, that guardrails make people look at it all the same.
    pub(crate) audit_percent: u8,
    pub(crate) needs_skills: bool,
    pub(crate) trouble: Option<Trouble>,
}

impl<'a> Simulator<'a> {
    /// A simulation of this policy that has seen nothing yet.
    #[must_use]
    pub fn new(policy: &'a CompiledPolicy, guardrails: Option<&'a CompiledGuardrails>, setting: Setting<'a>) -> Self {
        let sla_minutes = setting.queues.iter().map(|queue| (queue.name.as_str(), queue.sla_minutes)).collect();
        Self {
            policy,
            guardrails,
            setting,
            sla_minutes,
            places: Places::default(),
            flows: Flows::default(),
            rules: Rules::new(policy.document()),
            tally: Tally::default(),
            tasks: Vec::new(),
        }
    }

    /// Makes these decisions again. Their order does not matter, but each may come only once.
    pub fn add(&mut self, cases: &[HistoryCase]) {
        self.tasks.reserve(cases.len());
        for case in cases {
            let again = self.decide(case);
            let (from, to) = (self.places.of(&case.destination), self.places.of(&again.destination));
            let rule = again.rule.map(|place| self.policy.document().rules[place].id.as_str());
            self.flows.add(case, (from, to), &again.destination, rule);
            self.tally.add(case, &again);
            let own = case.cost_micros;
            self.tasks.push(Task {
                at: case.facts.now,
                id: case.task_id,
                worked_ms: case.worked_ms,
                decision_micros: if own > 0 { own } else { self.setting.prices.decision_micros },
                then: Leg::new(from, case.priority, case.due_at),
                now: Leg::new(to, again.priority, again.due_at),
            });
        }
    }

    /// How many decisions were made again.
    #[must_use]
    pub const fn done(&self) -> u64 {
        self.tally.decisions
    }

    /// When the oldest and the newest of them were made.
    #[must_use]
    pub const fn period(&self) -> Option<(Timestamp, Timestamp)> {
        self.tally.period
    }

    fn decide(&mut self, case: &HistoryCase) -> Again {
        let facts = Facts::of(&case.facts);
        let outcome = self.policy.decide(&facts);
        let document = self.policy.document();
        let then = outcome.rule.map_or(&document.otherwise, |place| &document.rules[place].then);
        let label = facts.classification.map(|said| said.label.as_str());
        let mut destination = then.destination.resolve(label, &document.label_queues);
        let mut sla_minutes = then.sla_minutes;
        let mut is_guarded = false;
        // As at run time: each turn goes nearer to people.
        while let Some(guardrail) = self.guardrails.and_then(|rails| rails.violated(&facts, &destination)) {
            let people = label.and_then(|label| document.label_queues.get(label)).map(String::as_str);
            destination = guardrail.instead_of(&destination, people.unwrap_or(self.setting.triage_queue));
            sla_minutes = None;
            is_guarded = true;
        }
        let audit_percent = match self.guardrails {
            Some(rails) if destination.is_automated() => rails.audit_percent(&facts),
            _ => 0,
        };
        let queue_minutes = || destination.name().and_then(|queue| self.sla_minutes.get(queue)).copied();
        let minutes = sla_minutes.or_else(queue_minutes);
        Again {
            priority: then.priority.or(case.facts.task.priority_hint).unwrap_or_default(),
            due_at: minutes.map(|minutes| case.facts.now.plus_minutes(i64::from(minutes))),
            rule: outcome.rule,
            is_guarded,
            audit_percent,
            needs_skills: !then.skills.is_empty(),
            trouble: self.rules.add(&outcome, case),
            destination,
        }
    }

    /// Replays the arrivals and reports. `people` are those at work by the beginnings of hours; hours without anybody may be
    /// left out. `go_on` hears how many of the [`REPLAYS`](domain::simulation::REPLAYS) are done and says whether to go on;
    /// there is no report when it says no. How long it took is left to the caller.
    #[must_use]
    pub fn finish(mut self, people: &[(Timestamp, u32)], go_on: impl FnMut(u32) -> bool) -> Option<SimulationReport> {
        let tally = &self.tally;
        let period = tally.period.map_or(Period { first: 0, last: 0 }, |(from, until)| Period::of(from, until));
        let staff = Staff::new(people, period);
        self.tasks.sort_unstable_by_key(|task| (task.at, task.id));
        let minute_micros = self.setting.prices.person_minute_micros;
        let load = Load::new(&self.tasks, self.places.queues(), (&staff, period), minute_micros, go_on)?;
        // Without a workspace no queue is known, and none is missing.
        let is_unknown =
            |queue: &&String| !self.sla_minutes.is_empty() && !self.sla_minutes.contains_key(queue.as_str());
        let unknown: Vec<&String> = self.places.queues().iter().filter(is_unknown).collect();
        Some(SimulationReport {
            decisions: tally.decisions,
            from: tally.period.map(|(from, _)| from),
            until: tally.period.map(|(_, until)| until),
            changed: share(tally.changed, tally.decisions),
            automated: tally.automated.map(|count| share(count, tally.decisions)),
            approvals: tally.approvals.map(|count| share(count, tally.decisions)),
            wrong: tally.wrong.map(|count| share(count, tally.looked_at)),
            late: load.late,
            cost_per_thousand: load.cost_per_thousand,
            limits: limits::sentences(tally, &load, &unknown),
            flows: self.flows.finish(&self.places),
            rules: self.rules.finish(self.policy.document()),
            queues: load.queues,
            hours: load.hours,
            staffing: load.staffing,
            guarded: tally.guarded,
            took_ms: 0,
        })
    }
}
