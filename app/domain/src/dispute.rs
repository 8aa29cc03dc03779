//! Texts that were labelled in different ways, and how far people agree.

use serde::{Deserialize, Serialize};

use crate::{
    id::TaskId,
    label::{Label, LabelKind},
    time::Timestamp,
};

/// A text with labels that contradict each other. It waits until a supervisor settles it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispute {
    /// SHA-256 of the text in hexadecimal.
    pub digest: String,
    /// The text.
    pub text: String,
    /// When the last contradicting label was given.
    pub opened_at: Timestamp,
    /// What is said of the text, oldest first: each person's last word on it, and each file's. At most 50.
    pub opinions: Vec<Opinion>,
}

impl Dispute {
    /// The different labels, the one with the most opinions first, equal ones by name.
    #[must_use]
    pub fn choices(&self) -> Vec<(&str, usize)> {
        let mut choices: Vec<(&str, usize)> = Vec::new();
        for opinion in &self.opinions {
            match choices.iter_mut().find(|(label, _)| *label == opinion.label) {
                Some((_, count)) => *count += 1,
                None => choices.push((&opinion.label, 1)),
            }
        }
        choices.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(right.0)));
        choices
    }
}

/// What somebody called a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opinion {
    /// The label.
    pub label: String,
    /// How it came to be.
    pub kind: LabelKind,
    /// Who gave it.
    pub given_by: String,
    /// When.
    pub given_at: Timestamp,
    /// The task it was given to; nothing for a file's.
    pub task_id: Option<TaskId>,
    /// What the model had said.
    pub predicted: Option<String>,
    /// How sure the model was, 0 to 1.
    pub confidence: Option<f32>,
    /// Whether the model's answer was on the screen before.
    pub saw_model: Option<bool>,
}

impl From<Label> for Opinion {
    fn from(label: Label) -> Self {
        Self {
            label: label.label,
            kind: label.kind,
            given_by: label.given_by,
            given_at: label.given_at,
            task_id: label.task_id,
            predicted: label.predicted,
            confidence: label.confidence,
            saw_model: label.saw_model,
        }
    }
}

/// How much of the label store waits for somebody to look at it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelBacklog {
    /// Texts whose labels contradict each other.
    pub disputes: u64,
    /// Labels that are likely wrong.
    pub suspicions: u64,
}

/// Two people's last words on one text, before anybody settled it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpinionPair {
    /// Who is first, by identifier.
    pub first_id: String,
    /// That person's name.
    pub first_by: String,
    /// What that person called the text.
    pub first: String,
    /// The other person, by identifier.
    pub second_id: String,
    /// The other person's name.
    pub second_by: String,
    /// What the other person called it.
    pub second: String,
}

/// How far people who labelled the same texts agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Over all labels; nothing when it is not defined, for example when everybody always gave one label.
    pub overall: Option<Kappa>,
    /// Each label against all others, by label.
    pub per_label: Vec<(String, Option<Kappa>)>,
    /// Each person against whoever labelled the same texts, by name.
    pub per_person: Vec<(String, Option<Kappa>)>,
    /// Pairs of opinions it rests on: those of the texts that were contested or confirmed last, at most 10,000.
    pub pairs: u64,
}

/// Agreement beyond chance: 1 is always, 0 is as often as by chance, below 0 is less often (Cohen 1960).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Kappa {
    /// The estimate.
    pub kappa: f64,
    /// Lower end of the 95 % interval (Fleiss, Cohen and Everitt 1969).
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Share of pairs that agree, 0 to 1.
    pub observed: f64,
    /// Pairs it rests on.
    pub pairs: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opinion(label: &str) -> Opinion {
        Opinion {
            label: label.to_owned(),
            kind: LabelKind::Corrected,
            given_by: "Ada".to_owned(),
            given_at: Timestamp::from_ms(0),
            task_id: None,
            predicted: None,
            confidence: None,
            saw_model: None,
        }
    }

    #[test]
    fn the_choice_with_the_most_opinions_stands_first() {
        let dispute = Dispute {
            digest: String::new(),
            text: String::new(),
            opened_at: Timestamp::from_ms(0),
            opinions: ["login", "refund", "billing", "refund"].map(opinion).to_vec(),
        };
        assert_eq!(dispute.choices(), [("refund", 2), ("billing", 1), ("login", 1)]);
    }
}
