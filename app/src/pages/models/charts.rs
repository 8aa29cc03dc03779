//! The charts of a model's report.

use domain::evaluation::{CurvePoint, LearningPoint, ReliabilityBin};
use leptos::prelude::*;

use super::{percent, report::bought};
use crate::components::{Axis, LineChart, Mark};

#[component]
pub(super) fn Curve(points: Vec<CurvePoint>, cases: String) -> impl IntoView {
    let href = move |point: &CurvePoint| format!("{cases}?from={}", point.threshold);
    let marks: Vec<Mark> = points
        .iter()
        .map(|point| Mark {
            x: point.coverage,
            y: point.precision.share,
            range: Some((point.precision.low, point.precision.high)),
            title: format!(
                "{} answered from a confidence of {} on, {} of them right",
                percent(point.coverage),
                percent(f64::from(point.threshold)),
                percent(point.precision.share),
            ),
            href: Some(href(point)),
        })
        .collect();
    let rows = points
        .iter()
        .map(|point| {
            view! {
                <tr>
                    <td class="num">{percent(f64::from(point.threshold))}</td>
                    <td class="num">
                        <a class="link" href=href(point)>
                            {percent(point.coverage)}
                        </a>
                    </td>
                    <td class="num">{percent(point.precision.share)}</td>
                    <td class="num whitespace-nowrap">
                        {format!("{:.1} to {:.1} %", point.precision.low * 100.0, point.precision.high * 100.0)}
                    </td>
                </tr>
            }
        })
        .collect_view();
    let x = Axis { from: 0.0, ..Axis::share("Share that is answered", std::iter::empty()) };
    let y = Axis::share("Precision", points.iter().map(|point| point.precision.low));
    view! {
        <LineChart x y marks label="Precision against coverage">
            <thead>
                <tr>
                    <th scope="col">"Confidence from"</th>
                    <th scope="col">"Answered"</th>
                    <th scope="col">"Right"</th>
                    <th scope="col">"95 % interval"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </LineChart>
    }
    .into_any()
}

#[component]
pub(super) fn Reliability(bins: Vec<ReliabilityBin>, cases: String) -> impl IntoView {
    let href = move |bin: &ReliabilityBin| format!("{cases}?from={}&to={}", bin.from, bin.to);
    let marks: Vec<Mark> = bins
        .iter()
        .map(|bin| Mark {
            x: bin.confidence,
            y: bin.right.share,
            range: Some((bin.right.low, bin.right.high)),
            title: format!(
                "{} answers, {} sure on average, {} right",
                bin.right.of,
                percent(bin.confidence),
                percent(bin.right.share),
            ),
            href: Some(href(bin)),
        })
        .collect();
    let rows = bins
        .iter()
        .map(|bin| {
            view! {
                <tr>
                    <td class="num whitespace-nowrap">{format!("{:.0} to {:.0} %", bin.from * 100.0, bin.to * 100.0)}</td>
                    <td class="num">
                        <a class="link" href=href(bin)>
                            {bin.right.of}
                        </a>
                    </td>
                    <td class="num">{percent(bin.confidence)}</td>
                    <td class="num">{percent(bin.right.share)}</td>
                    <td class="num whitespace-nowrap">
                        {format!("{:.1} to {:.1} %", bin.right.low * 100.0, bin.right.high * 100.0)}
                    </td>
                </tr>
            }
        })
        .collect_view();
    let whole = |title| Axis { from: 0.0, ..Axis::share(title, std::iter::empty()) };
    view! {
        <LineChart x=whole("Confidence") y=whole("Right") marks diagonal=true label="How often answers of a confidence are right">
            <thead>
                <tr>
                    <th scope="col">"Confidence"</th>
                    <th scope="col">"Answers"</th>
                    <th scope="col">"Mean confidence"</th>
                    <th scope="col">"Right"</th>
                    <th scope="col">"95 % interval"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </LineChart>
    }
    .into_any()
}

#[component]
pub(super) fn LearningCurve(points: Vec<LearningPoint>) -> impl IntoView {
    let marks: Vec<Mark> = points
        .iter()
        .map(|point| Mark {
            x: point.examples as f64,
            y: point.accuracy,
            range: None,
            title: format!("{} from the oldest {} examples", percent(point.accuracy), point.examples),
            href: None,
        })
        .collect();
    let rows = points
        .iter()
        .map(|point| {
            view! {
                <tr>
                    <td class="num">{point.examples}</td>
                    <td class="num">{percent(point.accuracy)}</td>
                </tr>
            }
        })
        .collect_view();
    let x = Axis::count("Examples, the oldest first", points.iter().map(|point| point.examples as f64));
    let y = Axis::share("Accuracy", points.iter().map(|point| point.accuracy));
    view! {
        <LineChart x y marks label="Accuracy by the number of examples">
            <thead>
                <tr>
                    <th scope="col">"Examples"</th>
                    <th scope="col">"Accuracy"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </LineChart>
        {bought(&points).map(|sentence| view! { <p class="mt-2 text-sm tabular-nums">{sentence}</p> })}
    }
    .into_any()
}
