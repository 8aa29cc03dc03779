//! The numbers of a report.

use domain::{
    Metrics,
    evaluation::{HeldOutReport, Share},
};
use leptos::prelude::*;

use super::percent;

/// A share with its interval: `91.6 % (90.9 to 92.2)`.
pub(super) fn with_interval(share: &Share) -> String {
    format!("{} ({:.1} to {:.1})", percent(share.share), share.low * 100.0, share.high * 100.0)
}

/// What a model reached on its held-out examples.
#[component]
pub(super) fn Numbers(held_out: HeldOutReport, metrics: Metrics, cases: String) -> impl IntoView {
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
