//! Pages by key: each page begins where the last one ended, however far one has read.

use crate::error::StoreError;

/// The longest page that is given, whatever was asked for.
const LONGEST: u16 = 500;

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What the page before gave as `next`; `None` for the first.
    pub cursor: Option<String>,
    /// How many items, 1 to 500.
    pub limit: u16,
}

impl Page {
    /// The first page, of at most `limit` items.
    #[must_use]
    pub fn first(limit: u16) -> Self {
        Self { cursor: None, limit }
    }

    pub(crate) fn size(&self) -> i64 {
        i64::from(self.limit.clamp(1, LONGEST))
    }

    /// The position of the last item of the page before.
    pub(crate) fn before(&self) -> Result<Option<i64>, StoreError> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let position = cursor.strip_prefix('p').and_then(|hex| i64::from_str_radix(hex, 16).ok());
        position.map(Some).ok_or_else(|| StoreError::Cursor { cursor: cursor.clone() })
    }
}

/// One page, and where the next begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    /// In the list's order.
    pub items: Vec<T>,
    /// `None` after the last page.
    pub next: Option<String>,
}

impl<T> Paged<T> {
    /// From one item more than `size`, if there are so many.
    pub(crate) fn of(mut items: Vec<T>, size: i64, position: impl Fn(&T) -> i64) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|item| format!("p{:x}", position(item)));
        Self { items, next }
    }
}
