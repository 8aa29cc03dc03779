//! The acts that the page's forms ask for.

use leptos::{prelude::*, server_fn::ServerFn};

use super::reply::Drafting;
use crate::{
    api::{
        comment::{CommentOnTask, UnwatchTask, WatchTask},
        resolution::UndoResolution,
        snooze::{SnoozeTask, WakeTask},
        task::EraseTaskText,
        work::{
            AnswerApproval, ClaimTask, CorrectTask, EscalateTask, HandBackTask, ReleaseTask, ResolveTask,
            ReverseDecision,
        },
    },
    components::announce,
    error::AppError,
    pages::work::Workspace,
};

/// One action for each act. They live as long as the page, so that what a form answered outlives the task's redrawing.
#[derive(Clone, Copy)]
pub(super) struct Acts {
    pub(super) claim: ServerAction<ClaimTask>,
    pub(super) release: ServerAction<ReleaseTask>,
    pub(super) resolve: ServerAction<ResolveTask>,
    pub(super) correct: ServerAction<CorrectTask>,
    pub(super) escalate: ServerAction<EscalateTask>,
    pub(super) hand_back: ServerAction<HandBackTask>,
    pub(super) reverse: ServerAction<ReverseDecision>,
    pub(super) approve: ServerAction<AnswerApproval>,
    pub(super) erase: ServerAction<EraseTaskText>,
    pub(super) snooze: ServerAction<SnoozeTask>,
    pub(super) wake: ServerAction<WakeTask>,
    pub(super) undo: ServerAction<UndoResolution>,
    pub(super) comment: ServerAction<CommentOnTask>,
    pub(super) watch: ServerAction<WatchTask>,
    pub(super) unwatch: ServerAction<UnwatchTask>,
    /// What is typed and not sent.
    pub(super) drafting: Drafting,
    /// Counts the acts that succeeded. A refused one is not counted: the form keeps what was typed.
    pub(super) done: RwSignal<u32>,
}

impl Acts {
    /// Acts on the task of the page's address.
    pub(super) fn new(id: Memo<Option<String>>) -> Self {
        let acts = Self {
            claim: ServerAction::new(),
            release: ServerAction::new(),
            resolve: expect_context::<Workspace>().resolve,
            correct: ServerAction::new(),
            escalate: ServerAction::new(),
            hand_back: ServerAction::new(),
            reverse: ServerAction::new(),
            approve: ServerAction::new(),
            erase: ServerAction::new(),
            snooze: ServerAction::new(),
            wake: ServerAction::new(),
            undo: ServerAction::new(),
            comment: ServerAction::new(),
            watch: ServerAction::new(),
            unwatch: ServerAction::new(),
            drafting: Drafting::new(),
            done: RwSignal::new(0),
        };
        watch(acts.claim, id, acts.done, "You hold this task now.");
        watch(acts.release, id, acts.done, "The task is back in its queue.");
        forget(acts.resolve, id);
        watch(acts.correct, id, acts.done, "The correction is kept.");
        watch(acts.escalate, id, acts.done, "The task is escalated.");
        watch(acts.hand_back, id, acts.done, "The task is handed back.");
        watch(acts.reverse, id, acts.done, "The decision is undone.");
        watch(acts.approve, id, acts.done, "Your answer is kept.");
        watch(acts.erase, id, acts.done, "The text is erased.");
        watch(acts.snooze, id, acts.done, "The task is put aside.");
        watch(acts.wake, id, acts.done, "The task is back in its queue.");
        watch(acts.undo, id, acts.done, "The resolution is taken back: you hold the task again.");
        watch(acts.comment, id, acts.done, "The comment is kept.");
        watch(acts.watch, id, acts.done, "You watch this task.");
        watch(acts.unwatch, id, acts.done, "You do not watch this task any more.");
        let sent = acts.comment.value();
        Effect::new(move |_| {
            if sent.with(|value| matches!(value, Some(Ok(_)))) {
                acts.drafting.sent_note();
            }
        });
        acts
    }
}

/// Counts an act's successes and says them; forgets what it answered when the page goes on to another task.
fn watch<S>(action: ServerAction<S>, id: Memo<Option<String>>, done: RwSignal<u32>, sentence: &'static str)
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let value = action.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(_)))) {
            announce(sentence);
            done.update(|count| *count += 1);
        }
    });
    forget(action, id);
}

/// Forgets why an act was refused when the page goes on to another task.
fn forget<S>(action: ServerAction<S>, id: Memo<Option<String>>)
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let value = action.value();
    Effect::new(move |before: Option<Option<String>>| {
        let now = id.get();
        if before.is_some_and(|before| before != now) && value.with_untracked(|value| matches!(value, Some(Err(_)))) {
            value.set(None);
        }
        now
    });
}
