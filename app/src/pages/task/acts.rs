//! The acts that the page's forms ask for.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{
        task::EraseTaskText,
        work::{
            AnswerApproval, ClaimTask, CorrectTask, EscalateTask, HandBackTask, ReleaseTask, ResolveTask,
            ReverseDecision,
        },
    },
    components::announce,
    error::AppError,
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
    /// Counts the acts that succeeded. A refused one is not counted: the form keeps what was typed.
    pub(super) done: RwSignal<u32>,
}

impl Acts {
    /// Acts on the task of the page's address.
    pub(super) fn new(id: Memo<Option<String>>) -> Self {
        let acts = Self {
            claim: ServerAction::new(),
            release: ServerAction::new(),
            resolve: ServerAction::new(),
            correct: ServerAction::new(),
            escalate: ServerAction::new(),
            hand_back: ServerAction::new(),
            reverse: ServerAction::new(),
            approve: ServerAction::new(),
            erase: ServerAction::new(),
            done: RwSignal::new(0),
        };
        watch(acts.claim, id, acts.done, "You hold this task now.");
        watch(acts.release, id, acts.done, "The task is back in its queue.");
        watch(acts.resolve, id, acts.done, "The task is resolved.");
        watch(acts.correct, id, acts.done, "The correction is kept.");
        watch(acts.escalate, id, acts.done, "The task is escalated.");
        watch(acts.hand_back, id, acts.done, "The task is handed back.");
        watch(acts.reverse, id, acts.done, "The decision is undone.");
        watch(acts.approve, id, acts.done, "Your answer is kept.");
        watch(acts.erase, id, acts.done, "The text is erased.");
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
    Effect::new(move |before: Option<Option<String>>| {
        let now = id.get();
        if before.is_some_and(|before| before != now) {
            value.set(None);
        }
        now
    });
}
