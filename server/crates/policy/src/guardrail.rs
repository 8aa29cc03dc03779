//! What no rule may do: guardrails, ready to be asked about every decision.

mod checked;

use std::collections::HashSet;

use domain::{
    Destination,
    guardrail::{Guardrail, Guardrails, MAX_GUARDRAILS, Requirement},
    policy::{ColumnFact, Decimal, PolicyProblem, Target},
    text,
};

use crate::{
    check::{check_cells, check_columns, compile_expression},
    compiled::Asks,
    condition::Table,
    facts::Facts,
    limits,
    problem::{of_document, of_rule},
    scene::Scene,
};

pub use checked::check_guardrails;

/// Guardrails with their expressions compiled. They are immutable, and any number of threads may share them.
#[derive(Debug, Default)]
pub struct CompiledGuardrails {
    guardrails: Vec<(Guardrail, Asks)>,
    table: Table,
}

impl CompiledGuardrails {
    /// Checks guardrails and compiles their expressions.
    ///
    /// # Errors
    /// With everything that is wrong with them; a problem's rule is the guardrail.
    pub fn compile(guardrails: Guardrails) -> Result<Self, Vec<PolicyProblem>> {
        let mut problems = Vec::new();
        check_columns(&guardrails.columns, |field, message| problems.push(of_document(field, message)));
        if guardrails.guardrails.len() > MAX_GUARDRAILS {
            let message = format!("there may be at most {MAX_GUARDRAILS} guardrails");
            problems.push(of_document("guardrails", message));
            return Err(problems);
        }
        let mut table = Table::default();
        let mut ids = HashSet::new();
        let mut compiled = Vec::with_capacity(guardrails.guardrails.len());
        for guardrail in guardrails.guardrails {
            if !ids.insert(guardrail.id.clone()) {
                problems.push(of_rule(&guardrail.id, "id", "another guardrail has the same id"));
            }
            check_one(&guardrail, &mut problems);
            check_cells(&guardrail.cells, &guardrails.columns, false, |field, message| {
                problems.push(of_rule(&guardrail.id, field, message));
            });
            match compile_expression(&guardrail.when, &mut table) {
                Ok(condition) => {
                    let asks = Asks::new(&guardrail.cells, condition, &table);
                    compiled.push((guardrail, asks));
                }
                Err(mistakes) => problems.extend(mistakes.into_iter().map(|mistake| {
                    let (line, column) = mistake.place.unzip();
                    PolicyProblem { line, column, ..of_rule(&guardrail.id, "when", mistake.message) }
                })),
            }
        }
        problems.truncate(limits::MAX_PROBLEMS);
        if problems.is_empty() { Ok(Self { guardrails: compiled, table }) } else { Err(problems) }
    }

    /// The guardrails, in their order.
    pub fn guardrails(&self) -> impl Iterator<Item = &Guardrail> {
        self.guardrails.iter().map(|(guardrail, _)| guardrail)
    }

    /// The queues whose numbers they read.
    pub fn queues(&self) -> impl Iterator<Item = &str> {
        self.guardrails.iter().flat_map(|(_, asks)| asks.queues())
    }

    /// The first guardrail that a destination of a task would break. One whose expression cannot be computed for the task
    /// counts as about it: when in doubt, people take it.
    #[must_use]
    pub fn violated(&self, facts: &Facts<'_>, destination: &Destination) -> Option<&Guardrail> {
        if !destination.is_automated() && !matches!(destination, Destination::Approval { .. }) {
            return None;
        }
        let scene = Scene::new(facts, &self.table);
        let mut context = None;
        let mut broken = self.guardrails.iter().filter(|(guardrail, asks)| {
            let confidence = || scene.number_of(&ColumnFact::Confidence).unwrap_or_default();
            forbids(&guardrail.require, destination, confidence)
                && asks.hold(&scene, &mut context, &self.table).unwrap_or(true)
        });
        broken.next().map(|(guardrail, _)| guardrail)
    }

    /// Whether one of the guardrails forbids a destination to a task, as far as that can be computed.
    fn forbids(&self, guardrail: &Guardrail, facts: &Facts<'_>, destination: &Destination) -> bool {
        let Some((_, asks)) = self.guardrails.iter().find(|(known, _)| known.id == guardrail.id) else { return false };
        let scene = Scene::new(facts, &self.table);
        let confidence = || scene.number_of(&ColumnFact::Confidence).unwrap_or_default();
        forbids(&guardrail.require, destination, confidence)
            && asks.hold(&scene, &mut None, &self.table).unwrap_or(false)
    }

    /// The largest share of automated tasks like this one, in percent, that must be looked at by people; 0 when no guardrail
    /// says so.
    #[must_use]
    pub fn audit_percent(&self, facts: &Facts<'_>) -> u8 {
        let scene = Scene::new(facts, &self.table);
        let mut context = None;
        let mut most = 0;
        for (guardrail, asks) in &self.guardrails {
            if let Requirement::Audited { percent } = guardrail.require
                && percent > most
                && asks.hold(&scene, &mut context, &self.table).unwrap_or(true)
            {
                most = percent;
            }
        }
        most
    }
}

/// Whether a requirement forbids a destination to the tasks that it is for.
fn forbids(require: &Requirement, destination: &Destination, confidence: impl Fn() -> Decimal) -> bool {
    match require {
        Requirement::Person => destination.is_automated() || matches!(destination, Destination::Approval { .. }),
        Requirement::Approval => destination.is_automated(),
        Requirement::Confidence { at_least } => destination.is_automated() && confidence() < *at_least,
        Requirement::Audited { .. } => false,
    }
}

/// Whether a requirement may forbid what a rule does.
fn may_forbid(require: &Requirement, target: &Target) -> bool {
    let automated = matches!(target, Target::Automation { .. } | Target::Close);
    match require {
        Requirement::Person => automated || matches!(target, Target::Approval { .. }),
        Requirement::Approval | Requirement::Confidence { .. } => automated,
        Requirement::Audited { .. } => false,
    }
}

fn check_one(guardrail: &Guardrail, problems: &mut Vec<PolicyProblem>) {
    let mut refuse = |field: &str, message: String| problems.push(of_rule(&guardrail.id, field, message));
    if let Err(error) = text::check_name("id", &guardrail.id) {
        refuse("id", error.message);
    }
    if let Err(error) = text::check_required("description", &guardrail.description, limits::MAX_DESCRIPTION_BYTES) {
        refuse("description", error.message);
    }
    match guardrail.require {
        Requirement::Confidence { at_least } if at_least <= Decimal::whole(0) || at_least > Decimal::whole(1) => {
            refuse("require", "the least confidence must be above 0 and at most 1, like 0.9 for 90 %".to_owned());
        }
        Requirement::Audited { percent } if !(1..=50).contains(&percent) => {
            refuse("require", "the share must be from 1 to 50 percent".to_owned());
        }
        _ => {}
    }
}
