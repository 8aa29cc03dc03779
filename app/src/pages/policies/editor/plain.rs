//! The document as text in a form, which needs no script; and findings as a plain table.

use domain::policy::PolicyProblem;
use leptos::prelude::*;

use super::{json, place::word, save::FORM};
use crate::{components::TableRegion, pages::policies::words::field_in_words};

/// Text as the content of a `textarea` in HTML. Leptos does not escape the children of a `textarea` on the server, and
/// draws no property there, so the text goes in as HTML that is escaped here; otherwise a document with `</textarea>`
/// could bring a script into the page.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The document as text, for the form alone.
#[component]
pub(super) fn PlainText(
    /// The text.
    json: String,
    /// What was found in it, when it was looked at.
    problems: Option<Vec<PolicyProblem>>,
) -> impl IntoView {
    let found = problems.map(|problems| {
        if problems.is_empty() {
            view! { <p class="alert alert-success alert-soft mb-3">"Nothing was found. The document can be saved."</p> }
                .into_any()
        } else {
            view! { <ProblemTable problems/> }.into_any()
        }
    });
    view! {
        <div role="status">{found}</div>
        <label class="text-sm font-medium" for=json::TEXT>
            "The document"
        </label>
        <textarea
            id=json::TEXT
            class="textarea h-[32rem] w-full font-mono text-xs"
            form=FORM
            name="json"
            spellcheck="false"
            autocapitalize="off"
            aria-describedby="policy-help"
            inner_html=escaped(&json)
        ></textarea>
        <p id="policy-help" class="max-w-prose text-sm text-base-content/70">
            "JSON with “schema”, “columns”, “label_queues”, “rules”, “otherwise” and “examples”. A rule's “when” is a CEL expression over task, classification, queues and now, for example "
            <code>"classification.confidence < 0.6"</code> "."
        </p>
    }
    .into_any()
}

/// Each thing that was found in a document.
#[component]
pub(in super::super) fn ProblemTable(
    /// What was found.
    problems: Vec<PolicyProblem>,
) -> impl IntoView {
    let count = problems.len();
    let position = |position: Option<u32>| position.map_or_else(|| "–".to_owned(), |position| position.to_string());
    let rows = problems
        .into_iter()
        .map(|problem| {
            view! {
                <tr>
                    <td>{word(problem.severity)}</td>
                    <th scope="row" class="font-medium whitespace-nowrap">
                        {problem.rule.unwrap_or_else(|| "document".to_owned())}
                    </th>
                    <td class="wrap-anywhere">{field_in_words(&problem.field)}</td>
                    <td class="num text-right">{position(problem.line)}</td>
                    <td class="num text-right">{position(problem.column)}</td>
                    <td class="min-w-48 wrap-anywhere">{problem.message}</td>
                </tr>
            }
        })
        .collect_view();
    let title = if count == 1 { "1 thing was found.".to_owned() } else { format!("{count} things were found.") };
    view! {
        <p class="alert alert-warning alert-soft mb-2">{title}</p>
        <TableRegion label="What was found in the document">
            <thead>
                <tr>
                    <th scope="col">"Weight"</th>
                    <th scope="col">"Rule"</th>
                    <th scope="col">"Field"</th>
                    <th scope="col" class="num text-right">
                        "Line"
                    </th>
                    <th scope="col" class="num text-right">
                        "Column"
                    </th>
                    <th scope="col">"What was found"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
    }
}
