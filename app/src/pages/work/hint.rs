//! What stands beside the list while no task is open.

use domain::preferences::Command;
use leptos::prelude::*;

use crate::components::KeyHint;

/// The page of a list: the list itself stands in the workspace around it.
#[component]
pub fn WorkPage() -> impl IntoView {
    view! {
        <div class="hidden h-dvh flex-col items-center justify-center gap-2 text-sm text-base-content/70 lg:flex">
            <p>"Choose a task, or take the next one."</p>
            <p class="flex items-center gap-1">
                <KeyHint command=Command::Down/> <KeyHint command=Command::Up/> <KeyHint command=Command::Next/>
                <KeyHint command=Command::Help/>
            </p>
        </div>
    }
    .into_any()
}
