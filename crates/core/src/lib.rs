//! The ground floor of Balcão: from what a partner wrote to a diagnosis with proof.
//!
//! Everything here takes data and returns data: no clock, randomness, disk, network or database.
//! Start at [`evidence`] for what a message shows.

pub mod calendar;
pub mod checks;
pub mod diagnosis;
pub mod evidence;
pub mod facts;
pub mod inbound;
pub mod incident;
pub mod mask;
mod pattern;
pub mod procedure;
pub mod reply;
pub mod sla;
pub mod ticket;
