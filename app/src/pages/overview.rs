//! What came in, where it went, what waits, and whether the classifier answers.

use domain::{
    QueueCounts, QueueKind,
    drift::DriftSignal,
    overview::{BotHealth, ClassifierHealth, DestinationCount, Overview},
};
use leptos::prelude::*;

use crate::{
    api::overview::lookup_overview,
    components::{EmptyState, PageHeader, TableRegion, live_overview, loaded},
};

/// The numbers of the workspace. In the browser they follow the server's live stream.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let first = Resource::new(|| (), |()| lookup_overview());
    let live = live_overview();
    loaded(first, move |first| {
        let now = Memo::new(move |_| live.get().unwrap_or_else(|| first.clone()));
        view! {
            <PageHeader title="Overview" subtitle="What came in, where it went, and what waits now."/>
            {move || view! { <Health health=now.with(|now| now.classifier.clone())/> }}
            {move || view! { <Drift signals=now.with(|now| now.drift.clone())/> }}
            {move || view! { <Spared bots=now.with(|now| now.bots.clone()) over_budget=now.with(|now| now.is_over_budget)/> }}
            <Numbers now/>
            <div class="mt-6 grid gap-6 xl:grid-cols-2">
                <section aria-labelledby="queues" class="min-w-0">
                    <h2 id="queues" class="mb-2 font-semibold">"Queues"</h2>
                    {move || view! { <Queues queues=now.with(|now| now.queues.clone())/> }}
                </section>
                <section aria-labelledby="destinations" class="min-w-0">
                    <h2 id="destinations" class="mb-2 font-semibold">"Where decisions sent the work"</h2>
                    {move || view! { <Destinations destinations=now.with(|now| now.destinations.clone())/> }}
                </section>
            </div>
        }
    })
}

/// Which model serves, or why decisions go on without one.
#[component]
fn Health(health: ClassifierHealth) -> impl IntoView {
    match health.fallback {
        Some(reason) => view! {
            <div role="status" class="alert alert-warning alert-soft mb-4 text-sm">
                <span>
                    <strong>"Rules decide without the classifier: "</strong>
                    {reason.to_string()}
                    ". Tasks still come in and are routed."
                </span>
            </div>
        }
        .into_any(),
        None => view! {
            <p class="mb-4 text-sm text-base-content/70">
                "The classifier answers"
                {health.model.map(|model| view! { <span>", model " <strong class="text-base-content">{model}</strong></span> })}
                "."
            </p>
        }
        .into_any(),
    }
}

/// What is no longer like it was when the champion began.
#[component]
fn Drift(signals: Vec<DriftSignal>) -> impl IntoView {
    (!signals.is_empty()).then(|| {
        let names: Vec<&str> = signals.iter().map(|signal| signal.title()).collect();
        view! {
            <div role="status" class="alert alert-warning alert-soft mb-4 text-sm">
                <span>
                    <strong>"What comes in has changed: "</strong>
                    {names.join(", ")}
                    ". "
                    <a class="link" href="/models/drift">
                        "See how far"
                    </a>
                </span>
            </div>
        }
    })
}

/// What gets nothing for a while: bots that failed often, and costly stages when the day's money is spent.
#[component]
fn Spared(bots: Vec<BotHealth>, over_budget: bool) -> impl IntoView {
    let bots = bots
        .into_iter()
        .map(|bot| {
            let text = format!(
                "{} failed {} times in a row, so people take its tasks until {} UTC, when one task tries it again.",
                bot.automation,
                bot.failures,
                bot.until.to_minute()
            );
            view! { <p>{text}</p> }
        })
        .collect::<Vec<_>>();
    let budget = over_budget.then(|| {
        view! {
            <p>"The day’s budget for costly stages is used up, so the model’s cheapest stage answers alone until midnight (UTC)."</p>
        }
    });
    (!bots.is_empty() || over_budget).then(|| {
        view! {
            <div role="status" class="alert alert-warning alert-soft mb-4 text-sm">
                <div>{bots} {budget}</div>
            </div>
        }
    })
}

/// A number's title, where it is in the overview, and the page that says more.
type Number = (&'static str, fn(&Overview) -> u64, Option<&'static str>);

/// The six numbers.
#[component]
fn Numbers(now: Memo<Overview>) -> impl IntoView {
    let numbers: [Number; 6] = [
        ("Submitted", |now| now.submitted, None),
        ("Finished", |now| now.finished, None),
        ("Corrected", |now| now.corrected, None),
        ("Decided without a model", |now| now.fallbacks, None),
        ("Awaiting approval", |now| now.awaiting_approval, Some("/approvals")),
        ("Open escalations", |now| now.escalations, Some("/escalations")),
    ];
    view! {
        <dl class="grid grid-cols-2 gap-3 md:grid-cols-3 2xl:grid-cols-6">
            {numbers
                .into_iter()
                .map(|(title, number, href)| {
                    view! {
                        <div class="rounded-box border border-base-300 bg-base-100 px-4 py-3">
                            <dt class="text-xs text-base-content/70">
                                {match href {
                                    Some(href) => view! { <a class="link" href=href>{title}</a> }.into_any(),
                                    None => title.into_any(),
                                }}
                            </dt>
                            <dd class="text-2xl font-semibold tabular-nums">{move || grouped(now.with(number))}</dd>
                        </div>
                    }
                })
                .collect_view()}
        </dl>
    }
    .into_any()
}

#[component]
fn Queues(queues: Vec<QueueCounts>) -> impl IntoView {
    if queues.is_empty() {
        return view! { <EmptyState title="There are no queues" text="The server makes the first ones when it starts with its default policy."/> }
            .into_any();
    }
    view! {
        <TableRegion label="Queues and their numbers">
                <thead>
                    <tr>
                        <th scope="col">"Queue"</th>
                        <th scope="col" class="text-right">"Waiting"</th>
                        <th scope="col" class="text-right">"Held"</th>
                        <th scope="col" class="text-right">"Late"</th>
                    </tr>
                </thead>
                <tbody>
                    {queues
                        .into_iter()
                        .map(|counts| {
                            let late = if counts.late > 0 { "text-right tabular-nums font-medium text-error" } else { "text-right tabular-nums" };
                            view! {
                                <tr>
                                    <th scope="row" class="font-normal">
                                        {counts.queue.title}
                                        {(counts.queue.kind == QueueKind::Automation)
                                            .then(|| view! { <span class="ml-2 badge badge-xs badge-ghost">"bot"</span> })}
                                    </th>
                                    <td class="text-right tabular-nums">{grouped(counts.waiting)}</td>
                                    <td class="text-right tabular-nums">{grouped(counts.claimed)}</td>
                                    <td class=late>{grouped(counts.late)}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
        </TableRegion>
    }
    .into_any()
}

#[component]
fn Destinations(destinations: Vec<DestinationCount>) -> impl IntoView {
    let most = destinations.iter().map(|count| count.decisions).max().unwrap_or(0).max(1);
    if destinations.is_empty() {
        return view! { <EmptyState title="Nothing was decided yet" text="Submit a task through the API, and its destination is counted here."/> }
            .into_any();
    }
    view! {
        <ul class="flex flex-col gap-3 rounded-box border border-base-300 bg-base-100 px-4 py-3">
            {destinations
                .into_iter()
                .map(|count| {
                    let width = count.decisions.saturating_mul(1000) / most;
                    view! {
                        <li class="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-1 text-sm">
                            <span class="truncate">{count.destination}</span>
                            <span class="tabular-nums">{grouped(count.decisions)}</span>
                            <svg class="col-span-2 h-1.5 w-full rounded-full text-primary" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true">
                                <rect class="text-base-300" width="1000" height="6" fill="currentColor"></rect>
                                <rect width=width.to_string() height="6" fill="currentColor"></rect>
                            </svg>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}

/// A number with a thin space between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1234), "1\u{202f}234");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
