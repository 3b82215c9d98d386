//! Code's tracker: GitLab, GitHub (and what speaks like it: Forgejo, Gitea), Jira, or whoever takes signed webhooks.
//!
//! In: a dossier or a comment of the desk's, and what a tracker answers or delivers. Out: an issue or a comment in the tracker's own markup, and
//! what the tracker tells, as the desk takes it. Start at `Settings` and [`read::read`]. `read/` has one file for each kind of tracker: pure
//! functions over what it says. `markup` and `words` write, one file for each kind asks, `connected` is what the desk is given.
//!
//! **Invariants:** whatever bytes come, reading ends with a value or an error; nothing that a person wrote has a meaning of its own there: no
//! mention, no command, no picture; no token stands in an error.
//! **Never here:** what is told and what follows from it, the store.

#[cfg(feature = "desk")]
mod client;
#[cfg(feature = "desk")]
mod connected;
#[cfg(feature = "desk")]
mod github;
#[cfg(feature = "desk")]
mod gitlab;
#[cfg(feature = "desk")]
mod jira;
#[cfg(feature = "desk")]
mod markup;
pub mod read;
#[cfg(feature = "desk")]
mod settings;
#[cfg(feature = "desk")]
mod webhook;
#[cfg(feature = "desk")]
mod words;

#[cfg(feature = "desk")]
pub use connected::Connected;
#[cfg(feature = "desk")]
pub use settings::{Settings, SettingsError};
