//! The keys of the page that is shown.

use domain::preferences::Command;
use leptos::{html, prelude::*};

use crate::components::{Commands, Icon, IconName, on_command};

/// A button that shows which keys there are, and what it shows. The key for help shows the same.
#[component]
pub fn KeySheet(
    /// The commands.
    commands: Commands,
) -> impl IntoView {
    let sheet = NodeRef::<html::Dialog>::new();
    let open = RwSignal::new(false);
    let show = move || {
        open.set(true);
        show_modal(sheet);
    };
    on_command(Command::Help, show);
    view! {
        <button type="button" class="flex min-h-9 w-full cursor-pointer items-center gap-3 rounded-field px-3 text-sm hover:bg-base-300" title="Keys" on:click=move |_| show()>
            <Icon name=IconName::Keyboard/>
            <span class="frame-word">"Keys"</span>
        </button>
        <dialog node_ref=sheet class="modal" aria-labelledby="key-sheet" on:close=move |_| open.set(false)>
            <div class="modal-box">
                <h2 id="key-sheet" class="mb-3 text-lg font-semibold">
                    "Keys on this page"
                </h2>
                {move || open.get().then(|| view! { <Table commands/> })}
                <div class="modal-action justify-between">
                    <a class="link text-sm" href="/account#keys">
                        "Choose other keys, or switch them off"
                    </a>
                    <form method="dialog">
                        <button class="btn btn-sm">"Close"</button>
                    </form>
                </div>
            </div>
        </dialog>
    }
    .into_any()
}

/// Each key with what it does.
#[component]
fn Table(commands: Commands) -> impl IntoView {
    let rows = move || {
        let keys = commands.keys().get();
        commands
            .list()
            .into_iter()
            .map(|command| {
                view! {
                    <tr>
                        <td>
                            <kbd class="kbd kbd-sm">{keys.of(command).to_string()}</kbd>
                        </td>
                        <td>{command.title()}</td>
                    </tr>
                }
            })
            .collect_view()
    };
    let off = move || {
        let is_off = !commands.keys().get().on;
        is_off.then(|| view! { <p class="alert alert-soft mb-3 text-sm">"Single keys are switched off for you."</p> })
    };
    view! {
        {off}
        <table class="table table-sm">
            <thead class="sr-only">
                <tr>
                    <th scope="col">"Key"</th>
                    <th scope="col">"What it does"</th>
                </tr>
            </thead>
            <tbody>
                {rows}
                <tr>
                    <td class="whitespace-nowrap">
                        <kbd class="kbd kbd-sm">"Ctrl"</kbd>
                        " "
                        <kbd class="kbd kbd-sm">"K"</kbd>
                    </td>
                    <td>"Find an action or a page by its name"</td>
                </tr>
            </tbody>
        </table>
    }
    .into_any()
}

/// Opens a dialog over the page.
pub(crate) fn show_modal(dialog: NodeRef<html::Dialog>) {
    #[cfg(feature = "hydrate")]
    if let Some(dialog) = dialog.get_untracked() {
        // A dialog that is open already stays open.
        let _ = dialog.show_modal();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = dialog;
}
