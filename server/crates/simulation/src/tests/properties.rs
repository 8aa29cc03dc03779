//! What holds for every simulation.

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
        let arrivals = |of: fn(&domain::simulation::QueueLoad) -> u64| report.queues.iter().map(of).sum::<u64>();
        prop_assert_eq!(arrivals(|load| load.arrivals.then), named(|flow| &flow.from));
        prop_assert_eq!(arrivals(|load| load.arrivals.now), named(|flow| &flow.to));
        for share in [report.changed, report.wrong.then, report.wrong.now, report.late.then, report.late.now] {
            prop_assert!(0.0 <= share.low && share.low <= share.value && share.value <= share.high && share.high <= 1.0);
        }
        for flow in &report.flows {
            prop_assert!(flow.sided_with_people <= flow.count && flow.sided_against_people <= flow.count);
            prop_assert!(flow.cases.len() as u64 <= flow.count);
        }
        for load in &report.queues {
            prop_assert!(load.wait_minutes.then >= 0.0 && load.wait_minutes.now >= 0.0);
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
            prop_assert_eq!(load.wait_minutes.then, load.wait_minutes.now);
            prop_assert_eq!(load.depth_most.then, load.depth_most.now);
        }
        for load in &report.hours {
            prop_assert_eq!((&load.then, &load.depth_then), (&load.now, &load.depth_now));
        }
    }
}
