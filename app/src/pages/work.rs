//! Where work waits: the queues, what the viewer holds, and what waits in the chosen queue.

mod queues;
mod rows;

use domain::{Page, Permission, QueueCounts, TaskSummary};
use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::{use_params_map, use_query_map};
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        session::Viewer,
        task::{list_claimed, list_queues, list_waiting},
        work::ClaimNext,
    },
    components::{
        EmptyState, FormError, PageHeader, Pager, ShortcutHelp, action_error, announce, loaded, on_shortcut, use_viewer,
    },
    error::AppError,
};
use queues::{Live, QueueList};
use rows::TaskRows;

/// Which tasks the page lists.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Chosen {
    /// What the viewer holds.
    Held,
    /// What waits in a queue.
    Queue(String),
}

/// Everything that the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Board {
    viewer: Viewer,
    queues: Vec<QueueCounts>,
    held: Vec<TaskSummary>,
    rows: Page<TaskSummary>,
}

async fn load(
    chosen: Chosen,
    after: Option<String>,
    viewer: Resource<Result<Viewer, AppError>>,
) -> Result<Board, AppError> {
    let viewer = viewer.await?;
    let queues = list_queues().await?;
    let held = list_claimed().await?;
    let rows = match chosen {
        Chosen::Held => Page { items: held.clone(), next: None },
        Chosen::Queue(queue) => list_waiting(queue, after).await?,
    };
    Ok(Board { viewer, queues, held, rows })
}

const KEYS: &[(&str, &str)] = &[("j", "down"), ("k", "up"), ("Enter", "open"), ("n", "next task")];

/// The page of queues and waiting tasks.
#[component]
pub fn WorkPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let chosen = Memo::new(move |_| match params.with(|params| params.get("queue")) {
        Some(queue) => Chosen::Queue(queue),
        None => Chosen::Held,
    });
    let after = Memo::new(move |_| query.with(|query| query.get("after")));
    let viewer = use_viewer();
    let board = Resource::new(move || (chosen.get(), after.get()), move |(chosen, after)| load(chosen, after, viewer));
    let next = ServerAction::<ClaimNext>::new();
    Effect::new(move |_| {
        if let Some(Ok(None)) = next.value().get() {
            announce("Nothing waits there now.");
            board.refetch();
        }
    });
    let live = Live::open();
    on_shortcut("j", || rows::move_focus(1));
    on_shortcut("k", || rows::move_focus(-1));
    on_shortcut("n", || crate::components::press("next-task"));

    loaded(board, move |shown| {
        let chosen = chosen.get_untracked();
        view! {
            <Head board=shown.clone() chosen=chosen.clone() next live reload=board/>
            <div class="grid gap-6 lg:grid-cols-[15rem_minmax(0,1fr)]">
                <QueueList
                    queues=shown.queues.clone()
                    held=shown.held.len()
                    chosen=chosen.clone()
                    approvals=shown.viewer.may(Permission::ApproveAutomations)
                    live
                />
                <section aria-label="Tasks" class="min-w-0">
                    <Listed board=shown chosen/>
                </section>
            </div>
            <ShortcutHelp keys=KEYS/>
        }
    })
}

/// The heading for what is chosen, and the button that takes the next task.
#[component]
fn Head(
    board: Board,
    chosen: Chosen,
    next: ServerAction<ClaimNext>,
    live: Live,
    reload: Resource<Result<Board, AppError>>,
) -> impl IntoView {
    let changed = changed(&board, &chosen, live);
    let (title, subtitle) = match &chosen {
        Chosen::Held => ("Your work".to_owned(), "Tasks that you hold now.".to_owned()),
        Chosen::Queue(name) => board
            .queues
            .iter()
            .find(|counts| counts.queue.name == *name)
            .map_or((name.clone(), String::new()), |counts| (counts.queue.title.clone(), counts.queue.purpose.clone())),
    };
    let queue = match chosen {
        Chosen::Queue(name) => name,
        Chosen::Held => String::new(),
    };
    let label = if queue.is_empty() { "Take the next task" } else { "Take the next task here" };
    view! {
        <PageHeader title subtitle>
            <Show when=move || changed.get()>
                <button class="btn btn-sm btn-soft btn-info" on:click=move |_| reload.refetch()>
                    "The queue changed: show it anew"
                </button>
            </Show>
            {board
                .viewer
                .may(Permission::WorkTasks)
                .then(|| {
                    view! {
                        <ActionForm action=next>
                            <input type="hidden" name="queue" value=queue/>
                            <button id="next-task" class="btn btn-primary btn-sm" disabled=move || next.pending().get()>
                                {label}
                            </button>
                        </ActionForm>
                    }
                })}
        </PageHeader>
        <div class="mb-3 empty:mb-0">
            <FormError error=action_error(next)/>
        </div>
        <Show when=move || matches!(next.value().get(), Some(Ok(None)))>
            <p class="alert alert-soft mb-3 text-sm">"Nothing waits there now."</p>
        </Show>
    }
    .into_any()
}

/// Whether the queue has changed since the list was read. The list itself does not move under anybody's hands.
fn changed(board: &Board, chosen: &Chosen, live: Live) -> Memo<bool> {
    let queue = match chosen {
        Chosen::Queue(name) => board.queues.iter().find(|counts| counts.queue.name == *name),
        Chosen::Held => None,
    };
    let shown = queue.map(|counts| (counts.queue.name.clone(), counts.waiting));
    Memo::new(move |_| {
        shown.as_ref().is_some_and(|(name, waited)| live.waiting(name).is_some_and(|waits| waits != *waited))
    })
}

/// The tasks, or why there are none.
#[component]
fn Listed(board: Board, chosen: Chosen) -> impl IntoView {
    let Page { items, next } = board.rows;
    if items.is_empty() {
        let (title, text) = match chosen {
            Chosen::Held if board.viewer.may(Permission::WorkTasks) => {
                ("You hold no task", "Take the next task, or choose a queue and open a task there.")
            }
            Chosen::Held => {
                ("You hold no task", "Your role reads tasks and takes none. Choose a queue to look into it.")
            }
            Chosen::Queue(_) => {
                ("Nothing waits in this queue", "New tasks appear here as soon as a decision sends them.")
            }
        };
        return view! { <EmptyState title text/> }.into_any();
    }
    view! {
        <TaskRows items show_queue=!matches!(chosen, Chosen::Queue(_))/>
        <Pager next/>
    }
    .into_any()
}
