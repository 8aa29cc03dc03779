//! A page that the viewer's role does not have.

use leptos::prelude::*;
use leptos_meta::Title;

/// Says that the page is not for the viewer's role, and where to go.
#[component]
pub fn Forbidden() -> impl IntoView {
    view! {
        <Title text="Not permitted"/>
        <section class="mx-auto flex max-w-prose flex-col items-start gap-3 py-16">
            <p class="font-mono text-sm text-base-content/70">"403"</p>
            <h1 class="text-xl font-semibold tracking-tight">"This page is not part of your role"</h1>
            <p>"Your account works as it should; what is here belongs to another role. If you need it, ask an administrator."</p>
            <a class="btn btn-primary btn-sm" href="/">"To your first page"</a>
        </section>
    }
    .into_any()
}
