//! The page of models.

use domain::{
    Model, ModelBoard, ModelStage, Permission, RunState, TrainingTriggers, label::LabelCount,
    overview::ClassifierHealth,
};
use leptos::prelude::*;

use super::{
    ModelTabs, percent, points,
    rollout::Promote,
    run::{RunProgress, Runs},
    upload::{Refused, Upload},
};
use crate::{
    api::model::{CancelTraining, PromoteModel, StartTraining, lookup_model_board},
    components::{
        EmptyState, FormError, PageHeader, StateBadge, TableRegion, When, action_error, announce_done, loaded_for,
    },
};

/// Every model with its numbers, and the training of the next one.
#[component]
pub fn ModelsPage() -> impl IntoView {
    let train = ServerAction::<StartTraining>::new();
    let cancel = ServerAction::<CancelTraining>::new();
    let promote = ServerAction::<PromoteModel>::new();
    let ended = RwSignal::new(0_u32);
    let board = Resource::new(
        move || (train.version().get(), cancel.version().get(), promote.version().get(), ended.get()),
        |_| lookup_model_board(),
    );
    announce_done(train, "Training has begun.");
    announce_done(cancel, "The run was told to stop.");
    announce_done(promote, "The champion has changed.");
    let errors = [action_error(train), action_error(cancel), action_error(promote)];
    loaded_for(board, move |board, viewer| {
        let may_train = viewer.may(Permission::TrainModels);
        let running = board.runs.iter().find(|run| run.state == RunState::Running).cloned();
        let retrain = (may_train && running.is_none()).then(|| view! { <Retrain train/> });
        let progress = running.map(|run| view! { <RunProgress run cancel may_cancel=may_train ended/> });
        view! {
            <PageHeader title="Models" subtitle="What decides what a task is, and how good it is on examples it has never seen.">
                {retrain}
            </PageHeader>
            <ModelTabs/>
            {errors.map(|error| view! { <FormError error/> }).into_iter().collect_view()}
            <Refused reason=board.refused.clone()/>
            <Health health=board.classifier.clone() models=board.models.clone()/>
            <Examples labels=board.labels.clone()/>
            <Triggers triggers=board.triggers.clone()/>
            {progress}
            <Models board=board.clone() promote may_promote=may_train/>
            {may_train.then(|| view! { <Upload/> })}
            <Runs runs=board.runs/>
        }
    })
}

#[component]
fn Retrain(train: ServerAction<StartTraining>) -> impl IntoView {
    let pending = train.pending();
    view! {
        <ActionForm action=train>
            <button class="btn btn-sm btn-primary" type="submit" disabled=pending>
                "Retrain"
            </button>
        </ActionForm>
    }
}

/// Whether new tasks are classified now.
#[component]
fn Health(health: ClassifierHealth, models: Vec<Model>) -> impl IntoView {
    let challenger = models.into_iter().find_map(|model| {
        let rollout = model.rollout?;
        let name = model.name();
        Some(match model.stage {
            ModelStage::Canary => format!(" Model {name} decides {} % of them as a canary.", rollout.percent),
            _ => format!(" Model {name} is in shadow."),
        })
    });
    match (health.fallback, health.model) {
        (Some(reason), _) => view! {
            <p class="alert alert-warning alert-soft mb-4" role="status">
                {format!("New tasks are routed by rules alone: {reason}. Intake goes on, and this page says when the model answers again.")}
            </p>
        }
        .into_any(),
        (None, Some(model)) => view! {
            <p class="mb-4 text-sm">
                <span class="badge badge-sm badge-soft badge-success">"answers"</span>
                {format!(" Model {model} classifies every new task.")} {challenger}
            </p>
        }
        .into_any(),
        (None, None) => view! { <p class="mb-4 text-sm">"No model serves yet."</p> }.into_any(),
    }
}

/// What training would read now.
#[component]
fn Examples(labels: Vec<LabelCount>) -> impl IntoView {
    let (names, examples) = (labels.len(), labels.iter().map(|count| count.examples).sum::<u64>());
    view! {
        <p class="mb-4 text-sm tabular-nums text-base-content/70">
            {format!("Training would now read {examples} examples of {names} ")}
            <a class="link" href="/labels">
                "labels"
            </a> "."
        </p>
    }
}

/// What starts training without anybody asking.
#[component]
fn Triggers(triggers: TrainingTriggers) -> impl IntoView {
    let corrections = triggers.after_corrections.map_or_else(
        || "off".to_owned(),
        |wanted| format!("after {wanted}, and {} came since the last run", triggers.corrections),
    );
    let schedule = match (triggers.every_hours, triggers.next_at) {
        (None, _) => "off".into_any(),
        (Some(hours), None) => format!("every {hours} hours from the first run on").into_any(),
        (Some(hours), Some(next)) => view! { {format!("every {hours} hours, next at ")} <When at=next/> }.into_any(),
    };
    let drift = if triggers.on_drift { "on" } else { "off" };
    view! {
        <dl class="mb-4 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm tabular-nums">
            <dt class="text-base-content/70">"Training by corrections"</dt>
            <dd>{corrections}</dd>
            <dt class="text-base-content/70">"Training by the clock"</dt>
            <dd>{schedule}</dd>
            <dt class="text-base-content/70">"Training by a drift alarm"</dt>
            <dd>{drift}</dd>
        </dl>
    }
    .into_any()
}

#[component]
fn Models(board: ModelBoard, promote: ServerAction<PromoteModel>, may_promote: bool) -> impl IntoView {
    if board.models.is_empty() {
        return view! {
            <EmptyState
                title="No model yet"
                text="Until there is one, rules route every task. Import examples or work tasks, and choose “Retrain” to train one on the labels."
            />
        }
        .into_any();
    }
    let rows = board.models.into_iter().map(|model| view! { <ModelRow model promote may_promote/> }).collect_view();
    view! {
        <TableRegion label="Models, newest first">
            <thead>
                <tr>
                    <th scope="col">"Model"</th>
                    <th scope="col">"Stage"</th>
                    {may_promote.then(|| view! { <th scope="col">"Action"</th> })}
                    <th scope="col" class="num text-right">
                        "Trained on"
                    </th>
                    <th scope="col" class="num text-right">
                        "Accuracy"
                    </th>
                    <th scope="col" class="num text-right">
                        "Champion, same examples"
                    </th>
                    <th scope="col" class="num text-right">
                        "Macro F1"
                    </th>
                    <th scope="col" class="num text-right">
                        <abbr title="Expected calibration error">"ECE"</abbr>
                    </th>
                    <th scope="col" class="num text-right">
                        "Coverage at 98 %"
                    </th>
                    <th scope="col">"Made (UTC)"</th>
                    <th scope="col">"SHA-256"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
        <p class="mt-2 max-w-prose text-xs text-base-content/70">
            "Numbers are from held-out examples that the model was not trained on. Coverage at 98 % is the largest share of them, most confident first, that is labelled with at least 98 % accuracy."
        </p>
    }
    .into_any()
}

/// The numbers of a model in the order of the table's columns; a dash where nothing was measured.
fn numbers(model: &Model) -> [String; 5] {
    let Some(metrics) = &model.metrics else { return std::array::from_fn(|_| "–".to_owned()) };
    let champion = metrics.champion_accuracy.map_or_else(
        || "–".to_owned(),
        |champion| format!("{} ({})", percent(champion), points(metrics.accuracy, champion)),
    );
    let coverage = metrics.coverage_at_precision.get("0.98").map_or_else(|| "–".to_owned(), |share| percent(*share));
    [
        format!("{} of {}", percent(metrics.accuracy), metrics.examples),
        champion,
        format!("{:.3}", metrics.macro_f1),
        format!("{:.3}", metrics.ece),
        coverage,
    ]
}

#[component]
fn ModelRow(model: Model, promote: ServerAction<PromoteModel>, may_promote: bool) -> impl IntoView {
    let cells = numbers(&model).map(|cell| view! { <td class="num text-right whitespace-nowrap">{cell}</td> });
    let action = may_promote.then(|| view! { <td><Step model=model.clone() promote/></td> });
    let short: String = model.sha256.chars().take(12).collect();
    let highlight = if model.stage == ModelStage::Champion { "bg-base-200" } else { "" };
    view! {
        <tr class=highlight>
            <th scope="row" class="num">
                <a class="link" href=format!("/models/{}", model.version)>
                    {model.name()}
                </a>
            </th>
            <td>
                <StateBadge state=model.stage.as_str()/>
            </td>
            {action}
            <td class="num text-right whitespace-nowrap">
                {format!("{} · {} labels", model.trained_on, model.labels.len())}
            </td>
            {cells.into_iter().collect_view()}
            <td>
                <When at=model.created_at/>
                <span class="block text-xs text-base-content/70">{format!("by {}", model.created_by)}</span>
            </td>
            <td>
                <code class="text-xs" title=model.sha256>
                    {short}
                </code>
            </td>
        </tr>
    }
}

/// What may be done with a model: everything but going back happens on its own page, where its conditions stand.
#[component]
fn Step(model: Model, promote: ServerAction<PromoteModel>) -> impl IntoView {
    if model.stage == ModelStage::Champion {
        return view! { <span class="text-xs text-base-content/70">"serves now"</span> }.into_any();
    }
    if model.is_former_champion() {
        return view! { <Promote model is_open=true promote/> }.into_any();
    }
    view! {
        <a class="btn btn-sm btn-outline whitespace-nowrap" href=format!("/models/{}#rollout", model.version)>
            {format!("Roll out {}", model.name())}
        </a>
    }
    .into_any()
}
