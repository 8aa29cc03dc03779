//! What waits for a person's yes before an automation runs.

use domain::{Page, Permission, decision::Approver, task::PendingApproval};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::{session::Viewer, task::list_awaiting_approval, work::AnswerApproval},
    components::{
        Countdown, EmptyState, FormError, PageHeader, Pager, PriorityBadge, When, action_error, announce_done,
        loaded_for,
    },
};

/// Tasks that wait for a yes or a no, the oldest first.
#[component]
pub fn ApprovalsPage() -> impl IntoView {
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| query.get("after")));
    let answer = ServerAction::<AnswerApproval>::new();
    let page = Resource::new(move || (after.get(), answer.version().get()), |(after, _)| list_awaiting_approval(after));
    announce_done(answer, "The answer was given.");
    let error = action_error(answer);
    loaded_for(page, move |page, viewer| {
        view! {
            <PageHeader title="Approvals" subtitle="Automations that run only after a person says yes, the oldest first."/>
            <div class="mb-3 empty:mb-0">
                <FormError error/>
            </div>
            <Pending page viewer answer/>
        }
    })
}

#[component]
fn Pending(page: Page<PendingApproval>, viewer: Viewer, answer: ServerAction<AnswerApproval>) -> impl IntoView {
    if page.items.is_empty() {
        return view! {
            <EmptyState
                title="Nothing waits for an approval"
                text="A task appears here when a policy or a guardrail asks a person before an automation runs."
            />
        }
        .into_any();
    }
    let items = page
        .items
        .into_iter()
        .map(|pending| {
            let may = viewer.may(Permission::ApproveAutomations) && pending.approver.admits(viewer.role);
            view! { <PendingItem pending may answer/> }
        })
        .collect_view();
    view! {
        <ul class="divide-y divide-base-300 rounded-box border border-base-300 bg-base-100">{items}</ul>
        <Pager next=page.next/>
    }
    .into_any()
}

/// Who may answer, as a beginning of a sentence.
pub(super) const fn who(approver: Approver) -> &'static str {
    match approver {
        Approver::Agent => "An agent or a supervisor",
        Approver::Supervisor => "A supervisor",
    }
}

#[component]
fn PendingItem(pending: PendingApproval, may: bool, answer: ServerAction<AnswerApproval>) -> impl IntoView {
    let PendingApproval { task, automation, otherwise, approver, expires_at } = pending;
    let id = task.id.to_string();
    let expiry = expires_at.map(|until| {
        view! {
            <p>
                "No answer counts as a no: " <Countdown until over="the time is over"/>
            </p>
        }
    });
    let form = may.then(|| {
        let pending = answer.pending();
        let (id, field) = (id.clone(), format!("reason-{id}"));
        view! {
            <ActionForm action=answer>
                <input type="hidden" name="task" value=id/>
                <div class="flex flex-wrap items-end gap-2">
                    <label class="flex min-w-0 grow flex-col gap-1 text-xs" for=field.clone()>
                        <span>"Why (needed for a no)"</span>
                        <input id=field.clone() class="input input-sm w-full" type="text" name="reason" maxlength="2000" autocomplete="off"/>
                    </label>
                    <button class="btn btn-sm btn-primary" type="submit" name="yes" value="true" disabled=pending>
                        "Yes, run it"
                    </button>
                    <button class="btn btn-sm" type="submit" name="yes" value="false" disabled=pending>
                        "No"
                    </button>
                </div>
            </ActionForm>
        }
    });
    view! {
        <li class="grid gap-x-6 gap-y-3 px-4 py-3 text-sm lg:grid-cols-[minmax(0,1fr)_26rem]">
            <div class="min-w-0">
                <p class="flex flex-wrap items-center gap-2">
                    <a class="link link-hover font-medium wrap-anywhere" href=format!("/tasks/{id}")>
                        {task.subject}
                    </a>
                    <PriorityBadge priority=task.priority/>
                </p>
                <p class="mt-1">
                    {format!("After a yes {automation} runs; after a no the task goes to {otherwise}. ")}
                    {format!("{} may answer.", who(approver))}
                </p>
                <p class="mt-1 text-xs text-base-content/70">"Came in on " <When at=task.submitted_at/></p>
                {expiry}
            </div>
            {form}
        </li>
    }
    .into_any()
}
