//! The list of queues with their numbers.

use domain::{QueueCounts, QueueKind, overview::Overview};
use leptos::prelude::*;

use super::listing::{ASIDE, Listed};
use crate::components::live_overview;

/// The live numbers of the queues.
#[derive(Debug, Clone, Copy)]
pub(super) struct Live(ReadSignal<Option<Overview>>);

impl Live {
    /// Begins to listen.
    pub(super) fn open() -> Self {
        Self(live_overview())
    }

    /// How many tasks wait in a queue, once the server has said so.
    pub(super) fn waiting(self, name: &str) -> Option<u64> {
        self.0.with(|overview| {
            overview.as_ref()?.queues.iter().find(|counts| counts.queue.name == name).map(|counts| counts.waiting)
        })
    }

    /// How many tasks wait for an approval, once the server has said so.
    fn approvals(self) -> Option<u64> {
        self.0.with(|overview| overview.as_ref().map(|overview| overview.awaiting_approval))
    }
}

/// Links to what can be chosen: one's own tasks, approvals, the queues of people, the queues of bots.
#[component]
pub(super) fn QueueList(
    queues: Vec<QueueCounts>,
    held: usize,
    /// Notices that the viewer has not read.
    unread: u32,
    chosen: Listed,
    approvals: bool,
    live: Live,
) -> impl IntoView {
    let (people, bots): (Vec<_>, Vec<_>) =
        queues.into_iter().partition(|counts| counts.queue.kind == QueueKind::People);
    let links = |queues: Vec<QueueCounts>| {
        queues
            .into_iter()
            .map(|counts| {
                let name = counts.queue.name;
                let current = chosen == Listed::Queue(name.clone());
                let href = format!("/work/{name}");
                let count = Signal::derive(move || live.waiting(&name).unwrap_or(counts.waiting));
                view! { <QueueLink href title=counts.queue.title count=Some(count) late=counts.late current/> }
            })
            .collect_view()
    };
    let approvals_link = approvals.then(|| {
        let count = Signal::derive(move || live.approvals().unwrap_or(0));
        view! {
            <QueueLink href="/approvals".to_owned() title="Awaiting approval".to_owned() count=Some(count) late=0 current=false/>
        }
    });
    let held_count = Signal::stored(held as u64);
    let unread = (unread > 0).then(|| Signal::stored(u64::from(unread)));
    view! {
        <nav aria-label="Queues" class="min-w-0">
            <ul class="flex gap-1 overflow-x-auto pb-1 xl:flex-col xl:overflow-visible">
                <QueueLink
                    href="/work".to_owned()
                    title="Your work".to_owned()
                    count=Some(held_count)
                    late=0
                    current=chosen == Listed::Held
                />
                <QueueLink href=ASIDE.to_owned() title="Put aside".to_owned() count=None late=0 current=chosen == Listed::Aside/>
                <QueueLink href="/notices".to_owned() title="Notices".to_owned() count=unread late=0 current=false/>
                {approvals_link}
                <li class="hidden px-3 pt-3 pb-1 text-xs font-medium text-base-content/70 xl:block">"Queues"</li>
                {links(people)}
                {(!bots.is_empty())
                    .then(|| view! { <li class="hidden px-3 pt-3 pb-1 text-xs font-medium text-base-content/70 xl:block">"Automations"</li> })}
                {links(bots)}
            </ul>
        </nav>
    }
    .into_any()
}

/// One link with its number; the number is read with the title.
#[component]
fn QueueLink(href: String, title: String, count: Option<Signal<u64>>, late: u64, current: bool) -> impl IntoView {
    view! {
        <li class="shrink-0">
            <a
                href=href
                class="flex min-h-8 items-center justify-between gap-3 rounded-field px-3 text-sm hover:bg-base-300 aria-[current=page]:bg-base-300 aria-[current=page]:font-medium"
                aria-current=current.then_some("page")
            >
                <span class="truncate">{title}</span>
                <span class="flex items-center gap-1 tabular-nums text-base-content/70">
                    {(late > 0)
                        .then(|| view! { <span class="badge badge-xs badge-soft badge-error">{format!("{late} late")}</span> })}
                    {count}
                </span>
            </a>
        </li>
    }
    .into_any()
}
