//! The verbs, one file each. Every one says who asks, what for, and when; it reads, lets the core decide, and writes once.

mod conversation;
mod evidence;
pub(crate) mod examine;
mod kept;
mod mark;
mod rows;
mod standing;
pub(crate) use examine::compute;
pub use standing::ExcerptLine as Cited;

pub mod answer;
pub mod around;
pub mod assign;
pub mod chatted;
pub mod classify;
pub mod code_says;
pub mod confirm;
pub mod correct;
pub mod draft;
pub mod due;
pub mod follow_up;
pub mod kept_list;
pub mod link;
pub mod list;
pub mod looking;
pub mod mailed;
pub mod open_original;
pub mod receive;
pub mod rehearse;
pub mod rerun;
pub mod show;
pub mod silence;
pub mod split;
pub mod standard_reply;
pub mod step;
pub mod try_out;
