//! What colleagues say to each other about the task, and who watches it.

use domain::{TaskComment, TaskDetail, comment::MAX_COMMENT_BYTES};
use leptos::{form::ActionForm, prelude::*};

use super::acts::Acts;
use crate::components::{FieldError, FormError, When, action_error};

/// The comments, oldest first, and the form for another one.
#[component]
pub(super) fn Comments(
    detail: TaskDetail,
    /// Whether the viewer may say something, and watch.
    may_write: bool,
    acts: Acts,
) -> impl IntoView {
    let id = detail.task.id;
    let rows = detail.comments.iter().cloned().map(|comment| view! { <Comment comment/> }).collect_view();
    let none = detail.comments.is_empty();
    view! {
        <section aria-labelledby="comments" class="text-sm">
            <div class="mb-2 flex flex-wrap items-center justify-between gap-2">
                <h2 id="comments" class="font-semibold">
                    "Comments"
                </h2>
                {may_write.then(|| view! { <Watching detail=detail.clone() acts/> })}
            </div>
            {none.then(|| view! { <p class="mb-3 text-base-content/70">"Nobody has said anything. Only colleagues see what is said here."</p> })}
            <ol class="mb-3 flex flex-col gap-3">{rows}</ol>
            {may_write.then(|| view! { <CommentForm id=id.to_string() detail acts/> })}
        </section>
    }
    .into_any()
}

#[component]
fn Comment(comment: TaskComment) -> impl IntoView {
    view! {
        <li class="rounded-box border border-base-300 bg-base-100 px-4 py-2">
            <p class="flex flex-wrap justify-between gap-x-4">
                <strong>{comment.by}</strong>
                <span class="text-xs text-base-content/70">
                    <When at=comment.at/>
                </span>
            </p>
            <p class="whitespace-pre-wrap wrap-anywhere">{comment.text}</p>
        </li>
    }
    .into_any()
}

/// The field starts empty: what stands inside a `textarea` is not escaped when the server draws it.
#[component]
fn CommentForm(id: String, detail: TaskDetail, acts: Acts) -> impl IntoView {
    let error = action_error(acts.comment);
    let first = acts.drafting.begin_note(detail.task.id, detail.draft.as_ref());
    let on_note = acts.drafting.on_note();
    view! {
        <ActionForm action=acts.comment>
            <input type="hidden" name="task" value=id/>
            <div class="flex flex-col gap-2">
                <FormError error except=&["text"]/>
                <label for="comment-text" class="font-medium">
                    "Say something to colleagues"
                </label>
                <textarea
                    id="comment-text"
                    name="text"
                    rows="2"
                    required
                    maxlength=MAX_COMMENT_BYTES.to_string()
                    class="textarea textarea-sm w-full"
                    aria-describedby="comment-hint text-error"
                    prop:value=first
                    on:input=move |event| on_note(event_target_value(&event))
                ></textarea>
                <p id="comment-hint" class="text-xs text-base-content/70">
                    "@ and the first part of somebody’s address mentions them."
                </p>
                <FieldError error field="text"/>
                <button class="btn btn-sm btn-neutral self-start" disabled=move || acts.comment.pending().get()>
                    "Comment"
                </button>
            </div>
        </ActionForm>
    }
    .into_any()
}

/// Who watches, and whether the viewer does.
#[component]
fn Watching(detail: TaskDetail, acts: Acts) -> impl IntoView {
    let id = detail.task.id.to_string();
    let names = detail.watchers.join(", ");
    let said = (!names.is_empty())
        .then(|| view! { <span class="text-xs text-base-content/70">{format!("Watched by {names}")}</span> });
    let button = if detail.watching {
        view! {
            <ActionForm action=acts.unwatch>
                <input type="hidden" name="task" value=id/>
                <button class="btn btn-ghost btn-xs">"Stop watching"</button>
            </ActionForm>
        }
        .into_any()
    } else {
        view! {
            <ActionForm action=acts.watch>
                <input type="hidden" name="task" value=id/>
                <button class="btn btn-ghost btn-xs">"Watch"</button>
            </ActionForm>
        }
        .into_any()
    };
    view! { <div class="flex flex-wrap items-center gap-2">{said} {button}</div> }.into_any()
}
