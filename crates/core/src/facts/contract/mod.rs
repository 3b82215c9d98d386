//! The documented contract: operations of the OpenAPI files, and what a body breaks of them.
//!
//! In: the texts of OpenAPI 3.x (and, for routes, Swagger 2.0) files. Out: a [`Contract`] that finds the
//! operation of a call and tells the [`Breach`]es of its body.
//!
//! Start at [`Contract::load`] (`load.rs`), then `locate.rs`, `validate.rs`; `body.rs` reads what a partner pasted.
//!
//! **Invariant:** no text of a breach carries a value that was sent: it may be personal.
//! **Never here:** fetching of references to other places; those become problems, never breaches.

use std::fmt;
use std::sync::OnceLock;

use serde_json::Value;

mod body;
mod breach;
mod load;
mod locate;
mod masked;
mod refs;
mod schema;
mod similar;
#[cfg(test)]
mod tests;
mod validate;

pub use body::parse_body;
pub use breach::{Breach, BreachKind};
pub use locate::Located;
pub use masked::is_masked;

/// The operations of all documents, in their order.
#[derive(Default)]
pub struct Contract {
    pub operations: Vec<Operation>,
    documents: Vec<Document>,
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contract").field("operations", &self.operations).finish_non_exhaustive()
    }
}

/// One file.
struct Document {
    name: String,
    root: Value,
    dialect: Dialect,
}

/// What a schema means depends on the version of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// Swagger 2.0 and OpenAPI 3.0: `nullable`, and nothing beside a `$ref` counts.
    Before31,
    /// OpenAPI 3.1 and later: JSON Schema 2020-12.
    JsonSchema,
}

/// One documented operation.
pub struct Operation {
    /// Name of the document it stands in.
    pub document: String,
    /// Upper case.
    pub method: String,
    /// The whole path with the server's prefix (`/api/v2/propostas/{id}`).
    pub template: String,
    pub operation_id: Option<String>,
    pub summary: Option<String>,
    pub description: Option<String>,
    /// Whether a request body is documented.
    pub takes_body: bool,
    pub body_required: bool,
    pub deprecated: bool,
    /// Documented 2xx statuses; `2XX` and, alone, `default` count as 200.
    pub success_statuses: Vec<u16>,
    /// Whether it answers 202: the result comes later.
    pub is_async: bool,
    /// Media types of the body, the one validated first.
    pub media_types: Vec<String>,
    /// Further templates where servers have other path prefixes.
    other_templates: Vec<String>,
    body: Option<BodySchema>,
    /// Built at the first body: start-up stays quick.
    validator: OnceLock<validate::Built>,
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operation({} {})", self.method, self.template)
    }
}

impl fmt::Display for Operation {
    /// As it is cited: `POST /api/v2/propostas`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.template)
    }
}

/// Where the schema of a body stands.
struct BodySchema {
    document: usize,
    schema: Value,
}
