//! The text that is not saved yet, kept in the browser's tab so that a crash or a reload loses nothing.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{browser, desk::Desk};

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Unsaved {
    /// The revision that it was begun from.
    pub(super) revision: u32,
    /// The document as text.
    pub(super) json: String,
    /// The note.
    pub(super) note: String,
}

/// Keeps the text of one version.
#[derive(Clone, Copy)]
pub(super) struct Keeper {
    desk: Desk,
    version: u32,
    /// The revision that saving says it began from.
    pub(super) revision: RwSignal<u32>,
    /// The note.
    pub(super) note: RwSignal<String>,
    /// What was found when the page was opened, until the person said what becomes of it.
    pub(super) found: RwSignal<Option<Unsaved>>,
    /// Whether it was saved, or given up.
    over: StoredValue<bool>,
}

impl Keeper {
    /// For one version.
    pub(super) fn new(desk: Desk, version: u32, revision: u32, note: String) -> Self {
        Self {
            desk,
            version,
            revision: RwSignal::new(revision),
            note: RwSignal::new(note),
            found: RwSignal::new(None),
            over: StoredValue::new(false),
        }
    }

    /// The version that was opened.
    pub(super) const fn version(self) -> u32 {
        self.version
    }

    fn name(self) -> String {
        format!("switchyard.policy-text-{}", self.version)
    }

    /// Looks for a text of before.
    pub(super) fn look(self) {
        let found = browser::kept(&self.name()).and_then(|kept| serde_json::from_str::<Unsaved>(&kept).ok());
        self.found.set(found.filter(|found| found.json != self.desk.text()));
    }

    /// Whether there is something that would be lost.
    pub(super) fn is_unsaved(self) -> bool {
        !self.over.get_value() && untrack(|| self.desk.is_changed())
    }

    /// Keeps the text, once it was changed, and unless one of before still waits for its answer.
    pub(super) fn keep(self) {
        if self.is_unsaved() && self.found.with_untracked(Option::is_none) {
            let unsaved = Unsaved {
                revision: self.revision.get_untracked(),
                json: self.desk.text(),
                note: self.note.get_untracked(),
            };
            let text = serde_json::to_string(&unsaved).expect("texts and a number become JSON");
            browser::keep(&self.name(), Some(&text));
        }
    }

    /// Forgets the text: it is saved, or given up.
    pub(super) fn forget(self) {
        self.over.set_value(true);
        browser::keep(&self.name(), None);
    }

    /// Goes on with the text of before.
    fn restore(self, unsaved: Unsaved) {
        self.found.set(None);
        self.revision.set(unsaved.revision);
        self.note.set(unsaved.note);
        self.desk.show_text(unsaved.json);
        // A text that is no document stays in the JSON tab, where the check says what is wrong with it.
        let _ = self.desk.show_table();
        self.desk.tell("Your unsaved text is back.");
    }

    /// Gives the text of before up.
    fn discard(self) {
        self.found.set(None);
        browser::keep(&self.name(), None);
        self.desk.tell("The unsaved text of before is gone.");
    }
}

/// Offers the text of before, when there is one.
#[component]
pub(super) fn RestoreOffer(
    /// What keeps it.
    keeper: Keeper,
) -> impl IntoView {
    let shown = move || {
        keeper.found.get().map(|unsaved| {
            let restore = move |_| keeper.restore(unsaved.clone());
            view! {
                <div class="alert alert-info alert-soft mb-4 flex flex-wrap items-center gap-3 text-sm">
                    <p>"This tab still has a text of yours that was never saved."</p>
                    <div class="flex flex-wrap gap-2">
                        <button class="btn btn-sm" type="button" on:click=restore>
                            "Restore your unsaved text"
                        </button>
                        <button class="btn btn-sm btn-ghost" type="button" on:click=move |_| keeper.discard()>
                            "Discard it"
                        </button>
                    </div>
                </div>
            }
        })
    };
    view! { <div role="status">{shown}</div> }.into_any()
}
