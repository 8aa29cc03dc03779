//! What the viewer is told of tasks that they watch.

use domain::Notice;
use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;

use crate::{
    api::notice::{MarkAllNoticesRead, MarkNoticeRead, list_notices},
    components::{EmptyState, FormError, PageHeader, Pager, When, action_error, announce_done, loaded},
};

/// The viewer's notices, newest first.
#[component]
pub fn NoticesPage() -> impl IntoView {
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| query.get("after")));
    let (one, all) = (ServerAction::<MarkNoticeRead>::new(), ServerAction::<MarkAllNoticesRead>::new());
    let notices = Resource::new(
        move || (after.get(), one.version().get(), all.version().get()),
        |(after, ..)| list_notices(after),
    );
    announce_done(all, "All notices are read.");
    let errors = [action_error(one), action_error(all)];
    loaded(notices, move |page| {
        let has_unread = page.items.iter().any(|notice| notice.read_at.is_none());
        view! {
            <PageHeader title="Notices" subtitle="What happened to tasks that you watch, and where colleagues mention you.">
                {has_unread
                    .then(|| {
                        view! {
                            <ActionForm action=all>
                                <button class="btn btn-sm">"Mark all as read"</button>
                            </ActionForm>
                        }
                    })}
            </PageHeader>
            {errors.map(|error| view! { <FormError error/> }).into_iter().collect_view()}
            {if page.items.is_empty() {
                view! {
                    <EmptyState
                        title="Nothing to tell"
                        text="A notice appears here when somebody mentions you, or when something happens to a task that you watch. Whoever comments on a task watches it."
                    />
                }
                    .into_any()
            } else {
                view! { <Notices items=page.items one/> }.into_any()
            }}
            <Pager next=page.next/>
        }
    })
}

#[component]
fn Notices(items: Vec<Notice>, one: ServerAction<MarkNoticeRead>) -> impl IntoView {
    let rows = items.into_iter().map(|notice| view! { <NoticeRow notice one/> }).collect_view();
    view! { <ul class="divide-y divide-base-300 rounded-box border border-base-300 bg-base-100">{rows}</ul> }.into_any()
}

#[component]
fn NoticeRow(notice: Notice, one: ServerAction<MarkNoticeRead>) -> impl IntoView {
    let unread = notice.read_at.is_none();
    let label = format!("Mark as read: {}", notice.subject);
    view! {
        <li class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3 text-sm">
            <div class="min-w-0">
                <a class="link link-hover wrap-anywhere" class:font-semibold=unread href=format!("/tasks/{}", notice.task_id)>
                    {notice.subject}
                </a>
                <p class="text-base-content/70 wrap-anywhere">{notice.text}</p>
            </div>
            <div class="flex items-center gap-3 text-xs text-base-content/70">
                <When at=notice.at/>
                {unread
                    .then(|| {
                        view! {
                            <ActionForm action=one>
                                <input type="hidden" name="notice" value=notice.id.to_string()/>
                                <button class="btn btn-ghost btn-xs" aria-label=label>
                                    "Mark as read"
                                </button>
                            </ActionForm>
                        }
                    })}
            </div>
        </li>
    }
    .into_any()
}
