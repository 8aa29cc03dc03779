//! What comes from the server: while it is on its way, when it came, and when it did not.

use leptos::{prelude::*, reactive::owner::Owner, tachys::reactive_graph::OwnedView};

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
    suspended(move || async move { resource.await }, view)
}

/// Shows what is read, as [`loaded`] says. Reading begins anew whenever a resource that it awaits changes.
///
/// What is shown owns its signals by itself: it lives until the new value is shown in its place. Otherwise they would end
/// when reading begins anew, while it still shows, and whatever moved meanwhile, a number or the clock, would read a signal
/// that is gone.
pub(super) fn suspended<T, V, F>(
    read: impl Fn() -> F + Clone + Send + Sync + 'static,
    view: impl Fn(T) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Send + 'static,
    V: IntoView + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {
                let around = Owner::current().expect("a component has an owner");
                move || {
                    let (around, read, view) = (around.clone(), read.clone(), view.clone());
                    Suspend::new(async move {
                        let read = read().await;
                        let owner = around.child();
                        let shown = owner.with(|| match read {
                            Ok(value) => view(value).into_any(),
                            Err(error) => view! { <ErrorState error/> }.into_any(),
                        });
                        OwnedView::new_with_owner(shown, owner)
                    })
                }
            }
        </Transition>
    }
    .into_any()
}
