//! The server's live numbers.

use domain::overview::Overview;
use leptos::prelude::*;

/// Where the server sends the numbers from.
#[cfg(feature = "hydrate")]
const LIVE_PATH: &str = "/api/v1/live";

/// The overview as the server sends it, about once a second while it changes; nothing on the server and until the
/// first one has come. The stream ends with the component that asked for it, and the browser connects again by itself.
#[must_use]
pub fn live_overview() -> ReadSignal<Option<Overview>> {
    let (overview, set_overview) = signal(None);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| listen(set_overview));
    #[cfg(not(feature = "hydrate"))]
    let _ = set_overview;
    overview
}

/// Opens the stream and closes it again when the present owner ends.
#[cfg(feature = "hydrate")]
fn listen(set_overview: WriteSignal<Option<Overview>>) {
    use wasm_bindgen::{JsCast, prelude::Closure};

    let Ok(source) = web_sys::EventSource::new(LIVE_PATH) else { return };
    let on_message = Closure::<dyn FnMut(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        let parsed = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
        if parsed.is_some() {
            set_overview.set(parsed);
        }
    });
    if source.add_event_listener_with_callback("overview", on_message.as_ref().unchecked_ref()).is_err() {
        source.close();
        return;
    }
    // The browser calls the closure as long as the stream is open, so both live and end together.
    let held = StoredValue::new_local((source, on_message));
    on_cleanup(move || held.with_value(|(source, _)| source.close()));
}
