//! Writing a mail down, within the transaction of the decision that asks for it.

use balcao_store::job::{self, Job};
use balcao_store::outbox::{self, Outbox};
use balcao_store::ticket::Ticket;
use balcao_store::{Conn, MessageId, OutboxId, Scope, TicketId, Tx, sealed};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::{Kind, Language, requester};
use crate::caller::Caller;
use crate::chat;
use crate::desk::{Desk, millis, random};
use crate::error::DeskError;
use crate::reply_token;
use crate::trail::{self, Event};

/// How long an addressee is kept of a mail that does not go: then a person has had time to look.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What is sealed of a mail.
#[derive(Serialize, Deserialize)]
pub(super) struct Envelope {
    pub(super) to: String,
    pub(super) language: String,
    pub(super) in_reply_to: Option<String>,
    #[serde(default)]
    pub(super) references: Vec<String>,
    pub(super) secret: Option<String>,
}

impl Drop for Envelope {
    fn drop(&mut self) {
        use zeroize::Zeroize as _;
        self.to.zeroize();
        self.secret.zeroize();
    }
}

/// What the desk mails of itself.
const OF_ITSELF: [Kind; 3] = [Kind::Reminder, Kind::Closing, Kind::Link];
/// The most of it that goes to one address within a day.
const MOST_A_DAY: i64 = 30;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Queues a mail to whoever asked. Nothing where no post is set up or the address is not known.
pub(crate) async fn to_requester(
    tx: &mut Tx,
    desk: &Desk,
    kind: Kind,
    (ticket, message): (&Ticket, Option<&MessageId>),
    now: Timestamp,
) -> Result<(), DeskError> {
    if chat::to_requester(tx, desk, kind, (ticket, message), now).await? {
        return Ok(());
    }
    let Some(post) = desk.post() else { return Ok(()) };
    let before = outbox::of_ticket(tx, &Scope::All, &ticket.id).await?;
    // What went to commercial is none of the partner's.
    let ours = before.iter().filter(|mail| mail.kind != Kind::Commercial.code());
    let ours: Vec<String> = ours.map(|mail| mail.message_id.clone()).collect();
    let Some(asker) = requester::of(tx, desk, &ticket.id, &ours).await? else { return Ok(()) };
    if is_too_much(tx, desk, (kind, &asker.address), now).await? {
        let (by, data) = (Caller::system(), json!({"mail": kind.code(), "most": MOST_A_DAY}));
        let event = Event { ticket: Some(&ticket.id), at: now, by: &by, what: "mail_capped", data };
        return Ok(trail::record(tx, event).await?);
    }
    let token = reply_token::made(&ticket.id, desk.secrets());
    // The ticket's row is locked by the decision: no two mails of it get the same number.
    let number = before.len().saturating_add(1);
    let registry = &desk.state().world.registry;
    let partner = ticket.partner.as_deref().and_then(|code| registry.partner(code));
    let language = Language::of(partner.and_then(|partner| partner.language.as_deref()));
    let envelope = Envelope {
        to: asker.address,
        language: language.code().to_owned(),
        in_reply_to: asker.in_reply_to,
        references: asker.references,
        secret: None,
    };
    let row = row(kind, format!("<{token}.{number}@{}>", post.domain()), None, now);
    let row = Outbox { ticket: Some(ticket.id.clone()), message: message.cloned(), ..row };
    write(tx, desk, row, &envelope, now).await
}

/// Queues a request for a key to commercial; whether it was. It is not where no post is set up.
pub(crate) async fn to_commercial(
    tx: &mut Tx,
    desk: &Desk,
    (ticket, message): (&Ticket, &MessageId),
    to: &str,
    now: Timestamp,
) -> Result<bool, DeskError> {
    let Some(post) = desk.post().filter(|_| requester::is_address(to)) else { return Ok(false) };
    let number = outbox::of_ticket(tx, &Scope::All, &ticket.id).await?.len().saturating_add(1);
    let token = reply_token::made_for_commercial(&ticket.id, desk.secrets());
    let envelope = Envelope {
        to: to.to_owned(),
        language: Language::Portuguese.code().to_owned(),
        in_reply_to: None,
        references: Vec::new(),
        secret: None,
    };
    let row = row(Kind::Commercial, format!("<{token}.{number}@{}>", post.domain()), None, now);
    let row = Outbox { ticket: Some(ticket.id.clone()), message: Some(message.clone()), ..row };
    write(tx, desk, row, &envelope, now).await?;
    Ok(true)
}

/// A link that is to be mailed.
pub(crate) struct Linked<'l> {
    pub(crate) kind: Kind,
    pub(crate) to: &'l str,
    pub(crate) language: Language,
    pub(crate) secret: &'l str,
    pub(crate) expires: i64,
}

/// Queues a link; whether it was. It is not where no post is set up, or what stands for an address is none.
pub(crate) async fn link(
    tx: &mut Tx,
    desk: &Desk,
    linked: Linked<'_>,
    now: Timestamp,
) -> Result<bool, DeskError> {
    let Some(post) = desk.post().filter(|_| requester::is_address(linked.to)) else { return Ok(false) };
    if is_too_much(tx, desk, (linked.kind, linked.to), now).await? {
        tracing::warn!(
            most = MOST_A_DAY,
            "an address asks for too many links in a day: no more are mailed to it"
        );
        return Ok(false);
    }
    let id = OutboxId::fresh();
    let row = row(linked.kind, format!("<{id}@{}>", post.domain()), Some(linked.expires), now);
    let envelope = Envelope {
        to: linked.to.to_owned(),
        language: linked.language.code().to_owned(),
        in_reply_to: None,
        references: Vec::new(),
        secret: Some(linked.secret.to_owned()),
    };
    write(tx, desk, Outbox { id, ..row }, &envelope, now).await?;
    Ok(true)
}

/// Whether the desk has written so much of itself to an address that another program must be answering it. What a person decides always goes.
async fn is_too_much(
    conn: &mut Conn,
    desk: &Desk,
    (kind, to): (Kind, &str),
    now: Timestamp,
) -> Result<bool, DeskError> {
    if !OF_ITSELF.contains(&kind) {
        return Ok(false);
    }
    let since = millis(now.saturating_sub(DAY).unwrap_or(Timestamp::MIN));
    let kinds = OF_ITSELF.map(Kind::code);
    Ok(outbox::count_to(conn, &mark(desk, to), &kinds, since).await? >= MOST_A_DAY)
}

fn mark(desk: &Desk, address: &str) -> String {
    desk.secrets().mark("mail recipient", &[address.trim().to_lowercase().as_bytes()])
}

fn row(kind: Kind, message_id: String, expires: Option<i64>, now: Timestamp) -> Outbox {
    Outbox {
        id: OutboxId::fresh(),
        ticket: None::<TicketId>,
        message: None,
        kind: kind.code().to_owned(),
        message_id,
        created: millis(now),
        expires,
        state: "waiting".to_owned(),
        attempts: 0,
        claimed_by: None,
        claimed_until: None,
        ended: None,
        reason: None,
        returned: None,
        recipient: None,
    }
}

async fn write(
    tx: &mut Tx,
    desk: &Desk,
    mut row: Outbox,
    envelope: &Envelope,
    now: Timestamp,
) -> Result<(), DeskError> {
    row.recipient = Some(mark(desk, &envelope.to));
    let text = serde_json::to_vec(envelope).map_err(|_own_value| DeskError::Damaged("um e-mail a enviar"))?;
    let text = Zeroizing::new(text);
    let kept = millis(now.saturating_add(KEPT).unwrap_or(Timestamp::MAX));
    let expires = row.expires.map_or(kept, |expires| expires.min(kept));
    let sealed = desk.secrets().seal(row.id.as_str(), &text, random()?, Some(expires));
    outbox::add(tx, &row).await?;
    sealed::add(tx, &sealed).await?;
    let payload = json!({"mail": row.id.as_str()}).to_string();
    job::add(tx, &Job::new(super::JOB, &payload, millis(now))).await?;
    Ok(())
}
