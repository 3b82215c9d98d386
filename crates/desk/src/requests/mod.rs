//! The request log: fed by the platform, asked by the diagnosis, forgotten by age.
//!
//! In: NDJSON as the platform exports it. Out: rows that answer an inquiry exactly as the core's log in memory does.
//!
//! Start at [`ingest`]; [`lookup::rows`] answers; what a row holds is in `columns.rs`.
//!
//! **Invariants:** no key enters a row but as its hash, and no line that was refused is kept in the clear; the memory that an ingest
//! takes does not grow with what is sent.
//! **Never here:** whose traffic may be shown to whom; that is the core's.

mod columns;
mod ingest;
mod lines;
pub mod lookup;
mod rejected;

pub use ingest::{Ingested, ingest};
pub use rejected::{Forgotten, forget_old, rejected_lines};
