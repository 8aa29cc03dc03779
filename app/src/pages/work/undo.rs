//! Taking the last resolution back, as long as that can be done with one key.

use domain::{Task, preferences::Command};
use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_navigate;

use super::listing::Listing;
use crate::{
    api::{resolution::UndoResolution, work::ResolveTask},
    components::{FormError, KeyHint, action_error, announce},
};

/// What was resolved last on this page, and what takes it back.
#[derive(Clone, Copy)]
pub(super) struct Undoing {
    last: RwSignal<Option<Task>>,
    undo: ServerAction<UndoResolution>,
}

impl Undoing {
    /// Follows resolutions, and goes to the task that one is taken back of.
    pub(super) fn of(resolve: ServerAction<ResolveTask>, changed: RwSignal<u32>, listing: Memo<Listing>) -> Self {
        let (last, undo) = (RwSignal::new(None::<Task>), ServerAction::<UndoResolution>::new());
        Effect::new(move |_| {
            if let Some(Ok(task)) = resolve.value().get() {
                announce("The task is resolved.");
                undo.value().set(None);
                last.set(Some(task));
                changed.update(|count| *count += 1);
            }
        });
        let navigate = use_navigate();
        Effect::new(move |_| {
            if let Some(Ok(task)) = undo.value().get() {
                announce("The resolution is taken back: you hold the task again.");
                last.set(None);
                changed.update(|count| *count += 1);
                navigate(&listing.get_untracked().task(&task.id.to_string()), Default::default());
            }
        });
        Self { last, undo }
    }
}

/// Says what was resolved, and takes it back. It stays until the next resolution or until it is closed, and moves nothing.
#[component]
pub(super) fn UndoBar(undoing: Undoing) -> impl IntoView {
    let Undoing { last, undo } = undoing;
    let bar = move || last.get().map(|task| view! { <Resolved task last undo/> });
    view! { <section aria-label="The last resolution">{bar}</section> }.into_any()
}

#[component]
fn Resolved(task: Task, last: RwSignal<Option<Task>>, undo: ServerAction<UndoResolution>) -> impl IntoView {
    view! {
        <div class="alert fixed right-4 bottom-4 left-4 z-30 flex flex-wrap items-center gap-x-3 gap-y-2 border border-base-300 bg-base-100 text-sm shadow-lg sm:left-auto sm:max-w-lg sm:flex-nowrap">
            <p class="min-w-0 grow truncate">"Resolved: " <strong>{task.subject}</strong></p>
            <FormError error=action_error(undo)/>
            <ActionForm action=undo>
                <input type="hidden" name="task" value=task.id.to_string()/>
                <input type="hidden" name="reason" value=""/>
                <button id="undo" class="btn btn-sm" disabled=move || undo.pending().get()>
                    "Undo"
                    <KeyHint command=Command::Undo/>
                </button>
            </ActionForm>
            <button type="button" class="btn btn-ghost btn-sm" on:click=move |_| last.set(None)>
                "Close"
            </button>
        </div>
    }
    .into_any()
}
