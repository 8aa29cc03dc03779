//! What was handed up the chain and waits for an answer.

use domain::escalation::EscalationSummary;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::escalation::list_escalations,
    components::{Due, EmptyState, PageHeader, Pager, When, loaded},
};

/// Open escalations, the earliest due first.
#[component]
pub fn EscalationsPage() -> impl IntoView {
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| query.get("after")));
    let escalations = Resource::new(move || after.get(), list_escalations);
    loaded(escalations, |page| {
        view! {
            <PageHeader title="Escalations" subtitle="Tasks that somebody handed up the chain, the earliest due first."/>
            {if page.items.is_empty() {
                view! {
                    <EmptyState
                        title="Nothing is escalated"
                        text="A task appears here when whoever works it hands it up with a reason, and leaves when it is resolved or handed back."
                    />
                }
                    .into_any()
            } else {
                view! { <Escalations items=page.items/> }.into_any()
            }}
            <Pager next=page.next/>
        }
    })
}

#[component]
fn Escalations(items: Vec<EscalationSummary>) -> impl IntoView {
    view! {
        <ul class="divide-y divide-base-300 rounded-box border border-base-300 bg-base-100">
            {items
                .into_iter()
                .map(|EscalationSummary { escalation, subject, holder }| {
                    view! {
                        <li class="grid gap-x-6 gap-y-2 px-4 py-3 text-sm md:grid-cols-[minmax(0,1fr)_auto]">
                            <div class="min-w-0">
                                <a class="link link-hover font-medium wrap-anywhere" href=format!("/tasks/{}", escalation.task_id)>
                                    {subject}
                                </a>
                                <p class="mt-1 whitespace-pre-wrap text-base-content/80 wrap-anywhere">{escalation.reason}</p>
                                <p class="mt-1 text-xs text-base-content/70">
                                    {escalation.raised_by} ", " <When at=escalation.raised_at/> ", from " {escalation.from_queue}
                                </p>
                            </div>
                            <dl class="grid grid-cols-[auto_1fr] content-start gap-x-3 gap-y-1 text-xs md:w-56">
                                <dt class="text-base-content/70">"Level"</dt>
                                <dd class="tabular-nums">{escalation.level}</dd>
                                <dt class="text-base-content/70">"Due"</dt>
                                <dd><Due at=Some(escalation.due_at)/></dd>
                                <dt class="text-base-content/70">"Waits in"</dt>
                                <dd>{escalation.to_queue}</dd>
                                <dt class="text-base-content/70">"Held by"</dt>
                                <dd>{holder.unwrap_or_else(|| "nobody".to_owned())}</dd>
                            </dl>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}
