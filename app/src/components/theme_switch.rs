//! Light, dark, or as the system says.

use leptos::{form::ActionForm, prelude::*};

use crate::api::session::SetTheme;

/// Three buttons that choose the theme. The choice is a cookie, so the server already draws the page in it; without
/// JavaScript the buttons load the page anew.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let action = ServerAction::<SetTheme>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(Ok(theme)) = action.value().get() {
            apply(theme);
        }
    });
    view! {
        <ActionForm action>
            <fieldset class="flex items-center gap-1">
                <legend class="sr-only">"Theme"</legend>
                {[("light", "Light"), ("dark", "Dark"), ("system", "System")]
                    .map(|(value, title)| {
                        view! {
                            <button class="btn btn-xs btn-ghost" name="theme" value=value>
                                {title}
                            </button>
                        }
                    })
                    .collect_view()}
            </fieldset>
        </ActionForm>
    }
    .into_any()
}

/// Shows a theme at once, as the server will draw the next page.
#[cfg(feature = "hydrate")]
fn apply(theme: crate::api::session::Theme) {
    let Some(root) = document().document_element() else { return };
    // A page that refuses the attribute keeps its theme until the next page, which is no error worth showing.
    let _ = match theme.name() {
        Some(name) => root.set_attribute("data-theme", name),
        None => root.remove_attribute("data-theme"),
    };
}
