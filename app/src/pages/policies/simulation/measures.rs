//! The measures of a simulation, then and now.

use domain::simulation::{Before, Estimate, SimulationReport};
use leptos::prelude::*;

use super::numbers::{Words, change, difference, estimate, grouped};

/// The measures side by side.
#[component]
pub(super) fn Measures(
    /// What was found.
    report: SimulationReport,
    /// The version.
    version: u32,
) -> impl IntoView {
    let noted = |title: &'static str, hint: &'static str, values: Before<Estimate>, change: String| {
        let note = if values.then.of == 0 || values.now.of == 0 {
            "nothing to count".to_owned()
        } else {
            format!("{change} · n = {}", grouped(values.now.of))
        };
        view! { <Measure title hint texts=values.map(|value| estimate(&value)) note version/> }
    };
    let share = |title, hint, values: Before<Estimate>| {
        noted(title, hint, values, difference(values.then.value * 100.0, values.now.value * 100.0, Words::POINTS))
    };
    let cost = report.cost_per_thousand;
    let has_cost = cost.then.value > 0.0 || cost.now.value > 0.0;
    let cost = has_cost.then(|| {
        let change = difference(cost.then.value / 1e6, cost.now.value / 1e6, Words::MONEY);
        let note = format!("{change} · n = {}", grouped(cost.now.of));
        view! {
            <Measure
                title="Cost of 1,000 tasks"
                hint="Decisions and people’s minutes, in the workspace’s currency."
                texts=cost.map(|cost| {
                    format!("{:.2} ({:.2} to {:.2})", cost.value / 1e6, cost.low / 1e6, cost.high / 1e6)
                })
                note
                version
            />
        }
    });
    let guarded = report.guarded;
    view! {
        <dl class="mb-8 grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
            {share("Done by machines", "Automated or closed without a person.", report.automated)}
            {share("Approvals", "A person must say yes first.", report.approvals)}
            {share(
                "Expected error",
                "Tasks that people would have to send elsewhere, of those that people looked at.",
                report.wrong,
            )}
            {noted(
                "Late",
                "In the replay of the arrivals.",
                report.late.both(),
                change(&report.late, 100.0, Words::POINTS),
            )}
            {cost}
            <Measure
                title="Stopped by a guardrail"
                hint="Decisions that go to people because a guardrail forbids what the rules say."
                texts=guarded.map(grouped)
                note=difference(guarded.then as f64, guarded.now as f64, Words::COUNT)
                version
            />
        </dl>
    }
    .into_any()
}

#[component]
fn Measure(
    title: &'static str,
    hint: &'static str,
    texts: Before<String>,
    note: String,
    version: u32,
) -> impl IntoView {
    view! {
        <div class="rounded-box border border-base-300 bg-base-100 p-3">
            <dt class="font-semibold">{title}</dt>
            <dd class="text-xs text-base-content/70">{hint}</dd>
            <dd class="mt-2 flex flex-wrap justify-between gap-x-3 text-sm tabular-nums">
                <span class="text-base-content/70">"Then"</span>
                <span>{texts.then}</span>
            </dd>
            <dd class="flex flex-wrap justify-between gap-x-3 text-sm tabular-nums">
                <span class="text-base-content/70">{format!("With v{version}")}</span>
                <span class="font-semibold">{texts.now}</span>
            </dd>
            <dd class="mt-1 text-right text-xs tabular-nums">{note}</dd>
        </div>
    }
    .into_any()
}
