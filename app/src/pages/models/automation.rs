//! What may be left to machines: the precision that is asked of each label, and what the champion promises.

use domain::{
    Permission,
    automation::{AutomationBoard, AutomationRow, PERCENTS, Standing},
    evaluation::Share,
};
use leptos::prelude::*;

use super::{ModelTabs, numbers::with_interval, percent};
use crate::{
    api::model::{SetAutomationGoal, lookup_automation_board},
    components::{EmptyState, FormError, PageHeader, TableRegion, action_error, announce_done, loaded_for},
};

/// Every label with its goal.
#[component]
pub fn AutomationPage() -> impl IntoView {
    let set = ServerAction::<SetAutomationGoal>::new();
    let board = Resource::new(move || set.version().get(), |_| lookup_automation_board());
    announce_done(set, "The goal was set.");
    let error = action_error(set);
    loaded_for(board, move |board: AutomationBoard, viewer| {
        let may_set = viewer.may(Permission::EditPolicies);
        let table = if board.rows.is_empty() {
            view! {
                <EmptyState
                    title="No label to automate"
                    text="There is no champion yet. Train a model and promote it; its labels appear here."
                />
            }
            .into_any()
        } else {
            view! { <Goals rows=board.rows set may_set/> }.into_any()
        };
        view! {
            <PageHeader
                title="Automation"
                subtitle="How right the answers for a label must be before a policy leaves them to machines, and what the champion promises."
            />
            <ModelTabs/>
            <FormError error/>
            <Use rules=board.rules/>
            <Checks percent=board.check_percent checked=board.checked/>
            {table}
        }
    })
}

/// How a policy uses what is promised.
#[component]
fn Use(rules: Vec<String>) -> impl IntoView {
    let used = if rules.is_empty() {
        "No rule of the active policy asks for it yet, so the promises change nothing.".to_owned()
    } else {
        format!("The active policy asks for it in: {}.", rules.join(", "))
    };
    view! {
        <p class="mb-4 max-w-prose text-sm">
            "A rule asks for a promise with " <code>"classification.reaches_precision >= 0.98"</code>
            ". It holds for answers at or above the label’s threshold, and never where nothing is promised: those go to people. "
            {used}
        </p>
    }
    .into_any()
}

/// How right automation is, by those tasks that were drawn for a check.
#[component]
fn Checks(percent: u8, checked: Option<Share>) -> impl IntoView {
    let drawn = if percent == 0 {
        "Random checks are off, so nobody knows how right automation is: set check_percent under [automation] in the configuration."
            .to_owned()
    } else {
        format!(
            "{percent} % of what a policy leaves to machines goes to people instead, drawn at random; they say what it is before they see the model’s answer."
        )
    };
    let known = checked.map(|share| {
        view! {
            <p class="mb-1 text-lg font-semibold tabular-nums">
                {format!("Automation is right in {} of cases (n = {})", with_interval(&share), share.of)}
            </p>
        }
    });
    view! {
        <div class="mb-4 max-w-prose">{known} <p class="text-sm">{drawn}</p></div>
    }
    .into_any()
}

/// What is promised, in words.
fn standing_in_words(row: &AutomationRow) -> String {
    let Some(promise) = row.promise.as_ref().filter(|_| row.goal.is_some()) else {
        return if row.goal.is_some() { "Not worked out yet.".to_owned() } else { "–".to_owned() };
    };
    match promise.standing {
        Standing::Promised { threshold, bound } => format!(
            "Promised from a confidence of {} on: at least {}, from {} of {} right answers.",
            percent(f64::from(threshold)),
            percent(bound),
            promise.right,
            promise.cases,
        ),
        Standing::NotReached => format!(
            "Not reached: {} of {} answers were right, and at no confidence often enough.",
            promise.right, promise.cases,
        ),
        Standing::TooFew { needed } => format!(
            "Not enough labels to promise this: {} answers whose truth is known, and at least {needed} are needed.",
            promise.cases,
        ),
    }
}

#[component]
fn Goals(rows: Vec<AutomationRow>, set: ServerAction<SetAutomationGoal>, may_set: bool) -> impl IntoView {
    let rows = rows.into_iter().map(|row| view! { <GoalRow row set may_set/> }).collect_view();
    view! {
        <TableRegion label="Labels and what is promised for them">
            <thead>
                <tr>
                    <th scope="col">"Label"</th>
                    {may_set.then(|| view! { <th scope="col">"Automate at"</th> })}
                    <th scope="col" class="num text-right">
                        "Goal"
                    </th>
                    <th scope="col">"What the champion promises"</th>
                    <th scope="col" class="num text-right">
                        "Known answers"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
        <p class="mt-2 max-w-prose text-xs text-base-content/70">
            "A promise is worked out from answers to tasks that came in here and that people looked at, whatever they turned out to be, so that work which belongs to no label counts against it. It keeps the precision with a certainty of 95 % (Clopper and Pearson, thresholds tested in a fixed order). Imported examples say nothing of the mix and do not count."
        </p>
    }
    .into_any()
}

#[component]
fn GoalRow(row: AutomationRow, set: ServerAction<SetAutomationGoal>, may_set: bool) -> impl IntoView {
    let pending = set.pending();
    let goal = row.goal.as_ref().map(|goal| goal.percent);
    let words = standing_in_words(&row);
    let kept = row.promise.as_ref().is_some_and(|promise| matches!(promise.standing, Standing::Promised { .. }));
    let badge = goal.map(|_| {
        if kept {
            view! { <span class="badge badge-sm badge-soft badge-success mr-2">"promised"</span> }
        } else {
            view! { <span class="badge badge-sm badge-soft badge-warning mr-2">"goes to people"</span> }
        }
    });
    let label = row.label.clone();
    let button = move |percent: u8, text: String, name: String| {
        let is_goal = goal.unwrap_or(0) == percent;
        view! {
            <button
                class=if is_goal { "btn btn-xs join-item btn-active" } else { "btn btn-xs join-item" }
                type="submit"
                name="percent"
                value=percent.to_string()
                disabled=pending
                aria-pressed=is_goal.to_string()
                aria-label=name
            >
                {text}
            </button>
        }
    };
    let form = may_set.then(|| {
        let choices = PERCENTS
            .iter()
            .map(|&percent| button(percent, format!("{percent} %"), format!("Automate {label} at {percent} %")))
            .collect_view();
        view! {
            <td>
                <ActionForm action=set>
                    <input type="hidden" name="label" value=label.clone()/>
                    <div class="join whitespace-nowrap">
                        {choices} {button(0, "off".to_owned(), format!("Do not automate {label}"))}
                    </div>
                </ActionForm>
            </td>
        }
    });
    let known = if row.cases == 0 { "–".to_owned() } else { format!("{} of {} right", row.right, row.cases) };
    view! {
        <tr>
            <th scope="row" class="min-w-36 font-normal wrap-anywhere">
                {row.label}
            </th>
            {form}
            <td class="num text-right whitespace-nowrap">
                {goal.map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"))}
            </td>
            <td class="min-w-64">{badge} {words}</td>
            <td class="num text-right whitespace-nowrap">{known}</td>
        </tr>
    }
    .into_any()
}
