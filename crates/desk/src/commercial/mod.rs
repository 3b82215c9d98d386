//! Commercial: a request for a key travels to it with all that it must contain, and its answer comes back without the key.
//!
//! In: an escalation to commercial; what commercial answers by mail or webhook. Out: a note with the request, carried by mail or webhook; a
//! note with the answer, the ticket back with those who speak with the partner, and the answer to it drafted.
//! `request` gathers what is asked for, `forward` writes it down, `answered` takes the answer, `keys` cuts whatever looks like a key.
//!
//! **Invariants:** nothing is forwarded that lacks what it must contain; whatever looks like a key is cut before anything is kept in the
//! clear; an answer counts once.
//! **Never here:** how a mail or a webhook is read.

mod answered;
mod forward;
mod keys;
mod request;

use balcao_core::ticket::Role;

use crate::caller::Caller;

pub use answered::{Answered, Outcome, Said, answered, hook};
pub(crate) use forward::forward;
pub use keys::{tail, without_keys};

/// Commercial itself, as it answers from outside the desk.
#[must_use]
pub fn outside() -> Caller {
    Caller {
        id: "commercial".to_owned(),
        name: "Comercial".to_owned(),
        role: Role::Commercial,
        partner: None,
        narrowed: None,
    }
}
