//! What follows from the end of an issue: its tickets go back to those who speak with the partner, and the answer is drafted.

use balcao_core::ticket::{State, Transition};
use balcao_store::escalation::{self, Escalation};
use balcao_store::ticket::Ticket;
use balcao_store::tracker_item::{self, TrackerItem};
use balcao_store::{EscalationId, Scope, TicketId, Tx, message, ticket};
use jiff::Timestamp;

use super::dossier::clean;
use super::heard::AUTHOR;
use super::{Ending, drafted};
use crate::caller::Caller;
use crate::desk::Desk;
use crate::error::DeskError;
use crate::mail::Language;
use crate::verbs::code_says::{CodeSays, is_with_code};
use crate::verbs::draft;
use crate::verbs::step::{self, Before};

/// The procedure's next step of a ticket whose partner is to be told.
const TELL: &str = "responder";
/// Characters of Code's last words that the draft repeats.
const LONGEST: usize = 4_000;

/// What the note of an end says.
pub(super) fn words(of: &Escalation, ending: Option<Ending>) -> String {
    let how = match ending {
        Some(Ending::Done) => "concluída",
        Some(Ending::NotABug) => "sem defeito: a API se comporta como deve",
        Some(Ending::NotPlanned) => "sem previsão de ser feita",
        None => "sem dizer como",
    };
    let place = of.url.as_deref().or(of.external.as_deref()).unwrap_or_default();
    format!(
        "A issue {place} foi fechada ({how}). Próximo passo: contar ao parceiro; há um rascunho da resposta."
    )
}

/// The issue of a ticket was closed. A ticket that is with Code no more stays where it is.
pub(super) async fn closed(
    tx: &mut Tx,
    desk: &Desk,
    (of, id): (&Escalation, &TicketId),
    (ending, by): (Option<Ending>, &Caller),
    now: Timestamp,
) -> Result<(), DeskError> {
    let Some(mut row) = ticket::get(tx, &Scope::All, id).await?.filter(is_with_code) else { return Ok(()) };
    let all = escalation::of_tickets(tx, std::slice::from_ref(id)).await?;
    if all.iter().any(|(_, other)| other.id != of.id && other.is_live()) {
        // It is with Code in another issue by now.
        return Ok(());
    }
    let said = match ending {
        Some(Ending::Done) => Some(CodeSays::Fixed),
        Some(Ending::NotABug) => Some(CodeSays::NotABug),
        Some(Ending::NotPlanned) | None => None,
    };
    if let Some(said) = said {
        said.note_on(&mut row)?;
    }
    row.next_step = Some(TELL.to_owned());
    let row = ticket::update(tx, &Scope::All, &row).await?;
    let body = draft_of(tx, desk, (of, &row), ending).await?;
    draft::drafted(tx, id, &body, now).await?;
    // One that was merged into another goes where that one goes.
    if row.merged_into.is_some() {
        return Ok(());
    }
    let wanted = Transition::to(State::Investigation, "Code fechou a issue: contar ao parceiro");
    let taken = Before::read(tx, &Scope::All, id).await?.take(&wanted, by, &desk.state(), now)?;
    step::write(tx, taken, &wanted, by, now).await.map(|_| ())
}

/// The answer as a person may begin with it: what became of it, and Code's last words to be put for the partner.
async fn draft_of(
    tx: &mut Tx,
    desk: &Desk,
    (of, row): (&Escalation, &Ticket),
    ending: Option<Ending>,
) -> Result<String, DeskError> {
    let all = message::of_ticket(tx, &Scope::All, &row.id).await?;
    // What the desk itself noted of the issue are nobody's words.
    let own = format!("{AUTHOR}{}", of.kind);
    let mut notes = all.into_iter().rev().filter(|one| one.direction == "note");
    let last = notes.find(|one| one.author.starts_with(AUTHOR) && one.author != own);
    let last = last.map(|note| clean(&note.body, LONGEST));
    let state = desk.state();
    let partner = row.partner.as_deref().and_then(|code| state.world.registry.partner(code));
    let language = Language::of(partner.and_then(|partner| partner.language.as_deref()));
    Ok(drafted::text(&state.world.procedure, row, (ending, language), last.as_deref()))
}

/// What waits to close an issue because of what Code said here.
pub(super) async fn told(tx: &mut Tx, id: &EscalationId) -> Result<Option<TrackerItem>, DeskError> {
    let ends = |item: &TrackerItem| CodeSays::parse(&item.kind).is_some_and(CodeSays::is_final);
    Ok(tracker_item::waiting(tx, id).await?.into_iter().find(ends))
}
