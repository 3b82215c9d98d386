//! Chats: what chat tools deliver becomes tickets and messages, and what the desk says goes out to them.
//!
//! In: deliveries that the desk keeps, of WhatsApp or in the desk's own format (`read`); parcels. Out: tickets, further messages, notes; or
//! why neither. Start at [`Chats`]. `event` is what every tool tells, `filing` files it, `arrival` a message, where
//! `place` says; `tool` is a
//! tool of the desk's own format, `words` what is said by the desk itself.
//!
//! **Invariants:** filed twice it is there once; nothing of a telephone, an id of a tool or a text of Graph stands in the clear in a row or a
//! log; whose telephone or address it is only the registry says.
//! **Never here:** HTTP handlers, the clock.

#[cfg(feature = "desk")]
mod arrival;
#[cfg(feature = "desk")]
mod carrier;
pub mod event;
#[cfg(feature = "desk")]
mod filing;
#[cfg(feature = "desk")]
mod place;
mod read;
#[cfg(feature = "desk")]
mod settings;
#[cfg(feature = "desk")]
mod tool;
#[cfg(feature = "desk")]
mod words;

#[cfg(feature = "desk")]
pub use carrier::{ChatError, Chats, Patience};
pub use read::{ReadError, read};
#[cfg(feature = "desk")]
pub use settings::Settings;
