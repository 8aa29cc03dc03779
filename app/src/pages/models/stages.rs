//! What the stages of a cascade are worth.

use domain::evaluation::{StageLedger, Worth};
use leptos::prelude::*;

use super::percent;
use crate::components::TableRegion;

/// What each stage of a cascade did lately.
#[component]
pub(super) fn Stages(stages: Vec<StageLedger>) -> impl IntoView {
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
