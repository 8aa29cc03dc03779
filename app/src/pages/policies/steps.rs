//! The next steps of a version: who may take them sees them, with what each will do.

use domain::{
    Fault, Permission,
    policy::{PolicyStage, desk::PolicyDetail},
};
use leptos::prelude::*;

use super::{compare::Differences, editor::ProblemTable, reason::ReasonField};
use crate::{
    api::{
        policy::life::{
            ActivatePolicy, AskForPolicyReview, BeginPolicyShadow, CommentOnPolicy, SchedulePolicy, SetPolicyAside,
            TakePolicyBack,
        },
        session::Viewer,
    },
    components::{Confirm, FieldError, FormError, action_error, announce_done},
    error::AppError,
};

/// What may be done with a version.
#[derive(Clone, Copy)]
pub(super) struct VersionActions {
    ask: ServerAction<AskForPolicyReview>,
    take_back: ServerAction<TakePolicyBack>,
    pub(super) comment: ServerAction<CommentOnPolicy>,
    activate: ServerAction<ActivatePolicy>,
    schedule: ServerAction<SchedulePolicy>,
    shadow: ServerAction<BeginPolicyShadow>,
    aside: ServerAction<SetPolicyAside>,
}

impl VersionActions {
    pub(super) fn new() -> Self {
        let actions = Self {
            ask: ServerAction::new(),
            take_back: ServerAction::new(),
            comment: ServerAction::new(),
            activate: ServerAction::new(),
            schedule: ServerAction::new(),
            shadow: ServerAction::new(),
            aside: ServerAction::new(),
        };
        announce_done(actions.ask, "The version waits for a second person.");
        announce_done(actions.take_back, "The version is a draft again.");
        announce_done(actions.comment, "Your words were added.");
        announce_done(actions.activate, "The policy is active.");
        announce_done(actions.schedule, "The time was set.");
        announce_done(actions.shadow, "The version is in shadow.");
        announce_done(actions.aside, "The version was set aside.");
        actions
    }

    /// Changes whenever one of them was done.
    pub(super) fn version(self) -> usize {
        self.ask.version().get()
            + self.take_back.version().get()
            + self.comment.version().get()
            + self.activate.version().get()
            + self.schedule.version().get()
            + self.shadow.version().get()
            + self.aside.version().get()
    }

    /// Why a step was refused.
    pub(super) fn errors(self) -> impl IntoView {
        let errors = [
            action_error(self.ask),
            action_error(self.take_back),
            action_error(self.comment),
            action_error(self.activate),
            action_error(self.schedule),
            action_error(self.shadow),
            action_error(self.aside),
        ];
        errors.map(|error| view! { <StepError error/> }).into_iter().collect_view()
    }
}

/// Why a step was refused, with what is wrong with the document when that is why.
#[component]
fn StepError(error: Signal<Option<AppError>>) -> impl IntoView {
    let problems = move || match error.get() {
        Some(AppError(Fault::InvalidPolicy { problems })) => Some(view! { <ProblemTable problems/> }),
        _ => None,
    };
    view! {
        <FormError error except=&["reason", "text", "at"]/>
        {problems}
    }
}

/// The steps that the viewer may take now.
#[component]
pub(super) fn Steps(
    /// The version.
    detail: PolicyDetail,
    /// Who looks.
    viewer: Viewer,
    /// What may be done.
    actions: VersionActions,
) -> impl IntoView {
    use PolicyStage::{Active, Canary, Draft, InReview, Retired, Shadow};
    let stage = detail.policy.stage;
    let version = detail.policy.version;
    let (may_edit, may_activate) = (viewer.may(Permission::EditPolicies), viewer.may(Permission::ActivatePolicies));
    if !may_edit || stage == Active {
        return None;
    }
    let has_errors = detail.problems.iter().any(domain::policy::PolicyProblem::is_error);
    let waits = detail.four_eyes && detail.policy.approval.is_none() && detail.policy.activated_at.is_none();
    let ask = (stage == Draft && !has_errors).then(|| view! { <Ask version actions/> });
    let take_back = (stage == InReview).then(|| view! { <TakeBack version actions/> });
    let shadow = (matches!(stage, Draft | InReview | Retired) && !has_errors && detail.other_challenger.is_none())
        .then(|| view! { <ShadowStep version actions/> });
    let rollout = stage.is_rollout() || (may_activate && !has_errors && !waits);
    let rollout = rollout.then(|| {
        view! {
            <a class="btn btn-sm" href=format!("/policies/{version}/rollout")>
                "Rollout"
            </a>
        }
    });
    let is_foreign = !detail.foreign.is_empty();
    let may_take_over = may_activate && !has_errors && !waits && !is_foreign;
    let activate = may_take_over.then(|| {
        let summary = if detail.policy.activated_at.is_some() { "Roll back to this version" } else { "Activate" };
        view! { <Activate version revision=detail.policy.revision summary action=actions.activate/> }
    });
    let schedule = (may_take_over && stage != Retired).then(|| view! { <Schedule detail=detail.clone() actions/> });
    let may_end = matches!(stage, Draft | InReview | Shadow) || (stage == Canary && may_activate);
    let aside = may_end.then(|| view! { <Aside version action=actions.aside/> });
    let why_not = why_not(has_errors, waits, is_foreign && may_activate);
    let foreign = (is_foreign && may_activate).then(|| {
        view! {
            <details class="mb-2 text-sm">
                <summary class="cursor-pointer">"What belongs to areas of others"</summary>
                <Differences differences=detail.foreign.clone()/>
            </details>
        }
    });
    Some(view! {
        <section aria-label="Next steps" class="mb-6">
            {why_not.map(|why| view! { <p class="mb-2 text-sm">{why}</p> })}
            {foreign}
            <div class="flex flex-wrap items-start gap-2">
                {ask} {take_back} {shadow} {rollout} {activate} {schedule} {aside}
            </div>
        </section>
    })
}

/// Why the version cannot become active by this viewer now.
const fn why_not(has_errors: bool, waits: bool, is_foreign: bool) -> Option<&'static str> {
    if has_errors {
        Some("It cannot decide anything while something is wrong with it; see below.")
    } else if waits {
        Some("This workspace wants a second person’s yes before a version decides anything.")
    } else if is_foreign {
        Some("It changes parts of the policy that belong to areas of others, so somebody else makes it active.")
    } else {
        None
    }
}

#[component]
fn Ask(version: u32, actions: VersionActions) -> impl IntoView {
    let pending = actions.ask.pending();
    view! {
        <ActionForm action=actions.ask>
            <input type="hidden" name="version" value=version.to_string()/>
            <button class="btn btn-sm" type="submit" disabled=pending>
                "Ask for review"
            </button>
        </ActionForm>
    }
}

#[component]
fn TakeBack(version: u32, actions: VersionActions) -> impl IntoView {
    let pending = actions.take_back.pending();
    view! {
        <ActionForm action=actions.take_back>
            <input type="hidden" name="version" value=version.to_string()/>
            <button class="btn btn-sm" type="submit" disabled=pending>
                "Back to draft"
            </button>
        </ActionForm>
    }
}

#[component]
fn ShadowStep(version: u32, actions: VersionActions) -> impl IntoView {
    let pending = actions.shadow.pending();
    view! {
        <Confirm
            summary="Begin shadow"
            about=format!("of v{version}")
            consequence="It decides every new task beside the active version, and nothing comes of it. The page Rollout shows where the two differ."
        >
            <ActionForm action=actions.shadow>
                <input type="hidden" name="version" value=version.to_string()/>
                <ReasonField error=action_error(actions.shadow)/>
                <button class="btn btn-sm btn-primary" type="submit" disabled=pending>
                    "Begin shadow now"
                </button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}

/// The way to make a version the active one; with one that was active before, this is rolling back.
#[component]
pub(super) fn Activate(
    version: u32,
    revision: u32,
    /// What the step is called.
    summary: &'static str,
    action: ServerAction<ActivatePolicy>,
) -> impl IntoView {
    let pending = action.pending();
    let error = action_error(action);
    view! {
        <Confirm
            summary
            about=format!("v{version}")
            consequence=format!(
                "From then on v{version} decides every new task. Tasks that were decided before stay where they are, and the version that is active now can be brought back.",
            )
        >
            <ActionForm action=action>
                <input type="hidden" name="version" value=version.to_string()/>
                <input type="hidden" name="revision" value=revision.to_string()/>
                <ReasonField error/>
                <button class="btn btn-sm btn-warning" type="submit" disabled=pending>
                    {format!("Make v{version} active")}
                </button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}

/// Becoming active at a time, or taking that back.
#[component]
fn Schedule(detail: PolicyDetail, actions: VersionActions) -> impl IntoView {
    let version = detail.policy.version;
    let pending = actions.schedule.pending();
    let error = action_error(actions.schedule);
    if detail.policy.schedule.is_some() {
        return view! {
            <ActionForm action=actions.schedule>
                <input type="hidden" name="version" value=version.to_string()/>
                <button class="btn btn-sm" type="submit" disabled=pending>
                    "Do not activate it by itself"
                </button>
            </ActionForm>
        }
        .into_any();
    }
    view! {
        <Confirm
            summary="Set a time"
            about=format!("for v{version}")
            consequence="It becomes active by itself at that time, unless another version became active meanwhile or something is wrong with it then."
        >
            <ActionForm action=actions.schedule>
                <input type="hidden" name="version" value=version.to_string()/>
                <div class="mb-2">
                    <label class="flex flex-col gap-1 text-sm">
                        <span>"When (UTC)"</span>
                        <input class="input input-sm" type="datetime-local" name="at" required aria-describedby="at-error"/>
                    </label>
                    <FieldError error field="at"/>
                </div>
                <ReasonField error/>
                <button class="btn btn-sm btn-primary" type="submit" disabled=pending>
                    "Set the time"
                </button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}

/// The way to take a version off its way.
#[component]
pub(super) fn Aside(version: u32, action: ServerAction<SetPolicyAside>) -> impl IntoView {
    let pending = action.pending();
    let error = action_error(action);
    view! {
        <Confirm
            summary="Set aside"
            about=format!("v{version}")
            consequence="It goes no further and decides nothing. It is kept, and can be taken up again."
        >
            <ActionForm action=action>
                <input type="hidden" name="version" value=version.to_string()/>
                <ReasonField error/>
                <button class="btn btn-sm btn-warning" type="submit" disabled=pending>
                    {format!("Set v{version} aside")}
                </button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}
