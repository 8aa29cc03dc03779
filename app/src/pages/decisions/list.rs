//! The list of decisions.

use domain::{DecisionSummary, Page, decision::DecisionFilter};
use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

use super::{rule_in_words, source_in_words};
use crate::{
    api::{blank, decision::list_decisions},
    components::{
        EmptyState, FilterForm, FilterSelect, FilterText, LabelBadge, PageHeader, Pager, TableRegion, When, loaded,
    },
};

/// Every decision, newest first, narrowed by the page's address.
#[component]
pub fn DecisionsPage() -> impl IntoView {
    let query = use_query_map();
    let request = Memo::new(move |_| query.with(|query| (filter_of(query), blank(query.get("after")))));
    let page = Resource::new(move || request.get(), |(filter, after)| list_decisions(filter, after));
    loaded(page, move |page| {
        let filter = request.get_untracked().0;
        view! {
            <PageHeader title="Decisions" subtitle="Where each task was sent, by which rule and model, and whether it was right."/>
            <Filters filter=filter.clone()/>
            <Decisions page narrowed=filter != DecisionFilter::default()/>
        }
    })
}

/// What the address narrows the list to; what cannot be read narrows nothing.
fn filter_of(query: &ParamsMap) -> DecisionFilter {
    DecisionFilter {
        label: blank(query.get("label")),
        destination: blank(query.get("destination")),
        rule: blank(query.get("rule")),
        model_version: blank(query.get("model_version")),
        corrected: match query.get_str("corrected") {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            _ => None,
        },
        task_id: query.get_str("task").and_then(|id| id.parse().ok()),
    }
}

#[component]
fn Filters(filter: DecisionFilter) -> impl IntoView {
    let narrowed = filter != DecisionFilter::default();
    let corrected = filter.corrected.map(|corrected| if corrected { "yes" } else { "no" }.to_owned());
    let task = filter.task_id.map(|id| view! { <input type="hidden" name="task" value=id.to_string()/> });
    view! {
        <FilterForm action="/decisions" narrowed>
            {task} <FilterText name="label" label="Label" value=filter.label/>
            <FilterText name="destination" label="Queue or automation" value=filter.destination/>
            <FilterText name="rule" label="Rule" value=filter.rule/>
            <FilterText name="model_version" label="Model" value=filter.model_version/>
            <FilterSelect
                name="corrected"
                label="Corrected"
                options=vec![("yes", "corrected"), ("no", "not corrected")]
                value=corrected
            />
        </FilterForm>
    }
}

#[component]
fn Decisions(page: Page<DecisionSummary>, narrowed: bool) -> impl IntoView {
    if page.items.is_empty() {
        return if narrowed {
            view! {
                <EmptyState
                    title="No decision fits these filters"
                    text="Names must be written exactly as the list shows them. Clear the filters to see every decision."
                >
                    <a class="btn btn-sm" href="/decisions">
                        "Clear the filters"
                    </a>
                </EmptyState>
            }
            .into_any()
        } else {
            view! {
                <EmptyState
                    title="No decision yet"
                    text="Each task that is submitted gets one. Send a task through the API, and its decision appears here with everything that explains it."
                />
            }
            .into_any()
        };
    }
    let rows = page.items.into_iter().map(|decision| view! { <DecisionRow decision/> }).collect_view();
    view! {
        <TableRegion label="Decisions, newest first">
            <thead>
                <tr>
                    <th scope="col">"Decided (UTC)"</th>
                    <th scope="col">"Task"</th>
                    <th scope="col">"Label"</th>
                    <th scope="col" class="num text-right">
                        "Confidence"
                    </th>
                    <th scope="col">"Went to"</th>
                    <th scope="col">"Rule"</th>
                    <th scope="col">"Policy"</th>
                    <th scope="col">"Model"</th>
                    <th scope="col">"Corrected"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
        <Pager next=page.next/>
    }
    .into_any()
}

#[component]
fn DecisionRow(decision: DecisionSummary) -> impl IntoView {
    let confidence = decision.confidence.map_or_else(|| "–".to_owned(), |sure| format!("{:.1} %", sure * 100.0));
    let source = source_in_words(&decision.source);
    let rule = rule_in_words(decision.matched_rule, &decision.source);
    view! {
        <tr>
            <td>
                <When at=decision.decided_at/>
            </td>
            <th scope="row" class="min-w-48 max-w-96 font-medium">
                <a class="link link-hover wrap-anywhere" href=format!("/decisions/{}", decision.id)>
                    {decision.subject}
                </a>
            </th>
            <td>
                <LabelBadge label=decision.label/>
            </td>
            <td class="num text-right">{confidence}</td>
            <td class="whitespace-nowrap">{decision.destination.to_string()}</td>
            <td class="whitespace-nowrap">
                {rule} {(source != "policy").then(|| view! { <span class="badge badge-sm badge-soft badge-info ml-1">{source}</span> })}
            </td>
            <td>
                <a class="link link-hover num" href=format!("/policies/{}", decision.policy_version)>
                    {format!("v{}", decision.policy_version)}
                </a>
            </td>
            <td class="num">{decision.model_version.unwrap_or_else(|| "none".to_owned())}</td>
            <td>
                {if decision.corrected {
                    view! { <span class="badge badge-sm badge-soft badge-warning">"corrected"</span> }.into_any()
                } else {
                    view! { <span class="text-base-content/70">"no"</span> }.into_any()
                }}
            </td>
        </tr>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn blank_and_unknown_values_of_the_address_narrow_nothing() {
        let query = [("label", ""), ("corrected", "maybe"), ("task", "x")]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        assert_eq!(filter_of(&query), DecisionFilter::default());
    }
}
