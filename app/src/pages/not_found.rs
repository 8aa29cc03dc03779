//! An address under which nothing is.

use leptos::prelude::*;
use leptos_meta::Title;

/// Says that the thing a page is about is not there.
#[component]
pub fn NothingHere() -> impl IntoView {
    view! {
        <Title text="Not found"/>
        <section class="mx-auto flex max-w-prose flex-col items-start gap-3 py-16">
            <p class="font-mono text-sm text-base-content/70">"404"</p>
            <h1 class="text-xl font-semibold tracking-tight">"There is nothing here"</h1>
            <p>"The address may have a typing error, or what it names does not exist."</p>
            <a class="btn btn-primary btn-sm" href="/">"To your first page"</a>
        </section>
    }
    .into_any()
}

/// The page for every address that is none of ours.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::api::set_page_status(404);
    view! {
        <main class="px-6">
            <NothingHere/>
        </main>
    }
    .into_any()
}
