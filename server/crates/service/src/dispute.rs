//! Texts that were labelled in different ways: settling them, and how far people agree.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Actor, Label, LabelId, LabelKind, Page, PageRequest, Permission, ValidationError,
    dispute::{Agreement, Dispute, Kappa, LabelBacklog, OpinionPair},
};

use crate::{
    LabelError, ReadError, Services,
    services::{Act, id_ms},
};

impl Services {
    /// Texts whose labels contradict each other, the longest contested first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_disputes(&self, actor: &Actor, page: &PageRequest) -> Result<Page<Dispute>, ReadError> {
        actor.require(Permission::ReadLabels)?;
        Ok(self.read().await?.list_disputes(page).await?)
    }

    /// How much waits for somebody to look at it.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn label_backlog(&self, actor: &Actor) -> Result<LabelBacklog, ReadError> {
        actor.require(Permission::ReadLabels)?;
        let counters = self.read().await?.counters().await?;
        Ok(LabelBacklog { disputes: counters.disputes, suspicions: counters.suspicions })
    }

    /// Says what a contested text is. The settlement takes the place of every label of the text; what people had said is
    /// kept, and the tasks themselves stay as they are.
    ///
    /// # Errors
    /// [`LabelError::Settled`] when nobody contests the text any more, or a field is refused.
    pub async fn settle_dispute(
        &self,
        actor: &Actor,
        digest: &str,
        label: &str,
        reason: &str,
    ) -> Result<Label, LabelError> {
        actor.require(Permission::SettleLabels)?;
        let name = label.trim();
        domain::text::check_label("label", name)?;
        self.check_may_be_given("label", name)?;
        domain::text::check_length("reason", reason, domain::escalation::MAX_REASON_BYTES)?;
        let mut tx = self.begin().await?;
        let dispute = tx.lookup_dispute(digest).await?.ok_or(LabelError::Settled)?;
        if crate::label_set::lookup(&mut *tx, name).await?.is_none() {
            return Err(ValidationError::unknown("label", format!("the label `{name}`")).into());
        }
        let now = self.now();
        let last = dispute.opinions.last();
        let task_id = dispute.opinions.iter().rev().find_map(|opinion| opinion.task_id);
        let before = match task_id {
            Some(task) => tx.lookup_label_of(task).await?,
            None => None,
        };
        let settled = Label {
            id: LabelId::from_parts(id_ms(now), self.random_bits()),
            text: dispute.text.clone(),
            label: name.to_owned(),
            kind: LabelKind::Adjudicated,
            task_id,
            given_by: actor.name().to_owned(),
            given_at: now,
            predicted: before.as_ref().and_then(|label| label.predicted.clone()),
            confidence: before.as_ref().and_then(|label| label.confidence),
            model_version: before.as_ref().and_then(|label| label.model_version.clone()),
            digest: dispute.digest.clone(),
            given_by_id: Some(actor.id().to_string()),
            decision_id: None,
            given_as: None,
            replaced: last.map(|opinion| opinion.label.clone()),
            // The list of opinions shows what the model had said.
            saw_model: Some(last.is_some_and(|opinion| opinion.predicted.is_some())),
            chosen_with: before.and_then(|label| label.chosen_with),
            priority: None,
            handling_minutes: None,
        };
        tx.add_labels(std::slice::from_ref(&settled)).await?;
        let before: Vec<_> =
            dispute.choices().into_iter().map(|(label, opinions)| (label.to_owned(), opinions)).collect();
        let detail = serde_json::json!({
            "before": before,
            "after": settled.label,
            "label": settled.id,
            "task": settled.task_id,
            "reason": reason.trim(),
        });
        let subject = format!("text:{}", dispute.digest);
        Act { actor, at: now, action: "label.settled", subject, detail }.record(&mut *tx).await?;
        tx.save().await?;
        Ok(settled)
    }

    /// How far people who labelled the same texts agree: overall, for each label, and for each person.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn label_agreement(&self, actor: &Actor) -> Result<Agreement, ReadError> {
        actor.require(Permission::ReadLabels)?;
        Ok(agreement(&self.read().await?.list_opinion_pairs().await?))
    }
}

/// Cohen's kappa of pairs of answers, each answer one of `categories`.
fn kappa<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>, categories: &BTreeMap<&str, usize>) -> Option<Kappa> {
    let mut table = vec![vec![0_u64; categories.len()]; categories.len()];
    for (first, second) in pairs {
        table[categories[first]][categories[second]] += 1;
    }
    kappa_of(&table)
}

/// Cohen (1960), with the large-sample interval of Fleiss, Cohen and Everitt (1969); nothing when chance alone would make
/// everybody agree. Row and column are the two answers.
fn kappa_of(table: &[Vec<u64>]) -> Option<Kappa> {
    let pairs: u64 = table.iter().flatten().sum();
    let share = |count: u64| count as f64 / pairs as f64;
    let first: Vec<f64> = table.iter().map(|row| share(row.iter().sum())).collect();
    let second: Vec<f64> = (0..table.len()).map(|column| share(table.iter().map(|row| row[column]).sum())).collect();
    let observed = share((0..table.len()).map(|place| table[place][place]).sum());
    let expected: f64 = first.iter().zip(&second).map(|(first, second)| first * second).sum();
    if pairs == 0 || 1.0 - expected < 1e-12 {
        return None;
    }
    let kappa = (observed - expected) / (1.0 - expected);
    let mut spread = -(kappa - expected * (1.0 - kappa)).powi(2);
    for (row, counts) in table.iter().enumerate() {
        for (column, count) in counts.iter().enumerate() {
            let weight = if row == column {
                1.0 - (first[row] + second[row]) * (1.0 - kappa)
            } else {
                (1.0 - kappa) * (second[row] + first[column])
            };
            spread += share(*count) * weight.powi(2);
        }
    }
    let error = (spread.max(0.0) / pairs as f64).sqrt() / (1.0 - expected);
    let (low, high) = ((kappa - 1.96 * error).max(-1.0), (kappa + 1.96 * error).min(1.0));
    Some(Kappa { kappa, low, high, observed, pairs })
}

fn agreement(pairs: &[OpinionPair]) -> Agreement {
    let names: BTreeSet<&str> = pairs.iter().flat_map(|pair| [pair.first.as_str(), pair.second.as_str()]).collect();
    let people: BTreeMap<&str, &str> = pairs
        .iter()
        .flat_map(|pair| {
            [(pair.first_id.as_str(), pair.first_by.as_str()), (pair.second_id.as_str(), pair.second_by.as_str())]
        })
        .collect();
    let labels: BTreeMap<&str, usize> = names.iter().enumerate().map(|(place, name)| (*name, place)).collect();
    let answers = |pair: &OpinionPair| (pair.first.clone(), pair.second.clone());
    let either = BTreeMap::from([("this", 0), ("another", 1)]);
    let per_label = names
        .iter()
        .map(|name| {
            let side = |label: &str| if label == *name { "this" } else { "another" };
            let pairs = pairs.iter().map(|pair| (side(&pair.first), side(&pair.second)));
            ((*name).to_owned(), kappa(pairs, &either))
        })
        .collect();
    let mut per_person: Vec<(String, Option<Kappa>)> = people
        .iter()
        .map(|(id, name)| {
            let own: Vec<(String, String)> = pairs
                .iter()
                .filter_map(|pair| {
                    let (first, second) = answers(pair);
                    match (pair.first_id == *id, pair.second_id == *id) {
                        (true, _) => Some((first, second)),
                        (_, true) => Some((second, first)),
                        _ => None,
                    }
                })
                .collect();
            let own = own.iter().map(|(own, other)| (own.as_str(), other.as_str()));
            ((*name).to_owned(), kappa(own, &labels))
        })
        .collect();
    per_person.sort_by(|left, right| left.0.cmp(&right.0));
    Agreement {
        overall: kappa(pairs.iter().map(|pair| (pair.first.as_str(), pair.second.as_str())), &labels),
        per_label,
        per_person,
        pairs: pairs.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(of: &[(&str, &str, &str, &str, usize)]) -> Vec<OpinionPair> {
        let pair = |(first_by, first, second_by, second): (&str, &str, &str, &str)| OpinionPair {
            first_id: first_by.to_owned(),
            first_by: first_by.to_owned(),
            first: first.to_owned(),
            second_id: second_by.to_owned(),
            second_by: second_by.to_owned(),
            second: second.to_owned(),
        };
        of.iter().flat_map(|&(a, x, b, y, times)| std::iter::repeat_n(pair((a, x, b, y)), times)).collect()
    }

    #[test]
    fn nothing_is_said_of_agreement_without_pairs() {
        let none = agreement(&[]);
        assert_eq!((none.overall, none.pairs), (None, 0));
        assert!(none.per_label.is_empty() && none.per_person.is_empty());
    }

    #[test]
    fn agreement_is_beyond_chance_per_label_and_per_person() {
        // The table of Cohen's textbook example: 20, 5, 10, 15; kappa 0.4.
        let found = agreement(&pairs(&[
            ("a", "yes", "b", "yes", 20),
            ("a", "yes", "b", "no", 5),
            ("a", "no", "b", "yes", 10),
            ("a", "no", "b", "no", 15),
            ("b", "yes", "c", "yes", 7),
            ("b", "no", "c", "no", 7),
        ]));
        assert_eq!(found.pairs, 64);
        let of = |name: &str| found.per_person.iter().find(|(person, _)| person == name).unwrap().1.unwrap();
        assert!((of("a").kappa - 0.4).abs() < 1e-9, "{:?}", of("a"));
        assert_eq!(of("a").pairs, 50);
        assert!((of("c").kappa - 1.0).abs() < 1e-9);
        // By statsmodels 0.14, inter_rater.cohens_kappa.
        assert!((of("a").low - 0.151_092).abs() < 1e-3 && (of("a").high - 0.648_908).abs() < 1e-3);
        let yes = found.per_label.iter().find(|(label, _)| label == "yes").unwrap().1.unwrap();
        assert!((yes.kappa - found.overall.unwrap().kappa).abs() < 1e-9);
    }
}
