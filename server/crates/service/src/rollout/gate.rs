//! The conditions that a model must meet before it is promoted.

use domain::{
    Model,
    rollout::{CanaryReport, GateCheck, GateState, ShadowReport},
};

use crate::report::SIGNIFICANT;

fn check(name: &str, state: GateState, detail: String) -> GateCheck {
    GateCheck { name: name.to_owned(), state, detail }
}

fn passed_if(holds: bool) -> GateState {
    if holds { GateState::Passed } else { GateState::Failed }
}

pub(super) fn held_out_check(model: &Model) -> GateCheck {
    let name = "Not worse on held-out examples";
    let measured = model.metrics.as_ref().and_then(|metrics| Some((metrics, metrics.champion_accuracy?)));
    match measured {
        None => check(name, GateState::Open, "It was not measured beside the champion.".to_owned()),
        Some((metrics, champion)) => check(
            name,
            passed_if(metrics.accuracy >= champion),
            format!("{:.1} % right, the champion {:.1} %.", metrics.accuracy * 100.0, champion * 100.0),
        ),
    }
}

pub(super) fn newest_check(model: &Model) -> GateCheck {
    let name = "Not worse on the newest labels";
    let newest = model.metrics.as_ref().and_then(|metrics| metrics.newest);
    match newest.and_then(|newest| Some((newest, newest.champion_accuracy?))) {
        // Without labels of people there is no newest work, and nothing to hold against the model.
        None => check(name, GateState::Passed, "Too few labels came since the champion was made to say.".to_owned()),
        Some((newest, champion)) => check(
            name,
            passed_if(newest.accuracy >= champion),
            format!(
                "Of {}: {:.1} % right, the champion {:.1} %.",
                newest.examples,
                newest.accuracy * 100.0,
                champion * 100.0
            ),
        ),
    }
}

pub(super) fn shadow_check(shadow: Option<&ShadowReport>, wanted: u64) -> GateCheck {
    let name = "Seen enough work in shadow";
    let (tasks, failed) = shadow.map_or((0, 0), |shadow| (shadow.tasks, shadow.failed));
    let state = match (tasks >= wanted, failed * 100 > tasks) {
        (_, true) => GateState::Failed,
        (true, false) => GateState::Passed,
        (false, false) => GateState::Open,
    };
    check(name, state, format!("{tasks} of {wanted} tasks; it did not answer {failed}."))
}

pub(super) fn truth_check(shadow: &ShadowReport) -> GateCheck {
    let is_worse = shadow.lost > shadow.gained && shadow.p_value < SIGNIFICANT;
    let detail = format!(
        "Of {} tasks that people labelled it alone was right on {}, the champion alone on {}.",
        shadow.known, shadow.gained, shadow.lost
    );
    check("Not worse on live tasks", passed_if(!is_worse), detail)
}

pub(super) fn canary_check(canary: &CanaryReport) -> GateCheck {
    let detail =
        format!("Evidence that it is worse: {:.2}; at {:.0} it is rolled back.", canary.evidence, canary.limit);
    check("Not corrected more often as a canary", passed_if(canary.evidence < canary.limit), detail)
}
