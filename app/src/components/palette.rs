//! Every action and page by its name: the palette on Ctrl or Cmd and K.

use domain::preferences::Command;
use leptos::{html, prelude::*};
use leptos_router::hooks::use_navigate;

use super::key_sheet::show_modal;
use crate::{
    api::session::Viewer,
    components::{Commands, Icon, IconName, NavigationItem},
};

/// Something that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Choice {
    Act(Command),
    Go(NavigationItem),
}

impl Choice {
    const fn title(self) -> &'static str {
        match self {
            Self::Act(command) => command.title(),
            Self::Go(item) => item.title,
        }
    }
}

/// What can be chosen: the acts of the page first, then the pages that the viewer may see. Every word must be in the name.
fn choices(commands: &[Command], viewer: Option<&Viewer>, words: &str) -> Vec<Choice> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let acts = commands.iter().copied().map(Choice::Act);
    let pages = NavigationItem::ALL.into_iter().filter(|item| viewer.is_some_and(|viewer| viewer.may(item.permission)));
    let named = |choice: &Choice| {
        let title = choice.title().to_lowercase();
        words.iter().all(|word| title.contains(word.as_str()))
    };
    acts.chain(pages.map(Choice::Go)).filter(named).collect()
}

/// The dialog, and the button that opens it.
#[component]
pub fn Palette(
    /// The commands.
    commands: Commands,
    /// Who looks, once it is known.
    #[prop(into)]
    viewer: Signal<Option<Viewer>>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let (open, words, at) = (RwSignal::new(false), RwSignal::new(String::new()), RwSignal::new(0_usize));
    let show = move || {
        words.set(String::new());
        at.set(0);
        open.set(true);
        show_modal(dialog);
        crate::components::focus("palette-words");
    };
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if (event.ctrl_key() || event.meta_key()) && !event.shift_key() && event.key().eq_ignore_ascii_case("k") {
                event.prevent_default();
                show();
            }
        });
        on_cleanup(move || handle.remove());
    });
    let shown = Memo::new(move |_| {
        if !open.get() {
            return Vec::new();
        }
        viewer.with(|viewer| words.with(|words| choices(&commands.list(), viewer.as_ref(), words)))
    });
    let navigate = StoredValue::new(use_navigate());
    let choose = move |choice: Choice| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        match choice {
            Choice::Act(command) => commands.run(command),
            Choice::Go(item) => navigate.with_value(|navigate| navigate(item.path, Default::default())),
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let count = shown.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1).min(count.saturating_sub(1))),
            "ArrowUp" => at.update(|at| *at = at.saturating_sub(1)),
            "Enter" => {
                if let Some(choice) = shown.with_untracked(|shown| shown.get(at.get_untracked()).copied()) {
                    choose(choice);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <button type="button" class="flex min-h-9 w-full cursor-pointer items-center gap-3 rounded-field px-3 text-sm hover:bg-base-300" title="Find an action" on:click=move |_| show()>
            <Icon name=IconName::Find/>
            <span class="frame-word">"Find an action"</span>
        </button>
        <dialog node_ref=dialog class="modal modal-top sm:modal-middle" aria-label="Find an action or a page" on:close=move |_| open.set(false)>
            <div class="modal-box p-0">
                <input
                    id="palette-words"
                    class="input input-ghost w-full rounded-b-none border-0 border-b border-base-300"
                    type="text"
                    autocomplete="off"
                    placeholder="What do you want to do?"
                    aria-label="What do you want to do?"
                    role="combobox"
                    aria-expanded="true"
                    aria-autocomplete="list"
                    aria-controls="palette-choices"
                    aria-activedescendant=move || format!("palette-{}", at.get())
                    maxlength="64"
                    prop:value=move || words.get()
                    on:input=move |event| {
                        words.set(event_target_value(&event));
                        at.set(0);
                    }
                    on:keydown=on_key
                />
                <Choices commands shown at choose/>
            </div>
            <form method="dialog" class="modal-backdrop">
                <button tabindex="-1">"Close"</button>
            </form>
        </dialog>
    }
    .into_any()
}

/// What is found, one of it marked.
#[component]
fn Choices(
    commands: Commands,
    shown: Memo<Vec<Choice>>,
    at: RwSignal<usize>,
    choose: impl Fn(Choice) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let rows = move || {
        let keys = commands.keys().get();
        let row = |(place, choice): (usize, Choice)| {
            let (kind, key) = match choice {
                Choice::Act(command) => ("do", keys.on.then(|| keys.of(command).to_string())),
                Choice::Go(_) => ("go to", None),
            };
            view! {
                <li
                    id=format!("palette-{place}")
                    role="option"
                    aria-selected=move || (at.get() == place).to_string()
                    class="flex min-h-9 cursor-pointer items-center gap-3 rounded-field px-3 aria-selected:bg-base-300"
                    on:click=move |_| choose(choice)
                >
                    <span class="w-12 shrink-0 text-xs text-base-content/70">{kind}</span>
                    <span class="grow">{choice.title()}</span>
                    {key.map(|key| view! { <kbd class="kbd kbd-xs">{key}</kbd> })}
                </li>
            }
        };
        shown.get().into_iter().enumerate().map(row).collect_view()
    };
    view! {
        <ul id="palette-choices" role="listbox" aria-label="What can be done" class="max-h-80 overflow-y-auto p-2 text-sm">
            {rows}
        </ul>
        {move || {
            shown.with(Vec::is_empty).then(|| view! { <p class="px-5 pb-4 text-sm" role="status">"Nothing has this name."</p> })
        }}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::Role;

    use super::*;

    #[test]
    fn choices_are_found_by_words_and_shown_only_to_who_may() {
        let viewer = Viewer {
            id: String::new(),
            name: String::new(),
            role: Some(Role::Agent),
            permissions: Role::Agent.permissions().to_vec(),
            preferences: domain::preferences::Preferences::default(),
        };
        let titles = |words: &str| -> Vec<&str> {
            let found = choices(&[Command::Next, Command::Help], Some(&viewer), words);
            found.into_iter().map(Choice::title).collect()
        };
        assert_eq!(titles("ESC"), ["Escalations"]);
        assert_eq!(titles("next take"), [Command::Next.title()]);
        assert!(titles("").contains(&"Work") && !titles("").contains(&"API keys"));
        assert_eq!(titles("zebra"), [] as [&str; 0]);
    }
}
