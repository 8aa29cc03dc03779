//! Light, dark, or as the system says.

use leptos::{form::ActionForm, prelude::*};

use crate::{api::preferences::SetLook, components::show};

/// Three buttons that choose the theme. The choice is a cookie, so the server already draws the page in it; without
/// JavaScript the buttons load the page anew.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let action = ServerAction::<SetLook>::new();
    Effect::new(move |_| {
        if let Some(Ok(look)) = action.value().get() {
            show(look);
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
