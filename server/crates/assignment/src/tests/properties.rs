//! What holds for every matching.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const SKILLS: [&str; 3] = ["german", "tax", "billing"];

fn levels() -> impl Strategy<Value = BTreeMap<String, u8>> {
    let skill = prop::sample::select(SKILLS.to_vec()).prop_map(str::to_owned);
    prop::collection::btree_map(skill, 1_u8..=5, 0..=3)
}

fn states() -> impl Strategy<Value = AgentState> {
    prop_oneof![5 => Just(AgentState::Available), 1 => prop::sample::select(AgentState::ALL.to_vec())]
}

prop_compose! {
    fn people()(
        levels in levels(),
        state in states(),
        capacity in 0_u32..4,
        holding in 0_u32..3,
        idle in prop::option::of(-60_i64..0),
        (held, all) in (0_u32..30, 1_u32..30),
    ) -> Agent {
        Agent {
            skills: Skills::new(levels).unwrap(),
            state,
            capacity,
            holding,
            idle_since: idle.map(minute),
            success: success(&[("refund", held, all)]),
            ..agent(0)
        }
    }
}

prop_compose! {
    fn tasks()(
        levels in levels(),
        priority in prop::sample::select(Priority::ALL.to_vec()),
        due in prop::option::of(-60_i64..300),
        waited in prop_oneof![3 => 0_i64..200, 1 => 200_i64..2_000],
        minutes in prop::option::of(1.0_f32..90.0),
        label in prop::option::of(prop::sample::select(vec!["refund", "claim"])),
        declined_by in prop::collection::btree_set(0_u64..6, 0..2),
        conflicts in prop::collection::btree_set(0_u64..6, 0..2),
    ) -> Work {
        Work {
            needs: levels.into_iter().take(2).map(|(skill, level)| SkillNeed { skill, level }).collect(),
            priority,
            due_at: due.map(minute),
            waiting_since: minute(-waited),
            predicted_minutes: minutes,
            label: label.map(str::to_owned),
            declined_by: declined_by.into_iter().map(user).collect(),
            conflicts: conflicts.into_iter().map(user).collect(),
            ..work(0)
        }
    }
}

fn instances(works: usize, agents: usize) -> impl Strategy<Value = (Vec<Work>, Vec<Agent>)> {
    let works = prop::collection::vec(tasks(), 0..=works);
    let agents = prop::collection::vec(people(), 0..=agents);
    (works, agents).prop_map(|(works, agents)| {
        let works = (0..).zip(works).map(|(number, work)| Work { task: task(number), ..work }).collect();
        let agents = (0..).zip(agents).map(|(number, agent)| Agent { id: user(number), ..agent }).collect();
        (works, agents)
    })
}

prop_compose! {
    fn rules()(weights in prop::array::uniform7(prop_oneof![Just(0.0), 0.1_f64..10.0])) -> Rules {
        let [sla_risk, priority, age, skill_fit, minutes, success, free_capacity] = weights;
        let weights = Weights { sla_risk, priority, age, skill_fit, minutes, success, free_capacity };
        Rules { weights, ..Rules::default() }
    }
}

/// The most pairs, and the highest sum of scores with so many, by trying everything.
fn by_force(works: &[Work], agents: &mut [Agent], rules: &Rules) -> (usize, f64) {
    let Some((work, rest)) = works.split_first() else { return (0, 0.0) };
    let mut best = by_force(rest, agents, rules);
    for place in 0..agents.len() {
        let Ok(score) = weigh(work, &agents[place], minute(0), rules) else { continue };
        agents[place].holding += 1;
        let (pairs, sum) = by_force(rest, agents, rules);
        agents[place].holding -= 1;
        if pairs + 1 > best.0 || (pairs + 1 == best.0 && sum + score.total > best.1) {
            best = (pairs + 1, sum + score.total);
        }
    }
    best
}

proptest! {
    #[test]
    fn a_matching_keeps_every_limit((works, agents) in instances(12, 6)) {
        let rules = Rules::default();
        let pairs = assign(&works, &agents, minute(0), &rules);
        let tasks: BTreeSet<TaskId> = pairs.iter().map(|pair| pair.task).collect();
        prop_assert_eq!(tasks.len(), pairs.len());
        for agent in &agents {
            let count = pairs.iter().filter(|pair| pair.agent == agent.id).count() as u32;
            prop_assert!(count <= agent.capacity.saturating_sub(agent.holding));
        }
        for pair in &pairs {
            let work = works.iter().find(|work| work.task == pair.task).unwrap();
            let agent = agents.iter().find(|agent| agent.id == pair.agent).unwrap();
            prop_assert!(weigh(work, agent, minute(0), &rules).is_ok());
        }
    }

    #[test]
    fn no_matching_gives_out_more_or_has_a_higher_sum((works, mut agents) in instances(5, 4), rules in rules()) {
        let pairs = assign(&works, &agents, minute(0), &rules);
        let sum: f64 = pairs.iter().map(|pair| pair.score.total).sum();
        let (most, highest) = by_force(&works, &mut agents, &rules);
        prop_assert_eq!(pairs.len(), most);
        prop_assert!((sum - highest).abs() < 1e-6, "{} instead of {}", sum, highest);
    }

    #[test]
    fn the_order_of_the_lists_does_not_matter(
        ((works, agents), (shuffled_works, shuffled_agents)) in instances(10, 6).prop_flat_map(|(works, agents)| {
            let shuffled = (Just(works.clone()).prop_shuffle(), Just(agents.clone()).prop_shuffle());
            (Just((works, agents)), shuffled)
        })
    ) {
        let rules = Rules::default();
        let pairs = assign(&works, &agents, minute(0), &rules);
        prop_assert_eq!(assign(&shuffled_works, &shuffled_agents, minute(0), &rules), pairs);
        for agent in &agents {
            let task = |works: &[Work]| best_for(agent, works, minute(0), &rules).map(|(place, score)| (works[place].task, score));
            prop_assert_eq!(task(&shuffled_works), task(&works));
        }
        for work in &works {
            prop_assert_eq!(candidates(work, &shuffled_agents, minute(0), &rules), candidates(work, &agents, minute(0), &rules));
        }
    }

    #[test]
    fn one_person_with_one_place_gets_the_task_that_is_next_for_them((works, agents) in instances(10, 1)) {
        let rules = Rules::default();
        for agent in agents {
            let agent = Agent { holding: 0, capacity: 1, ..agent };
            let pairs = assign(&works, std::slice::from_ref(&agent), minute(0), &rules);
            let next = best_for(&agent, &works, minute(0), &rules).map(|(place, _)| works[place].task);
            prop_assert_eq!(pairs.first().map(|pair| pair.task), next);
        }
    }

    #[test]
    fn a_total_is_the_sum_of_its_terms_and_every_value_is_a_share((works, agents) in instances(5, 5)) {
        for (work, agent) in works.iter().flat_map(|work| agents.iter().map(move |agent| (work, agent))) {
            let Ok(score) = weigh(work, agent, minute(0), &Rules::default()) else { continue };
            prop_assert!(score.terms.iter().all(|term| (0.0..=1.0).contains(&term.value) && term.weight >= 0.0));
            let sum: f64 = score.terms.iter().map(|term| term.value * term.weight).sum();
            prop_assert!((score.total - sum).abs() < 1e-6);
            prop_assert_eq!(score.total >= STARVING_WEIGHT, minute(0).since_ms(work.waiting_since) >= 240 * 60_000);
            prop_assert!(score.total <= 1.0 + 1e-9 || score.total >= STARVING_WEIGHT);
        }
    }
}
