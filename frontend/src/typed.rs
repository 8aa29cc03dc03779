//! What somebody typed or chose while the page was not alive yet.
//!
//! Taking over a field sets it to what the server knew, and handlers never heard of the keys that were pressed before.
//! So the page's fields are read before, and told after.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, EventInit, EventTarget, HtmlInputElement, HtmlOptionElement, HtmlSelectElement, HtmlTextAreaElement,
};

/// A field that is not as the server drew it, and what it holds.
pub(crate) enum Typed {
    Text(HtmlInputElement, String),
    Tick(HtmlInputElement, bool),
    LongText(HtmlTextAreaElement, String),
    Choice(HtmlSelectElement, String),
}

/// Every such field of the page.
pub(crate) fn on_page() -> Vec<Typed> {
    let Ok(fields) = document().query_selector_all("input, textarea, select") else { return Vec::new() };
    let fields = (0..fields.length()).filter_map(|place| fields.item(place)?.dyn_into::<Element>().ok());
    fields.filter_map(read).collect()
}

fn read(field: Element) -> Option<Typed> {
    let field = match field.dyn_into::<HtmlInputElement>() {
        Ok(input) => return read_input(input),
        Err(field) => field,
    };
    match field.dyn_into::<HtmlTextAreaElement>() {
        Ok(area) => {
            let text = area.value();
            (text != area.text_content().unwrap_or_default()).then_some(Typed::LongText(area, text))
        }
        Err(field) => {
            let select = field.dyn_into::<HtmlSelectElement>().ok()?;
            let chosen = select.value();
            (chosen != drawn_choice(&select)).then_some(Typed::Choice(select, chosen))
        }
    }
}

fn read_input(input: HtmlInputElement) -> Option<Typed> {
    match input.type_().as_str() {
        // Nobody types into the first; a script may not set the second, and need not.
        "hidden" | "file" => None,
        // Only the one that was chosen says so: a browser tells nothing to the one that was left.
        "radio" => (input.checked() && !input.default_checked()).then_some(Typed::Tick(input, true)),
        "checkbox" => {
            let ticked = input.checked();
            (ticked != input.default_checked()).then_some(Typed::Tick(input, ticked))
        }
        _ => {
            let text = input.value();
            (text != input.default_value()).then_some(Typed::Text(input, text))
        }
    }
}

/// The value of the option that the server marked, or of the first.
fn drawn_choice(select: &HtmlSelectElement) -> String {
    let options = select.options();
    let mut options =
        (0..options.length()).filter_map(|place| options.item(place)?.dyn_into::<HtmlOptionElement>().ok());
    let first = options.next();
    let is_first = first.as_ref().is_some_and(HtmlOptionElement::default_selected);
    let drawn = if is_first { first } else { options.find(HtmlOptionElement::default_selected).or(first) };
    drawn.map(|option| option.value()).unwrap_or_default()
}

impl Typed {
    /// Puts it back, and lets the page hear of it as if it were typed now.
    pub(crate) fn tell(&self) {
        let field: &EventTarget = match self {
            Self::Text(input, text) => {
                input.set_value(text);
                input
            }
            Self::Tick(input, ticked) => {
                input.set_checked(*ticked);
                input
            }
            Self::LongText(area, text) => {
                area.set_value(text);
                area
            }
            Self::Choice(select, chosen) => {
                select.set_value(chosen);
                select
            }
        };
        let bubbling = EventInit::new();
        bubbling.set_bubbles(true);
        for name in ["input", "change"] {
            if let Ok(event) = Event::new_with_event_init_dict(name, &bubbling) {
                // It answers whether somebody prevented the default, and these events have none.
                let _ = field.dispatch_event(&event);
            }
        }
    }
}
