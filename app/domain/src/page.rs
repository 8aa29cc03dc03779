//! Keyset pages: a page says where the next one starts, never how many there are.

use serde::{Deserialize, Serialize};

/// Most rows of one page.
pub const MAX_PAGE_SIZE: u32 = 200;

/// Rows of a page when the caller names no number.
pub const DEFAULT_PAGE_SIZE: u32 = 50;

/// Where a page starts and how long it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    /// The `next` of the page before; nothing for the first page.
    pub after: Option<String>,
    /// Most rows, from 1 to [`MAX_PAGE_SIZE`].
    pub limit: u32,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { after: None, limit: DEFAULT_PAGE_SIZE }
    }
}

impl PageRequest {
    /// The first page of `limit` rows, brought into bounds.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self { after: None, limit: limit.clamp(1, MAX_PAGE_SIZE) }
    }

    /// The page after a cursor, with `limit` brought into bounds.
    #[must_use]
    pub fn after(after: Option<String>, limit: Option<u32>) -> Self {
        Self { after, limit: limit.unwrap_or(DEFAULT_PAGE_SIZE).clamp(1, MAX_PAGE_SIZE) }
    }

    /// The limit as stores bind it, always within bounds.
    #[must_use]
    pub fn limit(&self) -> i64 {
        i64::from(self.limit.clamp(1, MAX_PAGE_SIZE))
    }
}

/// Some rows in order and where the next ones start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; nothing when this is the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Builds a page from `limit + 1` fetched rows: the extra row only says that there is a next page.
    pub fn from_rows(mut items: Vec<T>, limit: i64, cursor: impl FnOnce(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }
}
