//! One decision with everything that explains it.

use domain::{Correction, Decision, DecisionDetail, Fault, Permission, decision::DecisionSource};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    rule_in_words, source_in_words,
    trace::{ClassificationCard, Trace},
};
use crate::{
    api::{decision::lookup_decision, session::Viewer},
    components::{CodeRegion, LabelBadge, PageHeader, PriorityBadge, StateBadge, TableRegion, When, loaded_for},
    error::AppError,
};

/// The decision that the page's address names.
#[component]
pub fn DecisionPage() -> impl IntoView {
    let params = use_params_map();
    let detail = Resource::new(
        move || params.with(|params| params.get("id")),
        |id| async move {
            let id = id.and_then(|id| id.parse().ok()).ok_or(AppError(Fault::NotFound))?;
            lookup_decision(id).await
        },
    );
    loaded_for(detail, |detail, viewer| view! { <Detail detail viewer/> })
}

#[component]
fn Detail(detail: DecisionDetail, viewer: Viewer) -> impl IntoView {
    let task = viewer.may(Permission::ReadTasks).then(|| {
        view! {
            <a class="btn btn-sm" href=format!("/tasks/{}", detail.decision.task_id)>
                "Open the task"
            </a>
        }
    });
    let DecisionDetail { decision, subject, task_state, corrections, shadows } = detail;
    let facts = serde_json::to_string_pretty(&decision.facts).unwrap_or_default();
    let by_policy = decision.source == DecisionSource::Policy;
    view! {
        <PageHeader title=subject subtitle=format!("Decision {}", decision.id)>
            {task}
        </PageHeader>
        <p class="mb-4 max-w-prose text-lg">{decision.explanation.clone()}</p>
        <div class="grid gap-6 lg:grid-cols-2">
            <section aria-labelledby="outcome" class="card card-border bg-base-100">
                <div class="card-body">
                    <h2 id="outcome" class="card-title">
                        "Outcome"
                    </h2>
                    <Outcome decision=decision.clone() task_state=task_state.name().to_owned()/>
                </div>
            </section>
            <section aria-labelledby="classification" class="card card-border bg-base-100">
                <div class="card-body">
                    <h2 id="classification" class="card-title">
                        "Classification"
                    </h2>
                    <div>
                        <ClassificationCard classification=decision.classification fallback=decision.fallback/>
                    </div>
                </div>
            </section>
        </div>
        <section aria-labelledby="trace" class="mt-6">
            <h2 id="trace" class="mb-2 text-lg font-semibold">
                "Rules that were tried"
            </h2>
            <Trace trace=decision.trace by_policy/>
        </section>
        <section aria-labelledby="corrections" class="mt-6">
            <h2 id="corrections" class="mb-2 text-lg font-semibold">
                "Corrections"
            </h2>
            <Corrections corrections/>
        </section>
        {(!shadows.is_empty()).then(|| view! { <Shadows shadows/> })}
        <section aria-labelledby="facts" class="mt-6">
            <h2 id="facts" class="mb-2 text-lg font-semibold">
                "Facts that the rules saw"
            </h2>
            <CodeRegion label="Facts as JSON" text=facts/>
        </section>
    }
}

/// What models in shadow would have done; none of it had any effect.
#[component]
fn Shadows(shadows: Vec<Decision>) -> impl IntoView {
    let rows = shadows
        .into_iter()
        .map(|shadow| {
            let (model, label, sure) = shadow.classification.map_or_else(
                || ("–".to_owned(), None, "no answer".to_owned()),
                |said| (said.model_version, Some(said.label), format!("{:.1} %", said.confidence * 100.0)),
            );
            view! {
                <tr>
                    <th scope="row" class="num font-normal">
                        {model}
                    </th>
                    <td>
                        <LabelBadge label/>
                    </td>
                    <td class="num text-right">{sure}</td>
                    <td>{shadow.destination.to_string()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="shadows" class="mt-6">
            <h2 id="shadows" class="mb-2 text-lg font-semibold">
                "What models in shadow would have done"
            </h2>
            <TableRegion label="Decisions in shadow, without effect">
                <thead>
                    <tr>
                        <th scope="col">"Model"</th>
                        <th scope="col">"Label"</th>
                        <th scope="col" class="num text-right">
                            "Confidence"
                        </th>
                        <th scope="col">"Would go to"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
        </section>
    }
    .into_any()
}

#[component]
fn Outcome(decision: Decision, task_state: String) -> impl IntoView {
    let source = source_in_words(&decision.source);
    let made_by = decision.decided_by.map_or_else(|| source.to_owned(), |name| format!("{source} by {name}"));
    let rule = rule_in_words(decision.matched_rule, &decision.source);
    let supersedes = decision.supersedes.map(|id| {
        view! {
            <Fact name="Takes the place of">
                <a class="link wrap-anywhere" href=format!("/decisions/{id}")>
                    {id.to_string()}
                </a>
            </Fact>
        }
    });
    let mode = match decision.mode {
        domain::DecisionMode::Live => "live",
        domain::DecisionMode::Shadow => "shadow",
        domain::DecisionMode::Canary => "canary",
    };
    let skills =
        (!decision.skills.is_empty()).then(|| view! { <Fact name="Skills">{decision.skills.join(", ")}</Fact> });
    view! {
        <dl class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2 text-sm">
            <Fact name="Went to">
                <strong>{decision.destination.to_string()}</strong>
            </Fact>
            <Fact name="Task now">
                <StateBadge state=task_state/>
            </Fact>
            <Fact name="Priority">
                <PriorityBadge priority=decision.priority/>
            </Fact>
            <Fact name="Due">
                {decision.due_at.map_or_else(|| "no due time".into_any(), |at| view! { <When at/> }.into_any())}
            </Fact>
            <Fact name="Rule">{rule}</Fact>
            <Fact name="Policy">
                <a class="link" href=format!("/policies/{}", decision.policy_version)>
                    {format!("v{}", decision.policy_version)}
                </a>
            </Fact>
            <Fact name="Made by">{made_by}</Fact>
            <Fact name="Mode">
                <StateBadge state=mode/>
            </Fact>
            <Fact name="Decided">
                <When at=decision.decided_at/>
            </Fact>
            <Fact name="Took">
                <span class="num">{format!("{:.2} ms", decision.latency_ms)}</span>
            </Fact>
            {skills} {decision.note.map(|note| view! { <Fact name="Note">{note}</Fact> })} {supersedes}
        </dl>
    }
}

#[component]
fn Fact(name: &'static str, children: Children) -> impl IntoView {
    view! {
        <dt class="text-base-content/70">{name}</dt>
        <dd class="min-w-0 wrap-anywhere">{children()}</dd>
    }
}

#[component]
fn Corrections(corrections: Vec<Correction>) -> impl IntoView {
    if corrections.is_empty() {
        return view! { <p class="text-sm text-base-content/70">"Nobody has corrected this decision."</p> }.into_any();
    }
    let rows = corrections
        .into_iter()
        .map(|correction| {
            view! {
                <tr>
                    <td>
                        <When at=correction.corrected_at/>
                    </td>
                    <th scope="row" class="font-normal">
                        {correction.field.as_str()}
                    </th>
                    <td>{correction.old.unwrap_or_else(|| "nothing".to_owned())}</td>
                    <td class="font-medium">{correction.new}</td>
                    <td>{correction.corrected_by}</td>
                    <td class="min-w-48 wrap-anywhere">{correction.reason}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableRegion label="Corrections of this decision">
            <thead>
                <tr>
                    <th scope="col">"When (UTC)"</th>
                    <th scope="col">"Field"</th>
                    <th scope="col">"It said"</th>
                    <th scope="col">"Right is"</th>
                    <th scope="col">"Who"</th>
                    <th scope="col">"Why"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
    }
    .into_any()
}
