//! A model's way to champion: what it has shown, and the next step.

use domain::{
    Model, ModelStage,
    rollout::{CANARY_PERCENTS, CanaryReport, GateCheck, GateState, RolloutReport, ShadowReport},
};
use leptos::prelude::*;

use super::{numbers::with_interval, percent};
use crate::{
    api::model::{BeginCanary, BeginShadow, PromoteModel, StopRollout},
    components::{FormError, TableRegion, When, action_error, announce_done},
};

/// What may be done with a model on its way.
#[derive(Clone, Copy)]
pub(super) struct RolloutActions {
    shadow: ServerAction<BeginShadow>,
    canary: ServerAction<BeginCanary>,
    stop: ServerAction<StopRollout>,
    pub(super) promote: ServerAction<PromoteModel>,
}

impl RolloutActions {
    pub(super) fn new() -> Self {
        let actions = Self {
            shadow: ServerAction::new(),
            canary: ServerAction::new(),
            stop: ServerAction::new(),
            promote: ServerAction::new(),
        };
        announce_done(actions.shadow, "The model is in shadow.");
        announce_done(actions.canary, "The canary decides its share.");
        announce_done(actions.stop, "The rollout was stopped.");
        announce_done(actions.promote, "The champion has changed.");
        actions
    }

    /// Changes whenever one of them was done.
    pub(super) fn version(self) -> usize {
        let (shadow, canary) = (self.shadow.version().get(), self.canary.version().get());
        shadow + canary + self.stop.version().get() + self.promote.version().get()
    }

    pub(super) fn errors(self) -> impl IntoView {
        let errors =
            [action_error(self.shadow), action_error(self.canary), action_error(self.stop), action_error(self.promote)];
        errors.map(|error| view! { <FormError error/> }).into_iter().collect_view()
    }
}

/// Stage, conditions, and what may be done next.
#[component]
pub(super) fn RolloutSection(
    /// The model.
    model: Model,
    /// What it has shown.
    report: RolloutReport,
    /// What may be done with it; nothing for those who only look.
    actions: Option<RolloutActions>,
) -> impl IntoView {
    let next = actions.map(|actions| view! { <NextStep model=model.clone() report=report.clone() actions/> });
    let note = model
        .note
        .clone()
        .map(|note| view! { <p class="alert alert-warning alert-soft mb-3 text-sm" role="status">{note}</p> });
    let since = model.rollout.map(|rollout| {
        let what = match model.stage {
            ModelStage::Canary => format!("Decides {} % of the tasks since ", rollout.percent),
            _ => "Is asked beside the champion, without any effect, since ".to_owned(),
        };
        view! {
            <p class="mb-3 text-sm">
                {what} <When at=rollout.since/> " (UTC)."
            </p>
        }
    });
    view! {
        <section aria-labelledby="rollout" class="mb-8">
            <h2 id="rollout" class="mb-2 text-lg font-semibold">
                "Rollout"
            </h2>
            {note}
            {since}
            {(!report.gate.is_empty()).then(|| view! { <Gate checks=report.gate.clone()/> })}
            {report.shadow.map(|shadow| view! { <Shadow shadow/> })}
            {report.canary.map(|canary| view! { <Canary canary/> })}
            {next}
        </section>
    }
    .into_any()
}

#[component]
fn Gate(checks: Vec<GateCheck>) -> impl IntoView {
    let rows = checks
        .into_iter()
        .map(|check| {
            let (badge, word) = match check.state {
                GateState::Passed => ("badge badge-sm badge-soft badge-success", "holds"),
                GateState::Failed => ("badge badge-sm badge-soft badge-error", "does not hold"),
                GateState::Open => ("badge badge-sm badge-soft badge-warning", "not known yet"),
            };
            view! {
                <tr>
                    <th scope="row" class="font-normal">
                        {check.name}
                    </th>
                    <td class="whitespace-nowrap">
                        <span class=badge>{word}</span>
                    </td>
                    <td class="tabular-nums">{check.detail}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="mb-3">
            <TableRegion label="Conditions for promotion">
                <thead>
                    <tr>
                        <th scope="col">"Condition for promotion"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"What was seen"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
        </div>
    }
    .into_any()
}

#[component]
fn Shadow(shadow: ShadowReport) -> impl IntoView {
    let agreed = if shadow.agreed.of == 0 {
        String::new()
    } else {
        format!(" It gave the champion’s answer on {}.", with_interval(&shadow.agreed))
    };
    view! {
        <p class="mb-3 max-w-prose text-sm tabular-nums">
            {format!("In shadow it was asked about {} live tasks.{agreed}", shadow.tasks)}
        </p>
    }
    .into_any()
}

#[component]
fn Canary(canary: CanaryReport) -> impl IntoView {
    let wrong = |share: &domain::evaluation::Share| match share.of {
        0 => "none was labelled yet".to_owned(),
        of => format!("{} of {of} corrected", with_interval(share)),
    };
    view! {
        <dl class="mb-3 grid grid-cols-1 gap-x-4 gap-y-1 text-sm tabular-nums sm:grid-cols-[auto_minmax(0,1fr)]">
            <dt class="text-base-content/70">"The canary’s answers"</dt>
            <dd>{wrong(&canary.canary_wrong)}</dd>
            <dt class="text-base-content/70">"The champion’s answers since then"</dt>
            <dd>{wrong(&canary.champion_wrong)}</dd>
            <dt class="text-base-content/70">"Evidence that it is worse"</dt>
            <dd>
                {format!(
                    "{:.2}; at {:.0} it is rolled back by itself, which happens to a model that is no worse in at most {} of cases",
                    canary.evidence,
                    canary.limit,
                    percent(1.0 / canary.limit),
                )}
            </dd>
        </dl>
    }
    .into_any()
}

#[component]
fn NextStep(model: Model, report: RolloutReport, actions: RolloutActions) -> impl IntoView {
    let version = model.version;
    let hidden = move || view! { <input type="hidden" name="version" value=version.to_string()/> };
    let other = report.other_challenger.map(|other| {
        view! {
            <p class="text-sm">
                <a class="link" href=format!("/models/{other}")>
                    {format!("Model v{other}")}
                </a>
                " is in shadow or a canary. Stop its rollout before another begins."
            </p>
        }
    });
    let (is_free, stage) = (other.is_none(), model.stage);
    let on_its_way = matches!(stage, ModelStage::Shadow | ModelStage::Canary);
    let begin_shadow = (is_free
        && matches!(stage, ModelStage::Candidate | ModelStage::Retired)
        && !report.gate.is_empty())
    .then(|| {
        let pending = actions.shadow.pending();
        view! {
            <ActionForm action=actions.shadow>
                {hidden()}
                <button class="btn btn-sm btn-primary" type="submit" disabled=pending>
                    "Begin shadow"
                </button>
            </ActionForm>
        }
    });
    let canary = on_its_way.then(|| {
        let pending = actions.canary.pending();
        let now = model.rollout.map_or(0, |rollout| rollout.percent);
        let choices = CANARY_PERCENTS
            .iter()
            .map(|&share| {
                let is_now = share == now;
                view! {
                    <button
                        class=if is_now { "btn btn-sm btn-outline join-item btn-active" } else { "btn btn-sm btn-outline join-item" }
                        type="submit"
                        name="percent"
                        value=share.to_string()
                        disabled=pending
                        aria-pressed=is_now.to_string()
                        aria-label=format!("Canary on {share} % of the tasks")
                    >
                        {format!("{share} %")}
                    </button>
                }
            })
            .collect_view();
        view! {
            <ActionForm action=actions.canary>
                {hidden()}
                <div class="flex items-center gap-2">
                    <span class="text-sm">"Canary on"</span>
                    <div class="join">{choices}</div>
                </div>
            </ActionForm>
        }
    });
    let stop = on_its_way.then(|| {
        let pending = actions.stop.pending();
        view! {
            <ActionForm action=actions.stop>
                {hidden()}
                <button class="btn btn-sm btn-outline" type="submit" disabled=pending>
                    "Stop the rollout"
                </button>
            </ActionForm>
        }
    });
    let promote = (stage != ModelStage::Champion)
        .then(|| view! { <Promote model=model.clone() is_open=report.is_open() promote=actions.promote/> });
    view! {
        {other}
        <div class="mt-3 flex flex-wrap items-end gap-4">{begin_shadow} {canary} {promote} {stop}</div>
    }
    .into_any()
}

/// The way to make a model the champion. One that has not met every condition asks for a second thought; one that was champion
/// before does not.
#[component]
pub(super) fn Promote(
    /// The model.
    model: Model,
    /// Whether it meets every condition.
    is_open: bool,
    /// What makes it the champion.
    promote: ServerAction<PromoteModel>,
) -> impl IntoView {
    let pending = promote.pending();
    let is_back = model.is_former_champion();
    let anyway = (!is_open && !is_back).then(|| {
        view! {
            <label class="flex items-center gap-2 text-sm">
                <input class="checkbox checkbox-xs" type="checkbox" name="anyway" value="true" required/>
                "Although not every condition holds"
            </label>
        }
    });
    let words = if is_back { format!("Roll back to {}", model.name()) } else { format!("Promote {}", model.name()) };
    view! {
        <ActionForm action=promote>
            <input type="hidden" name="version" value=model.version.to_string()/>
            <div class="flex flex-wrap items-center gap-3">
                <button class="btn btn-sm btn-outline whitespace-nowrap" type="submit" disabled=pending>
                    {words}
                </button>
                {anyway}
            </div>
        </ActionForm>
    }
    .into_any()
}
