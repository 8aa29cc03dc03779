//! What no version of the policy may do, and what is switched off.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    decision::{ApprovalTerms, Destination},
    error::{ValidationCode, ValidationError},
    policy::{Cell, Column, ColumnFact, ColumnKind, Decimal},
    text,
    time::Timestamp,
};

/// Most guardrails of a workspace.
pub const MAX_GUARDRAILS: usize = 50;

/// Something that holds for every decision, whatever the rules say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Guardrail {
    /// Its name, unique in the workspace, for example `legal-by-people`.
    pub id: String,
    /// What it is for, in words for people.
    pub description: String,
    /// Which tasks it is about, as the columns of a rule ask; all tasks without any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Cell>))]
    pub cells: BTreeMap<ColumnFact, Cell>,
    /// What is asked of the task beside them: a CEL expression. Blank asks nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub when: String,
    /// What must hold for them.
    pub require: Requirement,
}

impl Guardrail {
    /// Where a task goes that this forbids to go there: to an approval when one is asked for and an automation was meant, else to
    /// this queue of people.
    #[must_use]
    pub fn instead_of(&self, destination: &Destination, people: &str) -> Destination {
        match (&self.require, destination) {
            (Requirement::Approval, Destination::Automation { automation }) => Destination::Approval {
                automation: automation.clone(),
                otherwise: people.to_owned(),
                terms: ApprovalTerms::default(),
            },
            _ => Destination::Queue { queue: people.to_owned() },
        }
    }
}

/// What must hold for the decisions that a guardrail is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Requirement {
    /// A person works the task: neither an automation, not even after a yes, nor closing it.
    Person,
    /// No automation, and no closing, without a person's yes.
    Approval,
    /// No automation, and no closing, unless the model was so sure.
    Confidence {
        /// The least confidence, above 0 and at most 1.
        at_least: Decimal,
    },
    /// At least so many of the automated tasks are looked at by people, drawn at random.
    Audited {
        /// The share, 1 to 50.
        percent: u8,
    },
}

/// The guardrails of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Guardrails {
    /// The condition columns, as in a policy: only attributes need one, for their kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// Each of them; all hold.
    #[serde(default)]
    pub guardrails: Vec<Guardrail>,
}

/// A time in which no version becomes active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FreezeWindow {
    /// From when.
    pub from: Timestamp,
    /// Until when, not included.
    pub until: Timestamp,
    /// Why, for whoever runs into it.
    pub reason: String,
}

/// How the policy may be changed, as administrators say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Governance {
    /// Whether a second person must say yes before a version decides anything.
    #[serde(default)]
    pub four_eyes: bool,
    /// When no version becomes active; going back to an earlier version stays possible.
    #[serde(default)]
    pub freeze_windows: Vec<FreezeWindow>,
    /// The skills that rules may ask for; any when it is empty.
    #[serde(default)]
    pub skills: Vec<String>,
}

impl Governance {
    /// The window that a time lies in.
    #[must_use]
    pub fn frozen_at(&self, now: Timestamp) -> Option<&FreezeWindow> {
        self.freeze_windows.iter().find(|window| window.from <= now && now < window.until)
    }
}

/// What a kill switch turns off.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub enum SwitchTarget {
    /// A rule is passed over.
    Rule(String),
    /// Nothing goes to this queue or automation; people in triage take it.
    Destination(String),
    /// Machines do nothing: no automation, and no closing.
    Automation,
}

/// Something that was switched off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KillSwitch {
    /// What.
    pub target: SwitchTarget,
    /// Why, in that person's words.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Everything that is switched off now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Switches(pub Vec<KillSwitch>);

impl Switches {
    /// Whether this is switched off.
    #[must_use]
    pub fn is_off(&self, target: &SwitchTarget) -> bool {
        self.0.iter().any(|switch| switch.target == *target)
    }
}

/// A setting of the workspace that people change, with the number of its last change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Revised<T> {
    /// Counts its changes; 0 before the first. Whoever changes it says which one they began from.
    pub revision: u32,
    /// The value.
    pub value: T,
}

/// A guardrail as a form writes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GuardrailForm {
    /// Its name.
    pub id: String,
    /// What it is for.
    pub description: String,
    /// The labels that it is about, as a cell writes them; all when it is blank.
    pub labels: String,
    /// What else is asked of the task: a CEL expression, or nothing.
    pub when: String,
    /// `person`, `approval`, `confidence` or `audited`.
    pub require: String,
    /// The least confidence, or the share in percent, where one is needed.
    pub amount: String,
}

impl GuardrailForm {
    /// The guardrail that is meant. Columns that the form does not have stay as `before` had them.
    ///
    /// # Errors
    /// With the field that is refused; an expression is checked when the guardrails are compiled.
    pub fn read(self, before: Option<&Guardrail>) -> Result<Guardrail, ValidationError> {
        let malformed = |field: &str, message: String| ValidationError::new(field, ValidationCode::Malformed, message);
        text::check_name("id", self.id.trim())?;
        let description = text::check_required("description", &self.description, 500)?;
        let mut cells = before.map(|before| before.cells.clone()).unwrap_or_default();
        match Cell::read(ColumnKind::Text, &self.labels).map_err(|message| malformed("labels", message))? {
            Some(cell) => cells.insert(ColumnFact::Label, cell),
            None => cells.remove(&ColumnFact::Label),
        };
        let amount = self.amount.trim();
        let require = match self.require.as_str() {
            "person" => Requirement::Person,
            "approval" => Requirement::Approval,
            "confidence" => {
                let at_least = amount
                    .parse()
                    .ok()
                    .filter(|at_least| (Decimal::from_micros(1)..=Decimal::whole(1)).contains(at_least));
                let message = || malformed("amount", "must be a confidence above 0 and at most 1, like 0.9".to_owned());
                Requirement::Confidence { at_least: at_least.ok_or_else(message)? }
            }
            "audited" => {
                let percent = amount.parse().ok().filter(|percent| (1..=50).contains(percent));
                let message = || malformed("amount", "must be a share from 1 to 50 percent".to_owned());
                Requirement::Audited { percent: percent.ok_or_else(message)? }
            }
            _ => return Err(malformed("require", "must be person, approval, confidence or audited".to_owned())),
        };
        Ok(Guardrail { id: self.id.trim().to_owned(), description, cells, when: self.when.trim().to_owned(), require })
    }
}

impl From<&Guardrail> for GuardrailForm {
    fn from(guardrail: &Guardrail) -> Self {
        let (require, amount) = match &guardrail.require {
            Requirement::Person => ("person", String::new()),
            Requirement::Approval => ("approval", String::new()),
            Requirement::Confidence { at_least } => ("confidence", at_least.to_string()),
            Requirement::Audited { percent } => ("audited", percent.to_string()),
        };
        Self {
            id: guardrail.id.clone(),
            description: guardrail.description.clone(),
            labels: guardrail.cells.get(&ColumnFact::Label).map(Cell::to_string).unwrap_or_default(),
            when: guardrail.when.clone(),
            require: require.to_owned(),
            amount,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guardrail_survives_its_form() {
        let form = |require: &str, amount: &str| GuardrailForm {
            id: "legal".to_owned(),
            description: "People answer lawyers.".to_owned(),
            labels: "legal, \"a, b\"".to_owned(),
            when: "size(task.body) > 0".to_owned(),
            require: require.to_owned(),
            amount: amount.to_owned(),
        };
        for (require, amount) in [("person", ""), ("approval", ""), ("confidence", "0.9"), ("audited", "2")] {
            let form = form(require, amount);
            let guardrail = form.clone().read(None).unwrap();
            assert_eq!(GuardrailForm::from(&guardrail), form);
        }
        for (require, amount) in
            [("confidence", "0"), ("confidence", "1.1"), ("audited", "0"), ("audited", "51"), ("x", "")]
        {
            assert!(form(require, amount).read(None).is_err(), "{require} {amount}");
        }
    }

    #[test]
    fn a_time_is_frozen_within_its_window_only() {
        let at = Timestamp::from_ms;
        let window = FreezeWindow { from: at(10), until: at(20), reason: "Launch".to_owned() };
        let governance = Governance { freeze_windows: vec![window.clone()], ..Governance::default() };
        for (ms, frozen) in [(9, None), (10, Some(&window)), (19, Some(&window)), (20, None)] {
            assert_eq!(governance.frozen_at(at(ms)), frozen, "{ms}");
        }
    }
}
