//! The public formats (JSON), each converted from and to the core's own types here and nowhere else.

pub mod diagnosis;
pub mod inbound;
