//! Work by keyboard. Letters do nothing while somebody types, and they can be switched off (WCAG 2.2, 2.1.4).

use leptos::prelude::*;

/// Where the browser keeps that somebody switched the letters off.
#[cfg(feature = "hydrate")]
const SWITCHED_OFF: &str = "switchyard.shortcuts-off";

/// Runs `act` when the key is pressed anywhere on the page outside a field, until the present component ends.
pub fn on_shortcut(key: &'static str, act: impl Fn() + 'static) {
    #[cfg(feature = "hydrate")]
    {
        let act = StoredValue::new_local(act);
        Effect::new(move |_| {
            let handle = window_event_listener(leptos::ev::keydown, move |event| {
                let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
                if event.key() == key && !modified && !event.repeat() && !is_typing(&event) && are_on() {
                    event.prevent_default();
                    act.with_value(|act| act());
                }
            });
            on_cleanup(move || handle.remove());
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (key, act);
}

/// Presses the button, or follows the link, with this id, when it is on the page.
pub(crate) fn press(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        if let Some(element) =
            document().get_element_by_id(id).and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok())
        {
            element.click();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// Opens the folded part with this id and puts the cursor into its first field.
pub(crate) fn unfold(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let Some(details) = document().get_element_by_id(id) else { return };
        // Neither can fail on an element that is on the page; if one does, the part stays as it was.
        let _ = details.set_attribute("open", "");
        let field = details.query_selector("select, textarea, input:not([type=hidden])").ok().flatten();
        if let Some(field) = field.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = field.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// Whether the key goes into a field.
#[cfg(feature = "hydrate")]
fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    use wasm_bindgen::JsCast;
    event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()).is_some_and(|target| {
        target.closest("input, textarea, select, [contenteditable], dialog").is_ok_and(|found| found.is_some())
    })
}

#[cfg(feature = "hydrate")]
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

#[cfg(feature = "hydrate")]
fn are_on() -> bool {
    storage().and_then(|storage| storage.get_item(SWITCHED_OFF).ok().flatten()).is_none()
}

#[cfg(feature = "hydrate")]
fn switch(on: bool) {
    if let Some(storage) = storage() {
        // A browser that keeps nothing loses the choice with the page, and that is all.
        let _ = if on { storage.remove_item(SWITCHED_OFF) } else { storage.set_item(SWITCHED_OFF, "1") };
    }
}

/// Names the keys of the page, and switches them on or off. It appears once the page listens to keys.
#[component]
pub fn ShortcutHelp(
    /// Each key with what it does.
    keys: &'static [(&'static str, &'static str)],
) -> impl IntoView {
    let state = RwSignal::new(None);
    #[cfg(feature = "hydrate")]
    {
        Effect::new(move |_| state.set(Some(are_on())));
        Effect::new(move |_| {
            if let Some(on) = state.get() {
                switch(on);
            }
        });
    }
    view! {
        <footer class="mt-6 hidden min-h-8 flex-wrap items-center gap-x-4 gap-y-1 border-t border-base-300 pt-3 text-xs text-base-content/70 lg:flex">
            <Show when=move || state.get().is_some()>
                <label class="flex items-center gap-2">
                    <input
                        type="checkbox"
                        class="toggle toggle-xs"
                        prop:checked=move || state.get() == Some(true)
                        on:change=move |event| state.set(Some(event_target_checked(&event)))
                    />
                    "Keyboard shortcuts"
                </label>
                <Show when=move || state.get() == Some(true)>
                    {keys
                        .iter()
                        .map(|(key, meaning)| {
                            view! {
                                <span class="flex items-center gap-1">
                                    <kbd class="kbd kbd-xs">{*key}</kbd>
                                    {*meaning}
                                </span>
                            }
                        })
                        .collect_view()}
                </Show>
            </Show>
        </footer>
    }
    .into_any()
}
