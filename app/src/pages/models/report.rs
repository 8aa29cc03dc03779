//! How good one model is, with the cases behind every number.

use domain::{
    Fault, Metrics, Model, ModelStage, Permission,
    evaluation::{
        Automatable, Comparison, Confusion, HeldOutReport, LabelReport, ModelReport, Share, StageLedger, Worth,
    },
};
use leptos::prelude::*;
use leptos_router::{hooks::use_params_map, location::Url};

use super::{
    charts::{Curve, LearningCurve, Reliability},
    percent, points,
    rollout::{RolloutActions, RolloutSection},
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

/// What each stage of a cascade did lately.
#[component]
fn Stages(stages: Vec<StageLedger>) -> impl IntoView {
    let rows = stages
        .into_iter()
        .map(|ledger| {
            let worth = match ledger.worth {
                Worth::First => "always asked",
                Worth::TooFew => "too few of its changes are labelled to say",
                Worth::Earned => "earns its cost",
                Worth::NotEarned => "does not earn its cost",
            };
            let share = percent(ledger.answered as f64 / (ledger.calls.max(1)) as f64);
            view! {
                <tr>
                    <th scope="row" class="font-normal">
                        {ledger.stage.title()}
                    </th>
                    <td class="num text-right">{ledger.calls}</td>
                    <td class="num text-right">{share}</td>
                    <td class="num text-right">{ledger.unanswered}</td>
                    <td class="num text-right">{format!("{:.2} ms", ledger.mean_micros as f64 / 1_000.0)}</td>
                    <td class="num text-right">{format!("{:.2}", ledger.cost)}</td>
                    <td class="num text-right">{ledger.changed}</td>
                    <td class="num text-right">{format!("{} / {}", ledger.avoided, ledger.spoiled)}</td>
                    <td>{worth}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="stages" class="mb-8">
            <h2 id="stages" class="mb-2 text-lg font-semibold">
                "What its stages did lately"
            </h2>
            <TableRegion label="Calls, time, cost and worth of each stage on live work">
                <thead>
                    <tr>
                        <th scope="col">"Stage"</th>
                        <th scope="col" class="num text-right">
                            "Calls"
                        </th>
                        <th scope="col" class="num text-right">
                            "Answered"
                        </th>
                        <th scope="col" class="num text-right">
                            "No answer"
                        </th>
                        <th scope="col" class="num text-right">
                            "Each took"
                        </th>
                        <th scope="col" class="num text-right">
                            "Cost"
                        </th>
                        <th scope="col" class="num text-right">
                            "Changed"
                        </th>
                        <th scope="col" class="num text-right">
                            "Put right / wrong"
                        </th>
                        <th scope="col">"Worth"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
            <p class="mt-2 max-w-prose text-xs text-base-content/70">
                "Of the latest 10,000 decisions. A stage is judged by the answers that it changed and people then labelled: those that it put right are corrections that nobody had to make. Its cost is earned when it puts more right than wrong, beyond chance (McNemar, 5 %)."
            </p>
        </section>
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

/// A share with its interval: `91.6 % (90.9 to 92.2)`.
pub(super) fn with_interval(share: &Share) -> String {
    format!("{} ({:.1} to {:.1})", percent(share.share), share.low * 100.0, share.high * 100.0)
}

#[component]
fn Numbers(held_out: HeldOutReport, metrics: Metrics, cases: String) -> impl IntoView {
    let newest = metrics.newest.map(|newest| {
        let champion = newest
            .champion_accuracy
            .map_or_else(String::new, |champion| format!("; the champion of that time {}", percent(champion)));
        view! {
            <dt class="text-base-content/70">"Accuracy on the newest labels"</dt>
            <dd>
                {format!(
                    "{} of the last {} that people gave, by a model that had learned only what came before{champion}",
                    percent(newest.accuracy),
                    newest.examples,
                )}
            </dd>
        }
    });
    let auroc = held_out.out_of_scope_auroc.map(|auroc| {
        view! {
            <dt class="text-base-content/70">"Telling what is none of the labels (AUROC)"</dt>
            <dd>{format!("{auroc:.3}")}</dd>
        }
    });
    let lists = held_out.short_lists.as_ref().map(|lists| {
        view! {
            <dt class="text-base-content/70">"Right label on the short list"</dt>
            <dd>
                {format!(
                    "{} of the {} that have one, {:.1} labels on average; {} have none",
                    with_interval(&lists.holds),
                    lists.holds.of,
                    lists.mean_size,
                    percent(1.0 - lists.given),
                )}
            </dd>
        }
    });
    let priority = metrics.priority.map(|priority| {
        view! {
            <dt class="text-base-content/70">"Suggested priority"</dt>
            <dd>
                {format!(
                    "{} right of {} that state one; agreement beyond chance {:.2} (quadratic kappa). It is shown and never applied by itself",
                    percent(priority.accuracy),
                    priority.examples,
                    priority.kappa,
                )}
            </dd>
        }
    });
    let handling = metrics.handling.map(|handling| {
        view! {
            <dt class="text-base-content/70">"Predicted minutes of work"</dt>
            <dd>
                {format!(
                    "half of {} are off by at most {:.1} min ({:.1} when every task is taken for the usual one); {} lie in the range that is meant to hold 80 %",
                    handling.examples,
                    handling.median_error,
                    handling.median_error_of_guessing,
                    percent(handling.within_range),
                )}
            </dd>
        }
    });
    let wrong = ((1.0 - held_out.accuracy.share) * held_out.accuracy.of as f64).round();
    view! {
        <dl class="grid grid-cols-1 gap-x-4 gap-y-1 text-sm tabular-nums sm:grid-cols-[auto_minmax(0,1fr)]">
            <dt class="text-base-content/70">"Accuracy on held-out examples"</dt>
            <dd>
                {format!("{} of {} · ", with_interval(&held_out.accuracy), held_out.accuracy.of)}
                <a class="link" href=format!("{cases}?right=false")>
                    {format!("{wrong} wrong")}
                </a>
            </dd>
            {newest}
            <dt class="text-base-content/70">"Macro F1"</dt>
            <dd>{format!("{:.3}", metrics.macro_f1)}</dd>
            <dt class="text-base-content/70">"Expected calibration error"</dt>
            <dd>{format!("{:.3}", metrics.ece)}</dd>
            {auroc}
            {lists}
            {priority}
            {handling}
        </dl>
        <p class="mt-2 max-w-prose text-xs text-base-content/70">
            "Held-out examples are a fifth of all texts, chosen by their digest, that no model learns from. Ranges in brackets hold the true value in 95 of 100 cases (Clopper and Pearson)."
        </p>
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
