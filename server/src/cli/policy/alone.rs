//! What can be known of a document from its file alone.

use std::collections::BTreeMap;

use domain::{
    PolicyDocument, Queue, QueueKind,
    policy::{ColumnFact, PolicyProblem, Target},
};
use policy::Known;

/// Everything that is found in a document when the queues, labels and skills that it names are taken to exist. A name that
/// is a queue in one place and an automation in another is an error all the same.
pub(super) fn findings(json: &str) -> Vec<PolicyProblem> {
    match policy::parse(json) {
        Ok(document) => {
            let queues = named_queues(&document);
            policy::check(&document, &Known { queues: &queues, ..Known::default() })
        }
        Err(problems) => problems,
    }
}

/// The queues and automations that a document may mean.
fn named_queues(document: &PolicyDocument) -> Vec<Queue> {
    let mut kinds: BTreeMap<&str, QueueKind> = BTreeMap::new();
    let columns = document.columns.iter().filter_map(|column| match &column.fact {
        ColumnFact::Queue(queue, _) => Some(queue.as_str()),
        _ => None,
    });
    // Whether a number is asked of a queue or an automation cannot be told, nor need it be.
    let asked = columns.chain(document.rules.iter().flat_map(|rule| words(&rule.when)));
    kinds.extend(asked.map(|name| (name, QueueKind::People)));
    kinds.extend(document.label_queues.values().map(|queue| (queue.as_str(), QueueKind::People)));
    let targets = || document.rules.iter().map(|rule| &rule.then).chain([&document.otherwise]);
    kinds.extend(targets().flat_map(|then| then.destination.queues()).map(|name| (name, QueueKind::People)));
    let automations = targets().filter_map(|then| match &then.destination {
        Target::Automation { automation } | Target::Approval { automation, .. } => Some(automation.as_str()),
        _ => None,
    });
    kinds.extend(automations.map(|name| (name, QueueKind::Automation)));
    let queue = |(name, kind): (&str, QueueKind)| Queue {
        name: name.to_owned(),
        title: name.to_owned(),
        purpose: String::new(),
        kind,
        sla_minutes: 1,
    };
    kinds.into_iter().map(queue).collect()
}

/// Everything in an expression that has the form of a queue's name; names of queues stand in quotes there.
fn words(expression: &str) -> impl Iterator<Item = &str> {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    expression.split(move |letter| !is_of_name(letter)).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use domain::policy::Severity;
    use serde_json::{Value, json};

    use super::findings;

    fn messages(rules: &Value) -> Vec<String> {
        let otherwise = json!({ "destination": { "kind": "queue", "queue": "triage" } });
        let document = json!({ "schema": 2, "rules": rules, "otherwise": otherwise });
        let found = findings(&document.to_string()).into_iter();
        found.filter(|problem| problem.severity == Severity::Error).map(|problem| problem.message).collect()
    }

    fn rule(id: &str, when: &str, destination: &Value) -> Value {
        json!({ "id": id, "description": id, "when": when, "then": { "destination": destination } })
    }

    #[test]
    fn queues_that_destinations_and_expressions_name_are_taken_to_exist() {
        let bot = json!({ "kind": "automation", "automation": "refund.bot" });
        let yes = json!({ "kind": "approval", "automation": "refund.bot", "otherwise": "re-funds" });
        let rules = json!([
            rule("a", "queues[\"full.one\"].depth > 3 && queues['night-shift'].agents_present > 0", &bot),
            rule("b", "queues[\"billing\"].depth > 10", &yes),
        ]);
        assert_eq!(messages(&rules), Vec::<String>::new());
    }

    #[test]
    fn one_name_is_not_a_queue_and_an_automation() {
        let rules =
            json!([rule("a", "task.channel == \"web\"", &json!({ "kind": "automation", "automation": "triage" }))]);
        let [message] = &messages(&rules)[..] else { panic!("{rules}") };
        assert!(message.contains("`triage` is an automation"), "{message}");
    }

    #[test]
    fn what_does_not_compile_is_said_and_nothing_else() {
        let rules = json!([
            rule("a", "taks.subject == \"x\"", &json!({ "kind": "close" })),
            rule("b", "queues[\"late\"].depth > 1", &json!({ "kind": "close" })),
        ]);
        assert_eq!(messages(&rules).len(), 1, "{:?}", messages(&rules));
    }
}
