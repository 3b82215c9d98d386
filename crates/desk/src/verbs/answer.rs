//! Answering the partner, and notes among ourselves.

use balcao_core::mask::Masker;
use balcao_core::ticket::{Missing, Refusal, RefusalCode, State, Transition};
use balcao_store::message::Message;
use balcao_store::ticket::Ticket;
use balcao_store::{Conn, MessageId, Scope, TicketId, Tx, diagnosis, draft, message, pause, search, ticket};
use jiff::Timestamp;
use serde_json::json;

use super::code_says::CodeSays;
use super::draft::DRAFTER;
use super::due;
use super::examine::stems;
use super::standing::{self, ExcerptLine, Line};
use super::step::walk_in;
use crate::caller::{Caller, Permission};
use crate::commercial;
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::mail::{self, Kind};
use crate::tracker;
use crate::trail::{self, Event};

/// What is said, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// To the partner, with the excerpts that it rests on beside those that it quotes of the diagnosis.
    Reply {
        /// The text.
        body: String,
        /// Excerpts of the documentation.
        citations: Vec<ExcerptLine>,
    },
    /// Among ourselves; no partner sees it.
    Note {
        /// The text.
        body: String,
    },
}

/// The longest text of a reply or note, in bytes.
pub(super) const LONGEST: usize = 256 * 1024;

/// Adds a reply or a note. What looks like a secret in it is masked, whoever wrote it.
///
/// # Errors
/// [`DeskError::Refused`] if an excerpt is no longer in its document; if the text is empty or too long; if there is no such ticket for
/// the caller.
pub async fn answer(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    word: Word,
    now: Timestamp,
) -> Result<(Ticket, Message), DeskError> {
    answer_and(desk, caller, id, (word, Then::default()), now).await
}

/// What goes with an answer, all or nothing.
#[derive(Debug, Clone, Default)]
pub struct Then {
    /// The step that is taken with it, by way of the states between.
    pub step: Option<Transition>,
    /// Of a form, its own number: the same words sent twice with it are one answer.
    pub once: Option<String>,
    /// What Code says of its escalation with it.
    pub code_said: Option<CodeSays>,
    /// What commercial decided, of which the partner is told with it.
    pub decided: Option<commercial::Decision>,
}

/// As [`answer`], with a step in the same transaction: what was said is not lost by a step that fails, and nothing is taken for
/// answered that was not said.
///
/// # Errors
/// As [`answer`], and as the step; then nothing was said.
pub async fn answer_and(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    (word, then): (Word, Then),
    now: Timestamp,
) -> Result<(Ticket, Message), DeskError> {
    caller.must(Permission::WriteTickets)?;
    if then.step.is_some() {
        caller.must(Permission::MoveTickets)?;
    }
    for _ in 0..5 {
        let done = attempt(desk, caller, id, (&word, &then), now).await;
        match (done, &then.step) {
            (Err(DeskError::Stale), _) => {}
            (done, Some(wanted)) => return commercial::asking(desk, caller, (id, wanted), done, now).await,
            (done, None) => return done,
        }
    }
    Err(DeskError::Stale)
}

/// What was said before with this number and these words.
async fn said_before(
    conn: &mut Conn,
    caller: &Caller,
    row: &Ticket,
    dedupe: Option<&str>,
) -> Result<Option<Message>, DeskError> {
    let Some(dedupe) = dedupe else { return Ok(None) };
    let all = message::of_ticket(conn, &caller.scope(), &row.id).await?;
    Ok(all.into_iter().find(|message| message.dedupe.as_deref() == Some(dedupe)))
}

/// Whether a text may be a message at all.
fn may_be_said(body: &str, direction: &str) -> Result<(), DeskError> {
    if body.trim().is_empty() || body.len() > LONGEST {
        return Err(DeskError::Invalid("`body` não pode ser vazio nem ter mais de 256 KiB".to_owned()));
    }
    if direction == "out" && tracker::is_unrevised(body) {
        let text = "a resposta ainda traz o que Code escreveu para nós; ponha-o nas palavras do parceiro e apague a linha `[Revise…]`";
        return Err(DeskError::Invalid(text.to_owned()));
    }
    Ok(())
}

async fn attempt(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    (word, then): (&Word, &Then),
    now: Timestamp,
) -> Result<(Ticket, Message), DeskError> {
    let (body, direction, citations) = match word {
        Word::Reply { body, citations } => (body, "out", Some(citations)),
        Word::Note { body } => (body, "note", None),
    };
    may_be_said(body, direction)?;
    let mut conn = desk.store().read().await?;
    let mut row = ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    let dedupe = then.once.as_deref().map(|once| {
        let parts = [id.as_str().as_bytes(), caller.id.as_bytes(), once.as_bytes(), body.as_bytes()];
        desk.secrets().mark("answer", &parts)
    });
    if let Some(said) = said_before(&mut conn, caller, &row, dedupe.as_deref()).await? {
        return Ok((row, said));
    }
    let run = diagnosis::newest(&mut conn, &Scope::All, id).await?;
    let pauses = due::pauses(&pause::of_ticket(&mut conn, id).await?);
    drop(conn);
    let state = desk.state();
    if let Some(citations) = citations {
        let line = run.map(|run| Line::parse(&run.line)).transpose()?;
        let quoted = line.into_iter().flat_map(|line| line.citations);
        let quoted = quoted.filter(|cited| quotes(body, &cited.excerpt));
        let all: Vec<ExcerptLine> = citations.iter().cloned().chain(quoted).collect();
        if !standing::are_kept(&all, &state) {
            return Err(no_longer_there());
        }
        row.last_out = Some(millis(now));
        row.first_answer = row.first_answer.or(Some(millis(now)));
        if row.state == State::Resolved.code() {
            // Again it is for the partner to say whether that was it.
            row.awaiting_since = row.awaiting_since.or(Some(millis(now)));
        }
    }
    if let Some(said) = then.code_said {
        said.note_on(&mut row)?;
    }
    row.updated = millis(now);
    due::set(&mut row, &pauses, &state.world);
    let message = Message {
        id: MessageId::fresh(),
        ticket: id.clone(),
        at: millis(now),
        direction: direction.to_owned(),
        author: caller.name.clone(),
        body: Masker::new([]).mask(body),
        channel: row.channel.clone(),
        dedupe,
    };
    let (caller, step, own) = (caller.clone(), then.step.clone(), desk.clone());
    let (code_said, decided) = (then.code_said, then.decided.clone());
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                let row = write(tx, &own, &caller, (&row, &message), now).await?;
                if let Some(decision) = &decided {
                    commercial::record(tx, (&own, &caller), (&row.id, decision), now).await?;
                }
                if let Some(word) = code_said {
                    tracker::code_said(tx, &own, (&row.id, &message), now).await?;
                    tracker::code_ended(tx, &own, (&row.id, word), now).await?;
                }
                let Some(wanted) = step else { return Ok((row, message)) };
                let row = walk_in(tx, &own, &caller, (&row.id, &wanted), now).await?;
                Ok((row, message))
            })
        })
        .await
}

/// Writes what is said, with the mail that carries it.
async fn write(
    tx: &mut Tx,
    desk: &Desk,
    caller: &Caller,
    (row, message): (&Ticket, &Message),
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    let row = ticket::update(tx, &caller.scope(), row).await?;
    if !message::add(tx, message).await? {
        // The same was said meanwhile; the next try finds it.
        return Err(DeskError::Stale);
    }
    search::add_words(tx, &row, &stems(std::iter::once(message.body.as_str()))).await?;
    draft::remove(tx, &row.id, &caller.id).await?;
    let said = message.direction == "out";
    if said {
        draft::remove(tx, &row.id, DRAFTER).await?;
        mail::to_requester(tx, desk, Kind::Answer, (&row, Some(&message.id)), now).await?;
    }
    tracker::said(tx, desk, (&row, message), now).await?;
    let what = if said { "answered" } else { "noted" };
    let data = json!({"message": message.id.as_str()});
    trail::record(tx, Event { ticket: Some(&row.id), at: now, by: caller, what, data }).await?;
    Ok(row)
}

/// Whether a text quotes an excerpt: line by line, since a quotation is indented or marked.
fn quotes(body: &str, excerpt: &str) -> bool {
    let mut lines = excerpt.lines().map(str::trim).filter(|line| line.len() > 20);
    lines.any(|line| body.contains(line))
}

fn no_longer_there() -> DeskError {
    let text =
        "um trecho citado não está mais no documento; rode o diagnóstico outra vez e revise a resposta";
    DeskError::Refused(Refusal {
        code: RefusalCode::Incomplete,
        detail: "a resposta cita o que a documentação não diz".to_owned(),
        missing: vec![Missing { code: "citations".to_owned(), text: text.to_owned() }],
    })
}
