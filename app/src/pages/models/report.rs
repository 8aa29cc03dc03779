//! How good one model is, with the cases behind every number.

use domain::{
    Fault, Metrics, Model, ModelStage, Permission,
    evaluation::{Automatable, Comparison, Confusion, HeldOutReport, LabelReport, ModelReport, Share},
};
use leptos::prelude::*;
use leptos_router::{hooks::use_params_map, location::Url};

use super::{
    charts::{Curve, LearningCurve, Reliability},
    numbers::{Numbers, with_interval},
    percent, points,
    rollout::{RolloutActions, RolloutSection},
    stages::Stages,
};
use crate::{
    api::model::lookup_model_report,
    components::{EmptyState, PageHeader, StateBadge, TableRegion, When, loaded_for},
    error::AppError,
};

/// The report of the model that the path names.
#[component]
pub fn ModelPage() -> impl IntoView {
    let actions = RolloutActions::new();
    let params = use_params_map();
    let version = Memo::new(move |_| params.with(|params| params.get("version")).and_then(|text| text.parse().ok()));
    let report = Resource::new(
        move || (version.get(), actions.version()),
        |(version, _)| async move { lookup_model_report(version.ok_or(AppError(Fault::NotFound))?).await },
    );
    loaded_for(report, move |report: ModelReport, viewer| {
        let ModelReport { model, held_out, rollout, stages } = report;
        let may_act = viewer.may(Permission::TrainModels).then_some(actions);
        let section = (model.stage != ModelStage::Champion)
            .then(|| view! { <RolloutSection model=model.clone() report=rollout actions=may_act/> });
        let title = format!("Model {}", model.name());
        let card = format!("/api/v1/models/{}/card", model.version);
        let subtitle = match model.trained_on {
            0 => format!("Made elsewhere; it knows {} labels.", model.labels.len()),
            examples => format!("Trained on {examples} examples of {} labels.", model.labels.len()),
        };
        let elsewhere = (model.dataset.is_none() && model.metrics.is_some()).then(|| {
            view! {
                <p class="alert alert-warning alert-soft mb-4 text-sm">
                    "It was not trained on a dataset that this workspace keeps. If it was made elsewhere, it may have learned from the very examples that it is measured on here; shadow and canary say more."
                </p>
            }
        });
        let report = match (held_out, model.metrics.clone()) {
            (Some(held_out), Some(metrics)) => {
                view! { <Report held_out metrics model=model.clone()/> }.into_any()
            }
            _ => view! {
                <EmptyState
                    title="Nothing was measured"
                    text="There were too few examples to hold some out, or the model was made elsewhere or long ago. The next training measures itself when there are about a hundred examples."
                />
            }
            .into_any(),
        };
        view! {
            <PageHeader title subtitle>
                <a class="btn btn-sm btn-ghost" href=card rel="external" download>
                    "Model card"
                </a>
                <a class="btn btn-sm btn-ghost" href="/models">
                    "All models"
                </a>
            </PageHeader>
            {actions.errors()}
            <Facts model/>
            {elsewhere}
            {section}
            {(!stages.is_empty()).then(|| view! { <Stages stages/> })}
            {report}
        }
    })
}

#[component]
fn Facts(model: Model) -> impl IntoView {
    view! {
        <dl class="mb-6 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
            <dt class="text-base-content/70">"Stage"</dt>
            <dd>
                <StateBadge state=model.stage.as_str()/>
            </dd>
            <dt class="text-base-content/70">"Made (UTC)"</dt>
            <dd>
                <When at=model.created_at/>
                {format!(" by {}", model.created_by)}
            </dd>
            <dt class="text-base-content/70">"SHA-256"</dt>
            <dd class="wrap-anywhere">
                <code class="text-xs">{model.sha256}</code>
            </dd>
            {model
                .dataset
                .map(|number| {
                    view! {
                        <dt class="text-base-content/70">"Dataset"</dt>
                        <dd>
                            <a class="link" href=format!("/labels/datasets/{number}")>
                                {domain::dataset::dataset_name(number)}
                            </a>
                        </dd>
                    }
                })}
            {(!model.dataset_sha256.is_empty())
                .then(|| {
                    view! {
                        <dt class="text-base-content/70">"SHA-256 of its examples"</dt>
                        <dd class="wrap-anywhere">
                            <code class="text-xs">{model.dataset_sha256}</code>
                        </dd>
                    }
                })}
        </dl>
    }
    .into_any()
}

#[component]
fn Report(held_out: HeldOutReport, metrics: Metrics, model: Model) -> impl IntoView {
    let cases = format!("/models/{}/cases", model.version);
    view! {
        <Numbers held_out=held_out.clone() metrics=metrics.clone() cases=cases.clone()/>
        {held_out.comparison.map(|comparison| view! { <Against comparison cases=cases.clone()/> })}
        <div class="mt-8 grid items-start gap-8 xl:grid-cols-2">
            <section aria-labelledby="automatable" class="min-w-0">
                <h2 id="automatable" class="mb-2 text-lg font-semibold">
                    "How much could be automated"
                </h2>
                <AutomatableTable rows=held_out.automatable/>
            </section>
            <section aria-labelledby="curve" class="min-w-0">
                <h2 id="curve" class="mb-2 text-lg font-semibold">
                    "Precision against coverage"
                </h2>
                <Curve points=held_out.curve cases=cases.clone()/>
            </section>
            <section aria-labelledby="reliability" class="min-w-0">
                <h2 id="reliability" class="mb-2 text-lg font-semibold">
                    "Is it as right as it is sure?"
                </h2>
                <Reliability bins=held_out.reliability cases=cases.clone()/>
            </section>
            {(!metrics.learning_curve.is_empty())
                .then(|| {
                    view! {
                        <section aria-labelledby="learning" class="min-w-0">
                            <h2 id="learning" class="mb-2 text-lg font-semibold">
                                "What more examples bought"
                            </h2>
                            <LearningCurve points=metrics.learning_curve/>
                        </section>
                    }
                })}
        </div>
        <div class="mt-8 grid items-start gap-8 xl:grid-cols-2">
            <section aria-labelledby="labels" class="min-w-0">
                <h2 id="labels" class="mb-2 text-lg font-semibold">
                    "Label by label"
                </h2>
                <Labels labels=held_out.labels cases=cases.clone()/>
            </section>
            <section aria-labelledby="confusions" class="min-w-0">
                <h2 id="confusions" class="mb-2 text-lg font-semibold">
                    "What it takes for what"
                </h2>
                <Confusions confusions=held_out.confusions cases/>
            </section>
        </div>
    }
    .into_any()
}

/// What the test says, in words that do not say more than it does.
fn verdict(comparison: &Comparison) -> &'static str {
    match (comparison.p_value < 0.05, comparison.gained.cmp(&comparison.lost)) {
        (true, std::cmp::Ordering::Greater) => "The model is better, by more than chance would explain",
        (true, std::cmp::Ordering::Less) => "The model is worse, by more than chance would explain",
        _ => "The difference is no larger than chance would explain",
    }
}

#[component]
fn Against(comparison: Comparison, cases: String) -> impl IntoView {
    view! {
        <section aria-labelledby="against" class="mt-8">
            <h2 id="against" class="mb-2 text-lg font-semibold">
                {format!("Against model v{}", comparison.champion)}
            </h2>
            <p class="max-w-prose text-sm tabular-nums">
                {format!("{} (McNemar’s test, p = {:.3}). On the same examples it is right on ", verdict(&comparison), comparison.p_value)}
                <a class="link" href=format!("{cases}?change=gained")>
                    {format!("{} that v{} had wrong", comparison.gained, comparison.champion)}
                </a>
                ", and wrong on "
                <a class="link" href=format!("{cases}?change=lost")>
                    {format!("{} that it had right", comparison.lost)}
                </a> "."
            </p>
        </section>
    }
    .into_any()
}

#[component]
fn AutomatableTable(rows: Vec<Automatable>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let promised =
                row.promised.as_ref().map_or_else(|| "not enough examples to promise this".to_owned(), with_interval);
            view! {
                <tr>
                    <th scope="row" class="num font-normal">
                        {format!("{:.0} %", row.precision * 100.0)}
                    </th>
                    <td class="num text-right">{percent(row.seen)}</td>
                    <td class="num text-right">{promised}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableRegion label="Share of the held-out examples that could be automated at a precision">
            <thead>
                <tr>
                    <th scope="col">"Precision"</th>
                    <th scope="col" class="num text-right">
                        "Seen here"
                    </th>
                    <th scope="col" class="num text-right">
                        "Can be promised"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
        <p class="mt-2 max-w-prose text-xs text-base-content/70">
            "“Seen here” is the share above the lowest threshold that happened to keep the precision on these examples. “Can be promised” is the share above the threshold that keeps it with a certainty of 95 %, for work that looks like the held-out examples. Live work also holds what belongs to no label."
        </p>
    }
    .into_any()
}

fn cases_link(cases: &str, key: &str, label: &str) -> String {
    format!("{cases}?{key}={}", Url::escape(label))
}

#[component]
fn Labels(labels: Vec<LabelReport>, cases: String) -> impl IntoView {
    let cell = |share: Option<Share>, href: String| {
        let text = share.as_ref().map_or_else(|| "–".to_owned(), with_interval);
        let of = share.map(|share| {
            view! {
                " "
                <a class="link" href=href>
                    {format!("of {}", share.of)}
                </a>
            }
        });
        view! { <td class="num text-right whitespace-nowrap">{text} {of}</td> }
    };
    let rows = labels
        .into_iter()
        .map(|row| {
            let precision = cell(row.precision, cases_link(&cases, "answer", &row.label));
            let recall = cell(row.recall, cases_link(&cases, "truth", &row.label));
            let listed = cell(row.short_list, cases_link(&cases, "truth", &row.label));
            view! {
                <tr>
                    <th scope="row" class="min-w-36 font-normal wrap-anywhere">
                        {row.label}
                    </th>
                    {precision}
                    {recall}
                    {listed}
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableRegion label="Precision and recall of each label">
            <thead>
                <tr>
                    <th scope="col">"Label"</th>
                    <th scope="col" class="num text-right">
                        "Precision"
                    </th>
                    <th scope="col" class="num text-right">
                        "Recall"
                    </th>
                    <th scope="col" class="num text-right">
                        "On the short list"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
        <p class="mt-2 max-w-prose text-xs text-base-content/70">
            "Precision: of the answers that named the label, those that were right. Recall: of the examples that are it, those that were found. On the short list: of the examples that are it and have a short list, those with the label on it."
        </p>
    }
    .into_any()
}

#[component]
fn Confusions(confusions: Vec<Confusion>, cases: String) -> impl IntoView {
    if confusions.is_empty() {
        return view! { <p class="text-sm">"It made no mistake on the held-out examples."</p> }.into_any();
    }
    let rows = confusions
        .into_iter()
        .map(|row| {
            let href = format!("{cases}?truth={}&answer={}", Url::escape(&row.truth), Url::escape(&row.answer));
            view! {
                <tr>
                    <th scope="row" class="font-normal wrap-anywhere">
                        {row.truth}
                    </th>
                    <td class="wrap-anywhere">{row.answer}</td>
                    <td class="num text-right">
                        <a class="link" href=href>
                            {row.cases}
                        </a>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableRegion label="Labels that were taken for another, most first">
            <thead>
                <tr>
                    <th scope="col">"It is"</th>
                    <th scope="col">"The model said"</th>
                    <th scope="col" class="num text-right">
                        "Cases"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
    }
    .into_any()
}

/// What the last step of a learning curve bought, in a sentence.
pub(super) fn bought(points_of: &[domain::evaluation::LearningPoint]) -> Option<String> {
    let [.., before, last] = points_of else { return None };
    Some(format!(
        "The last {} examples brought {} points.",
        last.examples.saturating_sub(before.examples),
        points(last.accuracy, before.accuracy),
    ))
}

#[cfg(test)]
mod tests {
    use domain::evaluation::LearningPoint;

    use super::*;

    #[test]
    fn a_difference_within_chance_is_said_to_be_one() {
        let of = |gained, lost, p_value| verdict(&Comparison { champion: 1, gained, lost, p_value });
        assert!(of(30, 10, 0.002).contains("better"));
        assert!(of(10, 30, 0.002).contains("worse"));
        assert!(of(12, 10, 0.83).contains("no larger"));
    }

    #[test]
    fn the_last_examples_are_credited_with_the_last_step() {
        let point = |examples, accuracy| LearningPoint { examples, accuracy };
        let said = bought(&[point(100, 0.8), point(150, 0.85), point(200, 0.862)]);
        assert_eq!(said.as_deref(), Some("The last 50 examples brought +1.2 points."));
        assert_eq!(bought(&[point(100, 0.8)]), None);
    }
}
