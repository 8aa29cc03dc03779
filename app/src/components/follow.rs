//! Work that goes on by itself on the server.

use std::{future::Future, time::Duration};

use leptos::prelude::*;

use crate::error::AppError;

/// The work as it is now: asked for once a second until it is over. A failed call is tried again, since the work goes on
/// without us. `ended` counts up when it is over.
pub fn follow<T, Asking>(
    first: T,
    is_over: fn(&T) -> bool,
    ask: impl Fn() -> Asking + Copy + 'static,
    ended: RwSignal<u32>,
) -> RwSignal<T>
where
    T: Clone + Send + Sync + 'static,
    Asking: Future<Output = Result<T, AppError>> + 'static,
{
    let current = RwSignal::new(first);
    let turn = RwSignal::new(0_u32);
    Effect::new(move |_| {
        turn.track();
        if current.with_untracked(is_over) {
            ended.update(|count| *count += 1);
            return;
        }
        let look = move || {
            leptos::task::spawn_local(async move {
                if let Ok(now) = ask().await {
                    let _ = current.try_set(now);
                }
                let _ = turn.try_update(|turn| *turn += 1);
            });
        };
        if let Ok(handle) = set_timeout_with_handle(look, Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
    });
    current
}
