//! Scores and reasons of single pairs, the best task for one person, and the list of candidates.

use super::*;

fn weigh_now(work: &Work, agent: &Agent) -> Result<Score, RuledOut> {
    weigh(work, agent, minute(0), &Rules::default())
}

#[test]
fn every_reason_rules_out_and_the_most_lasting_one_is_said() {
    let mut work = Work { needs: needs(&["tax:3"]), ..work(1) };
    let mut agent = Agent { state: AgentState::Away, holding: 1, skills: skills(&[("tax", 2)]), ..agent(1) };
    work.conflicts.insert(agent.id);
    work.declined_by.insert(agent.id);
    assert_eq!(weigh_now(&work, &agent), Err(RuledOut::ConflictOfInterest));
    work.conflicts.clear();
    assert_eq!(weigh_now(&work, &agent), Err(RuledOut::Declined));
    work.declined_by.clear();
    let missing = RuledOut::MissingSkill { skill: "tax".to_owned(), needed: 3, own: 2 };
    assert_eq!(weigh_now(&work, &agent), Err(missing));
    agent.skills = skills(&[("tax", 3)]);
    assert_eq!(weigh_now(&work, &agent), Err(RuledOut::NotAvailable { state: AgentState::Away }));
    agent.state = AgentState::Available;
    assert_eq!(weigh_now(&work, &agent), Err(RuledOut::AtCapacity { holding: 1, capacity: 1 }));
    agent.holding = 0;
    assert!(weigh_now(&work, &agent).is_ok());
}

#[test]
fn waiting_lowers_needed_levels_step_by_step_and_then_waives_them() {
    let rules = Rules::default();
    let work = Work { needs: needs(&["tax:5"]), ..work(1) };
    let needed = |minutes: i64| match weigh(&work, &agent(1), minute(minutes), &rules) {
        Err(RuledOut::MissingSkill { needed, .. }) => needed,
        other => panic!("{other:?}"),
    };
    assert_eq!([0, 59, 60, 90, 120, 150, 179].map(needed), [5, 5, 4, 3, 2, 1, 1]);
    assert!(weigh(&work, &agent(1), minute(180), &rules).is_ok());

    let law = Rules { relaxing: Relaxing { never: ["tax".to_owned()].into(), ..Relaxing::default() }, ..rules };
    assert!(weigh(&work, &agent(1), minute(100_000), &law).is_err());
}

#[test]
fn a_lowered_level_never_falls_below_1_while_the_skill_is_needed() {
    let work = Work { needs: needs(&["tax"]), ..work(1) };
    assert!(weigh(&work, &agent(1), minute(179), &Rules::default()).is_err());
}

#[test]
fn each_term_is_what_it_says() {
    let rules = Rules { prior: Prior { mean: 0.5, strength: 10.0 }, ..Rules::default() };
    let work = Work {
        priority: Priority::High,
        due_at: Some(minute(75)),
        predicted_minutes: Some(15.0),
        needs: needs(&["tax:2"]),
        label: Some("refund".to_owned()),
        ..work(1)
    };
    let agent = Agent {
        capacity: 4,
        holding: 1,
        skills: skills(&[("tax", 4), ("german", 2)]),
        success: success(&[("refund", 10, 10)]),
        ..agent(1)
    };
    let score = weigh(&work, &agent, minute(30), &rules).unwrap();
    // 45 minutes are left and 15 are work, which leaves as many as count one half.
    assert_eq!(value(&score, TermKind::SlaRisk), 0.5);
    assert_eq!(value(&score, TermKind::Priority), 2.0 / 3.0);
    assert_eq!(value(&score, TermKind::Age), 30.0 / 240.0);
    assert_eq!(value(&score, TermKind::Minutes), 0.5);
    // Two levels of tax and two of German are to spare.
    assert_eq!(value(&score, TermKind::SkillFit), 1.0 / 1.2);
    // Ten of ten, drawn toward the person's own three quarters, which are drawn toward the team's half.
    assert_eq!(value(&score, TermKind::Success), (10.0 + 7.5) / 20.0);
    assert_eq!(value(&score, TermKind::FreeCapacity), 0.75);
    let weights: f64 = score.terms.iter().map(|term| term.weight).sum();
    assert!((weights - 1.0).abs() < 1e-12);
    assert!(score.total > 0.0 && score.total < 1.0);
}

#[test]
fn a_due_time_presses_more_the_closer_it_is_and_less_once_it_has_passed() {
    let risk = |due_in: Option<i64>| {
        let work = Work { due_at: due_in.map(minute), predicted_minutes: Some(10.0), ..work(1) };
        value(&weigh_now(&work, &agent(1)).unwrap(), TermKind::SlaRisk)
    };
    assert_eq!([None, Some(40), Some(10), Some(5), Some(-1)].map(risk), [0.0, 0.5, 1.0, 1.0, 0.8]);
}

#[test]
fn few_tasks_say_little_about_success() {
    let prior = Prior::default();
    let share = |counts: &[(&str, u32, u32)]| success(counts).share(Some("refund"), prior);
    assert_eq!(share(&[]), 0.9);
    assert!(share(&[("refund", 1, 1)]) < 0.92);
    assert!(share(&[("refund", 0, 1)]) > 0.8);
    assert!(share(&[("refund", 0, 500)]) < 0.01);
    // What is known of other labels says something, but not as much.
    let other = share(&[("claim", 100, 200)]);
    assert!((0.5..0.6).contains(&other), "{other}");
    let team = prior.of_team([Finished { held: 480, all: 980 }]);
    assert!((team.mean - 0.498).abs() < 1e-9);
    // More held than finished is a wrong count, not more than everything.
    assert!(share(&[("refund", 9, 3)]) < 1.0);
}

#[test]
fn a_task_that_waited_too_long_goes_before_everything_else_the_oldest_first() {
    let urgent = Work { priority: Priority::Urgent, due_at: Some(minute(1)), predicted_minutes: Some(0.0), ..work(1) };
    let old = Work { priority: Priority::Low, waiting_since: minute(-240), predicted_minutes: Some(600.0), ..work(2) };
    let older = Work { waiting_since: minute(-241), ..old.clone() };
    let old_urgent = Work { waiting_since: minute(-240), ..urgent.clone() };
    let best = |works: &[Work]| best_for(&agent(1), works, minute(0), &Rules::default()).unwrap();
    let (place, score) = best(&[urgent.clone(), old.clone()]);
    assert_eq!(place, 1);
    assert!(score.total >= STARVING_WEIGHT);
    assert_eq!(best(&[old_urgent, older]).0, 1);
    let young = Work { waiting_since: minute(-239), ..old };
    assert_eq!(best(&[urgent, young]).0, 0);
}

#[test]
fn the_next_task_between_equals_is_the_more_urgent_then_the_earlier_due_then_the_older() {
    // With no weight on anything that tells these tasks apart, only the order between equals is left.
    let weights = Weights { sla_risk: 0.0, priority: 0.0, age: 0.0, ..Weights::default() };
    let rules = Rules { weights, ..Rules::default() };
    let plain = work(9);
    let older = Work { waiting_since: minute(-10), ..work(8) };
    let due = Work { due_at: Some(minute(60)), ..work(7) };
    let due_earlier = Work { due_at: Some(minute(50)), ..work(6) };
    let urgent = Work { priority: Priority::Urgent, ..work(5) };
    let twin = Work { ..work(4) };
    for (first, second) in
        [(&urgent, &due_earlier), (&due_earlier, &due), (&due, &older), (&older, &plain), (&twin, &plain)]
    {
        for works in [[first.clone(), second.clone()], [second.clone(), first.clone()]] {
            let (place, _) = best_for(&agent(1), &works, minute(0), &rules).unwrap();
            assert_eq!(works[place].task, first.task);
        }
    }
}

#[test]
fn nobody_gets_a_next_task_that_they_may_not_have() {
    let refused = Work { declined_by: [user(1)].into(), priority: Priority::Urgent, ..work(1) };
    let rules = Rules::default();
    assert_eq!(best_for(&agent(1), &[], minute(0), &rules), None);
    assert_eq!(best_for(&agent(1), std::slice::from_ref(&refused), minute(0), &rules), None);
    assert_eq!(best_for(&agent(1), &[refused, work(2)], minute(0), &rules).map(|(place, _)| place), Some(1));
}

#[test]
fn candidates_stand_best_first_and_those_ruled_out_last() {
    let work = Work { needs: needs(&["tax:2"]), conflicts: [user(1)].into(), declined_by: [user(2)].into(), ..work(1) };
    let able = |number: u64| Agent { skills: skills(&[("tax", 2)]), ..agent(number) };
    let agents = [
        able(1),
        able(2),
        agent(3),
        Agent { state: AgentState::Offline, ..able(4) },
        Agent { holding: 1, ..able(5) },
        Agent { skills: skills(&[("tax", 5)]), ..agent(6) },
        Agent { idle_since: Some(minute(-5)), ..able(7) },
        Agent { idle_since: Some(minute(-9)), ..able(8) },
    ];
    let found = candidates(&work, &agents, minute(0), &Rules::default());
    let order: Vec<UserId> = found.iter().map(|candidate| candidate.agent).collect();
    assert_eq!(order, [8, 7, 6, 5, 4, 3, 2, 1].map(user));
    assert!(found[..3].iter().all(|candidate| matches!(candidate.verdict, Verdict::Score(_))));
    assert_eq!(found[7].verdict, Verdict::RuledOut(RuledOut::ConflictOfInterest));
    assert_eq!(found[0].name, "Agent 8");
}

#[test]
fn rules_are_read_checked_and_may_be_given_in_part() {
    assert_eq!(Rules::default().check(), Ok(()));
    let rules: Rules = serde_json::from_str(r#"{"starving_minutes":60,"relaxing":{"steps_minutes":[10]}}"#).unwrap();
    assert_eq!((rules.starving_minutes, rules.risk_minutes), (60, 30));
    assert_eq!((rules.relaxing.steps_minutes.as_slice(), rules.relaxing.waive_minutes), (&[10][..], Some(180)));
    assert_eq!(serde_json::from_str::<Rules>(&serde_json::to_string(&rules).unwrap()).unwrap(), rules);
    assert!(serde_json::from_str::<Rules>(r#"{"weight":{}}"#).is_err());
    for (json, field) in [
        (r#"{"weights":{"age":-1}}"#, "weights.age"),
        (
            r#"{"weights":{"sla_risk":0,"priority":0,"age":0,"skill_fit":0,"minutes":0,"success":0,"free_capacity":0}}"#,
            "weights",
        ),
        (r#"{"late_risk":1.5}"#, "late_risk"),
        (r#"{"starving_minutes":0}"#, "starving_minutes"),
        (r#"{"relaxing":{"steps_minutes":[30,20]}}"#, "relaxing.steps_minutes"),
        (r#"{"relaxing":{"steps_minutes":[1,2,3,4,5]}}"#, "relaxing.steps_minutes"),
        (r#"{"relaxing":{"waive_minutes":150}}"#, "relaxing.waive_minutes"),
        (r#"{"prior":{"strength":0}}"#, "prior.strength"),
    ] {
        let rules: Rules = serde_json::from_str(json).unwrap();
        assert_eq!(rules.check().unwrap_err().field, field, "{json}");
    }
}

#[test]
fn rules_that_nobody_checked_still_give_numbers() {
    let weights = Weights { age: f64::NAN, ..Weights::default() };
    let prior = Prior { mean: f64::NAN, strength: f64::INFINITY };
    let rules = Rules { weights, prior, late_risk: 9.0, usual_minutes: 0, starving_minutes: 0, ..Rules::default() };
    let work = Work { predicted_minutes: Some(f32::NAN), due_at: Some(minute(-1)), ..work(1) };
    let score = weigh(&work, &agent(1), minute(0), &rules).unwrap();
    assert!(score.total.is_finite());
    assert!(score.terms.iter().all(|term| (0.0..=1.0).contains(&term.value)));
}
