//! Brings the pages to life in the browser, and nothing else.

// The pages are nested types, and the compiler follows them all when it lays out the futures that hydrate them.
#![recursion_limit = "256"]

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the page that the server drew.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
