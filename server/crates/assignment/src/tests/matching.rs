//! Matchings that can be checked by hand, and rounds that are larger than the matching.

use super::*;

fn assign_now(works: &[Work], agents: &[Agent]) -> Vec<(TaskId, UserId)> {
    given(&assign(works, agents, minute(0), &Rules { relaxing: Relaxing::none(), ..Rules::default() }))
}

#[test]
fn nothing_is_given_when_there_is_nobody_or_nothing() {
    assert_eq!(assign_now(&[], &[agent(1)]), []);
    assert_eq!(assign_now(&[work(1)], &[]), []);
    assert_eq!(assign_now(&[work(1)], &[Agent { state: AgentState::Busy, ..agent(1) }]), []);
}

#[test]
fn who_can_do_both_leaves_the_easy_one_to_who_can_do_only_that() {
    let both = Agent { skills: skills(&[("tax", 2), ("german", 2)]), success: success(&[("x", 90, 90)]), ..agent(1) };
    let german = Agent { skills: skills(&[("german", 2)]), success: success(&[("x", 0, 90)]), ..agent(2) };
    // Whoever gave out the more urgent task first would give it to the better person, and the other task to nobody.
    let easy = Work { needs: needs(&["german:2"]), priority: Priority::Urgent, ..work(1) };
    let hard = Work { needs: needs(&["tax:2"]), priority: Priority::Low, ..work(2) };
    assert_eq!(assign_now(&[easy, hard], &[both, german]), [(task(1), user(2)), (task(2), user(1))]);
}

#[test]
fn no_fit_is_so_good_that_a_task_waits_for_it_in_vain() {
    let (fits, spare) = (&[("tax", 1)][..], &[("tax", 1), ("german", 5), ("cards", 5), ("loans", 5), ("cars", 5)][..]);
    let agents = [Agent { skills: skills(fits), ..agent(1) }, Agent { skills: skills(spare), ..agent(2) }];
    // The first person fits the first task so well that the sum would be higher with nobody on the second.
    let works = [Work { needs: needs(&["tax"]), ..work(1) }, Work { declined_by: [user(2)].into(), ..work(2) }];
    let fit_alone: Weights = serde_json::from_str(
        r#"{"sla_risk":0,"priority":0,"age":0,"minutes":0,"success":0,"free_capacity":0,"skill_fit":1}"#,
    )
    .unwrap();
    let pairs = assign(&works, &agents, minute(0), &Rules { weights: fit_alone, ..Rules::default() });
    assert_eq!(given(&pairs), [(task(1), user(2)), (task(2), user(1))]);
}

#[test]
fn the_more_pressing_tasks_are_given_when_there_are_too_many() {
    let urgent = Work { priority: Priority::Urgent, ..work(3) };
    let due = Work { due_at: Some(minute(5)), ..work(2) };
    let pairs = assign_now(&[work(1), due, urgent], &[agent(1), agent(2)]);
    let tasks: Vec<TaskId> = pairs.iter().map(|(task, _)| *task).collect();
    assert_eq!(tasks, [task(2), task(3)]);
}

#[test]
fn somebody_gets_several_up_to_their_capacity_and_everybody_one_before() {
    let many = Agent { capacity: 5, holding: 2, ..agent(1) };
    let works: Vec<Work> = (1..=6).map(work).collect();
    let pairs = assign_now(&works, std::slice::from_ref(&many));
    assert_eq!(pairs, [1, 2, 3].map(|number| (task(number), user(1))));

    let empty = |number| Agent { capacity: 5, ..agent(number) };
    let pairs = assign_now(&works[..4], &[empty(1), empty(2), empty(3), empty(4)]);
    assert_eq!(pairs, [1, 2, 3, 4].map(|number| (task(number), user(number))));
}

#[test]
fn a_later_task_of_the_same_person_is_weighed_with_the_earlier_in_hand() {
    let agent = Agent { capacity: 4, ..agent(1) };
    let urgent = Work { priority: Priority::Urgent, ..work(2) };
    let pairs = assign(&[work(1), urgent], &[agent], minute(0), &Rules::default());
    assert_eq!(pairs.iter().map(|pair| pair.task).collect::<Vec<_>>(), [task(2), task(1)]);
    let free: Vec<f64> = pairs.iter().map(|pair| value(&pair.score, TermKind::FreeCapacity)).collect();
    assert_eq!(free, [1.0, 0.75]);
}

#[test]
fn between_equals_whoever_has_been_idle_the_longest_gets_the_task() {
    let idle = |number: u64, since: i64| Agent { idle_since: Some(minute(since)), ..agent(number) };
    assert_eq!(assign_now(&[work(1)], &[idle(1, -5), idle(2, -30), idle(3, -10)]), [(task(1), user(2))]);
    let two = assign_now(&[work(1), work(2)], &[idle(1, -5), idle(2, -30), idle(3, -10)]);
    let mut agents: Vec<UserId> = two.iter().map(|(_, agent)| *agent).collect();
    agents.sort_unstable();
    assert_eq!(agents, [user(2), user(3)]);
}

#[test]
fn tasks_that_waited_too_long_outweigh_any_number_of_others() {
    // One person could do either the old task or, with a better fit, a new one; everybody else only the new ones.
    let tax = Agent { skills: skills(&[("tax", 3)]), ..agent(0) };
    let old = Work { needs: needs(&["tax:1"]), waiting_since: minute(-300), priority: Priority::Low, ..work(0) };
    let new = |number| Work { needs: needs(&["tax:3"]), priority: Priority::Urgent, ..work(number) };
    let works: Vec<Work> = (1..100).map(new).chain([old]).collect();
    assert_eq!(assign_now(&works, &[tax]), [(task(0), user(0))]);
}

#[test]
fn a_pile_that_only_one_person_can_do_keeps_nobody_else_from_work() {
    let danish = |number| Work { needs: needs(&["danish"]), priority: Priority::Urgent, ..work(number) };
    let pile = u64::try_from(MAX_WORKS).unwrap() + 100;
    let works: Vec<Work> = (0..pile).map(danish).chain((pile..pile + 60).map(work)).collect();
    let speaker = Agent { skills: skills(&[("danish", 1)]), ..agent(0) };
    let agents: Vec<Agent> = [speaker].into_iter().chain((1..50).map(agent)).collect();
    let pairs = assign_now(&works, &agents);
    assert_eq!(pairs.len(), 50);
    assert_eq!(pairs[0], (task(0), user(0)));
}

#[test]
fn a_crowd_of_idle_people_keeps_no_expert_from_work() {
    let crowd = u64::try_from(MAX_SLOTS).unwrap() + 100;
    let expert = Agent { skills: skills(&[("danish", 1)]), idle_since: Some(minute(0)), ..agent(crowd) };
    let agents: Vec<Agent> = (0..crowd).map(agent).chain([expert]).collect();
    let danish = Work { needs: needs(&["danish"]), priority: Priority::Low, ..work(50) };
    let works: Vec<Work> = (0..50).map(work).chain([danish]).collect();
    let pairs = assign_now(&works, &agents);
    assert_eq!(pairs.len(), 51);
    assert!(pairs.contains(&(task(50), user(crowd))));
}

#[test]
fn a_round_gives_out_as_many_as_it_has_places() {
    let works: Vec<Work> = (0..700).map(work).collect();
    let agents: Vec<Agent> = (0..120).map(|number| Agent { capacity: 3, ..agent(number) }).collect();
    let pairs = assign_now(&works, &agents);
    assert_eq!(pairs.len(), MAX_SLOTS);
    // Equally pressing tasks go in their order, and everybody has one before anybody has two more than another.
    assert!((0..).zip(&pairs).all(|(number, (given, _))| *given == task(number)));
    let of = |number: u64| pairs.iter().filter(|(_, agent)| *agent == user(number)).count();
    assert!((0..120).all(|number| (1..=2).contains(&of(number))));
}
