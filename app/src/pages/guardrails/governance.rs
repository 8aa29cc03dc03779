//! How policies may be changed.

use domain::guardrail::Governance;
use leptos::prelude::*;

use super::words::window_as_line;
use crate::{
    api::guardrail::SetGovernance,
    components::{FieldError, FormError, When, action_error},
    error::AppError,
    pages::policies::ReasonField,
};

/// Fields that say themselves what is wrong with them.
const FIELDS: &[&str] = &["freeze_windows", "skills", "reason"];

/// Review, freeze windows and skills: in words for everybody, and as a form for those who may set them.
#[component]
pub(super) fn Changing(
    /// How it is now.
    governance: Governance,
    /// The number of its last change.
    revision: u32,
    /// Sets it; nothing for those who only look.
    set: Option<ServerAction<SetGovernance>>,
) -> impl IntoView {
    let form = set.map(|set| view! { <Form governance=governance.clone() revision set/> });
    let review = if governance.four_eyes {
        "A second person, who did not write it, must say yes before a version decides anything."
    } else {
        "No second person is asked: whoever may activate a version can do so at once."
    };
    let skills = if governance.skills.is_empty() {
        "Rules may ask for any skill.".to_owned()
    } else {
        format!("Rules may ask for these skills: {}.", governance.skills.join(", "))
    };
    view! {
        <section aria-labelledby="changing" class="mb-8">
            <h2 id="changing" class="mb-2 text-lg font-semibold">
                "How policies may be changed"
            </h2>
            <dl class="grid max-w-prose grid-cols-1 gap-x-4 gap-y-1 text-sm sm:grid-cols-[auto_minmax(0,1fr)]">
                <dt class="text-base-content/70">"Review"</dt>
                <dd>{review}</dd>
                <dt class="text-base-content/70">"Freeze"</dt>
                <dd>
                    <Windows governance=governance.clone()/>
                </dd>
                <dt class="text-base-content/70">"Skills"</dt>
                <dd class="wrap-anywhere">{skills}</dd>
            </dl>
            {form}
        </section>
    }
    .into_any()
}

/// When no version becomes active.
#[component]
fn Windows(governance: Governance) -> impl IntoView {
    if governance.freeze_windows.is_empty() {
        return "There is no time in which versions may not become active.".into_any();
    }
    let windows = governance
        .freeze_windows
        .into_iter()
        .map(|window| {
            view! {
                <li>
                    <When at=window.from/> " to " <When at=window.until/> {format!(" (UTC): {}", window.reason)}
                </li>
            }
        })
        .collect_view();
    view! {
        "No version becomes active, but going back to an earlier one stays possible:"
        <ul class="list-disc pl-5 wrap-anywhere">{windows}</ul>
    }
    .into_any()
}

/// Text as the content of a `textarea` in HTML, which Leptos does not escape.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[component]
fn Form(governance: Governance, revision: u32, set: ServerAction<SetGovernance>) -> impl IntoView {
    let pending = set.pending();
    let error = action_error(set);
    // What is refused of a window is said at the field that has all of them.
    let windows_error = Signal::derive(move || {
        error.get().map(|error| match error {
            AppError(domain::Fault::Invalid(mut error))
                if matches!(error.field.as_str(), "until" | "freeze_reason") =>
            {
                error.field = "freeze_windows".to_owned();
                AppError(domain::Fault::Invalid(error))
            }
            error => error,
        })
    });
    let lines: Vec<String> = governance.freeze_windows.iter().map(window_as_line).collect();
    let skills = governance.skills.join(", ");
    view! {
        <ActionForm action=set>
            <div class="mt-3 flex max-w-prose flex-col items-start gap-3 rounded-box border border-base-300 bg-base-100 p-4">
                <input type="hidden" name="revision" value=revision.to_string()/>
                <label class="flex items-center gap-2 text-sm">
                    <input
                        class="checkbox checkbox-sm"
                        type="checkbox"
                        name="four_eyes"
                        value="true"
                        checked=governance.four_eyes
                        prop:checked=governance.four_eyes
                    />
                    "A second person must say yes before a version decides anything"
                </label>
                <div class="w-full">
                    <label class="flex flex-col gap-1 text-sm">
                        <span>"When no version becomes active (UTC): one a line, like 2026-12-24T08:00 2026-12-27T08:00 Holidays"</span>
                        <textarea
                            class="textarea w-full font-mono text-xs"
                            name="freeze_windows"
                            rows="4"
                            spellcheck="false"
                            aria-describedby="freeze_windows-error"
                            inner_html=escaped(&lines.join("\n"))
                        ></textarea>
                    </label>
                    <FieldError error=windows_error field="freeze_windows"/>
                </div>
                <div class="w-full">
                    <label class="flex flex-col gap-1 text-sm">
                        <span>"Skills that rules may ask for, with commas; blank for any"</span>
                        <input
                            class="input input-sm w-full"
                            type="text"
                            name="skills"
                            value=skills.clone()
                            prop:value=skills
                            autocomplete="off"
                            aria-describedby="skills-error"
                        />
                    </label>
                    <FieldError error field="skills"/>
                </div>
                <ReasonField error/>
                <button class="btn btn-sm btn-primary" type="submit" disabled=pending>
                    "Set how policies may be changed"
                </button>
                <FormError error=windows_error except=FIELDS/>
            </div>
        </ActionForm>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_reason_cannot_leave_the_text_field() {
        assert_eq!(escaped("</textarea><b>&"), "&lt;/textarea&gt;&lt;b&gt;&amp;");
    }
}
