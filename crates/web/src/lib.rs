//! The desk over HTTP: the pages for people, `/api/v1` with its description, and what a machine asks to know whether the desk is well.
//!
//! In: requests. Out: what the verbs of the desk answered, as JSON; what went wrong, as RFC 9457 problems. Start at [`router`].
//!
//! **Invariants:** a handler takes its arguments apart, calls one verb, and shows the outcome; only [`problem`] knows status codes of
//! refusals; no log line has a body, a query, a token or an address.
//! **Never here:** rules about tickets, SQL, files.

mod api;
mod caller;
mod counts;
mod description;
mod extract;
mod health;
mod limits;
mod logs;
mod page;
mod pages;
mod peer;
pub mod problem;
mod router;

pub use description::description;
pub use limits::Limits;
pub use router::{App, Clock, Courier, NoCourier, router};
