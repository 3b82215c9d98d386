//! Commercial: a request for a key travels to it with all that it must contain, and its answer comes back without the key.
//!
//! In: an escalation to commercial; what commercial answers by mail, by webhook or at the desk. Out: a note with the request, carried by
//! mail or webhook; a note with the answer, the ticket back with those who speak with the partner, and the answer to it drafted.
//! `request` gathers what is asked for, `forward` writes it down, `asking` asks the partner for what is missing, `said` and `answered` take
//! the answer, `words` are what the partner reads, `keys` cuts whatever looks like a key, `shown` is for pages. [`Office`] is the way out.
//!
//! **Invariants:** nothing is forwarded that lacks what the procedure wants of it; whatever looks like a key is cut before anything is kept
//! in the clear; an answer counts once, and only where it is clear.
//! **Never here:** how a mail or a webhook is read; a change of the registry.

mod answered;
mod asking;
mod forward;
mod keys;
mod office;
mod request;
mod round;
mod said;
mod shown;
mod words;

use balcao_core::ticket::Role;

use crate::caller::Caller;

pub use answered::{Answered, Deciding, Decision, TAG, by_mail, decide, hook, verified};
pub(crate) use answered::{record, untagged};
pub(crate) use asking::asking;
pub use asking::question;
pub(crate) use forward::forward;
pub use keys::{tail, without_keys};
pub use office::{Office, is_of};
pub(crate) use round::waits_for_it;
pub use said::{Outcome, Said};
pub use shown::{Answer, Shown, Way, of_ticket};
pub use words::{Telling, text};

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
