//! What the editor asks of the browser. On the server all of it does nothing.

/// Puts the cursor into the element with this id once the page has drawn it, and brings it into view.
pub(super) fn focus_soon(id: String) {
    #[cfg(feature = "hydrate")]
    leptos::prelude::request_animation_frame(move || {
        use wasm_bindgen::JsCast;
        let found = leptos::prelude::document().get_element_by_id(&id);
        if let Some(element) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
            // An element that cannot take the cursor leaves it where it was.
            let _ = element.focus();
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// Brings the element with this id into view once the page has drawn it, moving as little as possible.
pub(super) fn show_soon(id: String) {
    #[cfg(feature = "hydrate")]
    leptos::prelude::request_animation_frame(move || {
        if let Some(element) = leptos::prelude::document().get_element_by_id(&id) {
            let nearest = web_sys::ScrollIntoViewOptions::new();
            nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
            nearest.set_inline(web_sys::ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// The id of the element that has the cursor, when it has one.
pub(super) fn focused_id() -> Option<String> {
    #[cfg(feature = "hydrate")]
    return leptos::prelude::document().active_element().map(|element| element.id()).filter(|id| !id.is_empty());
    #[cfg(not(feature = "hydrate"))]
    None
}

#[cfg(feature = "hydrate")]
fn textarea(id: &str) -> Option<web_sys::HtmlTextAreaElement> {
    use wasm_bindgen::JsCast;
    leptos::prelude::document().get_element_by_id(id)?.dyn_into().ok()
}

/// What stands in a field of text; nothing when there is no such field.
pub(super) fn text_of(id: &str) -> Option<String> {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let field = leptos::prelude::document().get_element_by_id(id)?;
        let input = field.dyn_ref::<web_sys::HtmlInputElement>().map(web_sys::HtmlInputElement::value);
        input.or_else(|| field.dyn_ref::<web_sys::HtmlTextAreaElement>().map(web_sys::HtmlTextAreaElement::value))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = id;
        None
    }
}

/// Where the cursor stands in a text field, in UTF-16 units; nothing when something is selected.
pub(super) fn caret(id: &str) -> Option<usize> {
    #[cfg(feature = "hydrate")]
    {
        let field = textarea(id)?;
        let (start, end) = (field.selection_start().ok()??, field.selection_end().ok()??);
        (start == end).then(|| usize::try_from(start).ok()).flatten()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = id;
        None
    }
}

/// Puts the cursor of a text field somewhere, in UTF-16 units, once the page has drawn its text.
pub(super) fn set_caret_soon(id: String, at: usize) {
    #[cfg(feature = "hydrate")]
    leptos::prelude::request_animation_frame(move || {
        if let (Some(field), Ok(at)) = (textarea(&id), u32::try_from(at)) {
            let _ = field.focus();
            // The text is as long as we know it to be; otherwise the cursor stays where it was.
            let _ = field.set_selection_range(at, at);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (id, at);
}

#[cfg(feature = "hydrate")]
fn storage() -> Option<web_sys::Storage> {
    leptos::prelude::window().session_storage().ok().flatten()
}

/// Keeps a text as long as the tab is open. A browser that keeps nothing only loses this help.
pub(super) fn keep(name: &str, text: Option<&str>) {
    #[cfg(feature = "hydrate")]
    if let Some(storage) = storage() {
        let _ = match text {
            Some(text) => storage.set_item(name, text),
            None => storage.remove_item(name),
        };
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (name, text);
}

/// The text that was kept.
pub(super) fn kept(name: &str) -> Option<String> {
    #[cfg(feature = "hydrate")]
    return storage()?.get_item(name).ok().flatten();
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = name;
        None
    }
}

/// Whether the window is too narrow for a table.
#[cfg(feature = "hydrate")]
fn is_narrow() -> bool {
    const TABLE_FROM: f64 = 768.0;
    let width = leptos::prelude::window().inner_width().ok().and_then(|width| width.as_f64());
    width.is_some_and(|width| width < TABLE_FROM)
}

/// Follows what happens to the whole window while the component lives: its width, keys for undoing, and leaving.
pub(super) fn watch_window(
    narrow: impl Fn(bool) + 'static,
    undo: impl Fn(bool) + 'static,
    is_unsaved: impl Fn() -> bool + 'static,
) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::prelude::{on_cleanup, window_event_listener};
        narrow(is_narrow());
        let resized = window_event_listener(leptos::ev::resize, move |_| narrow(is_narrow()));
        let pressed = window_event_listener(leptos::ev::keydown, move |event| {
            let Some(redo) = undo_key(&event) else { return };
            event.prevent_default();
            undo(redo);
        });
        let leaving = window_event_listener(leptos::ev::beforeunload, move |event| {
            if is_unsaved() {
                event.prevent_default();
                // Older browsers ask only when this is set.
                event.set_return_value("unsaved");
            }
        });
        on_cleanup(move || {
            resized.remove();
            pressed.remove();
            leaving.remove();
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (narrow, undo, is_unsaved);
}

/// Whether the keys mean undo (false) or redo (true); in a field of text they are the field's own.
#[cfg(feature = "hydrate")]
fn undo_key(event: &web_sys::KeyboardEvent) -> Option<bool> {
    use wasm_bindgen::JsCast;
    if !(event.ctrl_key() || event.meta_key()) || event.alt_key() {
        return None;
    }
    let redo = match (event.key().as_str(), event.shift_key()) {
        ("z", false) => false,
        ("z" | "Z", true) | ("y", false) => true,
        _ => return None,
    };
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let typing = target.is_some_and(|target| {
        target
            .closest("input:not([type=checkbox]), textarea, [contenteditable], dialog")
            .is_ok_and(|found| found.is_some())
    });
    (!typing).then_some(redo)
}
