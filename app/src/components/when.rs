//! Points in time, as the server's pages and then the browser's clock show them.

use domain::Timestamp;
use leptos::prelude::*;

/// The browser's clock, ticking once a second; nothing on the server and until the page is alive, so that both draw the
/// same page first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now(pub(crate) RwSignal<Option<i64>>);

/// Starts the clock of the page; the layout does it once.
pub(crate) fn provide_clock() {
    let now = RwSignal::new(None);
    provide_context(Now(now));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of the next 200,000 years fit")]
        let tick = move || now.set(Some(js_sys::Date::now() as i64));
        tick();
        if let Ok(handle) = set_interval_with_handle(tick, std::time::Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
    });
}

/// The browser's time in milliseconds since 1970, once a second; nothing on the server.
#[must_use]
pub fn use_now_ms() -> Signal<Option<i64>> {
    use_context::<Now>().map_or_else(|| Signal::stored(None), |Now(now)| now.into())
}

/// A date and time to the minute, in UTC.
#[component]
pub fn When(
    /// The time.
    at: Timestamp,
) -> impl IntoView {
    let minute = at.to_minute();
    let title = format!("{minute} UTC");
    view! {
        <time class="whitespace-nowrap tabular-nums" datetime=at.to_string() title=title>
            {minute}
            <span class="sr-only">" UTC"</span>
        </time>
    }
    .into_any()
}

/// When something is due; in the browser also how far away that is.
#[component]
pub fn Due(
    /// When; nothing when it is never late.
    at: Option<Timestamp>,
) -> impl IntoView {
    let now = use_now_ms();
    at.map(|at| {
        let distance = Memo::new(move |_| now.get().map(|now| (at.as_ms() - now).div_euclid(60_000)));
        let class = move || match distance.get() {
            Some(minutes) if minutes < 0 => "whitespace-nowrap tabular-nums font-medium text-error",
            Some(minutes) if minutes < 30 => "whitespace-nowrap tabular-nums font-medium text-warning",
            _ => "whitespace-nowrap tabular-nums",
        };
        let text = move || distance.get().map_or_else(|| at.to_minute(), in_words);
        view! {
            <time class=class datetime=at.to_string() title=format!("{} UTC", at.to_minute())>
                {text}
            </time>
        }
    })
}

/// A distance in minutes: `in 25 min`, `3 h late`.
fn in_words(minutes: i64) -> String {
    let size = minutes.unsigned_abs();
    let size = match size {
        0..60 => format!("{size} min"),
        60..2880 => format!("{} h", size / 60),
        _ => format!("{} d", size / 1440),
    };
    if minutes < 0 { format!("{size} late") } else { format!("in {size}") }
}

/// How long until something ends, counting down in the browser; the time itself on the server.
#[component]
pub fn Countdown(
    /// When it ends.
    #[prop(into)]
    until: Signal<Timestamp>,
    /// What to say once it has ended.
    #[prop(into)]
    over: String,
) -> impl IntoView {
    let now = use_now_ms();
    let text = move || match now.get().map(|now| (until.get().as_ms() - now).div_euclid(1000)) {
        None => format!("until {} UTC", until.get().to_minute()),
        Some(seconds) if seconds <= 0 => over.clone(),
        Some(seconds) => format!("{}:{:02} left", seconds / 60, seconds % 60),
    };
    view! { <span class="tabular-nums">{text}</span> }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn distances_are_said_in_the_unit_that_fits() {
        assert_eq!(in_words(25), "in 25 min");
        assert_eq!(in_words(-1), "1 min late");
        assert_eq!(in_words(-190), "3 h late");
        assert_eq!(in_words(3000), "in 2 d");
    }
}
