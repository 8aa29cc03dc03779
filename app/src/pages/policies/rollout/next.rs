//! What may be done next with a version on its way.

use domain::{Permission, policy::PolicyStage, rollout::CANARY_PERCENTS};
use leptos::prelude::*;

use super::Standing;
use crate::{
    api::{
        policy::life::{ActivatePolicy, BeginPolicyCanary, BeginPolicyShadow, SetPolicyAside},
        session::Viewer,
    },
    components::{action_error, announce_done},
    pages::policies::{
        reason::ReasonField,
        steps::{Activate, Aside},
    },
};

/// What may be done with a version on its way.
#[derive(Clone, Copy)]
pub(super) struct RolloutActions {
    pub(super) shadow: ServerAction<BeginPolicyShadow>,
    pub(super) canary: ServerAction<BeginPolicyCanary>,
    pub(super) activate: ServerAction<ActivatePolicy>,
    pub(super) aside: ServerAction<SetPolicyAside>,
}

impl RolloutActions {
    pub(super) fn new() -> Self {
        let actions = Self {
            shadow: ServerAction::new(),
            canary: ServerAction::new(),
            activate: ServerAction::new(),
            aside: ServerAction::new(),
        };
        announce_done(actions.shadow, "The version is in shadow.");
        announce_done(actions.canary, "The canary decides its share.");
        announce_done(actions.activate, "The policy is active.");
        announce_done(actions.aside, "The version was set aside.");
        actions
    }

    /// Changes whenever one of them was done.
    pub(super) fn version(self) -> usize {
        let (shadow, canary) = (self.shadow.version().get(), self.canary.version().get());
        shadow + canary + self.activate.version().get() + self.aside.version().get()
    }
}

/// The steps that the viewer may take now.
#[component]
pub(super) fn Next(
    /// Where the version stands.
    standing: Standing,
    /// Who looks.
    viewer: Viewer,
    /// What may be done.
    actions: RolloutActions,
) -> impl IntoView {
    use PolicyStage::{Active, Canary, Retired, Shadow};
    let Standing { version, revision, stage, other, .. } = standing;
    let (may_edit, may_activate) = (viewer.may(Permission::EditPolicies), viewer.may(Permission::ActivatePolicies));
    if stage == Active || !(may_edit || may_activate) {
        return ().into_any();
    }
    let percent = standing.rollout.filter(|_| stage == Canary).map_or(0, |rollout| rollout.percent);
    let is_free = other.is_none();
    let shadow = (may_edit && is_free && stage != Shadow).then(|| view! { <Begin version actions/> });
    let canary = (may_activate && is_free).then(|| view! { <Shares version percent actions/> });
    let activate =
        may_activate.then(|| view! { <Activate version revision summary="Activate" action=actions.activate/> });
    let may_end = if stage == Canary { may_activate } else { may_edit };
    let aside = (may_end && stage != Retired).then(|| view! { <Aside version action=actions.aside/> });
    view! {
        <section aria-labelledby="next" class="mb-8">
            <h2 id="next" class="mb-2 text-lg font-semibold">
                "Next steps"
            </h2>
            <div class="flex flex-wrap items-start gap-x-4 gap-y-3">{shadow} {canary} {activate} {aside}</div>
        </section>
    }
    .into_any()
}

#[component]
fn Begin(version: u32, actions: RolloutActions) -> impl IntoView {
    let pending = actions.shadow.pending();
    view! {
        <ActionForm action=actions.shadow attr:class="rounded-box border border-base-300 bg-base-100 p-3">
            <h3 class="mb-1 text-sm font-semibold">"In shadow, without effect"</h3>
            <input type="hidden" name="version" value=version.to_string()/>
            <ReasonField error=action_error(actions.shadow)/>
            <button class="btn btn-sm" type="submit" disabled=pending>
                "Begin shadow"
            </button>
        </ActionForm>
    }
    .into_any()
}

/// The share of the tasks that the version decides.
#[component]
fn Shares(version: u32, percent: u8, actions: RolloutActions) -> impl IntoView {
    let pending = actions.canary.pending();
    let choices = CANARY_PERCENTS
        .iter()
        .map(|&share| {
            let is_now = share == percent;
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
        <ActionForm action=actions.canary attr:class="rounded-box border border-base-300 bg-base-100 p-3">
            <h3 class="mb-1 text-sm font-semibold">"As a canary, for a share of the tasks"</h3>
            <input type="hidden" name="version" value=version.to_string()/>
            <ReasonField error=action_error(actions.canary)/>
            <div class="flex flex-wrap items-center gap-2">
                <span class="text-sm">"Canary on"</span>
                <div class="join">{choices}</div>
            </div>
        </ActionForm>
    }
    .into_any()
}
