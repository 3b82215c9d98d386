//! Mail in: kept, then filed, once however often it comes and whatever fails in between.
//!
//! In: the bytes of a mail, from a file, from HTTP or from a mailbox. Out: a [`Taken`], which says what became of it.
//! Start at [`take_in`]. `known` asks what the desk knows of a mail, `arrival` makes a message of it, `filing` carries out what
//! [`crate::email::threading`] decides, `returned` notes which of our mails came back, `quarantine` is for whoever looks after what could not be filed.
//!
//! **Invariants:** the bytes are on disk, sealed, before anything is decided; the ticket or message of a mail and the end of its row are one
//! transaction, so that after a crash it is either filed or waiting; a row ends once.
//! **Never here:** where mails come from, how they are shown.

mod arrival;
mod filing;
mod known;
mod quarantine;
mod returned;
mod unreached;

use balcao_desk::caller::{Caller, Permission};
use balcao_desk::{Desk, DeskError, millis, random};
use balcao_store::mail::{self, Mail as Row};
use balcao_store::ticket::Ticket;
use balcao_store::{MailId, sealed};
use jiff::Timestamp;

pub use quarantine::{Counts, counts, quarantined, resume, retry};
pub use unreached::{Unreached, unreached};

/// Tries after which a mail is set aside for a person.
pub const MOST_TRIES: i64 = 3;
/// The most that is kept of one mail, in bytes: beyond what is read, so that a person may still look at it.
pub const MOST_KEPT: usize = 64 << 20;

/// A mail as it comes.
pub struct Arrived {
    /// Its bytes.
    pub raw: Vec<u8>,
    /// Where it was taken from: the name of a mailbox, `api`, `import`.
    pub mailbox: String,
    /// Its number there, if it has one.
    pub uid: Option<i64>,
}

/// What became of a mail.
pub struct Taken {
    /// Its row as it now is.
    pub mail: Row,
    /// The ticket that it is in or speaks of.
    pub ticket: Option<Ticket>,
    /// Whether it had come before.
    pub known: bool,
}

/// Keeps a mail and files it. The same bytes again change nothing; where filing was interrupted it goes on.
///
/// What cannot be filed waits, and after [`MOST_TRIES`] is set aside: that is no error but a state of the row.
///
/// # Errors
/// If the caller may not, the mail is larger than anything that is kept, or the database fails; send it again then.
pub async fn take_in(
    desk: &Desk,
    caller: &Caller,
    arrived: Arrived,
    now: Timestamp,
) -> Result<Taken, DeskError> {
    may(caller)?;
    let (row, raw, new) = keep(desk, arrived, now).await?;
    if new {
        return filing::first(desk, caller, (row, raw), now).await;
    }
    Ok(Taken { known: true, ..filing::again(desk, caller, &row.id, now).await? })
}

/// Keeps a mail: its bytes sealed, its row waiting. The row, the bytes back, and whether it is new.
///
/// # Errors
/// If it is larger than anything that is kept, or the database fails.
pub async fn keep(desk: &Desk, arrived: Arrived, now: Timestamp) -> Result<(Row, Vec<u8>, bool), DeskError> {
    let Arrived { raw, mailbox, uid } = arrived;
    if raw.len() > MOST_KEPT {
        let text = format!("o e-mail tem {} bytes; são guardados até {MOST_KEPT}", raw.len());
        return Err(DeskError::Invalid(text));
    }
    let row = Row {
        id: MailId::fresh(),
        hash: desk.secrets().mark("mail", &[&raw]),
        mailbox,
        uid,
        received_at: millis(now),
        size: i64::try_from(raw.len()).unwrap_or(i64::MAX),
        direction: "in".to_owned(),
        state: mail::RECEIVED.to_owned(),
        // Whoever keeps a mail tries to file it next; if nobody comes that far, this was the first try.
        attempts: 1,
        reason: None,
        ticket: None,
        message: None,
        message_id: own_id(desk, &raw),
        content: None,
        sender: None,
        verified: None,
        authentication: None,
    };
    let mut conn = desk.store().read().await?;
    if let Some(known) = mail::by_hash(&mut conn, &row.hash).await? {
        return Ok((known, raw, false));
    }
    drop(conn);
    let days = i64::from(desk.settings().keep_originals);
    let expires = millis(now).saturating_add(days.saturating_mul(86_400_000));
    let original = desk.secrets().seal(row.id.as_str(), &raw, random()?, Some(expires));
    let wanted = row.clone();
    let kept = desk.store().write(move |tx| {
        Box::pin(async move {
            if mail::add(tx, &wanted).await? {
                sealed::add(tx, &original).await?;
                return Ok::<_, DeskError>(None);
            }
            // Another was quicker with the same bytes.
            Ok(mail::by_hash(tx, &wanted.hash).await?)
        })
    });
    Ok(match kept.await? {
        Some(known) => (known, raw, false),
        None => (row, raw, true),
    })
}

/// By what an answer to a mail knows it, before anything else of it is read; none of one on which its reader fails.
fn own_id(desk: &Desk, raw: &[u8]) -> Option<String> {
    let id = std::panic::catch_unwind(|| crate::email::message_id(raw)).ok().flatten()?;
    Some(desk.secrets().mark("mail id", &[id.as_bytes()]))
}

/// Mails are taken in by the desk's own people and programs.
fn may(caller: &Caller) -> Result<(), DeskError> {
    caller.must(Permission::CreateTickets)?;
    if caller.is_staff() { Ok(()) } else { Err(DeskError::Forbidden("entregar e-mails")) }
}
