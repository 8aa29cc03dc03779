//! One task: its text, why it is where it is, and what can be done with it.

mod acts;
mod aside;
mod comments;
mod correct;
mod erase;
mod history;
mod hold;
mod reasons;
mod reply;
mod text;
mod why;

use domain::{Fault, Permission, QueueCounts, QueueKind, TaskDetail, label_set::LabelState, preferences::Command};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        label_set::list_label_set,
        session::Viewer,
        task::{list_queues, lookup_task},
    },
    components::{PageHeader, PriorityBadge, StateBadge, When, focus, loaded, on_command, press, unfold, use_viewer},
    error::AppError,
    pages::work::{Workspace, listing::Listed},
};
use acts::Acts;
use comments::Comments;
use erase::Erase;
use history::History;
use hold::Panel;
use text::TaskText;
use why::Why;

/// Everything that the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Shown {
    viewer: Viewer,
    detail: TaskDetail,
    /// Queues of people, for the forms that send the task elsewhere.
    queues: Vec<QueueCounts>,
    /// Labels that are known, for the form that corrects one.
    labels: Vec<String>,
}

/// The form's choices are no reason to show no task, so the page is drawn without those that could not be read.
async fn load(id: Option<String>, viewer: Resource<Result<Viewer, AppError>>) -> Result<Shown, AppError> {
    let viewer = viewer.await?;
    let id = id.and_then(|id| id.parse().ok()).ok_or(AppError(Fault::NotFound))?;
    let detail = lookup_task(id).await?;
    let mut queues = list_queues().await.unwrap_or_default();
    queues.retain(|counts| counts.queue.kind == QueueKind::People);
    let labels = if viewer.may(Permission::WorkTasks) {
        list_label_set()
            .await
            .unwrap_or_default()
            .into_iter()
            .filter(|entry| entry.state == LabelState::Active)
            .map(|entry| entry.name)
            .collect()
    } else {
        Vec::new()
    };
    Ok(Shown { viewer, detail, queues, labels })
}

/// The page of one task.
#[component]
pub fn TaskPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")));
    let acts = Acts::new(id);
    let viewer = use_viewer();
    let shown = Resource::new(move || (id.get(), acts.done.get()), move |(id, _)| load(id, viewer));
    let changed = expect_context::<Workspace>().changed;
    Effect::new(move |before: Option<u32>| {
        let now = acts.done.get();
        if before.is_some_and(|before| before != now) {
            changed.update(|count| *count += 1);
        }
        now
    });
    on_command(Command::Claim, || {
        press("claim");
        unfold("correct");
    });
    on_command(Command::Resolve, || press("resolve"));
    on_command(Command::Escalate, || unfold("escalate"));
    on_command(Command::Aside, || unfold("aside"));
    on_command(Command::Comment, || focus("comment-text"));
    on_command(Command::Back, || press("back"));
    loaded(shown, move |shown| view! { <Page shown acts/> })
}

#[component]
fn Page(shown: Shown, acts: Acts) -> impl IntoView {
    let task = shown.detail.task.clone();
    let listing = expect_context::<Workspace>().listing.get_untracked();
    // Whoever came from elsewhere goes on with the task's own queue.
    let own = task.state.queue().filter(|_| listing.what == Listed::Held).map(|queue| format!("/work/{queue}"));
    let back = own.unwrap_or_else(|| listing.address());
    let may_erase = shown.viewer.may(Permission::EraseTexts) || task.erased_at.is_some();
    view! {
        <article class="workspace-pane @container px-4 py-4 sm:px-6">
        <p class="mb-2 text-sm">
            <a id="back" class="link link-hover text-base-content/70" href=back>"← Back to the list"</a>
        </p>
        <PageHeader title=task.subject.clone()>
            <PriorityBadge priority=task.priority/>
            <StateBadge state=task.state.name()/>
            {(task.escalation_level > 0)
                .then(|| view! { <span class="badge badge-sm badge-soft badge-warning">{format!("escalated, level {}", task.escalation_level)}</span> })}
        </PageHeader>
        <p class="-mt-3 mb-5 flex flex-wrap gap-x-4 gap-y-1 text-xs text-base-content/70">
            <span>"Came by " {task.channel.clone()} ", " <When at=task.submitted_at/></span>
            {task.due_at.map(|at| view! { <span>"due " <When at=at/></span> })}
            {(task.worked_ms >= 60_000)
                .then(|| view! { <span class="tabular-nums">{format!("worked on for {} min", task.worked_ms / 60_000)}</span> })}
            {task.external_id.clone().map(|id| view! { <span class="wrap-anywhere">"their number " {id}</span> })}
            <span class="font-mono wrap-anywhere">{task.id.to_string()}</span>
        </p>
        // On a narrow screen what can be done comes first. On a wide one it stands beside the rest, and stays in sight.
        <div class="grid gap-6 @3xl:grid-cols-[minmax(0,1fr)_20rem]">
            <div class="min-w-0 @3xl:sticky @3xl:top-0 @3xl:col-start-2 @3xl:max-h-[calc(100dvh-2rem)] @3xl:self-start @3xl:overflow-y-auto">
                <Panel shown=shown.clone() acts/>
            </div>
            <div class="flex min-w-0 flex-col gap-6 @3xl:col-start-1 @3xl:row-start-1">
                <TaskText body=task.body attributes=task.attributes/>
                <Comments detail=shown.detail.clone() may_write=shown.viewer.may(Permission::WorkTasks) acts/>
                <Why detail=shown.detail.clone() viewer=shown.viewer/>
                <History detail=shown.detail.clone()/>
                {may_erase.then(|| view! { <Erase task=shown.detail.task acts/> })}
            </div>
        </div>
        </article>
    }
    .into_any()
}
