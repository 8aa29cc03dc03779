//! The editor of a policy document.

use domain::policy::PolicyProblem;
use leptos::prelude::*;

use crate::{
    api::policy::{PolicyAnswer, PolicyEdit, SubmitPolicy},
    components::{FieldError, FormError, PageHeader, TableRegion, action_error},
};

/// Text as the content of a `textarea` in HTML. Leptos does not escape the children of a `textarea` on the server, and
/// draws no property there, so the text goes in as HTML that is escaped here; otherwise a document with `</textarea>`
/// could bring a script into the page.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Changes a document and saves it as a new version. It starts with the version of the address, or with what the same
/// person sent last without JavaScript.
#[component]
pub(super) fn PolicyEditor(
    /// What it starts with.
    edit: PolicyEdit,
    /// Checks or saves.
    submit: ServerAction<SubmitPolicy>,
) -> impl IntoView {
    let version = edit.policy.version;
    let resumed = edit.draft.is_some();
    let (json, note, problems) = edit.draft.map_or_else(
        || (serde_json::to_string_pretty(&edit.policy.document).unwrap_or_default(), String::new(), None),
        |draft| (draft.json, draft.note, Some(draft.problems)),
    );
    let error = action_error(submit);
    let pending = submit.pending();
    let found = Memo::new(move |_| match submit.value().get() {
        Some(Ok(PolicyAnswer::Checked { problems })) => Some(problems),
        Some(Ok(PolicyAnswer::Saved { .. })) => None,
        Some(Err(_)) => None,
        None => problems.clone(),
    });
    view! {
        <PageHeader title=format!("Edit policy v{version}") subtitle="Saving makes a new version. It decides nothing until it is activated.">
            <a class="btn btn-sm btn-ghost" href=format!("/policies/{version}")>
                "Leave without saving"
            </a>
        </PageHeader>
        {resumed.then(|| view! { <p class="mb-3 text-sm">"This is the text that you sent last. It is not saved."</p> })}
        <ActionForm action=submit>
            <div class="flex flex-col gap-3">
                <Problems found/>
                <label class="text-sm font-medium" for="policy-json">
                    "The document"
                </label>
                <textarea
                    id="policy-json"
                    class="textarea h-[32rem] w-full font-mono text-xs"
                    name="json"
                    spellcheck="false"
                    autocapitalize="off"
                    aria-describedby="policy-help"
                    inner_html=escaped(&json)
                ></textarea>
                <p id="policy-help" class="max-w-prose text-sm text-base-content/70">
                    "JSON with “schema”, “label_queues”, “rules” and “otherwise”. A rule's “when” is a CEL expression over task, classification, queues and now, for example "
                    <code>"classification.confidence < 0.6"</code> "."
                </p>
                <div class="max-w-xl">
                    <label class="flex flex-col gap-1 text-sm">
                        <span class="font-medium">"What changed, and why"</span>
                        <input
                            class="input w-full"
                            type="text"
                            name="note"
                            value=note
                            required
                            maxlength="500"
                            aria-describedby="note-error"
                        />
                    </label>
                    <FieldError error field="note"/>
                </div>
                <FormError error=Signal::derive(move || error.get().filter(|error| error.field() != Some("note")))/>
                <div class="flex flex-wrap gap-2">
                    <button class="btn" type="submit" name="intent" value="check" formnovalidate disabled=pending>
                        "Check"
                    </button>
                    <button class="btn btn-primary" type="submit" name="intent" value="save" disabled=pending>
                        "Save a new version"
                    </button>
                </div>
            </div>
        </ActionForm>
    }
}

/// What a check found. It is always in the page, so that screen readers hear it change.
#[component]
fn Problems(found: Memo<Option<Vec<PolicyProblem>>>) -> impl IntoView {
    let shown = move || match found.get() {
        None => ().into_any(),
        Some(problems) if problems.is_empty() => view! {
            <p class="alert alert-success alert-soft">"No problems found. The document can be saved."</p>
        }
        .into_any(),
        Some(problems) => view! { <ProblemTable problems/> }.into_any(),
    };
    view! { <div role="status">{shown}</div> }
}

/// Each thing that is wrong with a document.
#[component]
pub(super) fn ProblemTable(
    /// What is wrong.
    problems: Vec<PolicyProblem>,
) -> impl IntoView {
    let count = problems.len();
    let position = |position: Option<u32>| position.map_or_else(|| "–".to_owned(), |position| position.to_string());
    let rows = problems
        .into_iter()
        .map(|problem| {
            view! {
                <tr>
                    <th scope="row" class="font-medium whitespace-nowrap">
                        {problem.rule.unwrap_or_else(|| "document".to_owned())}
                    </th>
                    <td>
                        <code>{problem.field}</code>
                    </td>
                    <td class="num text-right">{position(problem.line)}</td>
                    <td class="num text-right">{position(problem.column)}</td>
                    <td class="min-w-48 wrap-anywhere">{problem.message}</td>
                </tr>
            }
        })
        .collect_view();
    let title = if count == 1 {
        "1 problem; nothing was changed.".to_owned()
    } else {
        format!("{count} problems; nothing was changed.")
    };
    view! {
        <p class="alert alert-error alert-soft mb-2">{title}</p>
        <TableRegion label="Problems of the document">
            <thead>
                <tr>
                    <th scope="col">"Rule"</th>
                    <th scope="col">"Field"</th>
                    <th scope="col" class="num text-right">
                        "Line"
                    </th>
                    <th scope="col" class="num text-right">
                        "Column"
                    </th>
                    <th scope="col">"What is wrong"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::{
        PolicyDocument, PolicyVersion, Then, Timestamp,
        policy::{PolicyStage, Target},
    };
    use leptos::reactive::owner::Owner;
    use leptos_meta::provide_meta_context;

    use super::*;
    use crate::api::policy::PolicyDraft;

    fn policy() -> PolicyVersion {
        let otherwise =
            Then { destination: Target::Close, priority: None, sla_minutes: None, skills: Vec::new(), note: None };
        PolicyVersion {
            version: 3,
            stage: PolicyStage::Active,
            document: PolicyDocument { schema: 1, label_queues: Default::default(), rules: Vec::new(), otherwise },
            note: String::new(),
            created_by: "Ada".to_owned(),
            created_at: Timestamp::from_ms(0),
            activated_at: None,
            activated_by: None,
        }
    }

    #[test]
    fn a_document_cannot_leave_its_text_field() {
        let attack = "</textarea><script>alert(1)</script> & more";
        let draft = PolicyDraft { json: attack.to_owned(), note: "\"><script>".to_owned(), problems: Vec::new() };
        let html = Owner::new().with(|| {
            provide_meta_context();
            let submit = ServerAction::<SubmitPolicy>::new();
            view! { <PolicyEditor edit=PolicyEdit { policy: policy(), draft: Some(draft) } submit/> }.to_html()
        });
        assert!(html.contains("&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; more"), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }

    #[test]
    fn the_text_is_in_the_page_without_javascript() {
        let html = Owner::new().with(|| {
            provide_meta_context();
            let submit = ServerAction::<SubmitPolicy>::new();
            view! { <PolicyEditor edit=PolicyEdit { policy: policy(), draft: None } submit/> }.to_html()
        });
        assert!(html.contains("\"schema\": 1"), "{html}");
    }
}
