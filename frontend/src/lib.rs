//! Brings the pages to life in the browser, and nothing else: what somebody typed before is kept.

// The pages are nested types, and the compiler follows them all when it lays out the futures that hydrate them.
#![recursion_limit = "256"]

mod typed;

use std::time::Duration;

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the page that the server drew, and keeps what somebody typed into it meanwhile.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let typed = typed::on_page();
    leptos::mount::hydrate_body(app::App);
    // Parts of the page come to life in tasks of their own, which all run before a timeout does.
    leptos::prelude::set_timeout(move || typed.iter().for_each(typed::Typed::tell), Duration::ZERO);
}
