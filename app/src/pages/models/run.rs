//! Training runs: the one under way, and those before.

use domain::{RunState, TrainingRun, model::RunStep};
use leptos::prelude::*;

use crate::{
    api::model::{CancelTraining, lookup_run},
    components::{StateBadge, TableRegion, When, follow},
};

/// How far the run under way is. The browser asks once a second; without a script a link asks again.
#[component]
pub(super) fn RunProgress(
    /// The run as the page found it.
    run: TrainingRun,
    /// Stops the run.
    cancel: ServerAction<CancelTraining>,
    /// Whether the viewer may stop it.
    may_cancel: bool,
    /// Counts up when the run has ended, so that the page is read again.
    ended: RwSignal<u32>,
) -> impl IntoView {
    let id = run.id;
    let run = follow(run, |run| run.state != RunState::Running, move || lookup_run(id), ended);
    let percent = move || run.with(|run| run.progress_percent);
    let pending = cancel.pending();
    let stop = may_cancel.then(|| {
        view! {
            <ActionForm action=cancel>
                <input type="hidden" name="run" value=id.to_string()/>
                <button class="btn btn-sm" type="submit" disabled=pending>
                    "Cancel the run"
                </button>
            </ActionForm>
        }
    });
    view! {
        <section aria-labelledby="run" class="card card-border mb-6 bg-base-100">
            <div class="card-body">
                <h2 id="run" class="card-title">
                    "Training is under way"
                </h2>
                <p role="status">{move || run.with(|run| run.message.clone())}</p>
                <div class="flex items-center gap-3">
                    <progress
                        class="progress progress-primary grow"
                        max="100"
                        value=move || percent().to_string()
                        aria-label="Progress of the training run"
                    ></progress>
                    <span class="num text-sm">{move || format!("{} %", percent())}</span>
                </div>
                <div class="flex flex-wrap items-center gap-3">
                    {stop}
                    <a class="btn btn-sm btn-ghost" href="/models" rel="external">
                        "Refresh"
                    </a>
                </div>
            </div>
        </section>
    }
}

/// What a run did, behind a fold.
#[component]
fn Log(steps: Vec<RunStep>) -> impl IntoView {
    let lines = steps
        .iter()
        .map(|step| {
            let (at, words) = (step.at.to_string(), step.step.clone());
            let clock = at.get(11..19).unwrap_or_default().to_owned();
            view! {
                <li>
                    <time class="mr-2 text-base-content/70" datetime=at>
                        {clock}
                    </time>
                    {words}
                </li>
            }
        })
        .collect_view();
    (!steps.is_empty()).then(|| {
        view! {
            <details class="mt-1 text-xs">
                <summary class="cursor-pointer">"Log"</summary>
                <ol class="mt-1 tabular-nums">{lines}</ol>
            </details>
        }
    })
}

/// The last runs with how they ended.
#[component]
pub(super) fn Runs(
    /// The runs, newest first.
    runs: Vec<TrainingRun>,
) -> impl IntoView {
    let rows = runs
        .iter()
        .cloned()
        .map(|run| {
            let made = run.model_version.map_or_else(|| "–".to_owned(), |version| format!("v{version}"));
            view! {
                <tr>
                    <td>
                        <When at=run.started_at/>
                    </td>
                    <td>
                        <StateBadge state=run.state.as_str()/>
                    </td>
                    <td class="num">{made}</td>
                    <td>{run.started_by}</td>
                    <td class="min-w-48 wrap-anywhere">
                        {run.message}
                        <Log steps=run.log/>
                    </td>
                </tr>
            }
        })
        .collect_view();
    (!runs.is_empty()).then(|| {
        view! {
            <section aria-labelledby="runs" class="mt-8">
                <h2 id="runs" class="mb-2 text-lg font-semibold">
                    "Training runs"
                </h2>
                <TableRegion label="The last training runs, newest first">
                    <thead>
                        <tr>
                            <th scope="col">"Started (UTC)"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Model"</th>
                            <th scope="col">"Started by"</th>
                            <th scope="col">"What happened"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </TableRegion>
            </section>
        }
    })
}
