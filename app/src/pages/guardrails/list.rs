//! The guardrails as a table, with what the active version does against them.

use domain::{guardrail::Guardrail, policy::PolicyProblem};
use leptos::prelude::*;
use leptos_router::location::Url;

use super::words::{cells_in_words, is_about, problem_in_words, requirement_in_words};
use crate::{
    api::guardrail::RemoveGuardrail,
    components::{Confirm, EmptyState, TableRegion, action_error},
    pages::policies::ReasonField,
};

/// Every guardrail.
#[component]
pub(super) fn List(
    /// The guardrails.
    guardrails: Vec<Guardrail>,
    /// The number of their last change.
    revision: u32,
    /// What the active version does against them.
    problems: Vec<PolicyProblem>,
    /// Takes one away; nothing for those who only look.
    remove: Option<ServerAction<RemoveGuardrail>>,
) -> impl IntoView {
    if guardrails.is_empty() {
        return view! {
            <EmptyState
                title="No guardrail yet"
                text="A guardrail says what no version may do, for example that nothing labelled legal is automated. Administrators set them."
            />
        }
        .into_any();
    }
    let others: Vec<_> = problems
        .iter()
        .filter(|problem| !guardrails.iter().any(|guardrail| is_about(problem, &guardrail.id)))
        .map(|problem| view! { <li>{problem_in_words(problem)}</li> })
        .collect();
    let others = (!others.is_empty()).then(|| {
        view! { <ul class="mt-2 list-disc pl-5 text-sm wrap-anywhere">{others}</ul> }
    });
    let rows = guardrails
        .into_iter()
        .map(|guardrail| {
            let found: Vec<PolicyProblem> =
                problems.iter().filter(|problem| is_about(problem, &guardrail.id)).cloned().collect();
            view! { <Row guardrail found revision remove/> }
        })
        .collect_view();
    view! {
        <TableRegion label="Guardrails">
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"What for"</th>
                    <th scope="col">"Which tasks"</th>
                    <th scope="col">"What must hold"</th>
                    <th scope="col">"Active version"</th>
                    {remove.map(|_| view! { <th scope="col">"Actions"</th> })}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
        {others}
    }
    .into_any()
}

#[component]
fn Row(
    guardrail: Guardrail,
    found: Vec<PolicyProblem>,
    revision: u32,
    remove: Option<ServerAction<RemoveGuardrail>>,
) -> impl IntoView {
    let cells = cells_in_words(&guardrail);
    let everything = (cells.is_empty() && guardrail.when.is_empty()).then_some("all tasks");
    let cells = cells.into_iter().map(|cell| view! { <span class="block">{cell}</span> }).collect_view();
    let when = (!guardrail.when.is_empty()).then(|| {
        view! { <code class="rounded-selector bg-base-200 px-1 text-xs wrap-anywhere">{guardrail.when.clone()}</code> }
    });
    let actions = remove.map(|remove| view! { <Actions id=guardrail.id.clone() revision remove/> });
    view! {
        <tr>
            <th scope="row" class="min-w-28 align-top font-medium wrap-anywhere">
                {guardrail.id}
            </th>
            <td class="min-w-40 align-top wrap-anywhere">{guardrail.description}</td>
            <td class="min-w-36 align-top">{everything} {cells} {when}</td>
            <td class="min-w-48 align-top">{requirement_in_words(&guardrail.require)}</td>
            <td class="min-w-48 align-top">
                <Found found/>
            </td>
            {actions}
        </tr>
    }
    .into_any()
}

/// What the active version does against one guardrail.
#[component]
fn Found(found: Vec<PolicyProblem>) -> impl IntoView {
    if found.is_empty() {
        return view! { <span class="badge badge-sm badge-soft badge-success">"keeps it"</span> }.into_any();
    }
    let (class, word) = if found.iter().any(PolicyProblem::is_error) {
        ("badge badge-sm badge-soft badge-error", "breaks it")
    } else {
        ("badge badge-sm badge-soft badge-warning", "may break it")
    };
    let items = found.iter().map(|problem| view! { <li>{problem_in_words(problem)}</li> }).collect_view();
    view! {
        <span class=class>{word}</span>
        <ul class="mt-1 list-disc pl-4 text-xs wrap-anywhere">{items}</ul>
        <p class="mt-1 text-xs text-base-content/70">"Such tasks go to people."</p>
    }
    .into_any()
}

#[component]
fn Actions(id: String, revision: u32, remove: ServerAction<RemoveGuardrail>) -> impl IntoView {
    let pending = remove.pending();
    let error = action_error(remove);
    let change = format!("/guardrails?change={}#guardrail-form", Url::escape(&id));
    view! {
        <td class="align-top">
            <div class="flex flex-wrap items-start gap-2">
                <a class="btn btn-xs" href=change aria-label=format!("Change {id}")>
                    "Change"
                </a>
                <Confirm
                    summary="Remove"
                    about=id.clone()
                    consequence="From the next decision on it holds no more. What it stopped before stays where it is."
                >
                    <ActionForm action=remove>
                        <input type="hidden" name="revision" value=revision.to_string()/>
                        <input type="hidden" name="id" value=id.clone()/>
                        <ReasonField error/>
                        <button class="btn btn-xs btn-warning" type="submit" disabled=pending>
                            {format!("Remove {id}")}
                        </button>
                    </ActionForm>
                </Confirm>
            </div>
        </td>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use std::collections::BTreeMap;

    use domain::{guardrail::Requirement, policy::Severity};
    use leptos::reactive::owner::Owner;

    use super::*;

    fn drawn(severity: Severity) -> String {
        let guardrail = Guardrail {
            id: "legal".to_owned(),
            description: "Lawyers <answer>.".to_owned(),
            cells: BTreeMap::new(),
            when: String::new(),
            require: Requirement::Person,
        };
        let problem = PolicyProblem {
            severity,
            rule: Some("refunds".to_owned()),
            field: "then.destination".to_owned(),
            line: None,
            column: None,
            message: "it automates tasks, and the guardrail `legal` forbids that".to_owned(),
            example: None,
        };
        let kept = Guardrail { id: "other".to_owned(), ..guardrail.clone() };
        let (guardrails, problems) = (vec![guardrail, kept], vec![problem]);
        Owner::new().with(|| view! { <List guardrails revision=1 problems remove=None/> }.to_html())
    }

    #[test]
    fn what_the_active_version_does_stands_beside_the_guardrail_that_it_breaks() {
        let html = drawn(Severity::Error);
        assert!(html.contains("Lawyers &lt;answer&gt;."), "{html}");
        assert!(html.contains("breaks it") && html.contains("Rule refunds: it automates tasks"), "{html}");
        assert!(html.contains("keeps it") && html.contains("all tasks"), "{html}");
        assert!(drawn(Severity::Warning).contains("may break it"));
    }
}
