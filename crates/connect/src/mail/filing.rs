//! Filing: a kept mail becomes a ticket, a further message or a note, or it is told why not.

use balcao_core::mask::Masker;
use balcao_desk::caller::Caller;
use balcao_desk::commercial;
use balcao_desk::trail::{self, Event};
use balcao_desk::verbs::follow_up::follow_up_mail;
use balcao_desk::verbs::mailed::Mailed;
use balcao_desk::verbs::receive::receive_mail;
use balcao_desk::{Desk, DeskError, millis};
use balcao_store::mail::{self, End, Mail as Row, Marks};
use balcao_store::{MailId, Scope, StoreError, TicketId, sealed, ticket};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::returned::{self, Back};
use super::{MOST_TRIES, Taken, arrival, known};
use crate::email::threading::{Decision, Known, decide};
use crate::email::{self, Mail};

/// How long after a mail came somebody may still be at its first tries.
const STILL_TRYING: SignedDuration = SignedDuration::from_mins(1);

/// Files a mail that was just kept.
pub(super) async fn first(
    desk: &Desk,
    caller: &Caller,
    (row, raw): (Row, Vec<u8>),
    now: Timestamp,
) -> Result<Taken, DeskError> {
    try_to(desk, caller, (&row, Some(raw)), now).await?;
    taken(desk, &row.id).await
}

/// Files a mail that waits, whoever left it waiting; one that does not wait is told as it is.
pub(super) async fn again(
    desk: &Desk,
    caller: &Caller,
    id: &MailId,
    now: Timestamp,
) -> Result<Taken, DeskError> {
    // Of one that is sent several times at once the first tries still run; were it set aside now, it would be so without need.
    let before = millis(now.saturating_sub(STILL_TRYING).unwrap_or(Timestamp::MIN));
    let begun = id.clone();
    let begun = desk.store().write(move |tx| {
        Box::pin(async move { Ok::<_, DeskError>(mail::begin(tx, &begun, MOST_TRIES, before).await?) })
    });
    if let Some(row) = begun.await? {
        if row.attempts > MOST_TRIES {
            let why = row.reason.clone().unwrap_or_else(|| "o programa foi interrompido ao lê-lo".to_owned());
            aside(desk, caller, &row, why, now).await?;
        } else {
            try_to(desk, caller, (&row, None), now).await?;
        }
    }
    taken(desk, id).await
}

/// A mail as it now is.
async fn taken(desk: &Desk, id: &MailId) -> Result<Taken, DeskError> {
    let mut conn = desk.store().read().await?;
    let row = mail::get(&mut conn, id).await?.ok_or(DeskError::NotFound("e-mail"))?;
    let ticket = match &row.ticket {
        Some(id) => ticket::get(&mut conn, &Scope::All, id).await?,
        None => None,
    };
    Ok(Taken { mail: row, ticket, known: false })
}

/// One try; why it did not succeed is kept, and after the last one the mail is set aside.
async fn try_to(
    desk: &Desk,
    caller: &Caller,
    (row, raw): (&Row, Option<Vec<u8>>),
    now: Timestamp,
) -> Result<(), DeskError> {
    let error = match filed(desk, caller, (row, raw), now).await {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    let mut conn = desk.store().read().await?;
    let waits = mail::get(&mut conn, &row.id).await?.is_some_and(|row| row.state == mail::RECEIVED);
    drop(conn);
    if !waits {
        // Somebody else filed it meanwhile.
        return Ok(());
    }
    let why = Masker::new([]).mask(&error.to_string());
    // What cannot be read is the same the next time.
    if matches!(error, DeskError::Invalid(_)) || row.attempts >= MOST_TRIES {
        return aside(desk, caller, row, why, now).await;
    }
    tracing::warn!(
        mail = row.id.as_str(),
        error = &error as &dyn std::error::Error,
        "a mail was not filed and waits"
    );
    let id = row.id.clone();
    let noted = desk
        .store()
        .write(move |tx| Box::pin(async move { Ok::<_, DeskError>(mail::failed(tx, &id, &why).await?) }));
    noted.await
}

/// Leaves a mail waiting until the one that it answers is filed or set aside; the background work takes both up, the earlier first.
async fn put_off(desk: &Desk, id: &MailId) -> Result<(), DeskError> {
    let id = id.clone();
    let why = "responde a um e-mail que veio antes e ainda não foi arquivado";
    let written = desk
        .store()
        .write(move |tx| Box::pin(async move { Ok::<_, DeskError>(mail::put_off(tx, &id, why).await?) }));
    written.await
}

/// What becomes of a mail. One that answers a request to commercial and does not go there loses what looks like a key: where such answers go
/// astray is where keys are pasted.
fn decided(mail: &mut Mail, known: &Known) -> Decision {
    let decision = decide(mail, known);
    if known.request.is_some() && !matches!(decision, Decision::Commercial { .. }) {
        mail.text = commercial::without_keys(&mail.text);
        mail.subject = commercial::without_keys(&mail.subject);
    }
    decision
}

async fn filed(
    desk: &Desk,
    caller: &Caller,
    (row, raw): (&Row, Option<Vec<u8>>),
    now: Timestamp,
) -> Result<(), DeskError> {
    let raw = match raw {
        Some(raw) => raw,
        None => original(desk, row).await?,
    };
    let mut mail = read(desk, raw).await?;
    let (known, marks) = known::of(desk, &mail).await?;
    if known::answers_what_waits(desk, (&row.id, &mail), &known).await? {
        return put_off(desk, &row.id).await;
    }
    let decision = decided(&mut mail, &known);
    match carry_out(desk, caller, (row, &mail), (decision, marks), now).await {
        // The same mail came by another way at the same time: now it is known.
        Err(DeskError::Store(StoreError::Taken { .. })) => {
            let (known, marks) = known::of(desk, &mail).await?;
            let decision = decided(&mut mail, &known);
            carry_out(desk, caller, (row, &mail), (decision, marks), now).await
        }
        done => done,
    }
}

/// The bytes as they came.
async fn original(desk: &Desk, row: &Row) -> Result<Vec<u8>, DeskError> {
    let mut conn = desk.store().read().await?;
    let sealed = sealed::about(&mut conn, row.id.as_str()).await?.into_iter().next();
    drop(conn);
    let gone = || DeskError::Invalid("o original deste e-mail já foi apagado por idade".to_owned());
    let opened = desk.secrets().open(&sealed.ok_or_else(gone)?);
    opened.map(|bytes| bytes.to_vec()).map_err(|why| DeskError::Conflict(why.to_string()))
}

/// Reads on a thread of its own: a large mail holds nobody up, and whatever it does to its reader ends there.
async fn read(desk: &Desk, raw: Vec<u8>) -> Result<Mail, DeskError> {
    let trusted = desk.settings().mail.authserv_id.clone();
    let done = tokio::task::spawn_blocking(move || email::read(&raw, trusted.as_deref())).await;
    let read = done.map_err(|_panicked| DeskError::Damaged("um e-mail, ao ser lido"))?;
    read.map_err(|error| DeskError::Invalid(error.to_string()))
}

async fn carry_out(
    desk: &Desk,
    caller: &Caller,
    (row, mail): (&Row, &Mail),
    (decision, marks): (Decision, Marks),
    now: Timestamp,
) -> Result<(), DeskError> {
    let reason = decision.why().to_owned();
    let mailed = |link: Option<TicketId>| Mailed {
        id: row.id.clone(),
        marks: marks.clone(),
        reason: reason.clone(),
        link,
    };
    let known = match &decision {
        Decision::Noted { ticket, .. } => {
            let about = ticket.as_deref().and_then(TicketId::parse);
            let mut conn = desk.store().read().await?;
            let back = returned::of(&mut conn, desk, (&row.id, mail), now).await?;
            drop(conn);
            let ending = Ending {
                state: mail::NOTED,
                why: noted(mail, &reason),
                ticket: about,
                marks: Some(marks),
                back,
            };
            return end(desk, caller, row, ending, now).await;
        }
        Decision::New { link, .. } => {
            let link = link.as_deref().and_then(TicketId::parse);
            let received = receive_mail(desk, caller, (arrival::of(mail, row)?, mailed(link)), now).await?;
            received.known.then_some(received.ticket.id)
        }
        Decision::Commercial { ticket, note, .. } => {
            let id = TicketId::parse(ticket).ok_or(DeskError::Damaged("o identificador de um chamado"))?;
            // Who a mail says to be from proves nothing: of one that is not verified nothing is decided.
            let verified = mail.verified_by().is_some();
            let mut said = crate::commercial::said(mail.new_words(), verified, mail.files.len());
            said.request.clone_from(note);
            let answered = commercial::by_mail(desk, (&id, said), mailed(None), now).await?;
            answered.known.then_some(answered.ticket.id)
        }
        Decision::FollowUp { ticket, .. } => {
            let id = TicketId::parse(ticket).ok_or(DeskError::Damaged("o identificador de um chamado"))?;
            let followed =
                follow_up_mail(desk, caller, &id, (arrival::of(mail, row)?, mailed(None)), now).await?;
            followed.known.then_some(followed.ticket.id)
        }
    };
    match known {
        // Its message is there already, but its row did not say so.
        Some(id) => {
            let (ticket, marks) = (Some(id), Some(marks));
            let ending = Ending { state: mail::FILED, why: reason, ticket, marks, back: Back::default() };
            end(desk, caller, row, ending, now).await
        }
        None => Ok(()),
    }
}

/// Why a mail is only noted; of a bounce also whom it is about, masked.
fn noted(mail: &Mail, why: &str) -> String {
    let mut told = why.to_owned();
    for recipient in mail.bounce.iter().flat_map(|bounce| &bounce.recipients).take(5) {
        let action = if recipient.failed() { "falhou" } else { "ainda não foi entregue" };
        told.push_str(&format!("; {} {action} ({})", recipient.address, recipient.status));
    }
    Masker::new([]).mask(&told)
}

/// Sets a mail aside for a person.
async fn aside(
    desk: &Desk,
    caller: &Caller,
    row: &Row,
    why: String,
    now: Timestamp,
) -> Result<(), DeskError> {
    let ending = Ending { state: mail::QUARANTINED, why, ticket: None, marks: None, back: Back::default() };
    end(desk, caller, row, ending, now).await
}

/// Where a mail ends that becomes no message.
struct Ending {
    state: &'static str,
    why: String,
    ticket: Option<TicketId>,
    marks: Option<Marks>,
    back: Back,
}

/// Ends a row that waits, with its entry in the trail.
async fn end(
    desk: &Desk,
    caller: &Caller,
    row: &Row,
    ending: Ending,
    now: Timestamp,
) -> Result<(), DeskError> {
    let (caller, id) = (caller.clone(), row.id.clone());
    let written = desk.store().write(move |tx| {
        Box::pin(async move {
            let Ending { state, why, ticket, marks, back } = ending;
            let end = End { state, reason: &why, ticket: ticket.as_ref(), message: None };
            if !mail::end(tx, &id, &end, marks.as_ref()).await? {
                return Ok::<_, DeskError>(());
            }
            let what = match state {
                mail::NOTED => "mail_noted",
                mail::FILED => "mail_filed",
                _ => "mail_quarantined",
            };
            let data = json!({"mail": id.as_str(), "why": why});
            trail::record(tx, Event { ticket: ticket.as_ref(), at: now, by: &caller, what, data }).await?;
            back.write(tx, &caller, now).await
        })
    });
    written.await
}
