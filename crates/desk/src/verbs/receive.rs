//! Receiving a demand: judged, registered and answered for in one go, once however often it is sent.

use balcao_core::inbound::Inbound;
use balcao_core::procedure::USUAL_PRIORITY;
use balcao_core::ticket::Role;
use balcao_store::attachment::Attachment;
use balcao_store::idempotency::{self, Claim, Idempotency};
use balcao_store::message::Message;
use balcao_store::ticket::Ticket;
use balcao_store::{Batch, Scope, StoreError, TicketId, Tx, diagnosis, evidence, message, sealed, ticket};
use jiff::Timestamp;
use serde_json::json;

use super::chatted::Chatted;
use super::examine::{Examined, examine};
use super::kept::Kept;
use super::mailed::Mailed;
use super::mark::Marks;
use super::rows::{attachment_rows, message_row, run_row};
use super::{due, evidence as found};
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis, random};
use crate::error::DeskError;
use crate::files;
use crate::trail::{self, Event};

/// A message that came, as it came.
pub struct Arrival {
    /// Read by its channel.
    pub inbound: Inbound,
    /// The same, byte for byte: what is sealed.
    pub raw: Vec<u8>,
    /// The sender's own key for this demand: the same key is the same ticket.
    pub idempotency_key: Option<String>,
    /// By what two arrivals are told apart, where `raw` also says when it came: of a form, the form's own number and its words.
    pub told_apart_by: Option<Vec<u8>>,
}

impl Arrival {
    /// What makes it the same as another.
    pub(crate) fn sameness(&self) -> Vec<u8> {
        self.told_apart_by.as_deref().unwrap_or(self.raw.trim_ascii()).to_vec()
    }
}

/// What came of an arrival.
pub struct Received {
    /// The ticket, new or known.
    pub ticket: Ticket,
    /// Its first diagnosis, one line of the public format.
    pub diagnosis: String,
    /// Whether it had been received before.
    pub known: bool,
    /// Other tickets about the same request, that the caller may see.
    pub similar: Vec<Ticket>,
}

/// Why the transaction was given up.
enum GivenUp {
    /// It was received before, as this ticket.
    Known(TicketId),
    /// The message itself is there already.
    Doubled,
    /// It could not be done.
    Failed(DeskError),
}

impl From<StoreError> for GivenUp {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken { .. } => Self::Doubled,
            other => Self::Failed(other.into()),
        }
    }
}

impl From<DeskError> for GivenUp {
    fn from(error: DeskError) -> Self {
        Self::Failed(error)
    }
}

/// Registers a demand.
///
/// # Errors
/// If the caller may not, claims to be another partner, uses an idempotency key for something else, or the database fails.
pub async fn receive(
    desk: &Desk,
    caller: &Caller,
    arrival: Arrival,
    now: Timestamp,
) -> Result<Received, DeskError> {
    receive_from(desk, caller, (&caller.id, arrival), now).await
}

/// As [`receive`], of a mail that was kept before: the transaction that makes the ticket files it.
///
/// # Errors
/// As [`receive`], and if the mail was filed meanwhile.
pub async fn receive_mail(
    desk: &Desk,
    caller: &Caller,
    (arrival, mail): (Arrival, Mailed),
    now: Timestamp,
) -> Result<Received, DeskError> {
    register(desk, caller, (&caller.id, arrival, Some(Kept::Mail(mail))), now).await
}

/// As [`receive`], of a message of a chat that was kept before: the transaction that makes the ticket notes where it comes from.
///
/// # Errors
/// As [`receive`], and [`DeskError::Stale`] if another message of its conversation was filed meanwhile.
pub async fn receive_chat(
    desk: &Desk,
    caller: &Caller,
    (arrival, chat): (Arrival, Chatted),
    now: Timestamp,
) -> Result<Received, DeskError> {
    register(desk, caller, (&caller.id, arrival, Some(Kept::Chat(chat))), now).await
}

/// As [`receive`], where the idempotency key is `sender`'s: the same key of the same sender is the same ticket, whoever hands it in.
pub(crate) async fn receive_from(
    desk: &Desk,
    caller: &Caller,
    (sender, arrival): (&str, Arrival),
    now: Timestamp,
) -> Result<Received, DeskError> {
    register(desk, caller, (sender, arrival, None), now).await
}

async fn register(
    desk: &Desk,
    caller: &Caller,
    (sender, arrival, kept): (&str, Arrival, Option<Kept>),
    now: Timestamp,
) -> Result<Received, DeskError> {
    caller.must(Permission::CreateTickets)?;
    let same = arrival.sameness();
    let Arrival { inbound, raw, idempotency_key, told_apart_by: _ } = arrival;
    let inbound = vouched(desk, caller, inbound)?;
    let key = idempotency_key.as_deref().map(|key| (sender, key));
    let claim = claim(desk, key, &same, now)?;
    let dedupe = dedupe(desk, caller, key, &same);
    let inbound = files::with_texts(desk, inbound).await?;
    let examined = examine(desk, inbound.clone(), Vec::new()).await?;
    let mut plan = Plan::of(desk, &inbound, &examined, (raw, dedupe.clone()), now)?;
    plan.kept = kept;
    let (line, caller_id) = (examined.line.clone(), caller.clone());
    let written = desk.store().write(move |tx| {
        Box::pin(async move {
            if let Some(claim) = claim {
                let wanted = Idempotency { ticket: plan.ticket.id.clone(), ..claim };
                if let Claim::Known(known) = idempotency::claim(tx, &wanted).await? {
                    same_request(&known, &wanted.request_hash)?;
                    return Err(GivenUp::Known(known.ticket));
                }
            }
            plan.write(tx, &caller_id, now).await
        })
    });
    match written.await {
        Ok(ticket) => {
            let similar = similar(desk, caller, &ticket).await?;
            Ok(Received { ticket, diagnosis: line, known: false, similar })
        }
        Err(GivenUp::Known(known)) => again(desk, caller, &known).await,
        Err(GivenUp::Doubled) => {
            let mut conn = desk.store().read().await?;
            let known = message::known(&mut conn, &dedupe).await?.ok_or(StoreError::Interrupted)?;
            drop(conn);
            again(desk, caller, &known).await
        }
        Err(GivenUp::Failed(error)) => Err(error),
    }
}

/// The other tickets about the same request that the caller may see.
pub(crate) async fn similar(desk: &Desk, caller: &Caller, of: &Ticket) -> Result<Vec<Ticket>, DeskError> {
    let Some(mark) = &of.request_mark else { return Ok(Vec::new()) };
    let mut conn = desk.store().read().await?;
    Ok(ticket::about_request(&mut conn, &caller.scope(), mark, &of.id, 10).await?)
}

/// Who logged in as a partner is of that partner, whatever address the message names.
pub(crate) fn vouched(desk: &Desk, caller: &Caller, mut inbound: Inbound) -> Result<Inbound, DeskError> {
    if caller.role != Role::PartnerContact {
        return Ok(inbound);
    }
    let state = desk.state();
    let registry = &state.world.registry;
    let own = caller.partner.as_deref().and_then(|code| registry.partner(code));
    let own = own.ok_or(DeskError::Forbidden("registrar chamados: seu parceiro não está no cadastro"))?;
    let named = inbound.from.address.as_deref().and_then(|address| registry.partner_of_address(address));
    match named {
        Some(named) if named.code == own.code => {}
        Some(_) => {
            let text = "`from.address` é de outro parceiro; escreva um endereço seu ou nenhum";
            return Err(DeskError::Invalid(text.to_owned()));
        }
        None => {
            let contact = own.contacts.first().map(|contact| contact.address.clone());
            let domain = || own.email_domains.first().map(|domain| format!("api@{domain}"));
            inbound.from.address = contact.or_else(domain);
        }
    }
    Ok(inbound)
}

fn claim(
    desk: &Desk,
    key: Option<(&str, &str)>,
    same: &[u8],
    now: Timestamp,
) -> Result<Option<Idempotency>, DeskError> {
    let Some((sender, key)) = key else { return Ok(None) };
    if key.is_empty() || key.len() > 255 {
        return Err(DeskError::Invalid("`Idempotency-Key` tem de 1 a 255 bytes".to_owned()));
    }
    Ok(Some(Idempotency {
        scope: sender.to_owned(),
        key_hash: desk.secrets().mark("idempotency", &[key.as_bytes()]),
        ticket: TicketId::fresh(),
        request_hash: desk.secrets().mark("request body", &[same]),
        response_hash: None,
        at: millis(now),
    }))
}

/// With a key of its own two equal messages are two demands; without, the same message twice is one.
fn dedupe(desk: &Desk, caller: &Caller, key: Option<(&str, &str)>, same: &[u8]) -> String {
    let partner = caller.partner.as_deref().unwrap_or_default();
    match key {
        Some((sender, key)) => desk.secrets().mark("keyed message", &[sender.as_bytes(), key.as_bytes()]),
        None => desk.secrets().mark("message", &[partner.as_bytes(), same]),
    }
}

fn same_request(known: &Idempotency, request: &str) -> Result<(), DeskError> {
    if known.request_hash == request {
        return Ok(());
    }
    let text =
        "esta `Idempotency-Key` já foi usada com outro conteúdo; use uma chave nova para um chamado novo";
    Err(DeskError::Invalid(text.to_owned()))
}

/// The answer that was given before.
async fn again(desk: &Desk, caller: &Caller, id: &TicketId) -> Result<Received, DeskError> {
    let mut conn = desk.store().read().await?;
    let found = ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    let runs = diagnosis::of_ticket(&mut conn, &Scope::All, id).await?;
    drop(conn);
    let diagnosis = runs.into_iter().next().map(|run| run.line).unwrap_or_default();
    let similar = similar(desk, caller, &found).await?;
    Ok(Received { ticket: found, diagnosis, known: true, similar })
}

/// Everything that one arrival writes.
struct Plan {
    ticket: Ticket,
    year: i16,
    message: Message,
    attachments: Vec<Attachment>,
    sealed: Vec<sealed::Sealed>,
    evidence: Vec<evidence::Evidence>,
    run: diagnosis::Diagnosis,
    words: String,
    kept: Option<Kept>,
}

impl Plan {
    fn of(
        desk: &Desk,
        inbound: &Inbound,
        examined: &Examined,
        (raw, dedupe): (Vec<u8>, String),
        now: Timestamp,
    ) -> Result<Self, DeskError> {
        let mut ticket = new_ticket(inbound, examined, now);
        Marks::of(&examined.diagnosis, desk.secrets()).put_on(&mut ticket);
        let message = message_row(&ticket.id, inbound, examined, Some(dedupe));
        let attachments = attachment_rows(&message.id, inbound, examined);
        let kept = i64::from(desk.settings().keep_originals).saturating_mul(86_400_000);
        let expires = Some(millis(now).saturating_add(kept));
        let mut sealed = vec![desk.secrets().seal(message.id.as_str(), &raw, random()?, expires)];
        sealed.extend(files::sealed_texts(desk, message.id.as_str(), inbound, expires)?);
        let log = found::log_standing(&examined.diagnosis.evidence, examined.diagnosis.in_log);
        let evidence = examined.diagnosis.evidence.iter().filter_map(|(name, shown)| {
            shown.map(|shown| found::row(&ticket.id, millis(now), name, shown, (found::FOUND, log)))
        });
        let evidence = evidence.collect();
        let run = run_row(&ticket.id, examined, vec![message.id.to_string()], now);
        let year = now.to_zoned_datetime(examined.state.world.registry.timezone.clone()).year();
        let words = examined.words.clone();
        Ok(Self { ticket, year, message, attachments, sealed, evidence, run, words, kept: None })
    }

    async fn write(self, tx: &mut Tx, caller: &Caller, now: Timestamp) -> Result<Ticket, GivenUp> {
        let ticket = ticket::numbered(tx, self.year, self.ticket).await?;
        let mut batch = Batch::new(tx);
        batch.add(&ticket);
        batch.add(&self.message);
        batch.add_all(&self.attachments);
        batch.add_all(&self.sealed);
        batch.add_all(&self.evidence);
        batch.add(&self.run);
        batch.add_words(&ticket, &format!("{} {}", self.words, ticket.protocol));
        let mut data = json!({
            "protocol": ticket.protocol, "channel": ticket.channel, "situation": ticket.situation,
            "cause": ticket.cause, "procedure": self.run.procedure_revision,
        });
        if let (Some(kept), Some(data)) = (&self.kept, data.as_object_mut()) {
            let (name, told) = kept.told();
            data.insert(name.to_owned(), told);
        }
        let event = Event { ticket: Some(&ticket.id), at: now, by: caller, what: "received", data };
        let what = "register a demand";
        let Some(kept) = &self.kept else {
            trail::record_with(tx, event, (batch, what)).await?;
            return Ok(ticket);
        };
        // What is noted of a mail or a chat names the ticket and message, so they must be there first.
        batch.run(tx, what).await?;
        kept.file(tx, caller, (&ticket.id, &self.message.id), now).await?;
        trail::record(tx, event).await?;
        Ok(ticket)
    }
}

fn new_ticket(inbound: &Inbound, examined: &Examined, now: Timestamp) -> Ticket {
    let decision = &examined.diagnosis.decision;
    let subject = if examined.conversation.subject.is_empty() {
        first_line(&examined.conversation.body)
    } else {
        examined.conversation.subject.clone()
    };
    let mut ticket = Ticket::received(&inbound.channel, &subject, millis(now));
    ticket.partner.clone_from(&examined.diagnosis.partner);
    ticket.requester.clone_from(&examined.requester);
    ticket.situation = Some(decision.situation.clone());
    ticket.cause = Some(decision.cause.clone());
    ticket.first_situation.clone_from(&ticket.situation);
    ticket.first_cause.clone_from(&ticket.cause);
    ticket.next_step = Some(decision.next_step.clone());
    ticket.product.clone_from(&examined.diagnosis.product);
    ticket.lacking = examined.diagnosis.missing.join(" ");
    ticket.priority = Some(USUAL_PRIORITY.to_owned());
    ticket.last_in = Some(millis(now));
    due::set(&mut ticket, &[], &examined.state.world);
    ticket
}

/// What stands for a subject that was not written.
fn first_line(body: &str) -> String {
    const LONGEST: usize = 80;
    let line = body.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("(sem texto)");
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}
