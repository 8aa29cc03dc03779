//! The two views of the document, and the one that shows it as text.

use leptos::prelude::*;

use super::{browser, completion::units_of, desk::Desk};

/// The id of the text.
pub(super) const TEXT: &str = "policy-json";

/// Table or JSON.
#[component]
pub(super) fn Views(
    /// The document.
    desk: Desk,
    /// Why the text cannot be shown as a table.
    error: RwSignal<Option<String>>,
) -> impl IntoView {
    let is_json = Memo::new(move |_| desk.json.with(Option::is_some));
    let to_table = move || match desk.show_table() {
        Ok(()) => error.set(None),
        Err(why) => {
            let (line, column) = (why.line(), why.column());
            error.set(Some(format!(
                "Line {line}, column {column}: {}. The table can be shown once this is mended.",
                words(&why)
            )));
            browser::set_caret_soon(TEXT.to_owned(), place(&desk.text(), line, column));
        }
    };
    let show = move |json: bool| if json { desk.show_json() } else { to_table() };
    let tab = move |json: bool, words: &'static str| {
        let id = if json { "view-json" } else { "view-table" };
        let selected = move || is_json.get() == json;
        let arrows = move |event: leptos::ev::KeyboardEvent| {
            if matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight") {
                event.prevent_default();
                show(!json);
                let now = is_json.get_untracked();
                browser::focus_soon(if now { "view-json" } else { "view-table" }.to_owned());
            }
        };
        view! {
            <button
                id=id
                class="border-b-2 border-transparent px-3 py-2 text-sm hover:border-base-300 aria-selected:border-primary aria-selected:font-medium"
                type="button"
                role="tab"
                aria-selected=move || selected().to_string()
                aria-controls="policy-view"
                tabindex=move || if selected() { "0" } else { "-1" }
                on:click=move |_| show(json)
                on:keydown=arrows
            >
                {words}
            </button>
        }
    };
    view! {
        <div class="mb-4 flex flex-wrap gap-1 border-b border-base-300" role="tablist" aria-label="Table or JSON">
            {tab(false, "Table")} {tab(true, "JSON")}
        </div>
    }
    .into_any()
}

/// What a parser says, without the place that we say ourselves.
fn words(why: &serde_json::Error) -> String {
    let words = why.to_string();
    let end = words.rfind(" at line ").unwrap_or(words.len());
    words[..end].to_owned()
}

/// The place of a line and column, both from 1 and the column in bytes, as the browser counts it.
fn place(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    units_of(text, before + column.saturating_sub(1))
}

/// The document as text.
#[component]
pub(super) fn JsonText(
    /// The document.
    desk: Desk,
    /// Why it cannot be shown as a table.
    error: RwSignal<Option<String>>,
) -> impl IntoView {
    let write = move |event| {
        error.set(None);
        desk.json.set(Some(event_target_value(&event)));
    };
    view! {
        <label class="text-sm font-medium" for=TEXT>
            "The document"
        </label>
        <textarea
            id=TEXT
            class="textarea h-[32rem] w-full font-mono text-xs"
            spellcheck="false"
            autocapitalize="off"
            aria-describedby="policy-json-error"
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            prop:value=move || desk.json.get().unwrap_or_default()
            on:input=write
        ></textarea>
        <p id="policy-json-error" class="min-h-6 text-sm text-error" role="alert">{move || error.get()}</p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_error_is_found_in_the_text() {
        let text = "{\n  \"ä\": ]\n}";
        let why = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
        assert_eq!(words(&why), "expected value");
        // The browser counts the letter ä as one.
        assert_eq!(place(text, why.line(), why.column()), text.chars().position(|letter| letter == ']').unwrap());
    }
}
