//! A version's way to active: what it would have done, how it does, and the next step. The page keeps itself up to date while
//! the version is on its way.

mod next;
mod watched;

use std::time::Duration;

use domain::{Fault, Permission, PolicyVersion, policy::PolicyStage, rollout::Rollout};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use self::{
    next::{Next, RolloutActions},
    watched::{Canary, Shadow},
};
use super::editor::ProblemTable;
use crate::{
    api::{
        policy::rollout::{RolloutPageData, policy_rollout},
        session::Viewer,
    },
    components::{FormError, PageHeader, StateBadge, When, action_error, loaded_for},
    error::AppError,
};

/// How often the page asks while the version is on its way.
const EVERY: Duration = Duration::from_secs(5);

/// Where a version stands.
#[derive(Debug, Clone, PartialEq)]
struct Standing {
    version: u32,
    revision: u32,
    stage: PolicyStage,
    rollout: Option<Rollout>,
    /// Why it was set aside, when it was.
    set_aside: Option<String>,
    /// Another version that is in shadow or a canary now.
    other: Option<u32>,
}

impl Standing {
    fn of(data: &RolloutPageData) -> Self {
        let PolicyVersion { version, revision, stage, rollout, set_aside, .. } = data.policy.clone();
        Self { version, revision, stage, rollout, set_aside, other: data.other_challenger }
    }
}

/// The rollout of the version that the path names.
#[component]
pub fn PolicyRolloutPage() -> impl IntoView {
    let actions = RolloutActions::new();
    let params = use_params_map();
    let version = Memo::new(move |_| params.with(|params| params.get("version")).and_then(|text| text.parse().ok()));
    let page = Resource::new(
        move || (version.get(), actions.version()),
        |(version, _)| async move { policy_rollout(version.ok_or(AppError(Fault::NotFound))?).await },
    );
    loaded_for(page, move |data: RolloutPageData, viewer| {
        let version = data.policy.version;
        let simulation = viewer.may(Permission::EditPolicies).then(|| {
            view! {
                <a class="btn btn-sm btn-ghost" href=format!("/policies/{version}/simulation")>
                    "Try it on the past"
                </a>
            }
        });
        view! {
            <PageHeader
                title=format!("Rollout of v{version}")
                subtitle="Beside the active version first, then for a share of the tasks, then for all of them."
            >
                {simulation}
                <a class="btn btn-sm btn-ghost" href=format!("/policies/{version}")>
                    {format!("Policy v{version}")}
                </a>
            </PageHeader>
            <StepError error=action_error(actions.shadow)/>
            <StepError error=action_error(actions.canary)/>
            <StepError error=action_error(actions.activate)/>
            <StepError error=action_error(actions.aside)/>
            <Way data viewer actions/>
        }
    })
}

/// Why a step was refused, with what is wrong with the document when that is why.
#[component]
fn StepError(error: Signal<Option<AppError>>) -> impl IntoView {
    let problems = move || match error.get() {
        Some(AppError(Fault::InvalidPolicy { problems })) => Some(view! { <ProblemTable problems/> }),
        _ => None,
    };
    view! {
        <FormError error/>
        {problems}
    }
    .into_any()
}

/// The version as it is now: asked for again every few seconds while it is in shadow or a canary. A failed call is tried
/// again.
fn watch(first: RolloutPageData) -> RwSignal<RolloutPageData> {
    let version = first.policy.version;
    let (current, turn) = (RwSignal::new(first), RwSignal::new(0_u32));
    Effect::new(move |_| {
        turn.track();
        if !current.with_untracked(|data| data.policy.stage.is_rollout()) {
            return;
        }
        let look = move || {
            leptos::task::spawn_local(async move {
                if let Ok(now) = policy_rollout(version).await {
                    let _ = current.try_set(now);
                }
                let _ = turn.try_update(|turn| *turn += 1);
            });
        };
        if let Ok(handle) = set_timeout_with_handle(look, EVERY) {
            on_cleanup(move || handle.clear());
        }
    });
    current
}

/// Everything that changes by itself. Each part is drawn anew only when what it shows has changed, so that folds, fields and
/// the focus stay.
#[component]
fn Way(data: RolloutPageData, viewer: Viewer, actions: RolloutActions) -> impl IntoView {
    let version = data.policy.version;
    let current = watch(data);
    let standing = Memo::new(move |_| current.with(Standing::of));
    let shadow = Memo::new(move |_| current.with(|data| data.report.shadow.clone()));
    let canary = Memo::new(move |_| current.with(|data| data.report.canary.clone()));
    view! {
        {move || view! { <StandingWords standing=standing.get()/> }}
        {move || view! { <Next standing=standing.get() viewer=viewer.clone() actions/> }}
        {move || canary.get().map(|report| view! { <Canary version report/> })}
        <Shadow version report=shadow/>
    }
    .into_any()
}

#[component]
fn StandingWords(standing: Standing) -> impl IntoView {
    let Standing { stage, rollout, set_aside, other, .. } = standing;
    let since = rollout.map(|rollout| view! { " Since " <When at=rollout.since/> " (UTC)." });
    let percent = rollout.map_or(0, |rollout| rollout.percent);
    let words = match stage {
        PolicyStage::Draft | PolicyStage::InReview => "It decides nothing yet.".to_owned(),
        PolicyStage::Shadow => "It decides every new task beside the active version, without any effect.".to_owned(),
        PolicyStage::Canary => {
            format!("It decides {percent} % of the new tasks; which ones is fixed by the task and does not change.")
        }
        PolicyStage::Active => "It decides every new task that no canary decides.".to_owned(),
        PolicyStage::Retired => "It decides nothing any more.".to_owned(),
    };
    let other = other.map(|other| {
        view! {
            <p class="alert alert-info alert-soft mb-3 text-sm">
                <span>
                    "Another version, "
                    <a class="link" href=format!("/policies/{other}/rollout")>
                        {format!("v{other}")}
                    </a> ", is on its way. Only one can be: set it aside or activate it before this one begins."
                </span>
            </p>
        }
    });
    let why = set_aside.map(|why| {
        view! { <p class="alert alert-warning alert-soft mb-3 text-sm wrap-anywhere">{format!("It was set aside. {why}")}</p> }
    });
    view! {
        <p class="mb-3 text-sm">
            <StateBadge state=stage.as_str()/> " " {words} {since}
        </p>
        {why}
        {other}
    }
    .into_any()
}
