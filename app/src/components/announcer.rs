//! Words for those who do not see the page change.

use leptos::prelude::*;

/// The text of the page's live region.
#[derive(Debug, Clone, Copy)]
pub struct Announcer(pub RwSignal<String>);

/// Says a sentence through the page's live region; nothing happens outside the layout.
pub fn announce(sentence: impl Into<String>) {
    if let Some(Announcer(text)) = use_context::<Announcer>() {
        text.set(sentence.into());
    }
}
