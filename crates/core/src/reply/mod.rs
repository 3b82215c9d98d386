//! The reply: the procedure's text with what the proof carries.
