//! One version of the policy: read by everybody who may, edited by those who may that too.

use domain::{Fault, Permission, PolicyDocument, PolicyVersion, Rule, policy::PolicyStage};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    compare::{Change, compare},
    editor::{PolicyEditor, ProblemTable},
    words::then_in_words,
};
use crate::{
    api::{
        policy::{ActivatePolicy, PolicyEdit, SubmitPolicy, begin_policy_edit, lookup_active_policy, lookup_policy},
        session::Viewer,
    },
    components::{
        CodeRegion, Confirm, FormError, PageHeader, StateBadge, TableRegion, When, action_error, announce_done,
        loaded_for,
    },
    error::AppError,
};

/// What the page shows, by its address.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
enum Shown {
    /// The version, beside the active one.
    Reader { policy: PolicyVersion, active: Option<PolicyVersion> },
    /// The editor, with `?edit=1`.
    Editor(PolicyEdit),
}

async fn show(version: Option<u32>, edit: bool) -> Result<Shown, AppError> {
    let version = version.ok_or(AppError(Fault::NotFound))?;
    if edit {
        return begin_policy_edit(version).await.map(Shown::Editor);
    }
    let policy = lookup_policy(version).await?;
    let active = if policy.stage == PolicyStage::Active { None } else { lookup_active_policy().await? };
    Ok(Shown::Reader { policy, active })
}

/// The version that the page's address names.
#[component]
pub fn PolicyPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let activate = ServerAction::<ActivatePolicy>::new();
    let submit = ServerAction::<SubmitPolicy>::new();
    let request = Memo::new(move |_| {
        let version = params.with(|params| params.get_str("version").and_then(|version| version.parse().ok()));
        (version, query.with(|query| query.get_str("edit") == Some("1")))
    });
    let shown =
        Resource::new(move || (request.get(), activate.version().get()), |((version, edit), _)| show(version, edit));
    // What was found wrong with one text says nothing about the next.
    Effect::new(move |before: Option<_>| {
        let now = request.get();
        if before.is_some_and(|before| before != now) {
            submit.value().set(None);
        }
        now
    });
    announce_done(activate, "The policy is active.");
    let error = action_error(activate);
    loaded_for(shown, move |shown, viewer| match shown {
        Shown::Reader { policy, active } => view! {
            <ActivationError error/>
            <Reader policy active viewer activate/>
        }
        .into_any(),
        Shown::Editor(edit) => view! { <PolicyEditor edit submit/> }.into_any(),
    })
}

/// Why a version was not activated: a queue that it names may be gone since it was saved.
#[component]
fn ActivationError(error: Signal<Option<AppError>>) -> impl IntoView {
    let problems = move || match error.get() {
        Some(AppError(Fault::InvalidPolicy { problems })) => Some(view! { <ProblemTable problems/> }),
        _ => None,
    };
    view! {
        <FormError error/>
        {problems}
    }
}

#[component]
fn Reader(
    policy: PolicyVersion,
    active: Option<PolicyVersion>,
    viewer: Viewer,
    activate: ServerAction<ActivatePolicy>,
) -> impl IntoView {
    let actions = viewer.may(Permission::EditPolicies).then(|| {
        view! {
            <a class="btn btn-sm" href=format!("/policies/{}?edit=1", policy.version)>
                "Edit as a new version"
            </a>
            <Activate version=policy.version stage=policy.stage activate/>
        }
    });
    let json = serde_json::to_string_pretty(&policy.document).unwrap_or_default();
    let comparison = active.map(|active| view! { <Comparison active other=policy.document.clone()/> });
    view! {
        <PageHeader title=format!("Policy v{}", policy.version) subtitle=policy.note.clone()>
            {actions}
        </PageHeader>
        <p class="mb-6 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
            <StateBadge state=policy.stage.as_str()/> {format!("Saved by {} on ", policy.created_by)}
            <When at=policy.created_at/>
            {policy
                .activated_at
                .map(|at| {
                    let by = policy.activated_by.map(|name| format!(" by {name}")).unwrap_or_default();
                    view! {
                        {format!(" · activated{by} on ")}
                        <When at/>
                    }
                })}
        </p>
        {comparison}
        <Rules document=policy.document/>
        <section aria-labelledby="json" class="mt-6">
            <h2 id="json" class="mb-2 text-lg font-semibold">
                "The document"
            </h2>
            <CodeRegion label="The policy as JSON" text=json/>
        </section>
    }
}

/// The way to make a version the active one; with one that was active before, this is rolling back.
#[component]
fn Activate(version: u32, stage: PolicyStage, activate: ServerAction<ActivatePolicy>) -> impl IntoView {
    let summary = match stage {
        PolicyStage::Active => return None,
        PolicyStage::Draft => "Activate",
        PolicyStage::Retired => "Roll back to this version",
    };
    let pending = activate.pending();
    Some(view! {
        <Confirm
            summary
            about=format!("v{version}")
            consequence=format!(
                "From then on v{version} decides every new task. Tasks that were decided before stay where they are, and the version that is active now can be brought back the same way.",
            )
        >
            <ActionForm action=activate>
                <input type="hidden" name="version" value=version.to_string()/>
                <button class="btn btn-sm btn-warning" type="submit" disabled=pending>
                    {format!("Make v{version} active")}
                </button>
            </ActionForm>
        </Confirm>
    })
}

#[component]
fn Comparison(active: PolicyVersion, other: PolicyDocument) -> impl IntoView {
    let differences = compare(&active.document, &other);
    let same = differences.is_empty().then(|| {
        view! { <p class="text-sm">{format!("Decides the same as the active version, v{}.", active.version)}</p> }
    });
    let rows = differences
        .into_iter()
        .map(|each| {
            let class = match each.change {
                Change::Added => "badge badge-sm badge-soft badge-success",
                Change::Removed => "badge badge-sm badge-soft badge-error",
                Change::Changed => "badge badge-sm badge-soft badge-warning",
                Change::Moved => "badge badge-sm badge-soft badge-info",
            };
            view! {
                <li class="flex flex-wrap items-center gap-2">
                    <span class=class>{each.change.as_str()}</span>
                    <span class="wrap-anywhere">{each.what}</span>
                    <span class="text-base-content/70">{each.fields}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="comparison" class="mb-6">
            <h2 id="comparison" class="mb-2 text-lg font-semibold">
                "Compared with the active version "
                <a class="link num" href=format!("/policies/{}", active.version)>
                    {format!("v{}", active.version)}
                </a>
            </h2>
            {same}
            <ul class="flex flex-col gap-1 text-sm">{rows}</ul>
        </section>
    }
}

/// The rules in the order they are tried, in words.
#[component]
fn Rules(document: PolicyDocument) -> impl IntoView {
    let rules = document.rules.into_iter().map(|rule| view! { <RuleItem rule/> }).collect_view();
    let queues = document
        .label_queues
        .into_iter()
        .map(|(label, queue)| {
            view! {
                <tr>
                    <th scope="row" class="font-normal">
                        {label}
                    </th>
                    <td>{queue}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let queues = (!queues.is_empty()).then(|| {
        view! {
            <section aria-labelledby="queues" class="mt-6 max-w-xl">
                <h2 id="queues" class="mb-2 text-lg font-semibold">
                    "Which queue takes which label"
                </h2>
                <TableRegion label="Queues of labels">
                    <thead>
                        <tr>
                            <th scope="col">"Label"</th>
                            <th scope="col">"Queue"</th>
                        </tr>
                    </thead>
                    <tbody>{queues}</tbody>
                </TableRegion>
            </section>
        }
    });
    view! {
        <section aria-labelledby="rules">
            <h2 id="rules" class="mb-2 text-lg font-semibold">
                "Rules, in the order they are tried"
            </h2>
            <p class="mb-3 text-sm text-base-content/70">"The first rule whose condition holds decides."</p>
            <ol class="flex list-decimal flex-col gap-3 pl-6">{rules}</ol>
            <p class="mt-3">
                <strong>"Otherwise: "</strong>
                {then_in_words(&document.otherwise)}
            </p>
        </section>
        {queues}
    }
}

#[component]
fn RuleItem(rule: Rule) -> impl IntoView {
    view! {
        <li class="max-w-prose pl-1">
            <strong class="wrap-anywhere">{rule.id}</strong>
            <p>{rule.description}</p>
            <p class="text-sm">
                "When " <code class="rounded-selector bg-base-200 px-1 wrap-anywhere">{rule.when}</code>
            </p>
            <p class="text-sm">{then_in_words(&rule.then)}</p>
            {rule.then.note.map(|note| view! { <p class="text-sm text-base-content/70">{format!("Note: {note}")}</p> })}
        </li>
    }
}
