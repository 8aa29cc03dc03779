//! What a simulation cannot know, in plain sentences: only what applies, with its numbers.

use domain::simulation::REPLAYS;

use crate::{
    load::{ASSUMED_MINUTES, Load},
    tally::Tally,
};

/// People must have looked at so many decisions before their share says much.
const FEW: u64 = 100;

/// The sentences, the weightiest first. `unknown` are the queues and automations that do not exist.
pub(crate) fn sentences(tally: &Tally, load: &Load, unknown: &[&String]) -> Vec<String> {
    let Some((from, until)) = tally.period else {
        return vec!["There is no decision to make again.".to_owned()];
    };
    let mut said = vec![
        format!(
            "The decisions were made from {} to {} UTC: what is different since is not in them, nor are tasks whose text was \
             erased.",
            from.to_minute(),
            until.to_minute()
        ),
        "People are taken to work and to correct as they did then.".to_owned(),
    ];
    said.extend(about_people(tally).into_iter().flatten());
    said.extend(about_facts(tally).into_iter().flatten());
    said.extend(about_replay(tally, load).into_iter().flatten());
    if !unknown.is_empty() {
        let names: Vec<&str> = unknown.iter().map(|name| name.as_str()).collect();
        said.push(format!(
            "There is no queue or automation {}: nothing is late there by its own time.",
            names.join(", ")
        ));
    }
    said
}

/// A sentence when the count is not 0.
fn when(count: u64, sentence: impl FnOnce() -> String) -> Option<String> {
    (count > 0).then(sentence)
}

/// What is known of errors.
fn about_people(tally: &Tally) -> [Option<String>; 4] {
    let Tally { decisions, looked_at, corrected, .. } = tally;
    let looked = match looked_at {
        0 => "People neither corrected nor finished any of the tasks, so that nothing is known of errors.".to_owned(),
        _ => format!(
            "People looked at {looked_at} of {decisions} decisions and corrected {corrected} of them; errors among the others \
             are not known{}.",
            if *looked_at < FEW { ", and so few say little" } else { "" }
        ),
    };
    [
        Some(looked),
        when(tally.taken_from_people, || {
            format!(
                "{} of the {} that would be wrong were finished by people in a queue and would go to a machine: whether it \
                 would have done them right, the history does not say.",
                tally.taken_from_people, tally.wrong.now
            )
        }),
        when(tally.open, || {
            format!("{} of {decisions} tasks are not finished: people may still correct them.", tally.open)
        }),
        when(*corrected, || {
            format!(
                "Tasks that were corrected, {corrected} of {decisions}, are replayed as if done where they were sent first."
            )
        }),
    ]
}

/// What is known of the facts.
fn about_facts(tally: &Tally) -> [Option<String>; 6] {
    let decisions = tally.decisions;
    let models: Vec<&str> = tally.models.iter().map(String::as_str).collect();
    let versions: Vec<String> = tally.versions.iter().map(u32::to_string).collect();
    [
        when(tally.unknown_queues, || {
            format!(
                "In {} of {decisions} decisions a rule asked for numbers of a queue that were not kept with the decision, and \
                 was skipped: they are known only where the policy of then asked for them.",
                tally.unknown_queues
            )
        }),
        when(tally.other_errors, || {
            format!("In {} of {decisions} decisions a rule could not be computed and was skipped.", tally.other_errors)
        }),
        when(models.len() as u64, || {
            format!(
                "What the model said is taken as it was ({}): another model would say something else.",
                models.join(", ")
            )
        }),
        when(tally.without_model, || {
            format!("In {} of {decisions} decisions no model had answered.", tally.without_model)
        }),
        (versions.len() > 1).then(|| {
            format!(
                "The decisions of then come from {} versions of the policy: {}.",
                versions.len(),
                versions.join(", ")
            )
        }),
        when(tally.switched, || {
            format!(
                "In {} of {decisions} decisions a kill switch or a circuit breaker sent the task elsewhere then; the simulation \
                 knows neither.",
                tally.switched
            )
        }),
    ]
}

/// What the replay assumes.
fn about_replay(tally: &Tally, load: &Load) -> [Option<String>; 8] {
    let (decisions, measured) = (tally.decisions, load.staffing.measured);
    let handling = match measured {
        0 => Some(format!("How long the work takes is not known of any task: {ASSUMED_MINUTES} minutes are assumed.")),
        _ => when(decisions - measured, || {
            format!(
                "How long the work takes is known of {measured} of {decisions} tasks; the others are taken to need their mean, \
                 {:.1} minutes.",
                load.staffing.handling_minutes
            )
        }),
    };
    let staff = if load.staff_is_known {
        "People at work are those who took or finished a task in an hour; whoever waited for work or did something else is \
         not known. All are taken to work every queue"
    } else {
        "Nobody was seen at work in this time: one person is assumed, at all hours, who works every queue"
    };
    let skills = match tally.skilled {
        0 => ".".to_owned(),
        skilled => format!(", also when tasks ask for skills, as {skilled} of {decisions} do."),
    };
    [
        handling,
        Some(format!("{staff}{skills}")),
        Some("The replay begins with empty queues.".to_owned()),
        Some(if load.is_of_days {
            format!(
                "The intervals of queues and hours come from {REPLAYS} replays of days drawn anew from this time: a day unlike \
                 all of these is not in them."
            )
        } else {
            format!(
                "The history has fewer than seven whole days: the intervals of queues and hours come from {REPLAYS} replays of \
                 its tasks drawn anew, and are too narrow, since days differ more than that."
            )
        }),
        when(load.left.then.max(load.left.now), || {
            format!(
                "At the end of the last hour tasks still waited in the replay, {} as it was and {} as it would be; they are done \
                 by as many people as work at their hour in the mean.",
                load.left.then, load.left.now
            )
        }),
        when(tally.approvals.then.max(tally.approvals.now), || {
            format!(
                "Approvals, {} as it was and {} as it would be, take neither time nor money of people here.",
                tally.approvals.then, tally.approvals.now
            )
        }),
        when(tally.audit_percents.div_ceil(100), || {
            format!(
                "Guardrails make people look at about {} of the automated tasks all the same; the replay leaves these to \
                 machines.",
                tally.audit_percents.div_ceil(100)
            )
        }),
        when(tally.automated.then.max(tally.automated.now), || {
            "Machines are taken to be done at once, and never late.".to_owned()
        }),
    ]
}
