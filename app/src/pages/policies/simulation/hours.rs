//! How many tasks wait in a queue by the hour of the day, then and now.

use domain::simulation::{Estimate, HourLoad};
use leptos::prelude::*;
use leptos_router::{components::Form, hooks::use_query_map};

use super::numbers::grouped;
use crate::components::TableRegion;

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 60.0;
const BOTTOM: f64 = 46.0;
const EDGE: f64 = 24.0;
/// The last hour of a day.
const LAST_HOUR: f64 = 23.0;

/// The chart of the queue that the page's address names, or of the first.
#[component]
pub(super) fn Hours(
    /// The version, whose page the choice belongs to.
    version: u32,
    /// The queues and automations.
    hours: Vec<HourLoad>,
) -> impl IntoView {
    if hours.is_empty() {
        return ().into_any();
    }
    let query = use_query_map();
    let chosen = Memo::new(move |_| query.with(|query| query.get("queue")).unwrap_or_default());
    let names: Vec<String> = hours.iter().map(|load| load.queue.clone()).collect();
    let options = move || {
        let names = names.clone();
        let now = chosen.get();
        names
            .into_iter()
            .map(|name| {
                let is_now = name == now;
                view! {
                    <option value=name.clone() selected=is_now prop:selected=is_now>
                        {name.clone()}
                    </option>
                }
            })
            .collect_view()
    };
    let shown = move || {
        let load = chosen.with(|name| hours.iter().find(|load| load.queue == *name)).or_else(|| hours.first());
        load.cloned().map(|load| view! { <DepthChart load/> })
    };
    view! {
        <section aria-labelledby="hours" class="mb-8">
            <h2 id="hours" class="mb-2 text-lg font-semibold">
                "Waiting by the hour of the day"
            </h2>
            <Form method="GET" action=format!("/policies/{version}/simulation") noscroll=true replace=true>
                <div class="mb-3 flex flex-wrap items-end gap-3">
                    <label class="flex w-full flex-col gap-1 text-sm sm:w-60">
                        <span>"Queue"</span>
                        <select class="select select-sm w-full" name="queue">
                            {options}
                        </select>
                    </label>
                    <button class="btn btn-sm" type="submit">
                        "Show"
                    </button>
                </div>
            </Form>
            <div class="max-w-3xl">{shown}</div>
        </section>
    }
    .into_any()
}

fn across(hour: usize) -> f64 {
    LEFT + hour as f64 / LAST_HOUR * (WIDTH - LEFT - EDGE)
}

fn up(depth: f64, most: f64) -> f64 {
    HEIGHT - BOTTOM - (depth / most).clamp(0.0, 1.0) * (HEIGHT - BOTTOM - EDGE)
}

/// The points of a line, one for each hour.
fn line(depths: impl Iterator<Item = f64>, most: f64) -> String {
    let point = |(hour, depth): (usize, f64)| format!("{:.1},{:.1}", across(hour), up(depth, most));
    depths.enumerate().map(point).collect::<Vec<_>>().join(" ")
}

/// The outline of what lies between the ends of the intervals: along the upper ends, and back along the lower ones.
fn band(depths: &[Estimate], most: f64) -> String {
    let upper = line(depths.iter().map(|depth| depth.high), most);
    let lower = line(depths.iter().map(|depth| depth.low), most);
    let back: Vec<&str> = lower.split(' ').rev().collect();
    format!("{upper} {}", back.join(" "))
}

#[component]
fn DepthChart(load: HourLoad) -> impl IntoView {
    let depths = load.depth.as_ref();
    let most = depths.then.iter().chain(depths.now).map(|depth| depth.high).fold(1.0, f64::max);
    let at = |value: f64| format!("{value:.1}");
    let levels = (0..=4_u8)
        .map(|part| {
            let depth = most * f64::from(part) / 4.0;
            let height = up(depth, most);
            view! {
                <line class="text-base-300" x1=at(LEFT) x2=at(WIDTH - EDGE) y1=at(height) y2=at(height) stroke="currentColor"></line>
                <text x=at(LEFT - 8.0) y=at(height + 4.0) text-anchor="end">
                    {at(depth)}
                </text>
            }
        })
        .collect_view();
    let clock = [0_usize, 6, 12, 18, 23]
        .map(|hour| {
            view! { <text x=at(across(hour)) y=at(HEIGHT - BOTTOM + 18.0) text-anchor="middle">{format!("{hour}:00")}</text> }
        })
        .into_iter()
        .collect_view();
    let lines = depths.map(|depths| line(depths.iter().map(|depth| depth.value), most));
    let bands = depths.map(|depths| band(depths, most));
    let middle = LEFT + (WIDTH - LEFT - EDGE) / 2.0;
    view! {
        <figure class="rounded-box border border-base-300 bg-base-100 p-3">
            <svg class="w-full text-[18px] sm:text-xs" viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true">
                <g class="text-base-content/70" fill="currentColor">
                    {levels} {clock}
                    <text x=at(middle) y=at(HEIGHT - 8.0) text-anchor="middle">
                        "Hour of the day (UTC)"
                    </text>
                </g>
                <polygon class="text-base-content" points=bands.then fill="currentColor" fill-opacity="0.1"></polygon>
                <polygon class="text-primary" points=bands.now fill="currentColor" fill-opacity="0.15"></polygon>
                <polyline class="text-base-content/70" points=lines.then fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="5 4"></polyline>
                <polyline class="text-primary" points=lines.now fill="none" stroke="currentColor" stroke-width="2"></polyline>
            </svg>
            <figcaption class="mt-1 text-sm">
                {format!(
                    "Tasks that wait in {} at the end of each hour, the mean of a day: dashed as it was, solid as it would be. The shades hold 95 of 100 replays of days drawn anew.",
                    load.queue,
                )}
            </figcaption>
            <details class="mt-2">
                <summary class="cursor-pointer text-sm">"Show the numbers"</summary>
                <div class="mt-2">
                    <HourTable load/>
                </div>
            </details>
        </figure>
    }
    .into_any()
}

#[component]
fn HourTable(load: HourLoad) -> impl IntoView {
    let label = format!("Arrivals and waiting tasks of {} by the hour, the mean of a day", load.queue);
    let number = |numbers: &[Estimate], hour: usize| {
        numbers.get(hour).filter(|number| number.of > 0).map_or_else(
            || "–".to_owned(),
            |Estimate { value, low, high, .. }| format!("{value:.1} ({low:.1} to {high:.1})"),
        )
    };
    let rows = (0..load.depth.now.len())
        .map(|hour| {
            let numbers = [&load.arrivals.then, &load.arrivals.now, &load.depth.then, &load.depth.now]
                .map(|numbers| view! { <td class="num text-right whitespace-nowrap">{number(numbers, hour)}</td> });
            let days = load.depth.now.get(hour).map(|depth| grouped(depth.of));
            view! {
                <tr>
                    <th scope="row" class="num font-normal">
                        {format!("{hour}:00")}
                    </th>
                    <td class="num text-right">{days}</td>
                    {numbers.into_iter().collect_view()}
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableRegion label>
            <thead>
                <tr>
                    <th scope="col">"Hour (UTC)"</th>
                    <th scope="col" class="num text-right">
                        "Days"
                    </th>
                    <th scope="col" class="num text-right">
                        "Arrivals then"
                    </th>
                    <th scope="col" class="num text-right">
                        "Arrivals now"
                    </th>
                    <th scope="col" class="num text-right">
                        "Waiting then"
                    </th>
                    <th scope="col" class="num text-right">
                        "Waiting now"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_runs_from_the_first_hour_to_the_last_and_upwards() {
        let mut depths = vec![0.0; 24];
        depths[23] = 4.0;
        let line = line(depths.into_iter(), 4.0);
        assert!(line.starts_with("60.0,214.0 "), "{line}");
        assert!(line.ends_with(" 536.0,24.0"), "{line}");
    }

    #[test]
    fn a_band_goes_along_the_upper_ends_and_back_along_the_lower_ones() {
        let depth = Estimate { value: 2.0, low: 0.0, high: 4.0, of: 3 };
        let band = band(&[depth; 24], 4.0);
        assert_eq!(band.split(' ').count(), 48);
        assert!(band.starts_with("60.0,24.0 ") && band.ends_with(" 60.0,214.0"), "{band}");
    }
}
