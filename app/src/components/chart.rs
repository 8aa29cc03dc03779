//! Charts, drawn by the server as SVG. Behind each stands a table with the same numbers, which is what assistive technology
//! reads; the marks of a chart open what they count.

use leptos::prelude::*;

use super::TableRegion;

/// A mark of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where it is from left to right.
    pub x: f64,
    /// Where it is from bottom to top.
    pub y: f64,
    /// The range that holds the true value.
    pub range: Option<(f64, f64)>,
    /// What it says, in words.
    pub title: String,
    /// The page that shows what it counts.
    pub href: Option<String>,
}

/// A scale of a chart.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What it measures.
    pub title: &'static str,
    /// The least value.
    pub from: f64,
    /// The greatest value.
    pub to: f64,
    /// How a value is written.
    pub write: fn(f64) -> String,
}

impl Axis {
    /// A share, written in percent, from about the least of the values on.
    #[must_use]
    pub fn share(title: &'static str, values: impl Iterator<Item = f64>) -> Self {
        let least = values.fold(1.0, f64::min);
        let from = ((least * 10.0).floor() / 10.0).clamp(0.0, 0.9);
        Self { title, from, to: 1.0, write: |value| format!("{:.0} %", value * 100.0) }
    }

    /// A number of things from 0 on.
    #[must_use]
    pub fn count(title: &'static str, values: impl Iterator<Item = f64>) -> Self {
        let most = values.fold(1.0, f64::max);
        Self { title, from: 0.0, to: most, write: |value| format!("{value:.0}") }
    }

    /// The place of a value, 0 to 1.
    fn place(&self, value: f64) -> f64 {
        ((value - self.from) / (self.to - self.from).max(f64::EPSILON)).clamp(0.0, 1.0)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let (from, to) = (self.from, self.to);
        (0..=4_u8).map(move |at| from + (to - from) * f64::from(at) / 4.0)
    }
}

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 60.0;
const BOTTOM: f64 = 46.0;
const EDGE: f64 = 24.0;

/// A line through marks, with the range of each.
#[component]
pub fn LineChart(
    /// The scale from left to right.
    x: Axis,
    /// The scale from bottom to top.
    y: Axis,
    /// The marks from left to right.
    marks: Vec<Mark>,
    /// Whether a dashed line shows where both scales are equal.
    #[prop(optional)]
    diagonal: bool,
    /// Where a dashed line shows a limit.
    #[prop(optional, into)]
    level: Option<f64>,
    /// What the table behind the chart holds.
    #[prop(into)]
    label: String,
    /// The head and the body of that table.
    children: Children,
) -> impl IntoView {
    let across = |value: f64| LEFT + x.place(value) * (WIDTH - LEFT - EDGE);
    let up = |value: f64| HEIGHT - BOTTOM - y.place(value) * (HEIGHT - BOTTOM - EDGE);
    let at = |value: f64| format!("{value:.1}");
    let horizontal = y
        .ticks()
        .map(|tick| {
            view! {
                <line class="text-base-300" x1=at(LEFT) x2=at(WIDTH - EDGE) y1=at(up(tick)) y2=at(up(tick)) stroke="currentColor"></line>
                <text x=at(LEFT - 8.0) y=at(up(tick) + 4.0) text-anchor="end">
                    {(y.write)(tick)}
                </text>
            }
        })
        .collect_view();
    let vertical = x
        .ticks()
        .map(|tick| view! { <text x=at(across(tick)) y=at(HEIGHT - BOTTOM + 18.0) text-anchor="middle">{(x.write)(tick)}</text> })
        .collect_view();
    let diagonal = diagonal.then(|| {
        let (from, to) = (x.from.max(y.from), x.to.min(y.to));
        view! {
            <line
                class="text-base-content/50"
                x1=at(across(from))
                y1=at(up(from))
                x2=at(across(to))
                y2=at(up(to))
                stroke="currentColor"
                stroke-dasharray="4 4"
            ></line>
        }
    });
    let level = level.map(|level| {
        let height = at(up(level));
        view! {
            <line
                class="text-warning"
                x1=at(LEFT)
                x2=at(WIDTH - EDGE)
                y1=height.clone()
                y2=height
                stroke="currentColor"
                stroke-dasharray="6 4"
            ></line>
        }
    });
    let line: Vec<String> = marks.iter().map(|mark| format!("{:.1},{:.1}", across(mark.x), up(mark.y))).collect();
    let marks = marks
        .iter()
        .map(|mark| {
            let (place, height) = (at(across(mark.x)), at(up(mark.y)));
            let range = mark.range.map(|(low, high)| {
                let place = place.clone();
                view! { <line x1=place.clone() x2=place y1=at(up(low)) y2=at(up(high)) stroke="currentColor" stroke-opacity="0.5"></line> }
            });
            let title = mark.title.clone();
            let dot = view! {
                <circle cx=place.clone() cy=height.clone() r="4" fill="currentColor">
                    <title>{title}</title>
                </circle>
            };
            match mark.href.clone() {
                // The table has the same link for everybody who does not point at the chart.
                Some(href) => view! {
                    {range}
                    <a href=href tabindex="-1">
                        {dot}
                    </a>
                }
                .into_any(),
                None => view! {
                    {range}
                    {dot}
                }
                .into_any(),
            }
        })
        .collect_view();
    let middle = LEFT + (WIDTH - LEFT - EDGE) / 2.0;
    view! {
        <figure class="rounded-box border border-base-300 bg-base-100 p-3">
            <svg class="w-full text-[18px] sm:text-xs" viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true">
                <g class="text-base-content/70" fill="currentColor">
                    {horizontal} {vertical}
                    <text x=at(middle) y=at(HEIGHT - 8.0) text-anchor="middle">
                        {x.title}
                    </text>
                </g>
                {diagonal} {level}
                <g class="text-primary">
                    <polyline points=line.join(" ") fill="none" stroke="currentColor" stroke-width="1.5"></polyline>
                    {marks}
                </g>
            </svg>
            <figcaption class="sr-only">{format!("{} against {}; the numbers follow as a table.", y.title, x.title)}</figcaption>
            <details class="mt-2">
                <summary class="cursor-pointer text-sm">"Show the numbers"</summary>
                <div class="mt-2">
                    <TableRegion label>{children()}</TableRegion>
                </div>
            </details>
        </figure>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_of_shares_begins_below_the_least_and_ends_at_one() {
        let axis = Axis::share("x", [0.97, 0.83].into_iter());
        assert_eq!((axis.from, axis.to), (0.8, 1.0));
        assert!((axis.place(0.9) - 0.5).abs() < 1e-9);
        assert_eq!(axis.place(0.2), 0.0);
        assert_eq!(Axis::share("x", [1.0].into_iter()).from, 0.9);
    }
}
