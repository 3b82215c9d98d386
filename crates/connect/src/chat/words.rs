//! What is said in a chat: the words of a person as they are, and the desk's own from the catalogues.

use balcao_desk::chat::{Kind, Parcel};

use crate::mail_out::say;

/// What a parcel says.
pub(crate) fn said(parcel: &Parcel) -> String {
    if !parcel.body.trim().is_empty() {
        return parcel.body.clone();
    }
    let key = match parcel.kind {
        Kind::Closing => "chat-closing",
        Kind::Answer | Kind::Reminder | Kind::Reopen | Kind::Request => "chat-reminder",
    };
    say(parcel.language, key, &[("protocol", &parcel.protocol)])
}
