//! A page or a part of it that could not be shown.

use domain::Fault;
use leptos::prelude::*;
use leptos_router::{components::Redirect, hooks::use_location, location::Url};

use crate::{
    error::AppError,
    pages::{forbidden::Forbidden, not_found::NothingHere},
};

/// Shows why something could not be read and what to do. On the server it also gives the page the status that says the
/// same, so use it for what the page is about, and a `FormError` for what a form answered.
#[component]
pub fn ErrorState(
    /// Why.
    error: AppError,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::api::set_page_status(error.0.status());
    match error.0 {
        Fault::Unauthenticated => {
            let location = use_location();
            let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
            view! { <Redirect path=sign_in_link(&path, &search)/> }.into_any()
        }
        Fault::Forbidden => view! { <Forbidden/> }.into_any(),
        Fault::NotFound => view! { <NothingHere/> }.into_any(),
        fault => view! {
            <div role="alert" class="flex flex-col items-start gap-3 rounded-box border border-error/40 bg-base-100 p-6">
                <h1 class="text-lg font-semibold">"This could not be shown"</h1>
                <p>{AppError(fault).message()}</p>
                <a class="btn btn-sm" href="" rel="external">
                    "Try again"
                </a>
            </div>
        }
        .into_any(),
    }
}

/// The sign-in page, told where to go afterwards.
fn sign_in_link(path: &str, search: &str) -> String {
    let mut target = path.to_owned();
    if !search.is_empty() {
        target.push('?');
        target.push_str(search);
    }
    if target == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={}", Url::escape(&target)) }
}
