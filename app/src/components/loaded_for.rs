//! What comes from the server and looks different to different people.

use leptos::prelude::*;

use crate::{
    api::session::Viewer,
    components::{ErrorState, Skeleton, use_viewer},
    error::AppError,
};

/// Like [`loaded`](crate::components::loaded), and tells the view who looks, so that it offers only what they may do.
pub fn loaded_for<T, V>(
    resource: Resource<Result<T, AppError>>,
    view: impl Fn(T, Viewer) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let who = use_viewer();
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    match (resource.await, who.await) {
                        (Ok(value), Ok(viewer)) => view(value, viewer).into_any(),
                        (Err(error), _) | (_, Err(error)) => view! { <ErrorState error/> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}
