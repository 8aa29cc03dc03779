//! Work by keyboard. A page says what it can do; which key does it, and whether single keys do anything at all, is the
//! viewer's choice (WCAG 2.2, 2.1.4). Keys do nothing while somebody types.

use std::sync::Arc;

use domain::preferences::{Command, Keys};
use leptos::prelude::*;

/// What the pages that are shown can do.
#[derive(Clone, Copy)]
pub struct Commands {
    keys: RwSignal<Keys>,
    present: RwSignal<Vec<Present>>,
    last: StoredValue<u64>,
}

/// What makes a page that is shown act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trigger {
    /// A command, by whatever key the viewer chose for it.
    Command(Command),
    /// A key that belongs to one page alone, such as the number of an answer.
    Key(char),
}

/// An act of a page that is shown.
#[derive(Clone)]
struct Present {
    number: u64,
    trigger: Trigger,
    act: Arc<dyn Fn() + Send + Sync>,
}

impl Commands {
    /// Provides the commands to every page below, and begins to listen to keys.
    pub(crate) fn provide() -> Self {
        let commands = Self {
            keys: RwSignal::new(Keys::default()),
            present: RwSignal::new(Vec::new()),
            last: StoredValue::new(0),
        };
        provide_context(commands);
        #[cfg(feature = "hydrate")]
        Effect::new(move |_| {
            let handle = window_event_listener(leptos::ev::keydown, move |event| commands.press(&event));
            on_cleanup(move || handle.remove());
        });
        commands
    }

    /// The keys that the viewer chose.
    pub(crate) const fn keys(self) -> RwSignal<Keys> {
        self.keys
    }

    /// What can be done now, in the order of [`Command::ALL`].
    pub(crate) fn list(self) -> Vec<Command> {
        self.present.with(|present| {
            let is_present =
                |command: &Command| present.iter().any(|other| other.trigger == Trigger::Command(*command));
            Command::ALL.into_iter().filter(is_present).collect()
        })
    }

    /// Does it, as the page that came last can.
    pub(crate) fn run(self, command: Command) {
        self.act(|trigger| trigger == Trigger::Command(command));
    }

    /// Does what the last of these triggers does; answers whether there is one.
    fn act(self, is_meant: impl Fn(Trigger) -> bool) -> bool {
        let act = self.present.with_untracked(|present| {
            present.iter().rev().find(|other| is_meant(other.trigger)).map(|found| Arc::clone(&found.act))
        });
        act.map(|act| act()).is_some()
    }

    #[cfg(feature = "hydrate")]
    fn press(self, event: &web_sys::KeyboardEvent) {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        if modified || event.repeat() || is_typing(event) || !self.keys.with_untracked(|keys| keys.on) {
            return;
        }
        // Keys that are no characters have long names.
        let name = event.key();
        let mut letters = name.chars();
        let (Some(key), None) = (letters.next(), letters.next()) else { return };
        let command = self.keys.with_untracked(|keys| keys.command(key)).map(Trigger::Command);
        if self.act(|trigger| trigger == Trigger::Key(key) || Some(trigger) == command) {
            event.prevent_default();
        }
    }

    fn add(self, trigger: Trigger, act: impl Fn() + Send + Sync + 'static) {
        let act: Arc<dyn Fn() + Send + Sync> = Arc::new(act);
        Effect::new(move |_| {
            let number = self.last.try_update_value(|last| {
                *last += 1;
                *last
            });
            let number = number.unwrap_or_default();
            let act = Arc::clone(&act);
            self.present.update(|present| present.push(Present { number, trigger, act }));
            on_cleanup(move || {
                // The list may have ended with the page.
                let _ = self.present.try_update(|present| present.retain(|other| other.number != number));
            });
        });
    }
}

/// Says that the present component can do this, until it ends.
pub fn on_command(command: Command, act: impl Fn() + Send + Sync + 'static) {
    if let Some(commands) = use_context::<Commands>() {
        commands.add(Trigger::Command(command), act);
    }
}

/// Runs `act` on a key of the present component alone, until it ends.
pub fn on_key(key: char, act: impl Fn() + Send + Sync + 'static) {
    if let Some(commands) = use_context::<Commands>() {
        commands.add(Trigger::Key(key), act);
    }
}

/// The viewer's key of a command, beside what the command does; nothing while keys are off.
#[component]
pub fn KeyHint(
    /// The command.
    command: Command,
) -> impl IntoView {
    let commands = use_context::<Commands>();
    let key = move || {
        let keys = commands?.keys.get();
        keys.on.then(|| keys.of(command).to_string())
    };
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    view! {
        <Show when=move || alive.get() && key().is_some()>
            <kbd class="kbd kbd-xs" aria-hidden="true">{key}</kbd>
        </Show>
    }
}

/// Presses the button, or follows the link, with this id; answers whether it is on the page.
pub(crate) fn try_press(id: &str) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let found = document().get_element_by_id(id).and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
        found.map(|element| element.click()).is_some()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = id;
        false
    }
}

/// Presses the button, or follows the link, with this id, when it is on the page.
pub(crate) fn press(id: &str) {
    try_press(id);
}

/// Puts the cursor into the field with this id.
pub(crate) fn focus(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let found = document().get_element_by_id(id).and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(element) = found {
            // A field that cannot take the cursor leaves it where it was.
            let _ = element.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// Opens the folded part with this id and puts the cursor into its first field.
pub(crate) fn unfold(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let Some(details) = document().get_element_by_id(id) else { return };
        // Neither can fail on an element that is on the page; if one does, the part stays as it was.
        let _ = details.set_attribute("open", "");
        let field = details.query_selector("select, textarea, input:not([type=hidden])").ok().flatten();
        if let Some(field) = field.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = field.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// Whether the key goes into a field.
#[cfg(feature = "hydrate")]
fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    use wasm_bindgen::JsCast;
    event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()).is_some_and(|target| {
        target.closest("input, textarea, select, [contenteditable], dialog").is_ok_and(|found| found.is_some())
    })
}
