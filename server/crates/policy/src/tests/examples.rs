//! Examples: what must come out of the rules.

use domain::{
    Destination, NewTask, Priority,
    policy::{CaseFacts, Expectation, PolicyExample, Severity},
};

use super::{cell, found, now, queue, rule, table};
use crate::{CompiledPolicy, run_examples};

fn example(name: &str, channel: &str, expect: Expectation) -> PolicyExample {
    let task = NewTask { subject: "Help".to_owned(), channel: Some(channel.to_owned()), ..NewTask::default() };
    let facts = CaseFacts { task, classification: None, queues: super::queues(), now: now() };
    PolicyExample { name: name.to_owned(), facts, expect }
}

fn to(queue: &str) -> Option<Destination> {
    Some(Destination::Queue { queue: queue.to_owned() })
}

#[test]
fn examples_that_do_not_hold_say_what_was_expected_and_what_came() {
    let mut document = table(vec![rule(0, [cell("task.channel", "email")])]);
    document.examples = vec![
        example("holds", "email", Expectation { destination: to("q0"), ..Expectation::default() }),
        example(
            "fails",
            "phone",
            Expectation { rule: Some("r0".to_owned()), destination: to("q0"), priority: Some(Priority::High) },
        ),
        example("fails", "phone", Expectation::default()),
        example("gone", "email", Expectation { rule: Some("r7".to_owned()), ..Expectation::default() }),
    ];
    let outcomes = run_examples(&CompiledPolicy::compile(document.clone()).unwrap());
    assert_eq!(outcomes.iter().map(|outcome| outcome.holds).collect::<Vec<_>>(), [true, false, true, false]);
    assert_eq!(outcomes[0].got.rule.as_deref(), Some("r0"));
    let queues = ["rest", "q0"].map(|name| queue(name, domain::QueueKind::People));
    let problems = found(&document, &queues, Severity::Warning);
    let words: Vec<_> = problems.iter().map(|problem| (&*problem.field, &*problem.message)).collect();
    let expected = [
        ("examples.fails", "another example has the same name"),
        ("examples.fails", "say what is expected: a rule, a destination or a priority"),
        ("examples.gone", "there is no rule `r7`"),
        (
            "examples.fails",
            "the example `fails`: expected rule `r0` and `otherwise` decided, and destination queue q0 and got queue \
             rest, and priority high and got normal",
        ),
        ("examples.gone", "the example `gone`: expected rule `r7` and rule `r0` decided"),
    ];
    assert_eq!(words, expected);
    assert!(problems[3].example.is_some());
}
