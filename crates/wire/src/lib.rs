//! The public JSON formats, the same for the command line and the HTTP API: an inbound message in, a diagnosis out.
//!
//! In: bytes that anybody may have written. Out: an `Inbound` or what is wrong with it; a `Diagnosis` as JSON.
//!
//! **Invariant:** an error repeats no value of what was read, since any may be a secret in the wrong field.
//! **Never here:** files, the network, a judgement.

pub mod diagnosis;
pub mod inbound;
