use proptest::prelude::*;

use super::*;
use crate::{actor::ActorId, error::InvalidTransition, id::UserId};

fn new_task() -> NewTask {
    NewTask { subject: "Cannot sign in".to_owned(), body: "It says no.".to_owned(), ..NewTask::default() }
}

fn person(number: u128) -> ActorId {
    ActorId::User(UserId::from_parts(1, number))
}

fn waiting(expires_at: Option<Timestamp>) -> TaskState {
    TaskState::AwaitingApproval {
        automation: "bot".to_owned(),
        otherwise: "triage".to_owned(),
        approver: Approver::default(),
        expires_at,
    }
}

#[test]
fn a_plain_task_is_accepted() {
    assert_eq!(new_task().check(), Ok(()));
}

#[test]
fn each_field_is_bounded() {
    let nested = (0..8).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
    let with = |change: &dyn Fn(&mut NewTask)| {
        let mut task = new_task();
        change(&mut task);
        task.check().unwrap_err().field
    };
    assert_eq!(with(&|t| t.subject = "  ".into()), "subject");
    assert_eq!(with(&|t| t.subject = "x".repeat(MAX_SUBJECT_BYTES + 1)), "subject");
    assert_eq!(with(&|t| t.body = "x".repeat(MAX_TEXT_BYTES)), "body");
    assert_eq!(with(&|t| t.body = "a\0b".into()), "body");
    assert_eq!(with(&|t| t.channel = Some("E-Mail".into())), "channel");
    assert_eq!(with(&|t| t.external_id = Some(String::new())), "external_id");
    assert_eq!(with(&|t| t.callback_url = Some("ftp://example.com".into())), "callback_url");
    assert_eq!(with(&|t| t.callback_url = Some("https://".into())), "callback_url");
    assert_eq!(with(&|t| drop(t.attributes.insert("a".into(), nested.clone()))), "attributes");
    assert_eq!(with(&|t| drop(t.attributes.insert("a".into(), "x".repeat(70_000).into()))), "attributes");
}

#[test]
fn unknown_fields_are_refused_by_name() {
    let error = serde_json::from_str::<NewTask>(r#"{"subject":"a","urgency":1}"#).unwrap_err().to_string();
    assert!(error.contains("urgency"), "{error}");
}

/// One act on a task, with whatever token and time the caller has.
#[derive(Debug, Clone)]
enum Act {
    Claim { who: u128, lease_ms: i64 },
    Heartbeat { token: u64, lease_ms: i64 },
    Release { token: u64 },
    Resolve { token: u64 },
    Move { token: u64 },
    Expire,
    Snooze { token: u64, ms: i64 },
    TakeBack { who: u128 },
    Approve { yes: bool },
    Wait { ms: i64 },
}

fn act() -> impl Strategy<Value = Act> {
    let token = 0_u64..6;
    prop_oneof![
        3 => (0_u128..3, 500_i64..5_000).prop_map(|(who, lease_ms)| Act::Claim { who, lease_ms }),
        1 => (token.clone(), 500_i64..5_000).prop_map(|(token, lease_ms)| Act::Heartbeat { token, lease_ms }),
        1 => token.clone().prop_map(|token| Act::Release { token }),
        1 => token.clone().prop_map(|token| Act::Resolve { token }),
        1 => token.clone().prop_map(|token| Act::Move { token }),
        1 => (token, 1_i64..4_000).prop_map(|(token, ms)| Act::Snooze { token, ms }),
        1 => (0_u128..3).prop_map(|who| Act::TakeBack { who }),
        1 => Just(Act::Expire),
        1 => any::<bool>().prop_map(|yes| Act::Approve { yes }),
        2 => (1_i64..4_000).prop_map(|ms| Act::Wait { ms }),
    ]
}

proptest! {
    /// Whatever is tried in whatever order: tokens only grow, a held task is never taken over, an act without the present
    /// token and a running lease changes nothing, and a finished task stays finished until its resolution is taken back.
    #[test]
    fn the_state_machine_keeps_its_promises(acts in proptest::collection::vec(act(), 1..60), approval: bool) {
        let mut now = Timestamp::from_ms(1_000_000);
        let mut last_token = 0;
        let mut state = if approval {
            waiting(Some(now.plus_ms(8_000)))
        } else {
            TaskState::Queued { queue: "billing".into() }
        };
        for act in acts {
            let before = state.clone();
            let running = before.claim().filter(|claim| claim.expires_at > now).cloned();
            let result = match act.clone() {
                Act::Claim { who, lease_ms } => before.clone().claim_for(&person(who), "P", last_token, now, lease_ms),
                Act::Heartbeat { token, lease_ms } => before.clone().heartbeat(token, now, lease_ms),
                Act::Release { token } => before.clone().release(token, now),
                Act::Resolve { token } => before.clone().resolve(token, now),
                Act::Move { token } => before.clone().move_to(token, now, "team-leads"),
                Act::Expire => before.clone().expire(now),
                Act::Snooze { token, ms } => {
                    let snooze = Snooze { until: now.plus_ms(ms), kind: SnoozeKind::Snoozed, reason: None };
                    before.clone().snooze(token, now, snooze)
                }
                Act::TakeBack { who } => before.clone().take_back("billing", (&person(who), "P"), last_token, now, 2_000),
                Act::Approve { yes } => before.clone().answer_approval(yes, now),
                Act::Wait { ms } => { now = now.plus_ms(ms); continue; }
            };
            let Ok(after) = result else { continue };
            let taken_back = matches!((&act, &before), (Act::TakeBack { .. }, TaskState::Resolved { .. }));
            prop_assert!(taken_back || !before.is_finished(), "{act:?} moved a finished task");
            match act {
                Act::Claim { .. } | Act::TakeBack { .. } => {
                    prop_assert!(running.is_none(), "a running lease was taken over");
                    let token = after.claim().expect("a claim leaves a claim").token;
                    prop_assert!(token > last_token);
                    last_token = token;
                }
                Act::Heartbeat { token, .. }
                | Act::Release { token }
                | Act::Resolve { token }
                | Act::Snooze { token, .. }
                | Act::Move { token } => {
                    let running = running.expect("only a running lease can be acted on");
                    prop_assert_eq!(running.token, token);
                }
                Act::Expire => prop_assert!(running.is_none()),
                Act::Approve { .. } => {
                    let in_time = matches!(before, TaskState::AwaitingApproval { expires_at: Some(until), .. } if now < until);
                    prop_assert!(in_time);
                }
                Act::Wait { .. } => unreachable!("waiting changes nothing"),
            }
            state = after;
        }
    }
}

#[test]
fn an_expired_lease_cannot_complete_the_task() {
    let start = Timestamp::from_ms(0);
    let claimed = TaskState::Queued { queue: "billing".into() }.claim_for(&person(1), "Ada", 0, start, 60_000).unwrap();
    let late = start.plus_ms(60_000);
    assert_eq!(claimed.clone().resolve(1, late), Err(InvalidTransition::LeaseExpired));
    let taken_over = claimed.claim_for(&person(2), "Bo", 1, late, 60_000).unwrap();
    assert_eq!(taken_over.resolve(1, late), Err(InvalidTransition::StaleToken));
}

#[test]
fn a_no_to_an_approval_goes_to_people() {
    let now = Timestamp::from_ms(0);
    assert_eq!(waiting(None).answer_approval(false, now).unwrap().queue(), Some("triage"));
    assert_eq!(waiting(None).answer_approval(true, now).unwrap().queue(), Some("bot"));
}

#[test]
fn silence_counts_as_a_no_once_the_time_is_over_and_a_late_yes_wins_nothing() {
    let (until, late) = (Timestamp::from_ms(10), Timestamp::from_ms(11));
    let waiting = waiting(Some(until));
    assert_eq!(waiting.clone().expire_approval(Timestamp::from_ms(9)), Err(InvalidTransition::NotAwaitingApproval));
    assert_eq!(waiting.clone().answer_approval(true, late), Err(InvalidTransition::ApprovalExpired));
    assert_eq!(waiting.expire_approval(late).unwrap().queue(), Some("triage"));
}

fn snoozed(kind: SnoozeKind, since: Timestamp, until: Timestamp) -> Task {
    let claimed = TaskState::Queued { queue: "billing".into() }.claim_for(&person(1), "Ada", 0, since, 60_000).unwrap();
    let state = claimed.snooze(1, since, Snooze { until, kind, reason: None }).unwrap();
    Task { due_at: Some(Timestamp::from_ms(1_000)), state, ..task() }
}

fn task() -> Task {
    serde_json::from_value(serde_json::json!({
        "id": TaskId::from_parts(1, 1), "subject": "s", "body": "", "channel": "api", "attributes": {},
        "submitted_by": "x", "submitted_at": "2026-01-01T00:00:00Z", "state": "queued", "queue": "billing",
        "priority": "normal", "decision_id": DecisionId::from_parts(1, 1), "last_token": 1, "escalation_level": 0,
    }))
    .unwrap()
}

#[test]
fn a_task_that_is_put_aside_is_nobodys_until_it_is_back_in_its_queue() {
    let (since, until) = (Timestamp::from_ms(100), Timestamp::from_ms(900));
    let aside = snoozed(SnoozeKind::Snoozed, since, until);
    assert!(aside.state.claim().is_none() && aside.is_open());
    assert_eq!(aside.state.clone().claim_for(&person(2), "Bo", 1, until, 60_000), Err(InvalidTransition::Snoozed));
    assert_eq!(aside.state.clone().resolve(1, until), Err(InvalidTransition::NotClaimed));
    assert_eq!(aside.state.clone().give_up(until, "x"), Err(InvalidTransition::Snoozed));
    let (back, paused_ms) = aside.wake(until).unwrap();
    assert_eq!((&back.state, paused_ms), (&TaskState::Queued { queue: "billing".into() }, 0));
    assert_eq!(back.due_at, Some(Timestamp::from_ms(1_000)));
    assert_eq!(back.wake(until).unwrap_err(), InvalidTransition::NotSnoozed);
}

#[test]
fn what_waits_for_the_customer_is_due_later_by_the_time_it_waited() {
    let (since, until) = (Timestamp::from_ms(100), Timestamp::from_ms(900));
    for (woken_at, paused_ms) in [(300, 200), (900, 800), (5_000, 800)] {
        let aside = snoozed(SnoozeKind::Waiting, since, until);
        let (back, paused) = aside.wake(Timestamp::from_ms(woken_at)).unwrap();
        assert_eq!((paused, back.due_at), (paused_ms, Some(Timestamp::from_ms(1_000 + paused_ms))), "{woken_at}");
    }
}
