//! The workspace: the queues, the list of one of them, and beside it the task that is open.

mod divider;
mod hint;
pub(crate) mod listing;
mod queues;
mod rows;
mod undo;

use domain::{Page, Permission, QueueCounts, SnoozeKind, SnoozedTask, TaskSummary, preferences::Command};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::{components::Outlet, hooks::use_location};
use serde::{Deserialize, Serialize};

pub use self::hint::WorkPage;
use self::{
    divider::Divider,
    listing::{Listed, Listing, task_of},
    queues::{Live, QueueList},
    rows::TaskRows,
    undo::{UndoBar, Undoing},
};
use crate::{
    api::{
        notice::count_unread_notices,
        preferences::{Look, SetLook},
        session::Viewer,
        snooze::list_snoozed,
        task::{list_claimed, list_queues, list_waiting},
        work::{ClaimNext, ResolveTask},
    },
    components::{
        EmptyState, FormError, KeyHint, Pager, action_error, announce, loaded, on_command, press, show, shown,
        try_press, use_viewer,
    },
    error::AppError,
};

/// Everything that the lists show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Board {
    viewer: Viewer,
    queues: Vec<QueueCounts>,
    held: Vec<TaskSummary>,
    /// Notices that the viewer has not read.
    unread: u32,
    rows: Page<TaskSummary>,
}

/// What the pages inside the workspace share.
#[derive(Clone, Copy)]
pub(crate) struct Workspace {
    /// Raised when an act may have changed the lists.
    pub(crate) changed: RwSignal<u32>,
    /// What the list shows.
    pub(crate) listing: Memo<Listing>,
    /// Resolves tasks. It outlives the task's page, which a resolution leads away from.
    pub(crate) resolve: ServerAction<ResolveTask>,
}

async fn load(listing: Listing, viewer: Resource<Result<Viewer, AppError>>) -> Result<Board, AppError> {
    let viewer = viewer.await?;
    let queues = list_queues().await?;
    let held = list_claimed().await?;
    let rows = match listing.what {
        Listed::Held => Page { items: held.clone(), next: None },
        Listed::Queue(queue) => list_waiting(queue, listing.after).await?,
        Listed::Aside => {
            let Page { items, next } = list_snoozed(true, listing.after).await?;
            Page { items: items.into_iter().map(put_aside).collect(), next }
        }
    };
    let unread = count_unread_notices().await?;
    Ok(Board { viewer, queues, held, unread, rows })
}

/// The row of a task that is put aside: why it is here is when it comes back.
fn put_aside(aside: SnoozedTask) -> TaskSummary {
    let waits = if aside.kind == SnoozeKind::Waiting { "waits for the customer, " } else { "" };
    let reason = aside.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let why = format!("{waits}back {} UTC{reason}", aside.until.to_minute());
    TaskSummary { why: Some(why), ..aside.task }
}

/// The frame of every page about tasks. It outlives the task that is open, so that the lists stay where they are.
#[component]
pub fn WorkspaceLayout() -> impl IntoView {
    let location = use_location();
    let listing =
        Memo::new(move |_| location.pathname.with(|path| location.query.with(|query| Listing::of(path, query))));
    let open = Memo::new(move |_| location.pathname.with(|path| task_of(path).map(ToOwned::to_owned)));
    let changed = RwSignal::new(0_u32);
    let viewer = use_viewer();
    let board = Resource::new(move || (listing.get(), changed.get()), move |(listing, _)| load(listing, viewer));
    let resolve = ServerAction::<ResolveTask>::new();
    provide_context(Workspace { changed, listing, resolve });
    let next = ServerAction::<ClaimNext>::new();
    Effect::new(move |_| match next.value().get() {
        Some(Ok(None)) => {
            announce("Nothing waits there now.");
            changed.update(|count| *count += 1);
        }
        Some(Ok(Some(_))) => changed.update(|count| *count += 1),
        _ => {}
    });
    let look = ServerAction::<SetLook>::new();
    let live = Live::open();
    let step = move |step: i32| match open.get_untracked() {
        Some(_) => rows::open_beside(step),
        None => rows::move_focus(step),
    };
    on_command(Command::Down, move || step(1));
    on_command(Command::Up, move || step(-1));
    on_command(Command::Next, || {
        if !try_press("resolve-next") {
            press("next-task");
        }
    });
    on_command(Command::Focus, move || {
        let now = Look { focus: !shown().focus, ..shown() };
        show(now);
        look.dispatch(SetLook { theme: None, density: None, list_width: None, focus: Some(now.focus) });
    });
    let undoing = Undoing::of(resolve, changed, listing);
    on_command(Command::Undo, || press("undo"));
    view! {
        <UndoBar undoing/>
        <div class="workspace" class:workspace-on-task=move || open.with(Option::is_some)>
            <div class="workspace-lists">
                {loaded(board, move |shown| view! { <Lists board=shown next live open/> })}
            </div>
            <Divider keep=look/>
            <div class="workspace-task min-w-0">
                <Outlet/>
            </div>
        </div>
    }
    .into_any()
}

/// The queues, and the list of one of them.
#[component]
fn Lists(board: Board, next: ServerAction<ClaimNext>, live: Live, open: Memo<Option<String>>) -> impl IntoView {
    let listing = expect_context::<Workspace>().listing.get_untracked();
    view! {
        <div class="border-base-300 px-3 pt-3 xl:border-r xl:py-4">
            <QueueList
                queues=board.queues.clone()
                held=board.held.len()
                unread=board.unread
                chosen=listing.what.clone()
                approvals=board.viewer.may(Permission::ApproveAutomations)
                live
            />
        </div>
        <section id="list" aria-label="Tasks" class="min-w-0">
            <Head board=board.clone() listing=listing.clone() next live open/>
            <Rows board listing open/>
        </section>
    }
    .into_any()
}

/// What a list is called, and what it is for.
fn title(board: &Board, listed: &Listed) -> (String, String) {
    match listed {
        Listed::Held => ("Your work".to_owned(), "Tasks that you hold now.".to_owned()),
        Listed::Aside => (
            "Put aside".to_owned(),
            "What you put aside, the earliest return first. It comes back by itself.".to_owned(),
        ),
        Listed::Queue(name) => board
            .queues
            .iter()
            .find(|counts| counts.queue.name == *name)
            .map_or((name.clone(), String::new()), |counts| (counts.queue.title.clone(), counts.queue.purpose.clone())),
    }
}

/// The heading for what is listed, and the button that takes the next task.
#[component]
fn Head(
    board: Board,
    listing: Listing,
    next: ServerAction<ClaimNext>,
    live: Live,
    open: Memo<Option<String>>,
) -> impl IntoView {
    let changed = changed(&board, &listing.what, live);
    let reload = expect_context::<Workspace>().changed;
    let (title, purpose) = title(&board, &listing.what);
    let (queue, label) = match &listing.what {
        Listed::Queue(name) => (name.clone(), "Take the next task here"),
        Listed::Held | Listed::Aside => (String::new(), "Take the next task"),
    };
    let from = Listing { after: None, ..listing }.address();
    let page_title = title.clone();
    // On a task's page the tab has the task's name.
    let tab = move || {
        let title = page_title.clone();
        open.with(Option::is_none).then(|| view! { <Title text=title/> })
    };
    let heading = move || {
        let title = title.clone();
        if open.with(Option::is_some) {
            view! { <h2 class="text-base font-semibold wrap-anywhere">{title}</h2> }.into_any()
        } else {
            view! { <h1 class="text-base font-semibold wrap-anywhere">{title}</h1> }.into_any()
        }
    };
    view! {
        <div class="flex flex-col gap-2 px-4 pt-4 pb-3">
            {tab} {heading}
            {(!purpose.is_empty()).then(|| view! { <p class="text-xs text-base-content/70">{purpose}</p> })}
            {board
                .viewer
                .may(Permission::WorkTasks)
                .then(|| {
                    view! {
                        <ActionForm action=next>
                            <input type="hidden" name="queue" value=queue/>
                            <input type="hidden" name="from" value=from/>
                            <button id="next-task" class="btn btn-primary btn-sm w-full" disabled=move || next.pending().get()>
                                {label}
                                <KeyHint command=Command::Next/>
                            </button>
                        </ActionForm>
                    }
                })}
            <FormError error=action_error(next)/>
            <Show when=move || matches!(next.value().get(), Some(Ok(None)))>
                <p class="alert alert-soft text-sm">"Nothing waits there now."</p>
            </Show>
            <Show when=move || changed.get()>
                <button class="btn btn-xs btn-soft btn-info" on:click=move |_| reload.update(|count| *count += 1)>
                    "The queue changed: show it anew"
                </button>
            </Show>
        </div>
    }
    .into_any()
}

/// Whether the queue has changed since the list was read. The list itself does not move under anybody's hands.
fn changed(board: &Board, listed: &Listed, live: Live) -> Memo<bool> {
    let queue = match listed {
        Listed::Queue(name) => board.queues.iter().find(|counts| counts.queue.name == *name),
        Listed::Held | Listed::Aside => None,
    };
    let shown = queue.map(|counts| (counts.queue.name.clone(), counts.waiting));
    Memo::new(move |_| {
        shown.as_ref().is_some_and(|(name, waited)| live.waiting(name).is_some_and(|waits| waits != *waited))
    })
}

/// The tasks, or why there are none.
#[component]
fn Rows(board: Board, listing: Listing, open: Memo<Option<String>>) -> impl IntoView {
    let Page { items, next } = board.rows;
    if items.is_empty() {
        let (title, text) = match listing.what {
            Listed::Held if board.viewer.may(Permission::WorkTasks) => {
                ("You hold no task", "Take the next task, or choose a queue and open a task there.")
            }
            Listed::Held => {
                ("You hold no task", "Your role reads tasks and takes none. Choose a queue to look into it.")
            }
            Listed::Aside => ("You put nothing aside", "A task that you put aside is here until its time has come."),
            Listed::Queue(_) => {
                ("Nothing waits in this queue", "New tasks appear here as soon as a decision sends them.")
            }
        };
        return view! { <div class="px-4"><EmptyState title text/></div> }.into_any();
    }
    let show_queue = !matches!(listing.what, Listed::Queue(_));
    view! {
        <TaskRows items show_queue listing open/>
        <div class="px-4 pb-4">
            <Pager next/>
        </div>
    }
    .into_any()
}
