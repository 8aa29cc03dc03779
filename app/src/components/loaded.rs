//! What comes from the server: while it is on its way, when it came, and when it did not.

use leptos::prelude::*;

use crate::{components::ErrorState, error::AppError};

/// Grey bars in the place of what is on its way.
#[component]
pub fn Skeleton(
    /// How many bars.
    #[prop(default = 4)]
    rows: usize,
) -> impl IntoView {
    view! {
        <div class="flex flex-col gap-3" role="status">
            <span class="sr-only">"Loading…"</span>
            {(0..rows).map(|_| view! { <div class="skeleton h-8 w-full" aria-hidden="true"></div> }).collect_view()}
        </div>
    }
}

/// Shows a resource's value, or its error, or grey bars until it is there. When the resource is read again, what is
/// shown stays until the new value has come.
pub fn loaded<T, V>(
    resource: Resource<Result<T, AppError>>,
    view: impl Fn(T) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    match resource.await {
                        Ok(value) => view(value).into_any(),
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}
