//! The reply: the procedure's text with what the proof carries.
//!
//! In: the reply templates of a procedure and [`ReplyVariables`], each a piece of proof in words. Out:
//! [`Rendered`], a subject and a body for the partner. A variable that is not known leaves its sentence
//! out; a variable that does not exist is a mistake of the template ([`Replies::check`]).
//!
//! Start at [`Replies::render`]. The variables are listed in `variables.rs`.
//!
//! **Invariant:** what a partner wrote is inserted as text and never read as a template.
//! **Never here:** which reply is due, whole keys, tokens, passwords, or what no proof carries.

mod templates;
mod variables;

#[cfg(test)]
mod tests;

pub use templates::{Rendered, Replies};
pub use variables::{Excerpt, REPLY_VARIABLES, ReplyVariables};
