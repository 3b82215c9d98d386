//! What a proof says, in a form that a program can read: from these alone a verdict can be derived again.

use jiff::{SignedDuration, Timestamp};

/// The content of one proof, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// Shows where a value stands; decides nothing.
    Shown,
    KeyKnown(bool),
    KeyActive(bool),
    KeyOfEnvironment(String),
    CalledEnvironment(String),
    KeyOfSender(bool),
    UserKnown(bool),
    UserUsable(bool),
    UserLinked(bool),
    TokenWellFormed(bool),
    TokenIssued(Timestamp),
    TokenUsed {
        at: Timestamp,
        validity: SignedDuration,
    },
    RouteDocumented,
    RouteOfOtherVersion,
    BodyKeepsContract,
    BodyBreaksContract,
    ProductIn(Vec<String>),
    AskedVersion(String),
    RoutineRan {
        from: Timestamp,
        to: Timestamp,
    },
    NoRoutine,
    At(Timestamp),
    BusinessTime(bool),
    Released(Timestamp),
    NoRelease,
}
