//! What people say about a version, and a second person's yes or no.

use domain::{
    Permission,
    policy::{PolicyComment, PolicyStage, ReviewVerdict, desk::PolicyDetail},
};
use leptos::prelude::*;

use super::steps::VersionActions;
use crate::{
    api::session::Viewer,
    components::{FieldError, When, action_error},
};

/// The comments, and the form for the next.
#[component]
pub(super) fn Review(
    /// The version.
    detail: PolicyDetail,
    /// Who looks.
    viewer: Viewer,
    /// What may be done.
    actions: VersionActions,
) -> impl IntoView {
    let PolicyDetail { policy, comments, is_author, .. } = detail;
    let may_review = policy.stage == PolicyStage::InReview && viewer.may(Permission::ReviewPolicies);
    let form = viewer.may(Permission::EditPolicies).then(|| {
        view! { <CommentForm version=policy.version revision=policy.revision may_review is_author actions/> }
    });
    if comments.is_empty() && form.is_none() {
        return None;
    }
    let none = comments
        .is_empty()
        .then(|| view! { <p class="mb-2 text-sm text-base-content/70">"Nobody has said anything about it yet."</p> });
    let items = comments.into_iter().map(|comment| view! { <Comment comment/> }).collect_view();
    Some(view! {
        <section aria-labelledby="review" class="mb-6 max-w-3xl">
            <h2 id="review" class="mb-2 text-lg font-semibold">
                "Review"
            </h2>
            {none}
            <ol class="mb-3 flex flex-col gap-2">{items}</ol>
            {form}
        </section>
    })
}

#[component]
fn Comment(comment: PolicyComment) -> impl IntoView {
    let verdict = comment.verdict.map(|verdict| match verdict {
        ReviewVerdict::Approved => view! { <span class="badge badge-sm badge-soft badge-success">"yes"</span> },
        ReviewVerdict::ChangesRequested => {
            view! { <span class="badge badge-sm badge-soft badge-warning">"changes wanted"</span> }
        }
    });
    let rule = comment.rule.map(|rule| {
        let href = format!("#rule-{rule}");
        view! {
            " on "
            <a class="link" href=href>
                {rule}
            </a>
        }
    });
    view! {
        <li class="rounded-box border border-base-300 p-3 text-sm">
            <p class="flex flex-wrap items-center gap-x-2 text-base-content/70">
                <strong class="text-base-content">{comment.by}</strong>
                <When at=comment.at/>
                <span>{format!("revision {}", comment.revision)} {rule}</span>
                {verdict}
            </p>
            <p class="whitespace-pre-wrap wrap-anywhere">{comment.text}</p>
        </li>
    }
    .into_any()
}

#[component]
fn CommentForm(
    version: u32,
    revision: u32,
    may_review: bool,
    is_author: bool,
    actions: VersionActions,
) -> impl IntoView {
    let action = actions.comment;
    let error = action_error(action);
    let pending = action.pending();
    let verdicts = may_review.then(|| {
        let yes = if is_author {
            view! { <p class="text-sm">"You wrote this version, so somebody else says yes to it."</p> }.into_any()
        } else {
            view! {
                <button class="btn btn-sm btn-success" type="submit" name="verdict" value="approved" disabled=pending formnovalidate>
                    "Say yes"
                </button>
            }
            .into_any()
        };
        view! {
            {yes}
            <button class="btn btn-sm btn-warning" type="submit" name="verdict" value="changes_requested" disabled=pending>
                "Ask for changes"
            </button>
        }
    });
    view! {
        <ActionForm action>
            <input type="hidden" name="version" value=version.to_string()/>
            <input type="hidden" name="revision" value=revision.to_string()/>
            <label class="flex flex-col gap-1 text-sm">
                <span>"Comment"</span>
                <textarea class="textarea w-full" name="text" rows="2" maxlength="4000" required aria-describedby="text-error"></textarea>
            </label>
            <FieldError error field="text"/>
            <div class="mt-2 flex flex-wrap items-center gap-2">
                <button class="btn btn-sm" type="submit" disabled=pending>
                    "Comment"
                </button>
                {verdicts}
            </div>
        </ActionForm>
    }
    .into_any()
}
