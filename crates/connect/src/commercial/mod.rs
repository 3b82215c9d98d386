//! Commercial: `[commercial]` of the channels' file, the signed webhook by which requests go out, and what its mails say.
//!
//! In: a parcel of the desk, or the words of a mail. Out: whether commercial took it, or what it decided, where that is clear. [`read`] is
//! pure; the mail itself is known by its token in `mail`.
//!
//! **Invariant:** a request that is delivered twice has the same `webhook-id`; what is not clear is no decision.
//! **Never here:** what becomes of a ticket, or what looks like a key: the desk cuts that.

mod reading;
#[cfg(feature = "desk")]
mod settings;
#[cfg(feature = "desk")]
mod webhook;

pub use reading::{Decided, Read, read};
#[cfg(feature = "desk")]
pub use settings::{Settings, SettingsError};
#[cfg(feature = "desk")]
pub use webhook::Commercial;

#[cfg(feature = "desk")]
use balcao_desk::commercial::{Outcome, Said};

/// What a mail of commercial's says, as the desk takes it. Of a sender who is not verified nothing is decided.
#[cfg(feature = "desk")]
#[must_use]
pub fn said(words: String, verified: bool, files: usize) -> Said {
    let Read { decided, environment, ending, reason } = read(&words);
    let outcome = match decided {
        Some(Decided::Issued) if verified => Outcome::Issued,
        Some(Decided::Refused) if verified => Outcome::Refused,
        _ => Outcome::Unclear,
    };
    let mut remarks = Vec::new();
    if !verified {
        remarks.push("o remetente não pôde ser verificado; confirme antes de decidir".to_owned());
    }
    if files > 0 {
        remarks.push(format!("{files} arquivo(s) vieram junto e ficaram só no original selado"));
    }
    Said { outcome, environment, tail: ending, reason, words, remarks, request: None }
}
