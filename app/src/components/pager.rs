//! From page to page of a list.

use leptos::prelude::*;
use leptos_router::{hooks::use_location, location::Url, params::ParamsMap};

/// The link to the next page of a list. It keeps the list's filters, and there is no link back: the browser's own way
/// back is one.
#[component]
pub fn Pager(
    /// The cursor of the next page; nothing on the last one.
    next: Option<String>,
) -> impl IntoView {
    let location = use_location();
    let path = location.pathname.get_untracked();
    let query = location.query.get_untracked();
    let first = query.get_str("after").is_some().then(|| page_link(&path, &query, None));
    let next = next.map(|next| page_link(&path, &query, Some(&next)));
    (first.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="mt-4 flex justify-between gap-2" aria-label="Pages of this list">
                <span>{first.map(|href| view! { <a class="btn btn-sm btn-ghost" href=href>"First page"</a> })}</span>
                <span>{next.map(|href| view! { <a class="btn btn-sm btn-outline" rel="next" href=href>"Next page"</a> })}</span>
            </nav>
        }
    })
}

/// A page of a list: the path with every filter of the present address, and where the page starts.
#[must_use]
pub fn page_link(path: &str, query: &ParamsMap, after: Option<&str>) -> String {
    let pairs: Vec<String> = query
        .latest_values()
        .map(|(key, value)| (key.as_ref(), value))
        .filter(|(key, value)| *key != "after" && !key.starts_with("__") && !value.is_empty())
        .chain(after.map(|after| ("after", after)))
        .map(|(key, value)| format!("{}={}", Url::escape(key), Url::escape(value)))
        .collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_filters_and_drops_the_cursor_and_old_errors() {
        let query: ParamsMap = [("label", "a b&c"), ("after", "x"), ("__err", "e"), ("rule", "")]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        assert_eq!(page_link("/decisions", &query, Some("y=")), "/decisions?label=a%20b%26c&after=y%3D");
        assert_eq!(page_link("/decisions", &ParamsMap::new(), None), "/decisions");
    }
}
