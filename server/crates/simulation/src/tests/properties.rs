//! What holds for every simulation.

use domain::simulation::{Compared, Estimate, QueueLoad};
use proptest::prelude::*;

use super::*;

const LABELS: [&str; 4] = ["billing", "cards", "reset", "other"];

fn thens() -> impl Strategy<Value = Then> {
    let target = prop_oneof![
        Just(to_queue("billing")),
        Just(to_queue("cards")),
        Just(to_bot()),
        Just(to(Target::Close)),
        Just(to(Target::Approval {
            automation: "bot".to_owned(),
            otherwise: "cards".to_owned(),
            terms: domain::decision::ApprovalTerms::default()
        })),
    ];
    (target, prop::option::of(prop::sample::select(Priority::ALL.to_vec())), prop::option::of(1_u32..300))
        .prop_map(|(then, priority, sla_minutes)| Then { priority, sla_minutes, ..then })
}

fn policies() -> impl Strategy<Value = CompiledPolicy> {
    prop::collection::vec((prop::sample::select(LABELS.to_vec()), thens()), 0..6).prop_map(|rules| {
        let rule = |(place, (label, then)): (usize, (&str, Then))| {
            rule(
                &format!("rule-{place}"),
                &format!("classification.label == \"{label}\" && now.minute >= {place}"),
                then,
            )
        };
        compile(rules.into_iter().enumerate().map(rule).collect())
    })
}

fn histories() -> impl Strategy<Value = Vec<HistoryCase>> {
    let destination = prop_oneof![Just(queue("billing")), Just(queue("cards")), Just(bot()), Just(Destination::Close)];
    let one = (
        0_i64..2_000,
        prop::sample::select(LABELS.to_vec()),
        destination.clone(),
        prop::option::weighted(0.3, destination),
        any::<bool>(),
        0_u64..3_000_000,
    );
    prop::collection::vec(one, 0..80).prop_map(|cases| {
        let case = |(minute, label, destination, corrected_to, ended, worked_ms): (i64, &str, _, _, bool, u64)| {
            let case = case(minute, label);
            let ended_at = ended.then(|| case.facts.now.plus_minutes(30));
            HistoryCase { destination, corrected_to, ended_at, worked_ms, ..case }
        };
        cases.into_iter().map(case).collect()
    })
}

/// All that a replay says of a queue.
fn numbers(load: &QueueLoad) -> [Compared; 6] {
    [load.arrivals, load.depth_most, load.wait_minutes, load.wait_minutes_p95, load.agent_hours, load.late]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn counts_add_up_to_the_decisions(policy in policies(), history in histories(), people in 0_u32..4) {
        let report = simulate(&policy, &history, &staffed(people));
        let decisions = history.len() as u64;
        prop_assert_eq!(report.decisions, decisions);
        prop_assert_eq!(report.flows.iter().map(|flow| flow.count).sum::<u64>(), decisions);
        prop_assert_eq!(report.rules.iter().map(|rule| rule.count).sum::<u64>(), decisions);
        let changed: u64 = report.flows.iter().filter(|flow| flow.from != flow.to).map(|flow| flow.count).sum();
        prop_assert_eq!(changed as f64, (report.changed.value * decisions as f64).round());
        let named = |of: fn(&domain::simulation::Flow) -> &Destination| -> u64 {
            report.flows.iter().filter(|flow| of(flow).name().is_some()).map(|flow| flow.count).sum()
        };
        let arrivals = report.queues.iter().fold((0.0, 0.0), |(then, now), load| {
            (then + load.arrivals.then.value, now + load.arrivals.now.value)
        });
        prop_assert_eq!(arrivals, (named(|flow| &flow.from) as f64, named(|flow| &flow.to) as f64));
        let late = report.queues.iter().map(|load| load.late).chain([report.late]);
        let late = late.flat_map(|late| [late.then, late.now]);
        for share in [report.changed, report.wrong.then, report.wrong.now].into_iter().chain(late) {
            prop_assert!(0.0 <= share.low && share.low <= share.value && share.value <= share.high && share.high <= 1.0);
        }
        for flow in &report.flows {
            prop_assert!(flow.sided_with_people <= flow.count && flow.sided_against_people <= flow.count);
            prop_assert!(flow.cases.len() as u64 <= flow.count);
        }
        for load in &report.queues {
            for Compared { then, now, change } in numbers(load) {
                for Estimate { value, low, high, .. } in [then, now] {
                    prop_assert!(0.0 <= low && low <= value && value <= high);
                }
                prop_assert_eq!(change.value, now.value - then.value);
                prop_assert!(change.low <= change.value && change.value <= change.high);
            }
        }
    }

    #[test]
    fn a_policy_changes_nothing_of_the_history_that_it_made(policy in policies(), history in histories()) {
        let history: Vec<_> = history.into_iter().map(|case| decided(&policy, case)).collect();
        let report = simulate(&policy, &history, &staffed(2));
        prop_assert_eq!(report.changed.value, 0.0);
        prop_assert!(report.flows.iter().all(|flow| flow.from == flow.to && flow.cases.is_empty()));
        prop_assert_eq!(report.wrong.then, report.wrong.now);
        prop_assert_eq!(report.late.then, report.late.now);
        prop_assert_eq!(report.cost_per_thousand.then, report.cost_per_thousand.now);
        for load in &report.queues {
            for Compared { then, now, change } in numbers(load) {
                prop_assert_eq!(then, now);
                prop_assert_eq!((change.value, change.low, change.high), (0.0, 0.0, 0.0));
            }
        }
        for load in &report.hours {
            prop_assert_eq!((&load.arrivals.then, &load.depth.then), (&load.arrivals.now, &load.depth.now));
        }
    }
}
