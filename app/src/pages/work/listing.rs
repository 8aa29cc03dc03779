//! Which tasks the list of the workspace shows, as its address says it.

use leptos_router::{location::Url, params::ParamsMap};

/// The address of what is put aside.
pub(crate) const ASIDE: &str = "/aside";

/// What is listed, and from where on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) what: Listed,
    /// The cursor of the page.
    pub(crate) after: Option<String>,
}

/// What is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Listed {
    /// What the viewer holds.
    Held,
    /// What waits in a queue.
    Queue(String),
    /// What the viewer put aside.
    Aside,
}

impl Listing {
    /// The list of a page of the workspace; on a task's page the one that it was opened from.
    pub(crate) fn of(path: &str, query: &ParamsMap) -> Self {
        if task_of(path).is_some() {
            return query.get_str("from").map_or(Self { what: Listed::Held, after: None }, Self::parse);
        }
        let what = match path.strip_prefix("/work/").filter(|queue| !queue.is_empty()) {
            _ if path == ASIDE => Listed::Aside,
            Some(queue) => Listed::Queue(Url::unescape(queue)),
            None => Listed::Held,
        };
        Self { what, after: query.get_str("after").filter(|after| !after.is_empty()).map(ToOwned::to_owned) }
    }

    /// The list of an address; what the viewer holds when it is none of a list.
    pub(crate) fn parse(address: &str) -> Self {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let query: ParamsMap = pairs.map(|(key, value)| (key.to_owned(), Url::unescape(value))).collect();
        if task_of(path).is_some() { Self { what: Listed::Held, after: None } } else { Self::of(path, &query) }
    }

    /// Its address.
    pub(crate) fn address(&self) -> String {
        let path = match &self.what {
            Listed::Held => "/work".to_owned(),
            Listed::Queue(queue) => format!("/work/{}", Url::escape(queue)),
            Listed::Aside => ASIDE.to_owned(),
        };
        match &self.after {
            Some(after) => format!("{path}?after={}", Url::escape(after)),
            None => path,
        }
    }

    /// The address of a task that is opened from here.
    pub(crate) fn task(&self, id: &str) -> String {
        format!("/tasks/{id}?from={}", Url::escape(&self.address()))
    }
}

/// The task of a page, when it is a task's.
pub(crate) fn task_of(path: &str) -> Option<&str> {
    path.strip_prefix("/tasks/").filter(|id| !id.is_empty())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn queue(name: &str, after: Option<&str>) -> Listing {
        Listing { what: Listed::Queue(name.to_owned()), after: after.map(ToOwned::to_owned) }
    }

    #[test]
    fn a_list_is_its_address() {
        for listing in [
            Listing { what: Listed::Held, after: None },
            Listing { what: Listed::Aside, after: Some("9.task_1".to_owned()) },
            queue("billing", None),
            queue("billing", Some("1.7&x=.task")),
        ] {
            assert_eq!(Listing::parse(&listing.address()), listing);
        }
    }

    #[test]
    fn a_task_remembers_the_list_that_it_was_opened_from() {
        let listing = queue("billing", Some("3.9.task_1"));
        let address = listing.task("task_7");
        let (path, query) = address.split_once('?').unwrap();
        let from = Url::unescape(query.strip_prefix("from=").unwrap());
        let query: ParamsMap = [("from".to_owned(), from)].into_iter().collect();
        assert_eq!((task_of(path), Listing::of(path, &query)), (Some("task_7"), listing));
        assert_eq!(Listing::of(path, &ParamsMap::new()).what, Listed::Held);
    }

    #[test]
    fn an_address_that_is_no_list_is_ones_own_work() {
        for address in ["https://evil.example/work/billing", "//evil", "/tasks/task_1?from=/work/x", "", "javascript:x"]
        {
            assert_eq!(Listing::parse(address).what, Listed::Held, "{address}");
        }
    }
}
