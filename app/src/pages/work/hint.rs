//! What stands beside the list while no task is open.

use domain::preferences::Command;
use leptos::prelude::*;
use leptos_meta::Title;

use super::{Workspace, title};
use crate::components::{KeyHint, loaded};

/// The page of a list: the list itself stands in the workspace around it.
#[component]
pub fn WorkPage() -> impl IntoView {
    let Workspace { board, listing, .. } = expect_context::<Workspace>();
    loaded(board, move |board| {
        let (title, _) = title(&board, &listing.get_untracked().what);
        view! {
            <Title text=title/>
            <div class="hidden h-dvh flex-col items-center justify-center gap-2 text-sm text-base-content/70 lg:flex">
                <p>"Choose a task, or take the next one."</p>
                <p class="flex items-center gap-1">
                    <KeyHint command=Command::Down/> <KeyHint command=Command::Up/> <KeyHint command=Command::Next/>
                    <KeyHint command=Command::Help/>
                </p>
            </div>
        }
    })
}
