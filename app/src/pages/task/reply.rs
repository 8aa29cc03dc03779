//! What the submitter is told, and how it is kept while it is written.

#[cfg(feature = "hydrate")]
use std::time::Duration;

use domain::{Draft, TaskId, resolution::MAX_REPLY_BYTES};
use leptos::prelude::*;

use crate::{api::draft::SaveDraft, error::AppError};

/// How long somebody must not type before what they typed is kept.
#[cfg(feature = "hydrate")]
const PAUSE: Duration = Duration::from_millis(700);

/// What the viewer types on tasks, kept on the server. It lives as long as the page, so that nothing is lost when the task is
/// drawn anew.
#[derive(Clone, Copy)]
pub(super) struct Drafting {
    save: ServerAction<SaveDraft>,
    typed: RwSignal<Option<Typed>>,
}

/// What is typed on one task.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Typed {
    task: TaskId,
    reply: String,
    note: String,
    revision: u64,
}

impl Drafting {
    pub(super) fn new() -> Self {
        Self { save: ServerAction::new(), typed: RwSignal::new(None) }
    }

    /// What stands in the fields of a task at first: what was typed here, or else what the server has kept.
    fn begin(self, task: TaskId, kept: Option<&Draft>) -> Typed {
        let of_kept = || {
            let (reply, note) = kept.map(|kept| (kept.reply.clone(), kept.note.clone())).unwrap_or_default();
            Typed { task, reply, note, revision: kept.map_or(0, |kept| kept.revision) }
        };
        let typed = self.typed.get_untracked().filter(|typed| typed.task == task);
        let typed =
            typed.filter(|typed| kept.is_none_or(|kept| kept.revision <= typed.revision)).unwrap_or_else(of_kept);
        self.typed.set(Some(typed.clone()));
        typed
    }

    /// The reply of a task at first.
    pub(super) fn begin_reply(self, task: TaskId, kept: Option<&Draft>) -> String {
        self.begin(task, kept).reply
    }

    /// The comment of a task at first.
    pub(super) fn begin_note(self, task: TaskId, kept: Option<&Draft>) -> String {
        self.begin(task, kept).note
    }

    /// Keeps what is typed, once nobody has typed for a moment. Only a browser does: a timer belongs to its thread, and the
    /// server draws a page on one and forgets it on another.
    fn keeper(self) -> impl Fn() + Copy + 'static {
        #[cfg(feature = "hydrate")]
        let keep = StoredValue::new_local(debounce(PAUSE, move |()| {
            if let Some(Typed { task, reply, note, revision }) = self.typed.get_untracked() {
                self.save.dispatch(SaveDraft { task, reply, note, revision });
            }
        }));
        move || {
            #[cfg(feature = "hydrate")]
            keep.update_value(|keep| keep(()));
        }
    }

    /// Takes a change of one of the fields.
    fn change(self, change: impl FnOnce(&mut Typed)) {
        self.typed.update(|typed| {
            if let Some(typed) = typed {
                change(typed);
                typed.revision = (typed.revision + 1).max(now_ms());
            }
        });
    }

    /// Forgets the comment, which was sent.
    pub(super) fn sent_note(self) {
        self.change(|typed| typed.note = String::new());
        self.keeper()();
    }

    /// Takes what is typed into the comment.
    pub(super) fn on_note(self) -> impl Fn(String) + Copy + 'static {
        let keep = self.keeper();
        move |text| {
            self.change(|typed| typed.note = text);
            keep();
        }
    }

    fn on_reply(self) -> impl Fn(String) + Copy + 'static {
        let keep = self.keeper();
        move |text| {
            self.change(|typed| typed.reply = text);
            keep();
        }
    }

    /// Whether what is typed is kept, in words; nothing when nothing is typed.
    pub(super) fn in_words(self) -> Option<&'static str> {
        let typed = self.typed.get()?;
        self.save.value().with(|value| match value {
            Some(Ok(kept)) if kept.revision == typed.revision => Some("Kept."),
            Some(Err(error)) if !self.save.pending().get_untracked() => Some(why_not(error)),
            _ if typed.revision == 0 => None,
            _ => Some("Not kept yet."),
        })
    }
}

/// Why what is typed is not kept.
fn why_not(error: &AppError) -> &'static str {
    match error.0.status() {
        409 => "Not kept: you wrote on this task elsewhere, too. Load the page anew to see that.",
        422 => "Not kept: it is too long.",
        _ => "Not kept. It stays here, and is tried again when you go on typing.",
    }
}

/// Milliseconds since 1970, which count up from one browser to the next; 0 on the server, where nobody types.
fn now_ms() -> u64 {
    #[cfg(feature = "hydrate")]
    {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time after 1970")]
        let now = js_sys::Date::now() as u64;
        now
    }
    #[cfg(not(feature = "hydrate"))]
    0
}

/// The field for what the submitter is told. It starts empty: what stands inside a `textarea` is not escaped when the server
/// draws it.
#[component]
pub(super) fn ReplyField(task: TaskId, kept: Option<Draft>, drafting: Drafting) -> impl IntoView {
    let field = NodeRef::<leptos::html::Textarea>::new();
    let first = drafting.begin_reply(task, kept.as_ref());
    let on_reply = drafting.on_reply();
    view! {
        <div>
            <div class="mb-1 flex items-center justify-between gap-2">
                <label for="reply" class="font-medium">
                    "Reply"
                </label>
                <button type="button" class="btn btn-ghost btn-xs" on:click=move |_| copy(field)>
                    "Copy"
                </button>
            </div>
            // Without a script the field does not show the draft, and blank means nothing then.
            <input type="hidden" name="shown" value="false" prop:value="true"/>
            <textarea
                node_ref=field
                id="reply"
                name="reply"
                rows="4"
                maxlength=MAX_REPLY_BYTES.to_string()
                class="textarea textarea-sm w-full"
                aria-describedby="reply-kept reply-error"
                prop:value=first
                on:input=move |event| on_reply(event_target_value(&event))
            ></textarea>
            <p id="reply-kept" class="mt-1 mb-2 min-h-4 text-xs text-base-content/70">
                {move || drafting.in_words()}
            </p>
        </div>
    }
    .into_any()
}

/// Copies what stands in a field.
fn copy(field: NodeRef<leptos::html::Textarea>) {
    #[cfg(feature = "hydrate")]
    if let Some(field) = field.get_untracked() {
        // A browser that does not let pages write the clipboard leaves it as it was; the text can be copied by hand.
        let _ = window().navigator().clipboard().write_text(&field.value());
        crate::components::announce("The reply is copied.");
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = field;
}
