//! What the viewer can do with the task now.

use domain::{Claim, Draft, Permission, QueueCounts, Task, TaskState, Timestamp};
use leptos::{form::ActionForm, prelude::*};

use super::{
    Shown,
    acts::Acts,
    aside::{AsideForm, PutAside, TakeBack},
    correct::{CheckForm, CorrectForm},
    reasons::{ApprovalForm, EscalateForm, HandBackForm, ReverseForm},
    reply::ReplyField,
};
use crate::{
    api::work::{HeartbeatTask, THEN_NEXT},
    components::{Countdown, FieldError, FormError, When, action_error},
    pages::{approvals::who, work::Workspace},
};

/// Milliseconds between two heartbeats of an open page; a lease lasts many times as long.
#[cfg(feature = "hydrate")]
const HEARTBEAT: std::time::Duration = std::time::Duration::from_secs(60);

/// The acts that the task's state and the viewer's role allow.
#[component]
pub(super) fn Panel(shown: Shown, acts: Acts) -> impl IntoView {
    let Shown { viewer, detail, queues, labels } = shown;
    let may = |permission| viewer.may(permission);
    let task = detail.task.clone();
    let likely = detail
        .decisions
        .iter()
        .rev()
        .find_map(|decision| decision.classification.as_ref())
        .map(|said| said.short_list().iter().map(|candidate| candidate.label.clone()).collect())
        .unwrap_or_default();
    let automated = detail.decision().is_some_and(|decision| decision.destination.is_automated());
    let reversible = automated && may(Permission::ReverseDecisions);
    // The service decides who may take it; here a button is only left out where it could only refuse.
    let takeable = may(Permission::WorkTasks)
        && (task.escalation_level == 0 || may(Permission::HandleEscalations))
        && (queues.is_empty() || queues.iter().any(|counts| task.state.queue() == Some(&counts.queue.name)));
    let state = match task.state.clone() {
        TaskState::Queued { .. } if takeable => view! { <ClaimForm task=task.clone() acts/> }.into_any(),
        TaskState::Queued { queue } => view! { <p>"It waits in " {queue} "."</p> }.into_any(),
        TaskState::Claimed { queue, claim } if claim.holder == viewer.id => {
            view! { <Held task=task.clone() queue claim acts queues=queues.clone() labels likely=likely blind=detail.blind draft=detail.draft.clone()/> }.into_any()
        }
        TaskState::Claimed { claim, .. } => view! {
            <p>{claim.holder_name} " holds it " <Countdown until=claim.expires_at over="and the hold has ended"/> "."</p>
        }
        .into_any(),
        TaskState::Snoozed { by, until, kind, reason, .. } => {
            view! { <PutAside task=task.id by until kind reason may_wake=may(Permission::WorkTasks) acts/> }.into_any()
        }
        TaskState::AwaitingApproval { automation, otherwise, approver, .. }
            if may(Permission::ApproveAutomations) && approver.admits(viewer.role) => {
            view! { <ApprovalForm task=task.id automation otherwise acts/> }.into_any()
        }
        TaskState::AwaitingApproval { automation, approver, .. } => view! {
            <p>{format!("{} must say yes before {automation} runs.", who(approver))}</p>
        }
        .into_any(),
        TaskState::Resolved { at, by } => view! {
            <p>"Resolved by " {by} ", " <When at=at/> "."</p>
            {detail.reply.clone().map(|reply| view! { <Answered reply/> })}
            {detail.undo.map(|right| view! { <TakeBack task=task.id right acts/> })}
        }
        .into_any(),
        TaskState::Closed { at } => view! { <p>"Closed without work, " <When at=at/> "."</p> }.into_any(),
        TaskState::DeadLetter { at, reason } => {
            view! { <p>"Nothing could be done since " <When at=at/> ": " {reason} "."</p> }.into_any()
        }
    };
    view! {
        <section aria-labelledby="acts" class="flex flex-col gap-3 rounded-box border border-base-300 bg-base-100 px-5 py-4 text-sm">
            <h2 id="acts" class="sr-only">"What you can do"</h2>
            {state}
            {reversible.then(|| view! { <ReverseForm task=task.id queues acts/> })}
        </section>
    }
    .into_any()
}

/// What the submitter was told.
#[component]
fn Answered(reply: String) -> impl IntoView {
    view! {
        <div>
            <h3 class="text-xs font-medium text-base-content/70">"Reply"</h3>
            <p class="whitespace-pre-wrap wrap-anywhere">{reply}</p>
        </div>
    }
}

#[component]
fn ClaimForm(task: Task, acts: Acts) -> impl IntoView {
    view! {
        <p>"It waits in " <strong>{task.state.queue().map(ToOwned::to_owned)}</strong> " and nobody holds it."</p>
        <FormError error=action_error(acts.claim)/>
        <ActionForm action=acts.claim>
            <input type="hidden" name="task" value=task.id.to_string()/>
            <button id="claim" class="btn btn-primary w-full" disabled=move || acts.claim.pending().get()>
                "Claim it"
            </button>
        </ActionForm>
    }
    .into_any()
}

/// The forms of whoever holds the task. While the page is open, the hold is extended.
#[component]
fn Held(
    task: Task,
    queue: String,
    claim: Claim,
    acts: Acts,
    queues: Vec<QueueCounts>,
    labels: Vec<String>,
    likely: Vec<String>,
    blind: bool,
    draft: Option<Draft>,
) -> impl IntoView {
    let token = claim.token;
    let (expires, lost) = keep_hold(&task, &claim);
    let hidden = {
        let id = task.id.to_string();
        move || {
            view! {
                <input type="hidden" name="task" value=id.clone()/>
                <input type="hidden" name="token" value=token.to_string()/>
            }
        }
    };
    let (of_resolve, of_release) = (hidden.clone(), hidden);
    let here = queue.clone();
    let from = expect_context::<Workspace>().listing.get_untracked().address();
    let work = if blind {
        view! { <CheckForm task=task.clone() token acts labels/> }.into_any()
    } else {
        view! {
            <FormError error=action_error(acts.resolve) except=&["reply"]/>
            <ActionForm action=acts.resolve>
                {of_resolve()}
                <input type="hidden" name="queue" value=here/>
                <input type="hidden" name="from" value=from/>
                <ReplyField task=task.id kept=draft drafting=acts.drafting/>
                <FieldError error=action_error(acts.resolve) field="reply"/>
                <div class="grid grid-cols-2 gap-2">
                    <button id="resolve" class="btn btn-primary" disabled=move || acts.resolve.pending().get()>"Resolve"</button>
                    <button
                        id="resolve-next"
                        name="then"
                        value=THEN_NEXT
                        class="btn btn-primary btn-soft px-2 text-nowrap"
                        disabled=move || acts.resolve.pending().get()
                    >
                        "Resolve, next"
                    </button>
                </div>
            </ActionForm>
            <CorrectForm task=task.clone() token acts queues labels likely/>
        }
        .into_any()
    };
    view! {
        <div role="alert" class="empty:sr-only">
            <Show when=move || lost.get()>
                <p class="alert alert-error alert-soft text-sm">
                    "Your hold on this task ended, so nothing you do here counts any more. Load the page anew to see who has it."
                </p>
            </Show>
        </div>
        <p class="flex flex-wrap justify-between gap-2">
            <strong>"You hold this task"</strong>
            <span class="text-base-content/70"><Countdown until=expires over="ended"/></span>
        </p>
        {work}
        <AsideForm task=task.id token acts/>
        <EscalateForm task=task.id token queue acts/>
        {(task.escalation_level > 0).then(|| view! { <HandBackForm task=task.id token acts/> })}
        <FormError error=action_error(acts.release)/>
        <ActionForm action=acts.release>
            {of_release()}
            <button class="btn btn-ghost btn-sm w-full" disabled=move || acts.release.pending().get()>
                "Give it back to the queue"
            </button>
        </ActionForm>
    }
    .into_any()
}

/// Extends the hold while the page is open. Answers when it ends, and whether it was lost: refused by the server, or
/// over by the browser's clock.
fn keep_hold(task: &Task, claim: &Claim) -> (Signal<Timestamp>, Signal<bool>) {
    let heartbeat = ServerAction::<HeartbeatTask>::new();
    let first = claim.expires_at;
    #[cfg(feature = "hydrate")]
    {
        let (task, token) = (task.id, claim.token);
        Effect::new(move |_| {
            let beat = move || {
                heartbeat.dispatch(HeartbeatTask { task, token });
            };
            if let Ok(handle) = set_interval_with_handle(beat, HEARTBEAT) {
                on_cleanup(move || handle.clear());
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = task;
    let kept = RwSignal::new(first);
    Effect::new(move |_| {
        if let Some(Ok(task)) = heartbeat.value().get()
            && let Some(claim) = task.state.claim()
        {
            kept.set(claim.expires_at);
        }
    });
    let now = crate::components::use_now_ms();
    let lost = Memo::new(move |_| {
        // A server that cannot be reached for a minute takes nothing away: the clock decides then.
        let refused = heartbeat
            .value()
            .with(|value| matches!(value, Some(Err(error)) if matches!(error.0.status(), 403 | 404 | 409)));
        refused || now.get().is_some_and(|now| kept.get().as_ms() <= now)
    });
    (kept.into(), lost.into())
}
