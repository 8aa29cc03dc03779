//! Holding a document against guardrails before it decides anything.

use domain::{
    PolicyDocument,
    guardrail::{Guardrail, Requirement},
    policy::{CaseFacts, ColumnFact, ColumnKind, Decimal, PolicyProblem, Severity, Target},
};

use super::{CompiledGuardrails, may_forbid};
use crate::{
    check::compile_rules,
    compiled::CompiledPolicy,
    condition::Table,
    facts::Facts,
    limits,
    problem::{of_document, of_rule, shown_by, weighing},
    space::{Region, Side, Space, Taken, taken},
};

/// The rules and examples of a document that guardrails forbid. A rule that breaks one for some task, which is shown, is an
/// error; where that cannot be told before a task comes, it is a warning, and the guardrail holds at run time. Nothing is
/// said of a document that does not compile.
#[must_use]
pub fn check_guardrails(document: &PolicyDocument, guardrails: &CompiledGuardrails) -> Vec<PolicyProblem> {
    let mut table = Table::default();
    let (rules, problems) = compile_rules(document, &mut table);
    if !problems.is_empty() {
        return Vec::new();
    }
    let mut space = Space::of(document, &rules, &table, &[]);
    let policy = CompiledPolicy::of(document.clone(), rules, table);
    let about: Vec<_> = guardrails
        .guardrails
        .iter()
        .map(|(guardrail, asks)| {
            let mut about = taken(&guardrail.cells, asks, &guardrails.table, &mut space.axes);
            if let Requirement::Confidence { at_least } = guardrail.require {
                let axis = space.axes.number(&ColumnFact::Confidence, ColumnKind::Number);
                about.region.narrow(axis, &below(at_least), &space.axes);
            }
            (guardrail, about)
        })
        .collect();
    let mut problems = Vec::new();
    let checked = Checked { policy: &policy, space: &space, guardrails };
    for (guardrail, about) in &about {
        for place in 0..=document.rules.len() {
            problems.extend(checked.rule(place, guardrail, about));
            if problems.len() >= limits::MAX_PROBLEMS {
                return problems;
            }
        }
    }
    checked.examples(&mut problems);
    problems.truncate(limits::MAX_PROBLEMS);
    problems
}

/// The confidences below a bound.
fn below(bound: Decimal) -> Side {
    Side::Numbers { range: Some((0, bound.as_micros() - 1)), missing: false, whole: false }
}

struct Checked<'a> {
    policy: &'a CompiledPolicy,
    space: &'a Space,
    guardrails: &'a CompiledGuardrails,
}

impl Checked<'_> {
    /// Whether the rule at a place, `otherwise` after the last, breaks a guardrail.
    fn rule(&self, place: usize, guardrail: &Guardrail, about: &Taken) -> Option<PolicyProblem> {
        let document = self.policy.document();
        let rule = document.rules.get(place);
        let then = rule.map_or(&document.otherwise, |rule| &rule.then);
        if !may_forbid(&guardrail.require, &then.destination) {
            return None;
        }
        let everything = Taken { region: Region::default(), exact: true };
        let taken = if rule.is_some() { self.space.rules.get(place)?.as_ref()? } else { &everything };
        let both = taken.region.and(&about.region, &self.space.axes);
        let cuts = self.space.exact_before(place).map(|(_, cut)| cut);
        let problem = |message: String| match rule {
            Some(rule) => of_rule(&rule.id, "then.destination", message),
            None => of_document("otherwise.destination", message),
        };
        let does = does(&then.destination);
        let id = &guardrail.id;
        let may = |why: &str| {
            weighing(Severity::Warning, problem(format!("it {does}, which the guardrail `{id}` may forbid: {why}")))
        };
        let Some(rest) = both.without(cuts, &self.space.axes, limits::MAX_BOXES) else {
            return Some(may("the rules before it are too many to tell"));
        };
        let rest: Vec<Region> = rest.iter().flat_map(|part| self.space.by_answer(part)).collect();
        if rest.is_empty() {
            return None;
        }
        let breaks = |case: &CaseFacts| self.breaks(case, rule.map(|rule| rule.id.as_str()), guardrail);
        let shown = rest.iter().take(limits::MAX_TRIES).find_map(|part| self.space.witness(part).filter(breaks));
        if let Some(example) = shown {
            let message = format!("it {does}, and the guardrail `{id}` forbids that: {}", guardrail.description.trim());
            return Some(shown_by(Some(example), problem(message)));
        }
        Some(may(if taken.exact && about.exact {
            "no task was found that shows it"
        } else {
            "an expression decides it for each task"
        }))
    }

    /// Whether a case is decided by this rule, and the guardrail forbids it.
    fn breaks(&self, case: &CaseFacts, rule: Option<&str>, guardrail: &Guardrail) -> bool {
        let facts = Facts::of(case);
        let verdict = self.policy.evaluate(&facts);
        verdict.matched_rule.as_deref() == rule && self.guardrails.forbids(guardrail, &facts, &verdict.destination)
    }

    /// Examples that come out as a guardrail forbids.
    fn examples(&self, problems: &mut Vec<PolicyProblem>) {
        for example in &self.policy.document().examples {
            let facts = Facts::of(&example.facts);
            let verdict = self.policy.evaluate(&facts);
            if let Some(guardrail) = self.guardrails.violated(&facts, &verdict.destination) {
                let message = format!(
                    "the example `{}` comes to {}, and the guardrail `{}` forbids that: {}",
                    example.name,
                    verdict.destination,
                    guardrail.id,
                    guardrail.description.trim()
                );
                let problem = of_document(&format!("examples.{}", example.name), message);
                let problem = PolicyProblem { rule: verdict.matched_rule, ..problem };
                problems.push(shown_by(Some(example.facts.clone()), problem));
            }
        }
    }
}

/// What a rule does, in words.
fn does(target: &Target) -> &'static str {
    match target {
        Target::Close => "closes tasks",
        Target::Approval { .. } => "lets an automation run after a yes",
        _ => "automates tasks",
    }
}
