//! Tasks that nothing could be done with.

use domain::{Page, Permission, dead_letter::DeadLetter};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::policies::ReasonField;
use crate::{
    api::{
        blank,
        dead_letter::{ReplayDeadLetter, ReplayDeadLetters, list_dead_letters},
    },
    components::{
        Confirm, EmptyState, FormError, LabelBadge, PageHeader, Pager, TableRegion, When, action_error, announce_done,
        loaded_for,
    },
};

/// Tasks that nothing could be done with, the newest first, and the way to try them again.
#[component]
pub fn DeadLettersPage() -> impl IntoView {
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| blank(query.get("after"))));
    let (one, all) = (ServerAction::<ReplayDeadLetter>::new(), ServerAction::<ReplayDeadLetters>::new());
    let page = Resource::new(
        move || (after.get(), one.version().get() + all.version().get()),
        |(after, _)| list_dead_letters(after),
    );
    announce_done(one, "The task was tried again.");
    let errors = [action_error(one), action_error(all)];
    loaded_for(page, move |page, viewer| {
        let may = viewer.may(Permission::ReverseDecisions);
        let replay_all = (may && !page.items.is_empty()).then(|| view! { <ReplayAll action=all/> });
        view! {
            <PageHeader
                title="Dead letters"
                subtitle="Tasks that nothing could be done with: a rule sends them here, or a bot failed on them again and again."
            >
                {replay_all}
            </PageHeader>
            {errors.map(|error| view! { <FormError error except=&["reason"]/> }).into_iter().collect_view()}
            <Outcome action=all/>
            <Letters page may action=one/>
        }
    })
}

/// What became of trying all of them again. It is always in the page, so that screen readers hear it.
#[component]
fn Outcome(action: ServerAction<ReplayDeadLetters>) -> impl IntoView {
    let words = move || match action.value().get() {
        Some(Ok(replayed)) => {
            let text =
                format!("{} went on their way; the policy sent {} back here.", replayed.sent_on, replayed.dead_again);
            Some(view! { <p class="alert alert-info alert-soft mb-3 text-sm">{text}</p> })
        }
        _ => None,
    };
    view! { <div role="status">{words}</div> }
}

#[component]
fn ReplayAll(action: ServerAction<ReplayDeadLetters>) -> impl IntoView {
    let pending = action.pending();
    let error = action_error(action);
    view! {
        <Confirm
            summary="Try all of them again"
            about="dead letters"
            consequence="The policy of now decides them, at most 500 at once, the newest first. What the model had said of them holds."
        >
            <ActionForm action>
                <ReasonField error/>
                <button class="btn btn-sm btn-primary" type="submit" disabled=pending>
                    "Try them now"
                </button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}

#[component]
fn Letters(page: Page<DeadLetter>, may: bool, action: ServerAction<ReplayDeadLetter>) -> impl IntoView {
    if page.items.is_empty() {
        return view! {
            <EmptyState
                title="No dead letters"
                text="Every task has somewhere to go. One appears here when a rule says that nothing can be done, or when a bot took it several times and never finished it."
            />
        }
        .into_any();
    }
    let rows = page.items.into_iter().map(|letter| view! { <LetterRow letter may action/> }).collect_view();
    view! {
        <TableRegion label="Dead letters, newest first">
            <thead>
                <tr>
                    <th scope="col">"Task"</th>
                    <th scope="col">"Label"</th>
                    <th scope="col">"Why"</th>
                    <th scope="col">"Since (UTC)"</th>
                    {may.then(|| view! { <th scope="col">"Action"</th> })}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
        <Pager next=page.next/>
    }
    .into_any()
}

#[component]
fn LetterRow(letter: DeadLetter, may: bool, action: ServerAction<ReplayDeadLetter>) -> impl IntoView {
    let DeadLetter { task, reason, at } = letter;
    let id = task.id.to_string();
    let about = task.subject.clone();
    let replay = may.then(|| {
        let pending = action.pending();
        let error = action_error(action);
        view! {
            <td>
                <Confirm
                    summary="Try again"
                    about
                    consequence="The policy of now decides it. What the model had said of it holds."
                >
                    <ActionForm action>
                        <input type="hidden" name="task" value=id.clone()/>
                        <ReasonField error/>
                        <button class="btn btn-xs btn-primary" type="submit" disabled=pending>
                            "Try it now"
                        </button>
                    </ActionForm>
                </Confirm>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row" class="min-w-48 font-normal">
                <a class="link wrap-anywhere" href=format!("/tasks/{}", task.id)>
                    {task.subject}
                </a>
            </th>
            <td>
                <LabelBadge label=task.label/>
            </td>
            <td class="min-w-48 wrap-anywhere">{reason}</td>
            <td>
                <When at/>
            </td>
            {replay}
        </tr>
    }
    .into_any()
}
