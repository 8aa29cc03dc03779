//! One decision with everything that explains it.

use domain::{
    Correction, Decision, DecisionDetail, Fault, Permission,
    decision::{DecisionSource, Override, OverrideKind},
    detail::TaskCost,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    rule_in_words, source_in_words,
    trace::{ClassificationCard, Trace},
};
use crate::{
    api::{decision::lookup_decision, policy::edit::MakePolicyExample, session::Viewer},
    components::{
        CodeRegion, Confirm, FieldError, FormError, LabelBadge, PageHeader, PriorityBadge, StateBadge, TableRegion,
        When, action_error, loaded_for,
    },
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
    let example = ServerAction::<MakePolicyExample>::new();
    loaded_for(detail, move |detail, viewer| view! { <Detail detail viewer example/> })
}

#[component]
fn Detail(detail: DecisionDetail, viewer: Viewer, example: ServerAction<MakePolicyExample>) -> impl IntoView {
    let task = viewer.may(Permission::ReadTasks).then(|| {
        view! {
            <a class="btn btn-sm" href=format!("/tasks/{}", detail.decision.task_id)>
                "Open the task"
            </a>
        }
    });
    let DecisionDetail { decision, subject, task_state, corrections, shadows, cost } = detail;
    let example = viewer
        .may(Permission::EditPolicies)
        .then(|| view! { <MakeExample decision=decision.id.to_string() action=example/> });
    let facts = serde_json::to_string_pretty(&decision.facts).unwrap_or_default();
    let by_policy = decision.source == DecisionSource::Policy;
    view! {
        <PageHeader title=subject subtitle=format!("Decision {}", decision.id)>
            {example}
            {task}
        </PageHeader>
        <p class="mb-4 max-w-prose text-lg">{decision.explanation.clone()}</p>
        <div class="grid gap-6 lg:grid-cols-2">
            <section aria-labelledby="outcome" class="card card-border bg-base-100">
                <div class="card-body">
                    <h2 id="outcome" class="card-title">
                        "Outcome"
                    </h2>
                    <Outcome decision=decision.clone() task_state=task_state.name().to_owned() cost/>
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
fn Outcome(decision: Decision, task_state: String, cost: TaskCost) -> impl IntoView {
    let overrides = (!decision.overrides.is_empty()).then(|| {
        let words = decision.overrides.iter().map(override_in_words);
        let items = words.map(|words| view! { <li>{words}</li> }).collect_view();
        view! {
            <Fact name="Over the rules">
                <ul>{items}</ul>
            </Fact>
        }
    });
    let cost = cost_in_words(&decision, &cost).map(|words| view! { <Fact name="Cost">{words}</Fact> });
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
            {cost} {overrides} {skills} {decision.note.map(|note| view! { <Fact name="Note">{note}</Fact> })} {supersedes}
        </dl>
    }
}

/// What a decision cost and what people's work on its task does; nothing when nothing has a price.
fn cost_in_words(decision: &Decision, cost: &TaskCost) -> Option<String> {
    let money = |micros: u64| {
        #[expect(clippy::cast_precision_loss, reason = "shown with four digits")]
        let amount = micros as f64 / 1e6;
        format!("{amount:.4} {}", cost.currency)
    };
    let parts = [
        (decision.cost_micros > 0).then(|| format!("{} for the decision", money(decision.cost_micros))),
        (cost.work_micros > 0).then(|| format!("{} for people’s work on the task", money(cost.work_micros))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What took effect over the rules, and where the task would have gone.
fn override_in_words(held: &Override) -> String {
    let what = match held.kind {
        OverrideKind::Guardrail => format!("the guardrail {}", held.name),
        OverrideKind::KillSwitch => format!("{} is switched off", held.name),
        OverrideKind::CircuitBreaker => format!("{} failed often", held.name),
    };
    format!("{what}; the rules said {}", held.instead_of)
}

/// Adds the task to the examples of a draft.
#[component]
fn MakeExample(decision: String, action: ServerAction<MakePolicyExample>) -> impl IntoView {
    let error = action_error(action);
    let pending = action.pending();
    view! {
        <Confirm
            summary="Make an example of it"
            about="this decision"
            consequence="The task is added to the examples of the newest draft, or of a new one: what became of it must become of it again. Its text is then part of the policy."
        >
            <ActionForm action>
                <input type="hidden" name="decision" value=decision/>
                <label class="mb-1 flex flex-col gap-1 text-sm">
                    <span>"Name of the example"</span>
                    <input class="input input-sm w-56" type="text" name="name" required maxlength="64" autocomplete="off" aria-describedby="name-error"/>
                </label>
                <FieldError error field="name"/>
                <FormError error except=&["name"]/>
                <button class="btn btn-sm btn-primary mt-2" type="submit" disabled=pending>
                    "Add the example"
                </button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
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
