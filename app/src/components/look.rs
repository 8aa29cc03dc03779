//! How the page's frame looks, changed at once.

use crate::api::preferences::Look;

/// Shows a look as the server will draw the next page in it.
pub fn show(look: Look) {
    #[cfg(feature = "hydrate")]
    {
        let Some(root) = leptos::prelude::document().document_element() else { return };
        let focus = look.focus.then_some("");
        let width = look.list_width.to_string();
        for (name, value) in [
            ("data-theme", look.theme_name()),
            ("data-density", Some(look.density.as_str())),
            ("data-list", Some(width.as_str())),
            ("data-focus", focus),
        ] {
            // A page that refuses an attribute looks as before until the next page, which is no error worth showing.
            let _ = match value {
                Some(value) => root.set_attribute(name, value),
                None => root.remove_attribute(name),
            };
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = look;
}

/// The look that the page's frame has now; the usual one on the server.
#[must_use]
pub fn shown() -> Look {
    #[cfg(feature = "hydrate")]
    if let Some(root) = leptos::prelude::document().document_element() {
        use domain::preferences::Theme;
        let of = |name: &str| root.get_attribute(name).unwrap_or_default();
        let usual = Look::default();
        return Look {
            theme: Theme::of(of("data-theme").trim_start_matches("switchyard-")),
            density: of("data-density").parse().unwrap_or(usual.density),
            list_width: of("data-list").parse().unwrap_or(usual.list_width),
            focus: root.has_attribute("data-focus"),
        };
    }
    Look::default()
}
