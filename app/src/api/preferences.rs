//! What people choose for themselves: how the product looks, and their keys.
//!
//! The look is drawn by the server, so that nothing flashes. What was chosen is kept in the store; a cookie repeats the look,
//! because a page's frame is drawn before the store is asked, and for those who have not signed in.

use std::collections::BTreeMap;

use domain::preferences::{Density, LIST_WIDTHS, Preferences, Theme};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What of the preferences a page's frame is drawn by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Light or dark.
    pub theme: Theme,
    /// How close rows stand.
    pub density: Density,
    /// How wide the list of tasks is.
    pub list_width: u8,
    /// Whether only the task is shown.
    pub focus: bool,
}

impl From<&Preferences> for Look {
    fn from(preferences: &Preferences) -> Self {
        let Preferences { theme, density, list_width, focus, .. } = preferences;
        Self { theme: *theme, density: *density, list_width: *list_width, focus: *focus }
    }
}

impl Default for Look {
    fn default() -> Self {
        Self::from(&Preferences::default())
    }
}

impl Look {
    /// The theme's name in the style sheet; nothing when the system decides.
    #[must_use]
    pub const fn theme_name(self) -> Option<&'static str> {
        match self.theme {
            Theme::Light => Some("switchyard-light"),
            Theme::Dark => Some("switchyard-dark"),
            Theme::System => None,
        }
    }

    /// The look as the cookie keeps it.
    #[must_use]
    pub fn to_cookie(self) -> String {
        let focus = if self.focus { "focus" } else { "all" };
        format!("{}.{}.{}.{focus}", self.theme.as_str(), self.density.as_str(), self.list_width)
    }

    /// The look that a cookie keeps; the usual for each part that is not understood.
    #[must_use]
    pub fn from_cookie(value: &str) -> Self {
        let usual = Self::default();
        let mut parts = value.split('.');
        let mut next = || parts.next().unwrap_or_default();
        Self {
            theme: Theme::of(next()),
            density: next().parse().unwrap_or(usual.density),
            list_width: next().parse().ok().filter(|width| *width < LIST_WIDTHS).unwrap_or(usual.list_width),
            focus: next() == "focus",
        }
    }
}

/// Changes the look; what is left out stays. Who has not signed in keeps it in the browser alone.
///
/// # Errors
/// When a value is none of those that there are.
#[server(prefix = "/fn", endpoint = "set_look")]
pub async fn set_look(
    /// `light`, `dark` or `system`.
    theme: Option<String>,
    /// `comfortable` or `compact`.
    density: Option<String>,
    /// 0 for the narrowest list to 5 for the widest.
    list_width: Option<u8>,
    /// Whether only the task is shown.
    focus: Option<bool>,
) -> Result<Look, AppError> {
    use domain::preferences::PreferenceChange;
    let density = density.map(|text| text.parse()).transpose();
    let density = density.map_err(|error| crate::api::fail(domain::Fault::Invalid(error)))?;
    let theme = theme.as_deref().map(Theme::of);
    let change = PreferenceChange { theme, density, list_width, focus, keys: None };
    on_server::change(change).await
}

/// Sets the keys.
///
/// # Errors
/// When a key is not one character, or two commands would share one.
#[server(prefix = "/fn", endpoint = "set_keys")]
pub async fn set_keys(
    /// `true` when single keys do anything.
    on: Option<bool>,
    /// The key of each command; the usual one where it is blank.
    #[server(default)]
    keys: BTreeMap<String, String>,
) -> Result<(), AppError> {
    use domain::preferences::{Keys, PreferenceChange};
    let keys = Keys::choose(on.unwrap_or(false), &keys);
    let keys = keys.map_err(|error| crate::api::fail(domain::Fault::Invalid(error)))?;
    let actor = crate::api::actor()?;
    let change = PreferenceChange { keys: Some(keys), ..PreferenceChange::default() };
    crate::api::services().change_preferences(&actor, change).await.map_err(crate::api::fail)?;
    leptos_axum::redirect("/account?kept=1#keys");
    Ok(())
}

#[cfg(feature = "ssr")]
pub use on_server::{keep_look, look_of_request};

#[cfg(feature = "ssr")]
mod on_server {
    use domain::preferences::{PreferenceChange, Preferences};
    use http::{
        HeaderValue,
        header::{COOKIE, SET_COOKIE},
        request::Parts,
    };
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    use super::Look;
    use crate::error::AppError;

    /// The cookie that repeats the look.
    const LOOK_COOKIE: &str = "look";
    /// How long a browser keeps it: a year.
    const LOOK_AGE_S: u32 = 31_536_000;

    /// Changes what the caller chose, in the store when somebody is signed in, and in the browser.
    pub(super) async fn change(change: PreferenceChange) -> Result<Look, AppError> {
        let look = match crate::api::actor() {
            Ok(actor) => {
                let changed = crate::api::services().change_preferences(&actor, change).await;
                Look::from(&changed.map_err(crate::api::fail)?)
            }
            Err(_) => {
                let Look { theme, density, list_width, focus } = look_of_request();
                let present = Preferences { theme, density, list_width, focus, ..Preferences::default() };
                Look::from(&present.with(change))
            }
        };
        keep_look(look);
        Ok(look)
    }

    /// Tells the browser to repeat a look.
    pub fn keep_look(look: Look) {
        let value = look.to_cookie();
        let cookie = format!("{LOOK_COOKIE}={value}; Path=/; Max-Age={LOOK_AGE_S}; SameSite=Lax; HttpOnly");
        if let (Some(response), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
            response.append_header(SET_COOKIE, cookie);
        }
    }

    /// The look that the request's cookie repeats.
    #[must_use]
    pub fn look_of_request() -> Look {
        let cookies =
            use_context::<Parts>().map(|parts| parts.headers.get_all(COOKIE).iter().cloned().collect::<Vec<_>>());
        cookies
            .iter()
            .flatten()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == LOOK_COOKIE)
            .map_or_else(Look::default, |(_, value)| Look::from_cookie(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_survives_its_cookie() {
        for theme in [Theme::Light, Theme::Dark, Theme::System] {
            for density in [Density::Comfortable, Density::Compact] {
                for (list_width, focus) in [(0, true), (LIST_WIDTHS - 1, false)] {
                    let look = Look { theme, density, list_width, focus };
                    assert_eq!(Look::from_cookie(&look.to_cookie()), look);
                }
            }
        }
    }

    #[test]
    fn a_cookie_that_is_not_understood_is_the_usual_look() {
        for value in ["", "\"><script>", "dusk.tight.77.x", "....."] {
            assert_eq!(Look::from_cookie(value), Look::default(), "{value}");
        }
        let dark = Look { theme: Theme::Dark, ..Look::default() };
        assert_eq!(Look::from_cookie("dark"), dark, "what is there counts");
        assert_eq!(dark.theme_name(), Some("switchyard-dark"));
    }
}
