//! One version of the policy: read by everybody who may, edited by those who may that too.

use domain::{
    Fault, Permission, PolicyDocument,
    policy::{PolicyProblem, Severity, desk::PolicyDetail},
};
use leptos::prelude::*;
use leptos_router::{
    components::Form,
    hooks::{use_params_map, use_query_map},
};

use super::{
    compare::Differences,
    editor::{PolicyEditor, ProblemTable},
    review::Review,
    steps::{Steps, VersionActions},
    table::RuleTable,
};
use crate::{
    api::{
        policy::{
            compare_policies,
            edit::{PolicyEdit, SubmitPolicy, begin_policy_edit},
            lookup_policy,
        },
        session::Viewer,
    },
    components::{CodeRegion, PageHeader, StateBadge, TableRegion, When, loaded_for},
    error::AppError,
};

/// What the page shows, by its address.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
enum Shown {
    /// The version, beside the active one.
    Reader(Box<PolicyDetail>),
    /// The editor, with `?edit=1`.
    Editor(Box<PolicyEdit>),
}

async fn show(version: Option<u32>, edit: bool) -> Result<Shown, AppError> {
    let version = version.ok_or(AppError(Fault::NotFound))?;
    if edit {
        return begin_policy_edit(version).await.map(Box::new).map(Shown::Editor);
    }
    lookup_policy(version).await.map(Box::new).map(Shown::Reader)
}

/// The version that the page's address names.
#[component]
pub fn PolicyPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let actions = VersionActions::new();
    let submit = ServerAction::<SubmitPolicy>::new();
    let request = Memo::new(move |_| {
        let version = params.with(|params| params.get_str("version").and_then(|version| version.parse().ok()));
        (version, query.with(|query| query.get_str("edit") == Some("1")))
    });
    let shown = Resource::new(move || (request.get(), actions.version()), |((version, edit), _)| show(version, edit));
    // What was found wrong with one text says nothing about the next.
    Effect::new(move |before: Option<_>| {
        let now = request.get();
        if before.is_some_and(|before| before != now) {
            submit.value().set(None);
        }
        now
    });
    loaded_for(shown, move |shown, viewer| match shown {
        Shown::Reader(detail) => view! { <Reader detail=*detail viewer actions/> }.into_any(),
        Shown::Editor(edit) => view! { <PolicyEditor edit=*edit submit/> }.into_any(),
    })
}

#[component]
fn Reader(detail: PolicyDetail, viewer: Viewer, actions: VersionActions) -> impl IntoView {
    let policy = detail.policy.clone();
    let version = policy.version;
    let is_draft = policy.stage == domain::policy::PolicyStage::Draft;
    let edit = viewer.may(Permission::EditPolicies).then(|| {
        let words = if is_draft { "Edit the draft" } else { "Edit as a new version" };
        view! {
            <a class="btn btn-sm btn-primary" href=format!("/policies/{version}?edit=1")>
                {words}
            </a>
            <a class="btn btn-sm" href=format!("/policies/{version}/simulation")>
                "Try it on the past"
            </a>
        }
    });
    let json = serde_json::to_string_pretty(&policy.document).unwrap_or_default();
    view! {
        <PageHeader title=format!("Policy v{version}") subtitle=policy.note.clone()>
            {edit}
        </PageHeader>
        <Standing detail=detail.clone()/>
        {actions.errors()}
        <Steps detail=detail.clone() viewer=viewer.clone() actions/>
        <Found problems=detail.problems.clone()/>
        <Comparison detail=detail.clone()/>
        <CompareWith version/>
        <RuleTable document=policy.document.clone()/>
        <Review detail viewer actions/>
        <LabelQueues document=policy.document/>
        <section aria-labelledby="json" class="mt-6">
            <h2 id="json" class="mb-2 text-lg font-semibold">
                "The document"
            </h2>
            <CodeRegion label="The policy as JSON" text=json/>
        </section>
    }
    .into_any()
}

/// What was found in the document: what keeps it from deciding or is likely not meant, and, folded away, what is worth knowing.
#[component]
fn Found(problems: Vec<PolicyProblem>) -> impl IntoView {
    let (notes, grave): (Vec<_>, Vec<_>) = problems.into_iter().partition(|problem| problem.severity == Severity::Note);
    let grave = (!grave.is_empty()).then(|| {
        view! {
            <section aria-labelledby="problems" class="mb-4">
                <h2 id="problems" class="mb-2 text-lg font-semibold">
                    "What was found in it"
                </h2>
                <ProblemTable problems=grave/>
            </section>
        }
    });
    let count = notes.len();
    let notes = (count > 0).then(|| {
        let words = if count == 1 { "1 note on the rules".to_owned() } else { format!("{count} notes on the rules") };
        view! {
            <details class="mb-4">
                <summary class="cursor-pointer text-sm font-medium">{words}</summary>
                <ProblemTable problems=notes/>
            </details>
        }
    });
    view! {
        {grave}
        {notes}
    }
    .into_any()
}

/// What differs from any other version: the number is in the address, so that the comparison can be shared.
#[component]
fn CompareWith(version: u32) -> impl IntoView {
    let query = use_query_map();
    let with = Memo::new(move |_| query.with(|query| query.get_str("with").and_then(|with| with.parse::<u32>().ok())));
    let found = Resource::new(
        move || with.get(),
        move |with| async move {
            match with {
                Some(with) => compare_policies(with, version).await.map(|differences| Some((with, differences))),
                None => Ok(None),
            }
        },
    );
    let shown = Suspend::new(async move {
        match found.await {
            Ok(None) => ().into_any(),
            Ok(Some((with, differences))) if differences.is_empty() => {
                view! { <p class="text-sm">{format!("It decides the same as v{with}.")}</p> }.into_any()
            }
            Ok(Some((with, differences))) => view! {
                <p class="mb-2 text-sm">{format!("What v{version} has otherwise than v{with}:")}</p>
                <Differences differences/>
            }
            .into_any(),
            Err(error) => view! { <p class="alert alert-error alert-soft text-sm">{error.message()}</p> }.into_any(),
        }
    });
    view! {
        <details class="mb-6" open=move || with.get().is_some()>
            <summary class="cursor-pointer text-sm font-medium">"Compare with another version"</summary>
            <Form method="GET" action=format!("/policies/{version}") attr:class="mt-2 mb-3 flex flex-wrap items-end gap-2">
                <label class="flex flex-col gap-1 text-sm">
                    <span>"Version"</span>
                    <input
                        class="input input-sm w-28"
                        type="number"
                        name="with"
                        min="1"
                        required
                        value=move || with.get().map(|with| with.to_string())
                    />
                </label>
                <button class="btn btn-sm" type="submit">
                    "Compare"
                </button>
            </Form>
            <Suspense fallback=|| view! { <p class="text-sm">"Comparing…"</p> }>{shown}</Suspense>
        </details>
    }
    .into_any()
}

/// Where the version stands.
#[component]
fn Standing(detail: PolicyDetail) -> impl IntoView {
    let PolicyDetail { policy, frozen, .. } = detail;
    let based_on = policy.based_on.map(|base| {
        view! {
            " · made from "
            <a class="link num" href=format!("/policies/{base}")>
                {format!("v{base}")}
            </a>
        }
    });
    let activated = policy.activated_at.map(|at| {
        let by = policy.activated_by.map(|name| format!(" by {name}")).unwrap_or_default();
        view! {
            {format!(" · activated{by} on ")}
            <When at/>
        }
    });
    let approval = policy.approval.map(|approval| {
        view! {
            {format!(" · {} said yes on ", approval.by)}
            <When at=approval.at/>
        }
    });
    let schedule = policy.schedule.map(|schedule| {
        let text = format!(
            "Becomes active by itself on {} UTC, as {} said: {}",
            schedule.at.to_minute(),
            schedule.by,
            schedule.reason
        );
        view! { <p class="alert alert-info alert-soft mb-3 text-sm">{text}</p> }
    });
    let aside = policy.set_aside.map(|why| view! { <p class="alert alert-warning alert-soft mb-3 text-sm">{why}</p> });
    let frozen = frozen.map(|window| {
        let text = format!("No version becomes active until {} UTC: {}", window.until.to_minute(), window.reason);
        view! { <p class="alert alert-info alert-soft mb-3 text-sm">{text}</p> }
    });
    view! {
        <p class="mb-3 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
            <StateBadge state=policy.stage.as_str()/>
            {format!("Revision {}, saved by {} on ", policy.revision, policy.saved_by)}
            <When at=policy.saved_at/>
            {based_on}
            {approval}
            {activated}
        </p>
        {schedule}
        {aside}
        {frozen}
    }
    .into_any()
}

/// What differs from the active version.
#[component]
fn Comparison(detail: PolicyDetail) -> impl IntoView {
    let active = detail.active?;
    let body = if detail.differences.is_empty() {
        view! { <p class="text-sm">{format!("Decides the same as the active version, v{active}.")}</p> }.into_any()
    } else {
        view! { <Differences differences=detail.differences/> }.into_any()
    };
    Some(view! {
        <section aria-labelledby="comparison" class="mb-6">
            <h2 id="comparison" class="mb-2 text-lg font-semibold">
                "Compared with the active version "
                <a class="link num" href=format!("/policies/{active}")>
                    {format!("v{active}")}
                </a>
            </h2>
            {body}
        </section>
    })
}

#[component]
fn LabelQueues(document: PolicyDocument) -> impl IntoView {
    if document.label_queues.is_empty() {
        return None;
    }
    let rows = document
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
        .collect_view();
    Some(view! {
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
                <tbody>{rows}</tbody>
            </TableRegion>
        </section>
    })
}
