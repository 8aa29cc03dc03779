//! The expression of a rule, with completion, and the facts and functions beside it.

use domain::policy::{PolicyProblem, desk::FactEntry};
use leptos::prelude::*;

use super::{
    browser,
    cell::tone,
    completion::{Completion, byte_of, complete, units_of},
    desk::{Desk, control},
    model::{Field, RowKey},
    place::marked_line,
    seen::Seen,
};

/// The expression of one rule while it is written.
#[derive(Clone, Copy)]
struct Writing {
    desk: Desk,
    key: RowKey,
    text: Memo<String>,
    completion: RwSignal<Completion>,
    active: RwSignal<usize>,
}

impl Writing {
    fn id(self) -> String {
        control("form", self.key, &Field::When)
    }

    fn option_id(self, place: usize) -> String {
        format!("{}-option-{place}", self.id())
    }

    fn write(self, text: &str) {
        self.desk.change(|model| model.type_rule(self.key, Field::When, text));
        let caret = browser::caret(&self.id());
        let found = caret.map(|caret| {
            self.desk.vocabulary.with_value(|vocabulary| complete(text, byte_of(text, caret), vocabulary))
        });
        self.active.set(0);
        self.completion.set(found.unwrap_or_default());
    }

    fn close(self) {
        self.completion.set(Completion::default());
    }

    /// Takes a suggestion.
    fn accept(self, place: usize) {
        let text = self.text.get_untracked();
        let Some(caret) = browser::caret(&self.id()) else { return };
        let accepted = self.completion.with_untracked(|open| open.accept(&text, byte_of(&text, caret), place));
        if let Some((text, byte)) = accepted {
            self.put(&text, byte);
        }
    }

    /// Puts a condition where the cursor was last.
    fn insert(self, example: &str) {
        let text = self.text.get_untracked();
        let byte = browser::caret(&self.id()).map_or(text.len(), |caret| byte_of(&text, caret));
        let (before, after) = text.split_at(byte);
        let gap = if before.is_empty() || before.ends_with(char::is_whitespace) { "" } else { " " };
        let written = format!("{before}{gap}{example}");
        let end = written.len();
        self.put(&format!("{written}{after}"), end);
    }

    fn put(self, text: &str, byte: usize) {
        self.desk.change(|model| model.type_rule(self.key, Field::When, text));
        self.close();
        browser::set_caret_soon(self.id(), units_of(text, byte));
    }

    /// Goes through the suggestions, takes one, or closes them.
    fn press(self, event: &leptos::ev::KeyboardEvent) {
        let count = self.completion.with_untracked(|open| open.suggestions.len());
        if count == 0 || event.alt_key() || event.ctrl_key() || event.meta_key() || event.is_composing() {
            return;
        }
        let active = self.active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => self.active.set((active + 1) % count),
            "ArrowUp" => self.active.set((active + count - 1) % count),
            "Enter" | "Tab" if !event.shift_key() => self.accept(active),
            "Escape" => self.close(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }
}

/// The expression, with what was found in it, and what it may use.
#[component]
pub(super) fn Expression(
    /// What takes the text.
    desk: Desk,
    /// The rule.
    seen: Seen,
) -> impl IntoView {
    let (key, row) = (seen.key, seen.row);
    let writing = Writing {
        desk,
        key,
        text: Memo::new(move |_| row.with(|row| row.item.when.clone())),
        completion: RwSignal::new(Completion::default()),
        active: RwSignal::new(0),
    };
    let (id, text) = (writing.id(), writing.text);
    let (help, list) = (format!("{id}-help"), format!("{id}-list"));
    let at = Memo::new(move |_| seen.found.with(|found| found.at("when")));
    let is_open = move || writing.completion.with(|open| !open.suggestions.is_empty());
    let controls = list.clone();
    let active = move || is_open().then(|| writing.option_id(writing.active.get()));
    let leave = move |_| {
        writing.close();
        desk.change(|model| model.leave(key, &Field::When));
    };
    view! {
        <div class="grid gap-x-4 gap-y-3 lg:grid-cols-[minmax(0,1fr)_minmax(0,24rem)]">
            <div class="flex min-w-0 flex-col gap-1 text-sm">
                <label class="font-semibold" for=id.clone()>
                    "And this expression holds (CEL; blank asks nothing)"
                </label>
                <textarea
                    id=id
                    class="textarea field-sizing-content max-h-96 min-h-20 w-full font-mono text-xs"
                    rows=move || text.with(|text| text.lines().count().clamp(3, 20).to_string())
                    spellcheck="false"
                    autocapitalize="off"
                    autocomplete="off"
                    maxlength=domain::policy::MAX_EXPRESSION_BYTES.to_string()
                    aria-describedby=help.clone()
                    aria-autocomplete="list"
                    aria-haspopup="listbox"
                    aria-controls=move || is_open().then(|| controls.clone())
                    aria-activedescendant=active
                    aria-invalid=move || at.with(|at| at.iter().any(PolicyProblem::is_error)).then_some("true")
                    readonly=seen.fixed
                    prop:value=text
                    on:input=move |event| writing.write(&event_target_value(&event))
                    on:keydown=move |event| writing.press(&event)
                    on:click=move |_| writing.close()
                    on:blur=leave
                ></textarea>
                <div id=help>{move || at.get().into_iter().map(|problem| finding(&text.get(), problem)).collect_view()}</div>
            </div>
            <div class="h-56 min-w-0 overflow-hidden rounded-box border border-base-300 bg-base-100 text-sm">
                <Show when=is_open fallback=move || view! { <Reference writing fixed=seen.fixed/> }>
                    <Suggestions writing id=list.clone()/>
                </Show>
            </div>
        </div>
    }
    .into_any()
}

/// What was found in the expression, with a mark below the place.
fn finding(text: &str, problem: PolicyProblem) -> impl IntoView + use<> {
    let line = problem.line.and_then(|line| marked_line(text, line, problem.column));
    let marked = line.map(|line| view! { <pre class="overflow-x-auto bg-base-100 p-1 text-xs text-base-content" tabindex="0">{line}</pre> });
    let place = match (problem.line, problem.column) {
        (Some(line), Some(column)) => format!("Line {line}, column {column}: "),
        (Some(line), None) => format!("Line {line}: "),
        _ => String::new(),
    };
    view! {
        <p class=format!("mt-1 text-xs wrap-anywhere {}", tone(problem.severity))>{place} {problem.message}</p>
        {marked}
    }
    .into_any()
}

/// What may be written at the cursor.
#[component]
fn Suggestions(writing: Writing, id: String) -> impl IntoView {
    let options = move || {
        let suggestions = writing.completion.get().suggestions.into_iter().enumerate();
        suggestions
            .map(|(place, suggestion)| {
                view! {
                    <li
                        id=writing.option_id(place)
                        class="cursor-pointer px-3 py-1 aria-selected:bg-base-300"
                        role="option"
                        aria-selected=move || (writing.active.get() == place).to_string()
                        on:mousedown=move |event| {
                            event.prevent_default();
                            writing.accept(place);
                        }
                    >
                        <code class="block text-xs font-medium wrap-anywhere">{suggestion.text}</code>
                        <span class="block text-xs text-base-content/80">{suggestion.meaning}</span>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <ul id=id class="h-full overflow-y-auto" role="listbox" aria-label="What the expression may go on with">
            {options}
        </ul>
    }
    .into_any()
}

/// Every fact and function, with its meaning and an example that can be put into the expression.
#[component]
fn Reference(writing: Writing, fixed: Signal<bool>) -> impl IntoView {
    let words = RwSignal::new(String::new());
    let facts = move || {
        let words = words.get().to_lowercase();
        let fits = |fact: &&FactEntry| {
            words
                .split_whitespace()
                .all(|word| fact.name.to_lowercase().contains(word) || fact.meaning.to_lowercase().contains(word))
        };
        let found = writing
            .desk
            .vocabulary
            .with_value(|vocabulary| vocabulary.facts.iter().filter(fits).cloned().collect::<Vec<_>>());
        if found.is_empty() {
            return view! { <li class="px-3 py-2">"Nothing has these words."</li> }.into_any();
        }
        found.into_iter().map(|fact| view! { <Fact writing fact fixed/> }).collect_view().into_any()
    };
    view! {
        <div class="flex h-full flex-col">
            <label class="flex items-center gap-2 border-b border-base-300 p-2 text-xs">
                <span class="shrink-0">"Facts and functions"</span>
                <input
                    class="input input-xs w-full"
                    type="search"
                    placeholder="search"
                    on:input=move |event| words.set(event_target_value(&event))
                />
            </label>
            <ul class="grow divide-y divide-base-300 overflow-y-auto" tabindex="0" role="list" aria-label="Facts and functions">
                {facts}
            </ul>
        </div>
    }
    .into_any()
}

#[component]
fn Fact(writing: Writing, fact: FactEntry, fixed: Signal<bool>) -> impl IntoView {
    let FactEntry { name, type_name, meaning, example } = fact;
    let inserted = example.clone();
    view! {
        <li class="flex items-start justify-between gap-2 px-3 py-2">
            <span class="min-w-0">
                <code class="block text-xs font-medium wrap-anywhere">{name.clone()}</code>
                <span class="block text-xs text-base-content/80">{format!("{meaning} ({type_name})")}</span>
                <code class="block text-xs text-base-content/80 wrap-anywhere">{example}</code>
            </span>
            <button class="btn btn-xs" type="button" aria-label=format!("Insert an example of {name}") disabled=fixed on:click=move |_| writing.insert(&inserted)>
                "Insert"
            </button>
        </li>
    }
    .into_any()
}
