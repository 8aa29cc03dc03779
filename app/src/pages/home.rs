//! The address without a page: leads to the viewer's first one.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::components::{loaded, use_viewer};

/// Leads to the first page of the viewer's role.
#[component]
pub fn HomePage() -> impl IntoView {
    loaded(use_viewer(), |viewer| view! { <Redirect path=viewer.home()/> })
}
