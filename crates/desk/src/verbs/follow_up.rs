//! A further message of the partner: added, the whole conversation judged anew, and what changed by it told.

use balcao_core::inbound::Inbound;
use balcao_core::ticket::{State, Transition};
use balcao_store::message::Message;
use balcao_store::ticket::Ticket;
use balcao_store::{Batch, Scope, TicketId, attachment, diagnosis, evidence, message, pause, sealed, ticket};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::chatted::Chatted;
use super::examine::{Examined, examine};
use super::kept::Kept;
use super::mailed::Mailed;
use super::mark::Marks;
use super::receive::{Arrival, vouched};
use super::rows::{attachment_rows, message_row, run_row};
use super::standing::Line;
use super::step::{self, Before};
use super::{conversation, due, evidence as found};
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis, random};
use crate::error::DeskError;
use crate::files;
use crate::tracker;
use crate::trail::{self, Event};

/// One thing that a message changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `situation`, `cause`, `next_step`, `check:…`, `evidence:…`.
    pub what: String,
    /// Before; `null` if there was nothing.
    pub before: Option<String>,
    /// After; `null` if there is nothing more.
    pub after: Option<String>,
}

/// What came of a further message.
pub struct Followed {
    /// The ticket after it.
    pub ticket: Ticket,
    /// The new diagnosis, one line of the public format.
    pub diagnosis: String,
    /// What changed by it.
    pub changes: Vec<Change>,
    /// Whether the message had come before: then nothing changed.
    pub known: bool,
}

/// Adds a partner's message to a ticket.
///
/// # Errors
/// If there is no such ticket for the caller, it was merged into another, or the database fails.
pub async fn follow_up(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    arrival: Arrival,
    now: Timestamp,
) -> Result<Followed, DeskError> {
    go_on(desk, caller, id, (arrival, None), now).await
}

/// As [`follow_up`], of a mail that was kept before: the transaction that adds the message files it.
///
/// # Errors
/// As [`follow_up`], and if the mail was filed meanwhile.
pub async fn follow_up_mail(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    (arrival, mail): (Arrival, Mailed),
    now: Timestamp,
) -> Result<Followed, DeskError> {
    go_on(desk, caller, id, (arrival, Some(Kept::Mail(mail))), now).await
}

/// As [`follow_up`], of a message of a chat that was kept before: the transaction that adds it notes where it comes from.
///
/// # Errors
/// As [`follow_up`], and [`DeskError::Stale`] if another message of its conversation was filed meanwhile.
pub async fn follow_up_chat(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    (arrival, chat): (Arrival, Chatted),
    now: Timestamp,
) -> Result<Followed, DeskError> {
    go_on(desk, caller, id, (arrival, Some(Kept::Chat(chat))), now).await
}

async fn go_on(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    (arrival, kept): (Arrival, Option<Kept>),
    now: Timestamp,
) -> Result<Followed, DeskError> {
    caller.must(Permission::CreateTickets)?;
    let same = arrival.sameness();
    let inbound = files::with_texts(desk, vouched(desk, caller, arrival.inbound)?).await?;
    let key = arrival.idempotency_key.as_deref().unwrap_or_default();
    let parts = [id.as_str().as_bytes(), caller.id.as_bytes(), key.as_bytes(), same.as_slice()];
    let dedupe = desk.secrets().mark("further message", &parts);
    for _ in 0..5 {
        match add(desk, caller, (id, &inbound, &arrival.raw, &dedupe), kept.clone(), now).await {
            Err(DeskError::Stale) => {}
            done => return done,
        }
    }
    Err(DeskError::Stale)
}

async fn add(
    desk: &Desk,
    caller: &Caller,
    (id, inbound, raw, dedupe): (&TicketId, &Inbound, &[u8], &str),
    kept: Option<Kept>,
    now: Timestamp,
) -> Result<Followed, DeskError> {
    let mut conn = desk.store().read().await?;
    let before = Before::read(&mut conn, &caller.scope(), id).await?;
    if let Some(leading) = &before.ticket.merged_into {
        let text = format!("o chamado foi unido a {leading}; envie a mensagem para lá");
        return Err(DeskError::Conflict(text));
    }
    let old = diagnosis::newest(&mut conn, &Scope::All, id).await?;
    let old = old.ok_or(DeskError::Damaged("um chamado sem diagnóstico"))?;
    if message::known(&mut conn, dedupe).await?.is_some() {
        return Ok(Followed { ticket: before.ticket, diagnosis: old.line, changes: Vec::new(), known: true });
    }
    let earlier = conversation::read(desk, &mut conn, id).await?;
    let evidence = evidence::of_ticket(&mut conn, &Scope::All, id).await?;
    drop(conn);
    let ids: Vec<String> = earlier.iter().map(|(id, _)| id.clone()).collect();
    let messages = earlier.into_iter().map(|(_, message)| message).collect();
    let examined = examine(desk, inbound.clone(), messages).await?;
    let message = message_row(id, inbound, &examined, Some(dedupe.to_owned()));
    let changes = differences(&Line::parse(&old.line)?, &Line::parse(&examined.line)?);
    let (line, known) = (examined.line.clone(), changes.clone());
    let mut plan =
        Plan::of(desk, (before, inbound, raw), (examined, message, ids), (evidence, changes), now)?;
    plan.kept = kept;
    let (caller, own) = (caller.clone(), desk.clone());
    let written = desk.store().write(move |tx| {
        Box::pin(async move {
            let said = plan.message.id.clone();
            let row = plan.write(tx, &caller, now).await?;
            tracker::wrote(tx, &own, (&row, &said), now).await?;
            Ok::<_, DeskError>(row)
        })
    });
    let written = written.await?;
    Ok(Followed { ticket: written, diagnosis: line, changes: known, known: false })
}

/// Everything that a further message writes. `source` is what it is in the trail.
pub(crate) struct Plan {
    before: Before,
    message: Message,
    attachments: Vec<attachment::Attachment>,
    sealed: Vec<sealed::Sealed>,
    examined: Examined,
    run: diagnosis::Diagnosis,
    evidence: Vec<evidence::Evidence>,
    changes: Vec<Change>,
    marks: Marks,
    /// Of a correction: which evidence, and why.
    why: Option<(String, String)>,
    /// The kept mail or message of a chat that it is.
    kept: Option<Kept>,
}

impl Plan {
    pub(crate) fn of(
        desk: &Desk,
        (before, inbound, raw): (Before, &Inbound, &[u8]),
        (examined, message, earlier): (Examined, Message, Vec<String>),
        (known, changes): (Vec<evidence::Evidence>, Vec<Change>),
        now: Timestamp,
    ) -> Result<Self, DeskError> {
        let attachments = attachment_rows(&message.id, inbound, &examined);
        let kept = i64::from(desk.settings().keep_originals).saturating_mul(86_400_000);
        let expires = Some(millis(now).saturating_add(kept));
        let mut sealed = vec![desk.secrets().seal(message.id.as_str(), raw, random()?, expires)];
        sealed.extend(files::sealed_texts(desk, message.id.as_str(), inbound, expires)?);
        let ids = std::iter::once(message.id.to_string()).chain(earlier).collect();
        let run = run_row(&before.ticket.id, &examined, ids, now);
        let standing = if message.channel == super::correct::CHANNEL { "corrected" } else { found::GIVEN };
        let evidence = news(&before.ticket.id, &examined, &known, standing, now);
        let marks = Marks::of(&examined.diagnosis, desk.secrets());
        let (why, kept) = (None, None);
        Ok(Self { before, message, attachments, sealed, examined, run, evidence, changes, marks, why, kept })
    }

    /// Notes on the rows of one evidence who corrected it and why.
    pub(crate) fn corrected(&mut self, name: &str, by: &str, reason: &str) {
        self.why = Some((name.to_owned(), reason.to_owned()));
        for row in self.evidence.iter_mut().filter(|row| row.name == name) {
            "person".clone_into(&mut row.source);
            row.corrected_by = Some(by.to_owned());
            row.reason = Some(reason.to_owned());
        }
    }

    pub(crate) async fn write(
        self,
        tx: &mut balcao_store::Tx,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Ticket, DeskError> {
        let Self { before, message, attachments, sealed, examined, run, evidence, changes, marks, why, kept } =
            self;
        if !message::add(tx, &message).await? {
            // The same message was written meanwhile; the next try finds it.
            return Err(DeskError::Stale);
        }
        let mut batch = Batch::new(tx);
        batch.add_all(&attachments);
        batch.add_all(&sealed);
        batch.add_all(&evidence);
        batch.add(&run);
        batch.add_words(&before.ticket, &examined.words);
        batch.run(tx, "write a message").await?;
        if let Some(kept) = &kept {
            kept.file(tx, caller, (&before.ticket.id, &message.id), now).await?;
        }
        let id = before.ticket.id.clone();
        let pauses = pause::of_ticket(tx, &id).await?;
        let mut row = before.ticket;
        let decision = &examined.diagnosis.decision;
        if row.classified_by.is_none() {
            row.situation = Some(decision.situation.clone());
            row.cause = Some(decision.cause.clone());
        }
        row.product = examined.diagnosis.product.clone().or(row.product);
        row.lacking = examined.diagnosis.missing.join(" ");
        row.next_step = Some(decision.next_step.clone());
        row.partner = examined.diagnosis.partner.clone().or(row.partner);
        marks.put_on(&mut row);
        if message.direction == "in" {
            row.last_in = Some(millis(now));
            // Whoever writes is not silent: until it is answered, nobody is reminded and nothing closed for want of an answer.
            (row.awaiting_since, row.reminders, row.last_reminder) = (None, 0, None);
        }
        row.updated = millis(now);
        due::set(&mut row, &due::pauses(&pauses), &examined.state.world);
        let row = ticket::update(tx, &caller.scope(), &row).await?;
        let (what, data) = told(&message, &changes, why, kept.as_ref());
        trail::record(tx, Event { ticket: Some(&row.id), at: now, by: caller, what, data }).await?;
        // What was asked for has come, or a closed matter is back: the desk takes the ticket up again by itself.
        let waiting = [State::AwaitingPartner.code(), State::Closed.code()].contains(&row.state.as_str());
        if waiting && message.direction == "in" {
            let system = Caller::system();
            let wanted = Transition::to(State::Analysis, "o parceiro escreveu");
            let taken = Before::read(tx, &Scope::All, &row.id).await?;
            let taken = taken.take(&wanted, &system, &examined.state, now)?;
            return step::write(tx, taken, &wanted, &system, now).await;
        }
        Ok(row)
    }
}

/// What the trail says of a message: of a correction also which evidence and why, of a mail where it comes from.
fn told(
    message: &Message,
    changes: &[Change],
    why: Option<(String, String)>,
    kept: Option<&Kept>,
) -> (&'static str, Value) {
    let what = if message.direction == "in" { "message_received" } else { "evidence_corrected" };
    let mut data = json!({"message": message.id.as_str(), "changes": changes});
    if let Some(data) = data.as_object_mut() {
        if let Some((name, reason)) = why {
            data.insert("evidence".to_owned(), json!(name));
            data.insert("reason".to_owned(), json!(reason));
        }
        if let Some(kept) = kept {
            let (name, told) = kept.told();
            data.insert(name.to_owned(), told);
        }
    }
    (what, data)
}

/// Rows for the values that a message added or changed.
fn news(
    ticket: &TicketId,
    examined: &Examined,
    known: &[evidence::Evidence],
    standing: &str,
    now: Timestamp,
) -> Vec<evidence::Evidence> {
    let log = found::log_standing(&examined.diagnosis.evidence, examined.diagnosis.in_log);
    let newest = |name: &str| known.iter().rev().find(|row| row.name == name && found::counts(row));
    let rows = examined.diagnosis.evidence.iter().filter_map(|(name, shown)| {
        let shown = shown?;
        let row = found::row(ticket, millis(now), name, shown, (standing, log));
        let old = newest(name);
        let same_value = old.is_some_and(|old| old.value == row.value);
        let verified_alike = old.is_some_and(|old| {
            old.standing.split_once(':').map(|(_, log)| log)
                == row.standing.split_once(':').map(|(_, log)| log)
        });
        if same_value && verified_alike {
            return None;
        }
        // The same value, matched anew with the log, is still the one that was found.
        let kept = same_value.then(|| old.and_then(|old| old.standing.split(':').next())).flatten();
        Some(found::row(ticket, millis(now), name, shown, (kept.unwrap_or(standing), log)))
    });
    rows.collect()
}

/// What differs between two diagnoses, in a fixed order.
pub(crate) fn differences(before: &Line, after: &Line) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut compare = |what: String, before: Option<String>, after: Option<String>| {
        if before != after {
            changes.push(Change { what, before, after });
        }
    };
    let some = |text: &str| Some(text.to_owned());
    compare("situation".to_owned(), some(&before.situation), some(&after.situation));
    compare("cause".to_owned(), some(&before.cause), some(&after.cause));
    compare("next_step".to_owned(), some(&before.next_step), some(&after.next_step));
    let (old, new) = (before.verdicts(), after.verdicts());
    for check in new.keys() {
        let code =
            |verdict: Option<&balcao_core::checks::Verdict>| verdict.map(|verdict| verdict.code().to_owned());
        compare(format!("check:{check}"), code(old.get(check)), code(new.get(check)));
    }
    for (name, value) in &after.evidence {
        let of = |shown: Option<&Option<super::standing::ShownLine>>| {
            shown.and_then(Option::as_ref).map(|shown| shown.value.clone())
        };
        compare(format!("evidence:{name}"), of(before.evidence.get(name)), of(Some(value)));
    }
    changes
}
