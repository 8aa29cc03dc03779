//! What is said of an assignment, and what may be said.

use super::*;

fn user(number: u64) -> UserId {
    UserId::from_parts(number, 0)
}

fn skills(levels: &[(&str, u8)]) -> Result<Skills, ValidationError> {
    Skills::new(levels.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect())
}

fn candidate(number: u64, verdict: Verdict) -> Candidate {
    Candidate { agent: user(number), name: format!("Agent {number}"), verdict }
}

fn scored() -> Verdict {
    Verdict::Score(Score::new(vec![Term { kind: TermKind::Age, value: 0.5, weight: 0.2 }]))
}

#[test]
fn every_state_is_read_as_it_is_written() {
    for state in AgentState::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
    }
    assert!("asleep".parse::<AgentState>().is_err());
}

#[test]
fn skills_have_names_and_levels_from_1_to_5() {
    let known = skills(&[("german", 2), ("tax", 5)]).unwrap();
    assert_eq!((known.level("german"), known.level("french"), known.sum()), (2, 0, 7));
    for bad in [("german", 0), ("german", 6), ("Two words", 1)] {
        assert!(skills(&[bad]).is_err(), "{bad:?}");
    }
    let many: BTreeMap<String, u8> = (0..=MAX_SKILLS).map(|number| (format!("skill-{number}"), 1)).collect();
    assert_eq!(Skills::new(many).unwrap_err().code, ValidationCode::TooLong);
    assert!(serde_json::from_str::<Skills>(r#"{"german":9}"#).is_err());
    assert_eq!(serde_json::to_string(&known).unwrap(), r#"{"german":2,"tax":5}"#);
}

#[test]
fn a_need_is_read_as_it_is_written() {
    for (text, level) in [("german", 1), ("german:4", 4)] {
        let need: SkillNeed = text.parse().unwrap();
        assert_eq!((need.level, need.to_string().as_str()), (level, text));
    }
    for bad in ["", "german:", "german:0", "german:6", ":2", "german:2:2"] {
        assert!(bad.parse::<SkillNeed>().is_err(), "{bad}");
    }
    let twice = ["tax:2", "tax"].map(|need| need.parse().unwrap());
    assert_eq!(SkillNeed::check_all(&twice).unwrap_err().code, ValidationCode::Taken);
    assert_eq!(SkillNeed::check_all(&twice[1..]), Ok(()));
}

#[test]
fn terms_and_reasons_are_sentences() {
    let term = |kind, value, weight| Term { kind, value, weight }.words();
    assert_eq!(term(TermKind::Priority, 2.0 / 3.0, 0.3), "Its priority was high: 20 of 30 points.");
    assert_eq!(term(TermKind::Age, 0.75, 0.2), "It had waited 75 % of the time that any task should: 15 of 20 points.");
    assert_eq!(
        term(TermKind::Age, 1.0, 1.5 * STARVING_WEIGHT),
        "It had waited 1.5 times as long as any task should, and so went before all others that had not."
    );
    assert_eq!(RuledOut::NotAvailable { state: AgentState::Break }.words(), "Was on a break.");
    let missing = RuledOut::MissingSkill { skill: "tax".to_owned(), needed: 3, own: 1 };
    assert_eq!(missing.words(), "Had the skill `tax` at level 1, and level 3 was needed.");
    let json = serde_json::to_string(&Verdict::RuledOut(missing.clone())).unwrap();
    assert_eq!(json, r#"{"ruled_out":{"reason":"missing_skill","skill":"tax","needed":3,"own":1}}"#);
    assert_eq!(serde_json::from_str::<Verdict>(&json).unwrap(), Verdict::RuledOut(missing));
}

#[test]
fn a_record_keeps_the_best_and_whoever_got_the_task() {
    let at = Timestamp::from_ms(0);
    let task = TaskId::from_parts(1, 1);
    let all: Vec<_> = (0..30).map(|number| candidate(number, scored())).collect();
    let record = AssignmentRecord::new(task, (user(25), AssignmentWay::Push), at, all);
    assert_eq!((record.candidates.len(), record.others), (MAX_CANDIDATES, 10));
    assert_eq!(record.candidates[18].agent, user(18));
    assert_eq!(record.candidates[19].agent, user(25));
    assert_eq!(
        record.words(),
        "Agent 25 was given the task; 19 of 19 others could have got it, and 10 more were looked at."
    );
}

#[test]
fn a_record_survives_json() {
    let offline = Verdict::RuledOut(RuledOut::NotAvailable { state: AgentState::Offline });
    let candidates = vec![candidate(1, scored()), candidate(2, offline)];
    let way = (user(1), AssignmentWay::Next);
    let record = AssignmentRecord::new(TaskId::from_parts(1, 1), way, Timestamp::from_ms(5), candidates);
    let json = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<AssignmentRecord>(&json).unwrap(), record);
    assert_eq!(record.words(), "Agent 1 asked for the next task; 0 of 1 others could have got it.");
}
