//! What the task says.

use leptos::prelude::*;
use serde_json::{Map, Value};

/// The text as it came, and the attributes below it.
#[component]
pub(super) fn TaskText(body: String, attributes: Map<String, Value>) -> impl IntoView {
    view! {
        <section aria-labelledby="text" class="rounded-box border border-base-300 bg-base-100 px-5 py-4">
            <h2 id="text" class="sr-only">"Text"</h2>
            {if body.trim().is_empty() {
                view! { <p class="text-base-content/70">"The task has no text besides its subject."</p> }.into_any()
            } else {
                view! { <div class="max-w-prose whitespace-pre-wrap leading-relaxed wrap-anywhere">{body}</div> }.into_any()
            }}
            {(!attributes.is_empty())
                .then(|| {
                    view! {
                        <h3 class="mt-5 mb-1 text-sm font-semibold">"Attributes"</h3>
                        <dl class="grid gap-x-6 gap-y-1 text-sm sm:grid-cols-[auto_minmax(0,1fr)]">
                            {attributes
                                .into_iter()
                                .map(|(name, value)| {
                                    view! {
                                        <dt class="text-base-content/70 wrap-anywhere">{name}</dt>
                                        <dd class="whitespace-pre-wrap wrap-anywhere">{in_words(&value)}</dd>
                                    }
                                })
                                .collect_view()}
                        </dl>
                    }
                })}
        </section>
    }
    .into_any()
}

/// A value without the quotes that JSON puts around a text.
fn in_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        nested => format!("{nested:#}"),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_markup_stays_text() {
        let attributes = serde_json::json!({ "<b>name</b>": "</textarea><script>alert(1)</script>" });
        let Value::Object(attributes) = attributes else { unreachable!("an object was written above") };
        let body = "</textarea></div><script>alert(2)</script>".to_owned();
        let html = Owner::new().with(|| view! { <TaskText body attributes/> }.to_html());
        assert!(!html.contains("<script") && !html.contains("</textarea") && !html.contains("<b>"), "{html}");
        assert!(html.contains("alert(1)") && html.contains("alert(2)"), "{html}");
    }
}
