//! Partners, users and keys as CSV, for people with a spreadsheet.
//!
//! In and out: RFC 4180, UTF-8, a header with the names of the columns in any order. Lists inside a cell are separated by `|`, contacts
//! written `Name <address>`. A byte order mark and `;` as separator are taken too, as Excel writes them in Brazil.
//!
//! **Invariants:** no cell that leaves is a formula, and each comes back as it was; no key leaves.

mod cells;
mod export;
mod import;

pub use export::export;
pub use import::{Import, import};

use super::collection::Collection;

/// What is written as a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// `code`, `name`, `tax_id`, `tier`, `language`, `email_domains`, `contacts`.
    Partners,
    /// `login`, `partner`, `status`.
    Users,
    /// `id`, `key_last4`, `partner`, `environment`, `status`, `users`; on the way in also `key`, whole.
    Keys,
}

/// How a cell is a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    List,
    Contacts,
    /// Tells which entry it is and is no field of it.
    Mark,
    /// A whole key, which only ever comes in.
    Key,
}

impl Table {
    /// The list that it is.
    #[must_use]
    pub fn collection(self) -> Collection {
        match self {
            Self::Partners => Collection::Partners,
            Self::Users => Collection::Users,
            Self::Keys => Collection::ApiKeys,
        }
    }

    /// The columns, in the order in which they leave.
    fn columns(self) -> &'static [(&'static str, Shape)] {
        use Shape::{Contacts, Key, List, Mark, Text};
        match self {
            Self::Partners => &[
                ("code", Text),
                ("name", Text),
                ("tax_id", Text),
                ("tier", Text),
                ("language", Text),
                ("email_domains", List),
                ("contacts", Contacts),
            ],
            Self::Users => &[("login", Text), ("partner", Text), ("status", Text)],
            Self::Keys => &[
                ("id", Mark),
                ("key_last4", Mark),
                ("key", Key),
                ("partner", Text),
                ("environment", Text),
                ("status", Text),
                ("users", List),
            ],
        }
    }
}
