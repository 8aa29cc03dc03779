//! What comes from the server and looks different to different people.

use leptos::prelude::*;

use crate::{
    api::session::Viewer,
    components::{loaded::suspended, use_viewer},
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
    suspended(
        move || async move { Ok((resource.await?, who.await?)) },
        move |(value, viewer): (T, Viewer)| view(value, viewer),
    )
}
