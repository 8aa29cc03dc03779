//! What happens to a task: the same fields for a rule and for what no rule matches.

use std::sync::Arc;

use domain::{Rule, Then, decision::ApprovalTerms, policy::Target, text};

use super::{Field, Model, OTHERWISE, Row, RowKey};

/// The kinds of destinations, as documents write them and in words.
pub(in super::super) const TARGET_KINDS: [(&str, &str); 6] = [
    ("queue", "Queue"),
    ("label_queue", "Queue of its label"),
    ("automation", "Automation"),
    ("approval", "Automation after a yes"),
    ("close", "Close it"),
    ("dead_letter", "Dead letters"),
];

/// A name that a destination needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Slot {
    /// A queue of people.
    Queue,
    /// The queue for labels that have none.
    Fallback,
    /// An automation.
    Automation,
    /// The queue after a no.
    Otherwise,
}

/// The kind of a destination, as documents write it.
pub(in super::super) const fn target_kind(target: &Target) -> &'static str {
    match target {
        Target::Queue { .. } => "queue",
        Target::LabelQueue { .. } => "label_queue",
        Target::Automation { .. } => "automation",
        Target::Approval { .. } => "approval",
        Target::Close => "close",
        Target::DeadLetter => "dead_letter",
    }
}

/// The names that a destination of this kind needs.
pub(in super::super) fn slots(kind: &str) -> &'static [Slot] {
    match kind {
        "queue" => &[Slot::Queue],
        "label_queue" => &[Slot::Fallback],
        "automation" => &[Slot::Automation],
        "approval" => &[Slot::Automation, Slot::Otherwise],
        _ => &[],
    }
}

/// The name in a slot; blank when the destination has none there.
pub(in super::super) fn name_in(target: &Target, slot: Slot) -> &str {
    match (target, slot) {
        (Target::Queue { queue }, Slot::Queue) => queue,
        (Target::LabelQueue { fallback }, Slot::Fallback) => fallback,
        (Target::Automation { automation } | Target::Approval { automation, .. }, Slot::Automation) => automation,
        (Target::Approval { otherwise, .. }, Slot::Otherwise) => otherwise,
        _ => "",
    }
}

/// The destination with another name in a slot.
pub(in super::super) fn named(target: &Target, slot: Slot, name: &str) -> Target {
    let name = name.to_owned();
    match (target.clone(), slot) {
        (Target::Queue { .. }, Slot::Queue) => Target::Queue { queue: name },
        (Target::LabelQueue { .. }, Slot::Fallback) => Target::LabelQueue { fallback: name },
        (Target::Automation { .. }, Slot::Automation) => Target::Automation { automation: name },
        (Target::Approval { otherwise, terms, .. }, Slot::Automation) => {
            Target::Approval { automation: name, otherwise, terms }
        }
        (Target::Approval { automation, terms, .. }, Slot::Otherwise) => {
            Target::Approval { automation, otherwise: name, terms }
        }
        (other, _) => other,
    }
}

/// A destination of another kind; names that fit are kept, others are the first ones that do.
pub(in super::super) fn of_kind(target: &Target, kind: &str, queue: &str, automation: &str) -> Target {
    let kept = |slots: &[Slot], first: &str| {
        let found = slots.iter().map(|slot| name_in(target, *slot)).find(|name| !name.is_empty());
        found.unwrap_or(first).to_owned()
    };
    let queue = kept(&[Slot::Queue, Slot::Fallback, Slot::Otherwise], queue);
    let automation = kept(&[Slot::Automation], automation);
    match kind {
        "label_queue" => Target::LabelQueue { fallback: queue },
        "automation" => Target::Automation { automation },
        "approval" => Target::Approval { automation, otherwise: queue, terms: terms_of(target) },
        "close" => Target::Close,
        "dead_letter" => Target::DeadLetter,
        _ => Target::Queue { queue },
    }
}

/// How an approval is asked for; as usual when the destination is none.
pub(in super::super) fn terms_of(target: &Target) -> ApprovalTerms {
    match target {
        Target::Approval { terms, .. } => *terms,
        _ => ApprovalTerms::default(),
    }
}

/// The destination with an approval that is asked for otherwise.
pub(in super::super) fn with_terms(target: &Target, terms: ApprovalTerms) -> Target {
    match target.clone() {
        Target::Approval { automation, otherwise, .. } => Target::Approval { automation, otherwise, terms },
        other => other,
    }
}

/// Minutes as a person writes them; nothing when the field is blank.
fn read_minutes(text: &str) -> Result<Option<u32>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse() {
        Ok(minutes) if minutes > 0 => Ok(Some(minutes)),
        _ => Err("Write whole minutes, like 90.".to_owned()),
    }
}

/// Skills as a person writes them, with commas between.
fn read_skills(text: &str) -> Result<Vec<String>, String> {
    let skills = text.split(',').map(str::trim).filter(|skill| !skill.is_empty());
    let skills: Vec<String> = skills.map(str::to_owned).collect();
    match skills.iter().find(|skill| text::check_name("skills", skill).is_err()) {
        Some(skill) => Err(format!("“{skill}” is no name of a skill: use small letters, digits, _, - and dots.")),
        None => Ok(skills),
    }
}

fn write_then(then: &mut Then, field: &Field, text: &str) -> Result<(), String> {
    match field {
        Field::Sla => then.sla_minutes = read_minutes(text)?,
        Field::Expires => {
            let terms = ApprovalTerms { expires_minutes: read_minutes(text)?, ..terms_of(&then.destination) };
            then.destination = with_terms(&then.destination, terms);
        }
        Field::Skills => then.skills = read_skills(text)?,
        Field::Note => then.note = Some(text.to_owned()).filter(|note| !note.trim().is_empty()),
        _ => {}
    }
    Ok(())
}

/// The text of one of the fields, as the document has it.
fn then_text(then: &Then, field: &Field) -> String {
    match field {
        Field::Sla => then.sla_minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
        Field::Expires => {
            terms_of(&then.destination).expires_minutes.map(|minutes| minutes.to_string()).unwrap_or_default()
        }
        Field::Skills => then.skills.join(", "),
        Field::Note => then.note.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

/// What happens to a task, in the row that says it.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct ThenRow {
    /// What happens.
    pub(in super::super) then: Then,
    texts: [(Field, String, Option<String>); 4],
}

impl ThenRow {
    fn of<T: PartialEq>(row: &Row<T>, then: &Then) -> Self {
        let texts = [Field::Sla, Field::Expires, Field::Skills, Field::Note].map(|field| {
            let text = row.shown(&field, |_| then_text(then, &field));
            let error = row.error(&field);
            (field, text, error)
        });
        Self { then: then.clone(), texts }
    }

    /// What happens by a rule.
    pub(in super::super) fn of_rule(row: &Row<Rule>) -> Self {
        Self::of(row, &row.item.then)
    }

    /// The text of a field as it stands on the screen.
    pub(in super::super) fn text(&self, field: &Field) -> String {
        self.texts.iter().find(|(known, ..)| known == field).map(|(_, text, _)| text.clone()).unwrap_or_default()
    }

    /// Why the text of a field is not understood.
    pub(in super::super) fn error(&self, field: &Field) -> Option<String> {
        self.texts.iter().find(|(known, ..)| known == field).and_then(|(.., error)| error.clone())
    }
}

impl Model {
    /// What happens when no rule matches.
    pub(in super::super) fn otherwise(&self) -> ThenRow {
        let row = &self.state.otherwise;
        ThenRow::of(row, &row.item)
    }

    /// Changes what happens, by a choice.
    pub(in super::super) fn change_then(&mut self, key: RowKey, change: impl FnOnce(&mut Then)) {
        if key == OTHERWISE {
            self.step(|model| change(Arc::make_mut(&mut model.state.otherwise.item)));
        } else {
            self.change_rule(key, |rule| change(&mut rule.then));
        }
    }

    /// Takes what is typed into one of the fields.
    pub(in super::super) fn type_then(&mut self, key: RowKey, field: Field, text: &str) {
        self.type_into((key, field.clone()), |state| {
            if key == OTHERWISE {
                state.otherwise.write(field.clone(), text, |then, text| write_then(then, &field, text));
            } else if let Some(row) = state.rules.iter_mut().find(|row| row.key == key) {
                row.write(field.clone(), text, |rule, text| write_then(&mut rule.then, &field, text));
            }
        });
    }
}
