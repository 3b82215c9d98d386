//! Mail out as its addressee sees it: a desk on a database of its own, and a real Postfix that takes what it sends.

#![expect(clippy::unwrap_used, reason = "a test that meets what it did not expect should stop")]

mod arriving;
mod failing;
mod office;
mod once;
mod secrecy;
mod signed;
