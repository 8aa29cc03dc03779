//! A rule as its views see it, and what row and card have in common.

use domain::{Rule, policy::Severity};
use leptos::prelude::*;

use super::{
    browser,
    desk::Desk,
    model::{Row, RowKey, ThenRow},
    place::{Found, counted, of_rule},
};

/// A rule as its views see it.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    /// Its row's identity.
    pub(super) key: RowKey,
    /// Its row.
    pub(super) row: Memo<Row<Rule>>,
    /// What happens when it matches.
    pub(super) then: Memo<ThenRow>,
    /// Its number, from 1.
    pub(super) number: Memo<usize>,
    /// What was found in it.
    pub(super) found: Memo<Found>,
    /// Whether the viewer may not change it.
    pub(super) fixed: Signal<bool>,
    /// Whether its form is open.
    pub(super) is_open: Memo<bool>,
}

impl Seen {
    /// Looks at a rule. A rule that was just taken out looks as it did last.
    pub(super) fn of(desk: Desk, first: Row<Rule>) -> Self {
        let key = first.key;
        let placed = Memo::new(move |before: Option<&(usize, Row<Rule>)>| {
            let now = desk.placed.with(|placed| placed.get(&key).cloned());
            now.or_else(|| before.cloned()).unwrap_or_else(|| (1, first.clone()))
        });
        let row = Memo::new(move |_| placed.with(|(_, row)| row.clone()));
        let found = Memo::new(move |_| desk.problems.with(|problems| row.with(|row| of_rule(problems, &row.item.id))));
        let fixed = Memo::new(move |_| row.with(|row| !desk.may_change(row.item.area.as_deref())));
        Self {
            key,
            row,
            then: Memo::new(move |_| row.with(ThenRow::of_rule)),
            number: Memo::new(move |_| placed.with(|(number, _)| *number)),
            found,
            fixed: fixed.into(),
            is_open: Memo::new(move |_| desk.open.get() == Some(key)),
        }
    }

    /// A name for one of its buttons: `Edit rule sure`.
    pub(super) fn named(self, act: &'static str) -> impl Fn() -> String + Clone + Send + Sync + 'static {
        move || self.row.with(|row| format!("{act} rule {}", row.item.id))
    }

    fn name(self) -> String {
        self.row.with(|row| row.item.id.clone())
    }
}

/// Moves a rule by Alt and an arrow key.
pub(super) fn on_arrow(desk: Desk, key: RowKey, event: &leptos::ev::KeyboardEvent) {
    let up = match event.key().as_str() {
        "ArrowUp" => true,
        "ArrowDown" => false,
        _ => return,
    };
    let fixed = desk
        .model
        .with_untracked(|model| model.rule(key).is_none_or(|(_, row)| !desk.may_change(row.item.area.as_deref())));
    if event.alt_key() && !fixed {
        event.prevent_default();
        desk.move_rule(key, up);
    }
}

/// The buttons that move a rule.
#[component]
pub(super) fn MoveButtons(
    /// What moves it.
    desk: Desk,
    /// The rule.
    seen: Seen,
) -> impl IntoView {
    let button = |up: bool| {
        let (word, sign, id) = if up { ("up", "↑", "up") } else { ("down", "↓", "down") };
        let at_end = move || {
            let last = desk.order.with(Vec::len);
            if up { seen.number.get() == 1 } else { seen.number.get() == last }
        };
        let name = move || seen.row.with(|row| format!("Move rule {} {word}", row.item.id));
        // `aria-disabled` and not `disabled`: a button at the end of its way keeps the cursor.
        view! {
            <button
                id=format!("{id}-{}", seen.key)
                class="btn btn-ghost btn-xs btn-square aria-disabled:opacity-40"
                type="button"
                aria-label=name
                title="Alt with an arrow key does the same"
                disabled=seen.fixed
                aria-disabled=move || at_end().to_string()
                on:click=move |_| desk.move_rule(seen.key, up)
            >
                {sign}
            </button>
        }
    };
    view! { <span class="flex">{button(true)} {button(false)}</span> }.into_any()
}

/// The name, the words and the state of a rule.
#[component]
pub(super) fn Title(
    /// What knows the areas.
    desk: Desk,
    /// The rule.
    seen: Seen,
) -> impl IntoView {
    let row = seen.row;
    let state = move || {
        let disabled =
            row.with(|row| row.item.disabled).then(|| view! { <span class="badge badge-sm">"disabled"</span> });
        let area = row
            .with(|row| row.item.area.clone())
            .map(|area| view! { <span class="badge badge-sm badge-ghost">{area}</span> });
        let found = seen.found.with(|found| {
            let class = match found.worst()? {
                Severity::Error => "badge badge-sm badge-soft badge-error",
                Severity::Warning => "badge badge-sm badge-soft badge-warning",
                // Notes stand in the list alone: they are many, and would move the rows when they come.
                Severity::Note => return None,
            };
            Some(view! { <span class=class>{counted(found).trim_end_matches('.').to_owned()}</span> })
        });
        let fixed = seen.fixed.get().then(|| {
            let why = desk.why_fixed(row.with(|row| row.item.area.clone()).as_deref());
            view! { <span class="badge badge-sm" title=why>"read only"</span> }
        });
        view! {
            {disabled}
            {area}
            {fixed}
            {found}
        }
    };
    view! {
        <span class="block font-medium wrap-anywhere">{move || seen.name()}</span>
        <span class="line-clamp-2 block text-xs font-normal text-base-content/80">{move || row.with(|row| row.item.description.clone())}</span>
        <span class="mt-1 flex flex-wrap gap-1 font-normal empty:hidden">{state}</span>
    }
    .into_any()
}

/// The button that opens and closes the form.
#[component]
pub(super) fn EditButton(
    /// What opens it.
    desk: Desk,
    /// The rule.
    seen: Seen,
) -> impl IntoView {
    let toggle = move |_| {
        if seen.is_open.get_untracked() {
            desk.open.set(None);
        } else {
            desk.open.set(Some(seen.key));
            browser::show_soon(format!("form-of-{}", seen.key));
        }
    };
    let words = move || match (seen.is_open.get(), seen.fixed.get()) {
        (true, _) => "Close",
        (false, true) => "Show",
        (false, false) => "Edit",
    };
    let name = move || format!("{} rule {}", words(), seen.name());
    view! {
        <button
            id=format!("edit-{}", seen.key)
            class="btn btn-xs"
            type="button"
            aria-expanded=move || seen.is_open.get().to_string()
            aria-controls=move || seen.is_open.get().then(|| format!("form-of-{}", seen.key))
            aria-label=name
            on:click=toggle
        >
            {words}
        </button>
    }
    .into_any()
}
