//! Whether what comes in now is still like what the champion knew when it began.

use domain::{
    drift::{DriftBoard, DriftPoint, DriftSignal, LabelDrift},
    evaluation::Share,
};
use leptos::prelude::*;
use leptos_router::location::Url;

use super::{ModelTabs, numbers::with_interval, percent};
use crate::{
    api::model::lookup_drift_board,
    components::{Axis, EmptyState, LineChart, Mark, PageHeader, TableRegion, When, loaded},
};

/// Labels that are listed, those that changed most.
const SHOWN_LABELS: usize = 20;

/// Every signal with its course.
#[component]
pub fn DriftPage() -> impl IntoView {
    let board = Resource::new(|| (), |()| lookup_drift_board());
    loaded(board, |board: DriftBoard| {
        let content = if board.points.is_empty() {
            view! { <Waiting board=board.clone()/> }.into_any()
        } else {
            view! { <Signals board=board.clone()/> }.into_any()
        };
        view! {
            <PageHeader
                title="Drift"
                subtitle="Whether what comes in now is still like what the champion knew when it began."
            />
            <ModelTabs/>
            {content}
        }
    })
}

/// Nothing was compared yet, and why.
#[component]
fn Waiting(board: DriftBoard) -> impl IntoView {
    let text = match board.champion {
        None => "There is no champion yet, so there is nothing to compare with.".to_owned(),
        Some(champion) => format!(
            "Model v{champion} has decided {} of the {} tasks that the comparison needs, and then the latest {} are compared with them.",
            board.reference, board.reference_tasks, board.window_tasks,
        ),
    };
    view! { <EmptyState title="Nothing to compare yet" text/> }
}

#[component]
fn Signals(board: DriftBoard) -> impl IntoView {
    let ringing = board.ringing();
    let champion = board.champion.unwrap_or_default();
    let summary = if ringing.is_empty() {
        view! {
            <p class="mb-4 text-sm">
                <span class="badge badge-sm badge-soft badge-success">"calm"</span>
                {format!(" The latest {} tasks are like the first {} that model v{champion} decided.", board.window_tasks, board.reference)}
            </p>
        }
        .into_any()
    } else {
        let names: Vec<&str> = ringing.iter().map(|signal| signal.title()).collect();
        let next = if board.trains {
            "Training begins by itself."
        } else {
            "Look at the latest decisions, and retrain when the labels are right."
        };
        view! {
            <p class="alert alert-warning alert-soft mb-4 text-sm" role="status">
                {format!("What comes in has changed: {}. {next}", names.join(", "))}
            </p>
        }
        .into_any()
    };
    let cards = DriftSignal::ALL
        .into_iter()
        .map(|signal| {
            let points: Vec<DriftPoint> = board.points.iter().filter(|point| point.signal == signal).cloned().collect();
            view! { <SignalCard signal points champion/> }
        })
        .collect_view();
    view! {
        {summary}
        <div class="grid items-start gap-8 xl:grid-cols-2">{cards}</div>
        <Labels labels=board.labels champion/>
        <p class="mt-4 max-w-prose text-xs text-base-content/70">
            "A threshold is the largest distance that 400 random splits of the reference showed, and at least what matters at all, so two samples of the same work stay below it. An alarm rises after three windows in a row above it, and ends after three below four fifths of it."
        </p>
    }
    .into_any()
}

/// What a signal measures.
const fn meaning(signal: DriftSignal) -> &'static str {
    match signal {
        DriftSignal::Confidence => "Population stability index of the confidence, over the tenths of the reference.",
        DriftSignal::Labels => "Jensen-Shannon divergence of the label mix, in bits.",
        DriftSignal::OutOfScope => "Share that the model thinks belongs to no label, above the reference’s.",
        DriftSignal::Features => "Jensen-Shannon divergence of the words, over 256 buckets of their hashes, in bits.",
        DriftSignal::Vocabulary => "Share of words that the reference does not hold.",
        DriftSignal::Corrections => "Share of labelled answers that were wrong, above the reference’s.",
    }
}

#[component]
fn SignalCard(signal: DriftSignal, points: Vec<DriftPoint>, champion: u32) -> impl IntoView {
    let href = format!("/decisions?model_version=v{champion}");
    let (badge, word) = match points.last() {
        None => ("badge badge-sm badge-soft badge-neutral", "too few labels to say"),
        Some(point) if point.rings => ("badge badge-sm badge-soft badge-warning", "alarm"),
        Some(_) => ("badge badge-sm badge-soft badge-success", "calm"),
    };
    let chart = (!points.is_empty()).then(|| {
        let marks: Vec<Mark> = points
            .iter()
            .zip(1_u32..)
            .map(|(point, place)| Mark {
                x: f64::from(place),
                y: point.value,
                range: None,
                title: format!("{:.3}, alarm above {:.3}", point.value, point.threshold),
                href: Some(href.clone()),
            })
            .collect();
        let rows = points
            .iter()
            .rev()
            .map(|point| {
                view! {
                    <tr>
                        <td>
                            <When at=point.at/>
                        </td>
                        <td class="num">{format!("{:.3}", point.value)}</td>
                        <td class="num">{format!("{:.3}", point.threshold)}</td>
                        <td>{if point.rings { "rings" } else { "calm" }}</td>
                    </tr>
                }
            })
            .collect_view();
        let threshold = points.last().map_or(0.0, |point| point.threshold);
        let most = points.iter().map(|point| point.value).fold(threshold, f64::max) * 1.2;
        let x = Axis {
            title: "Windows, the latest last",
            from: 1.0,
            to: f64::max(2.0, f64::from(u32::try_from(points.len()).unwrap_or(u32::MAX))),
            write: |value| format!("{value:.0}"),
        };
        let y = Axis { title: "Distance", from: 0.0, to: most.max(0.01), write: |value| format!("{value:.2}") };
        view! {
            <LineChart x y marks level=threshold label=format!("{}: every window", signal.title())>
                <thead>
                    <tr>
                        <th scope="col">"Compared (UTC)"</th>
                        <th scope="col">"Distance"</th>
                        <th scope="col">"Alarm above"</th>
                        <th scope="col">"Alarm"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </LineChart>
        }
    });
    let id = format!("signal-{}", signal.as_str());
    view! {
        <section class="min-w-0" aria-labelledby=id.clone()>
            <h2 id=id.clone() class="text-lg font-semibold">
                {signal.title()} <span class=format!("{badge} ml-2 align-middle")>{word}</span>
            </h2>
            <p class="mb-2 text-sm text-base-content/70">{meaning(signal)}</p>
            {chart}
        </section>
    }
    .into_any()
}

#[component]
fn Labels(labels: Vec<LabelDrift>, champion: u32) -> impl IntoView {
    let wrong = |share: Option<Share>| share.as_ref().map_or_else(|| "–".to_owned(), with_interval);
    let rows = labels
        .into_iter()
        .take(SHOWN_LABELS)
        .map(|row| {
            let href = format!("/decisions?model_version=v{champion}&label={}", Url::escape(&row.label));
            view! {
                <tr>
                    <th scope="row" class="font-normal wrap-anywhere">
                        <a class="link" href=href>
                            {row.label}
                        </a>
                    </th>
                    <td class="num text-right">{percent(row.before.share)}</td>
                    <td class="num text-right whitespace-nowrap">{with_interval(&row.now)}</td>
                    <td class="num text-right whitespace-nowrap">{wrong(row.wrong_before)}</td>
                    <td class="num text-right whitespace-nowrap">{wrong(row.wrong_now)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="labels" class="mt-8">
            <h2 id="labels" class="mb-2 text-lg font-semibold">
                "Label by label"
            </h2>
            <TableRegion label="Shares and corrections of each label, those that changed most first">
                <thead>
                    <tr>
                        <th scope="col">"Label"</th>
                        <th scope="col" class="num text-right">
                            "Share before"
                        </th>
                        <th scope="col" class="num text-right">
                            "Share now"
                        </th>
                        <th scope="col" class="num text-right">
                            "Wrong before"
                        </th>
                        <th scope="col" class="num text-right">
                            "Wrong now"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
        </section>
    }
    .into_any()
}
