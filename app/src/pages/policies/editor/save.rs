//! The note and the buttons that save.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{desk::Desk, findings, keep::Keeper};
use crate::{
    api::policy::edit::{PolicyIntent, SubmitPolicy},
    components::{FieldError, FormError, action_error},
};

/// The id of the form, which the text field of the document belongs to wherever it stands.
pub(super) const FORM: &str = "policy-form";

/// The id of the field for the note.
pub(super) const NOTE: &str = "policy-note";

/// The note and the buttons. With JavaScript it stays in sight.
#[component]
pub(super) fn SaveForm(
    /// What saves.
    submit: ServerAction<SubmitPolicy>,
    /// The document.
    desk: Desk,
    /// What knows the version, the revision and the note.
    keeper: Keeper,
    /// Whether the page is alive; before that the browser sends the form.
    alive: RwSignal<bool>,
) -> impl IntoView {
    let error = action_error(submit);
    let pending = submit.pending();
    let (version, first_note) = (keeper.version(), keeper.note.get_untracked());
    let save = move |event: leptos::ev::SubmitEvent| {
        if !alive.get_untracked() {
            return;
        }
        event.prevent_default();
        if desk.stop_at_not_understood().is_some() {
            return;
        }
        desk.notice.set(None);
        submit.dispatch(SubmitPolicy {
            version,
            revision: keeper.revision.get_untracked(),
            json: desk.text(),
            note: keeper.note.get_untracked(),
            intent: PolicyIntent::Save,
        });
    };
    let found = move || {
        alive
            .get()
            .then(|| view! { <a class="link" href="#findings" rel="external">{move || findings::summary(desk)}</a> })
    };
    view! {
        <form
            id=FORM
            method="post"
            action=SubmitPolicy::url()
            class="z-30 mt-6 flex flex-col gap-2 border-t border-base-300 bg-base-200 py-3 md:sticky md:bottom-0"
            on:submit=save
        >
            <input type="hidden" name="version" value=version.to_string()/>
            <input type="hidden" name="revision" value=keeper.revision.get_untracked().to_string()/>
            <p class="text-sm empty:hidden">{move || desk.notice.get()}</p>
            <FormError error except=&["note"]/>
            <div class="flex flex-wrap items-end gap-3">
                <label class="flex min-w-0 grow basis-72 flex-col gap-1 text-sm">
                    <span class="font-medium">"What changed, and why"</span>
                    <input
                        id=NOTE
                        class="input w-full"
                        type="text"
                        name="note"
                        value=first_note
                        prop:value=keeper.note
                        on:input=move |event| keeper.note.set(event_target_value(&event))
                        required
                        maxlength="500"
                        aria-describedby="note-error"
                    />
                </label>
                <Show when=move || !alive.get()>
                    <button class="btn" type="submit" name="intent" value="check" formnovalidate>
                        "Check"
                    </button>
                </Show>
                <button class="btn btn-primary" type="submit" name="intent" value="save" disabled=pending>
                    "Save the draft"
                </button>
                <span class="min-h-6 w-full text-sm md:w-64 md:self-center">{found}</span>
            </div>
            <FieldError error field="note"/>
        </form>
    }
    .into_any()
}
