//! What comes to each queue, then and now.

use domain::simulation::{Compared, Estimate, QueueLoad};
use leptos::prelude::*;

use super::numbers::{Words, change, grouped, number};
use crate::components::TableRegion;

/// Arrivals, waiting and work of each queue, as they were and as they would be.
#[component]
pub(super) fn Load(
    /// The queues and automations.
    queues: Vec<QueueLoad>,
) -> impl IntoView {
    if queues.is_empty() {
        return ().into_any();
    }
    let rows = queues.into_iter().map(|load| view! { <LoadRow load/> }).collect_view();
    view! {
        <section aria-labelledby="load" class="mb-8">
            <h2 id="load" class="mb-2 text-lg font-semibold">
                "Load of each queue"
            </h2>
            <p class="mb-3 max-w-prose text-sm text-base-content/70">
                "The tasks of then come in again at their own times, and the people who were at work then take them. Each cell says what comes of it with the versions of then, and after the arrow with this one. The range below is where it lies in 95 of 100 replays of days drawn anew from that time; both get the same days, so that only what differs between the two may be called chance."
            </p>
            <TableRegion label="Load of each queue, then and now">
                <thead>
                    <tr>
                        <th scope="col">"Queue"</th>
                        <th scope="col" class="num text-right">
                            "Arrivals"
                        </th>
                        <th scope="col" class="num text-right">
                            "Most waiting"
                        </th>
                        <th scope="col" class="num text-right">
                            "Mean wait, min"
                        </th>
                        <th scope="col" class="num text-right">
                            "1 in 20 waits longer than, min"
                        </th>
                        <th scope="col" class="num text-right">
                            "Agent hours"
                        </th>
                        <th scope="col" class="num text-right">
                            "Late"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
        </section>
    }
    .into_any()
}

#[component]
fn LoadRow(load: QueueLoad) -> impl IntoView {
    let served = load.wait_minutes.both().map(|wait| grouped(wait.of));
    view! {
        <tr>
            <th scope="row" class="min-w-28 align-top font-normal wrap-anywhere">
                {load.queue}
                <span class="num block text-xs text-base-content/70">
                    {format!("n = {} → {} by people", served.then, served.now)}
                </span>
            </th>
            {measured(&load.arrivals, 1.0, Words::COUNT)}
            {measured(&load.depth_most, 1.0, Words::COUNT)}
            {measured(&load.wait_minutes, 1.0, Words::MINUTES)}
            {measured(&load.wait_minutes_p95, 1.0, Words::MINUTES)}
            {measured(&load.agent_hours, 1.0, Words::HOURS)}
            {measured(&load.late, 100.0, Words::POINTS)}
        </tr>
    }
    .into_any()
}

/// A cell with both numbers, both intervals, and what differs, in words. Numbers are multiplied by `scale`.
fn measured(compared: &Compared, scale: f64, words: Words) -> impl IntoView + use<> {
    let percent = if scale > 1.0 { " %" } else { "" };
    let value = |estimate: Estimate| match estimate.of {
        0 => "–".to_owned(),
        _ => format!("{}{percent}", number(estimate.value * scale, words.digits)),
    };
    let range = |Estimate { low, high, of, .. }: Estimate| match of {
        0 => "–".to_owned(),
        _ => format!("{} to {}", number(low * scale, words.digits), number(high * scale, words.digits)),
    };
    let (values, ranges) = (compared.both().map(value), compared.both().map(range));
    view! {
        <td class="num text-right align-top whitespace-nowrap">
            {values.then} " → " <span class="font-medium">{values.now}</span>
            <span class="block text-xs text-base-content/70">{ranges.then} " → " {ranges.now}</span>
            <span class="block text-xs text-base-content/70">{change(compared, scale, words)}</span>
        </td>
    }
    .into_any()
}
