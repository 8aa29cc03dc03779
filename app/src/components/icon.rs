//! Small drawings. They never stand alone: a text is always beside them.

use leptos::prelude::*;

/// Which drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IconName {
    /// Numbers.
    Overview,
    /// A tray of work.
    Work,
    /// An arrow up.
    Escalations,
    /// A path that forks.
    Decisions,
    /// A list of rules.
    Policies,
    /// A shield.
    Guardrails,
    /// A tick in a box.
    Approvals,
    /// A letter that comes back.
    DeadLetters,
    /// A net.
    Models,
    /// A tag.
    Labels,
    /// People.
    People,
    /// A key.
    Keys,
    /// One person.
    Account,
    /// Three bars.
    Menu,
    /// A way out.
    SignOut,
    /// A lens.
    Find,
    /// A keyboard.
    Keyboard,
}

/// A drawing of 24 units in the colour of the text around it.
#[component]
pub fn Icon(
    /// Which.
    name: IconName,
) -> impl IntoView {
    let path = match name {
        IconName::Overview => "M4 20V10m5 10V4m5 16v-7m5 7V8",
        IconName::Work => "M4 13h4l2 3h4l2-3h4M4 13l3-8h10l3 8v6H4z",
        IconName::Escalations => "M12 19V5m-6 6 6-6 6 6",
        IconName::Decisions => "M5 4v5a4 4 0 0 0 4 4h6a4 4 0 0 1 4 4v3M5 13v7M16 17l3 3 3-3M2 17l3 3 3-3",
        IconName::Policies => "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
        IconName::Guardrails => "M12 3l8 3v6c0 4.5-3.5 7.5-8 9-4.5-1.5-8-4.5-8-9V6z",
        IconName::Approvals => "M5 4h14v16H5zM8.5 12l2.5 2.5 4.5-5",
        IconName::DeadLetters => "M3 6h18v12H3zM3 7l9 6 9-6M9 16l-3-3M15 16l3-3",
        IconName::Models => "M6 6h.01M6 18h.01M18 12h.01M6 6l12 6-12 6M6 6v12",
        IconName::Labels => "M4 4h8l8 8-8 8-8-8zM8.5 8.5h.01",
        IconName::People => {
            "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7m-6 9a6 6 0 0 1 12 0m1-16a3.5 3.5 0 0 1 0 7m2 3a6 6 0 0 1 3 6"
        }
        IconName::Keys => "M15 8a4 4 0 1 0-4 4l3 3h2v2h2v2h3v-3l-6-6z",
        IconName::Account => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8m-8 9a8 8 0 0 1 16 0",
        IconName::Menu => "M4 7h16M4 12h16M4 17h16",
        IconName::Find => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13m4.7-1.8L20 20",
        IconName::Keyboard => "M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8",
        IconName::SignOut => "M10 4H5v16h5M14 8l4 4-4 4m4-4H9",
    };
    view! {
        <svg
            class="size-4 shrink-0"
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="1.75"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=path></path>
        </svg>
    }
}
