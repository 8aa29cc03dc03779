//! The decision table of a version, to be read.

use domain::{
    PolicyDocument, Rule,
    policy::{Column, PolicyExample},
};
use leptos::prelude::*;

use super::words::then_in_words;
use crate::components::TableRegion;

/// The rules in the order they are tried, and the examples that hold them.
#[component]
pub(super) fn RuleTable(
    /// The document.
    document: PolicyDocument,
) -> impl IntoView {
    let columns = document.columns.clone();
    let has_expressions = document.rules.iter().any(|rule| !rule.when.is_empty());
    let heads = columns
        .iter()
        .map(|column| {
            view! {
                <th scope="col" title=column.fact.to_string()>
                    {column.fact.title()}
                </th>
            }
        })
        .collect_view();
    let expression = has_expressions.then(|| view! { <th scope="col">"Expression"</th> });
    let spanned = (columns.len() + usize::from(has_expressions)).to_string();
    let rows = document
        .rules
        .into_iter()
        .enumerate()
        .map(|(place, rule)| view! { <RuleRow place=place + 1 rule columns=columns.clone() has_expressions/> })
        .collect_view();
    view! {
        <section aria-labelledby="rules" class="mb-6">
            <h2 id="rules" class="mb-2 text-lg font-semibold">
                "Rules, in the order they are tried"
            </h2>
            <p class="mb-3 text-sm text-base-content/70">"The first rule that matches decides. It matches when all its conditions, on the right, hold; an empty cell asks nothing."</p>
            <TableRegion label="Rules of the policy">
                <thead>
                    <tr>
                        <th scope="col" class="num text-right">
                            "#"
                        </th>
                        <th scope="col">"Rule"</th>
                        <th scope="col">"What happens"</th>
                        {heads}
                        {expression}
                    </tr>
                </thead>
                <tbody>
                    {rows}
                    <tr>
                        <td></td>
                        <th scope="row" class="font-medium">
                            "otherwise"
                        </th>
                        <td class="min-w-48">{then_in_words(&document.otherwise)}</td>
                        {(spanned != "0").then(|| view! { <td colspan=spanned></td> })}
                    </tr>
                </tbody>
            </TableRegion>
        </section>
        <Examples examples=document.examples/>
    }
    .into_any()
}

#[component]
fn RuleRow(place: usize, rule: Rule, columns: Vec<Column>, has_expressions: bool) -> impl IntoView {
    let cells = columns
        .iter()
        .map(|column| {
            let text = rule.cells.get(&column.fact).map(ToString::to_string);
            view! { <td class="min-w-28 wrap-break-word">{text}</td> }
        })
        .collect_view();
    let expression = has_expressions.then(|| {
        let when = (!rule.when.is_empty())
            .then(|| view! { <code class="text-xs whitespace-pre-wrap wrap-anywhere">{rule.when.clone()}</code> });
        view! { <td class="min-w-64">{when}</td> }
    });
    let id = format!("rule-{}", rule.id);
    let off = rule.disabled.then(|| view! { <span class="badge badge-sm badge-soft badge-warning">"disabled"</span> });
    let area = rule.area.map(|area| view! { <span class="badge badge-sm badge-outline">{area}</span> });
    let note = rule.then.note.as_ref().map(|note| {
        view! { <span class="block text-xs text-base-content/70">{format!("Note: {note}")}</span> }
    });
    view! {
        <tr id=id>
            <td class="num text-right">{place}</td>
            <th scope="row" class="min-w-48 font-normal">
                <span class="flex flex-wrap items-center gap-1">
                    <strong class="wrap-anywhere">{rule.id}</strong>
                    {area}
                    {off}
                </span>
                <span class="block text-sm">{rule.description}</span>
            </th>
            <td class="min-w-48">{then_in_words(&rule.then)} {note}</td>
            {cells}
            {expression}
        </tr>
    }
    .into_any()
}

#[component]
fn Examples(examples: Vec<PolicyExample>) -> impl IntoView {
    if examples.is_empty() {
        return None;
    }
    let rows = examples
        .into_iter()
        .map(|example| {
            let expected = [
                example.expect.rule.map(|rule| format!("rule {rule}")),
                example.expect.destination.map(|destination| destination.to_string()),
                example.expect.priority.map(|priority| format!("priority {}", priority.as_str())),
            ];
            view! {
                <tr>
                    <th scope="row" class="font-medium">
                        {example.name}
                    </th>
                    <td class="wrap-anywhere">{example.facts.task.subject}</td>
                    <td>{expected.into_iter().flatten().collect::<Vec<_>>().join(", ")}</td>
                </tr>
            }
        })
        .collect_view();
    Some(view! {
        <section aria-labelledby="examples" class="mt-6">
            <h2 id="examples" class="mb-2 text-lg font-semibold">
                "Examples that must hold"
            </h2>
            <TableRegion label="Examples of the policy">
                <thead>
                    <tr>
                        <th scope="col">"Example"</th>
                        <th scope="col">"Task"</th>
                        <th scope="col">"What must come of it"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
        </section>
    })
}
