//! What comes to each queue, then and now.

use domain::simulation::{Before, QueueLoad};
use leptos::prelude::*;

use super::numbers::{Words, count_difference, difference, estimate, grouped};
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
                "The tasks of then come in again at their own times, and the people who were at work then take them. Each cell says what comes of it with the versions of then, and after the arrow with this one."
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
    let late = load.late;
    let late_note = format!(
        "{} (n = {} → {})",
        if late.then.of == 0 || late.now.of == 0 {
            "not comparable".to_owned()
        } else {
            difference(late.then.value * 100.0, late.now.value * 100.0, Words::POINTS)
        },
        grouped(late.then.of),
        grouped(late.now.of),
    );
    view! {
        <tr>
            <th scope="row" class="min-w-28 font-normal wrap-anywhere">
                {load.queue}
            </th>
            <Pair texts=load.arrivals.map(grouped) note=count_difference(load.arrivals.then, load.arrivals.now)/>
            <Pair texts=load.depth_most.map(grouped) note=count_difference(load.depth_most.then, load.depth_most.now)/>
            {measured(load.wait_minutes, Words::MINUTES)}
            {measured(load.wait_minutes_p95, Words::MINUTES)}
            {measured(load.agent_hours, Words::HOURS)}
            <Pair texts=late.map(|late| estimate(&late)) note=late_note/>
        </tr>
    }
    .into_any()
}

fn measured(values: Before<f64>, words: Words) -> impl IntoView {
    let texts = values.map(|value| format!("{value:.1}"));
    view! { <Pair texts note=difference(values.then, values.now, words)/> }
}

/// A cell with both numbers and what differs, in words.
#[component]
fn Pair(texts: Before<String>, note: String) -> impl IntoView {
    view! {
        <td class="num text-right align-top whitespace-nowrap">
            {texts.then} " → " <span class="font-medium">{texts.now}</span>
            <span class="block text-xs text-base-content/70">{note}</span>
        </td>
    }
    .into_any()
}
