//! Classifying a batch: by the champion, by a canary, in full or by the cheapest stage alone.

use std::collections::BTreeMap;

use domain::{DecisionMode, FallbackReason, ModelStage};

use super::{Salt, part, share_of_parts};
use crate::{Services, classify::Effort, routing::Classified};

/// Which texts of a batch are classified together. The canary's come last in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    is_canarys: bool,
    is_cheap: bool,
}

impl Services {
    /// Classifies a batch: the canary answers its share of the texts, the champion all others, and those that the canary could
    /// not answer. Under stress some have the cheapest stage only, or none.
    pub(crate) async fn classify_batch(&self, texts: Vec<String>, waiting: usize) -> Vec<Classified> {
        let canary = self.0.challenger.way(ModelStage::Canary);
        let stress = self.stress(waiting);
        let mut answers: Vec<Option<Classified>> = texts.iter().map(|_| None).collect();
        let mut turns: BTreeMap<Turn, Vec<usize>> = BTreeMap::new();
        for (place, text) in texts.iter().enumerate() {
            let is_canarys = canary.is_some_and(|way| part(text, Salt::Model) < share_of_parts(way.percent));
            match stress.effort(text) {
                Some(effort) => {
                    turns.entry(Turn { is_canarys, is_cheap: effort == Effort::Cheap }).or_default().push(place);
                }
                None => {
                    answers[place] = Some(Classified { answer: Err(FallbackReason::Shed), mode: DecisionMode::Live });
                }
            }
        }
        // What the canary cannot answer joins the champion's turns, which come after.
        while let Some((turn, places)) = turns.pop_last() {
            let asked = places.iter().map(|&place| texts[place].clone()).collect();
            let effort = if turn.is_cheap { Effort::Cheap } else { Effort::Full };
            let (slot, mode) = if turn.is_canarys {
                (&self.0.challenger.slot, DecisionMode::Canary)
            } else {
                (&self.0.classifier, DecisionMode::Live)
            };
            match slot.classify(asked, effort).await {
                Ok(said) => {
                    for (place, said) in places.into_iter().zip(said) {
                        answers[place] = Some(Classified { answer: Ok(said), mode });
                    }
                }
                Err(_) if turn.is_canarys => {
                    turns.entry(Turn { is_canarys: false, ..turn }).or_default().extend(places);
                }
                Err(reason) => {
                    for place in places {
                        answers[place] = Some(Classified { answer: Err(reason), mode });
                    }
                }
            }
        }
        let missing = || Classified { answer: Err(FallbackReason::ModelFailed), mode: DecisionMode::Live };
        answers.into_iter().map(|answer| answer.unwrap_or_else(missing)).collect()
    }
}
