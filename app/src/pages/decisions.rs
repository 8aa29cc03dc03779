//! Decisions: every routing, and each with what explains it.

mod detail;
mod list;
mod trace;

pub use detail::DecisionPage;
pub use list::DecisionsPage;

use domain::decision::DecisionSource;

/// What made a decision, in words.
const fn source_in_words(source: &DecisionSource) -> &'static str {
    match source {
        DecisionSource::Policy => "policy",
        DecisionSource::Correction => "correction",
        DecisionSource::Reversal => "reversal",
        DecisionSource::Rejection => "rejected approval",
        DecisionSource::Failure => "failure of a worker",
        DecisionSource::Replay => "policy, tried again",
    }
}

/// The rule as a list shows it: a decision of the policy without a rule is its `otherwise`.
fn rule_in_words(rule: Option<String>, source: &DecisionSource) -> String {
    match (rule, source) {
        (Some(rule), _) => rule,
        (None, DecisionSource::Policy | DecisionSource::Replay) => "otherwise".to_owned(),
        (None, _) => "–".to_owned(),
    }
}
