//! A ticket's life: which state may follow which, who may take the step, and what must be there first.
//!
//! In: a [`Standing`] (what is known of the ticket), a [`Transition`] (what is wanted), an [`Actor`], the [`Rules`] of the
//! procedure and the instant. Out: what changed, or a [`Refusal`] that lists everything that is missing.
//!
//! Start at [`transition()`]: it is the only function that changes a state, for every path (API, bulk, import, timer).
//!
//! **Invariant:** guards fail closed, and no role steps round one.
//! **Never here:** the clock, storage, or how a refusal is shown.

mod guard;
mod protocol;
mod refusal;
mod role;
mod rules;
mod standing;
mod state;
#[cfg(test)]
mod tests;
pub mod trail;
mod transition;

pub use self::protocol::{Protocol, ProtocolError};
pub use self::refusal::{Missing, Refusal, RefusalCode};
pub use self::role::{Actor, Role};
pub use self::rules::Rules;
pub use self::standing::{Classification, Confirmation, EvidenceStanding, LogStanding, Reminders, Standing};
pub use self::state::{State, Team};
pub use self::transition::{Changed, Closing, Transition, transition};
