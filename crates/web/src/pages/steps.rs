//! What is done with a ticket from its page.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use balcao_core::ticket::{Classification, Confirmation, State as Stage, Team, Transition};
use balcao_desk::DeskError;
use balcao_desk::caller::Caller;
use balcao_desk::verbs::answer::{Then, Word, answer_and};
use balcao_desk::verbs::assign::{Assignment, assign as give};
use balcao_desk::verbs::classify::classify as say;
use balcao_desk::verbs::correct::{Correction, correct as put_right};
use balcao_desk::verbs::link::{Kind, link as tie};
use balcao_desk::verbs::open_original::open_original;
use balcao_desk::verbs::{confirm as note, draft as drafts, show, step as steps};
use balcao_store::MessageId;
use balcao_store::ticket::Ticket;

use super::diagnosis::Shown as Diagnosed;
use super::ticket::with;
use super::visit::{Fields, Staff, Visit};
use super::wrong::refusal;
use super::{Shown, done};

fn place(ticket: &Ticket) -> String {
    format!("/chamados/{}", ticket.protocol)
}

/// The page after a verb: what came of it, or what is missing for it.
async fn after<T>(
    outcome: Result<T, DeskError>,
    (visit, caller): (&Visit, &Caller),
    ticket: &Ticket,
    notice: &str,
) -> Shown {
    match outcome {
        Ok(_) => done(&place(ticket), notice),
        Err(error) => {
            let refused = refusal(error)?;
            let mut response = with(visit, caller, &ticket.protocol, (Some(refused), None)).await?;
            *response.status_mut() = StatusCode::CONFLICT;
            Ok(response)
        }
    }
}

/// `POST /chamados/{id}/responder`: a reply or a note, and the step that goes with it.
pub(crate) async fn answer(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let (desk, now) = (&visit.app.desk, visit.app.now());
    let ticket = show::find(desk, &caller, &id).await?;
    let body = fields.get("texto").replace("\r\n", "\n");
    let once = fields.maybe("vez").map(str::to_owned);
    let (word, step, notice) = match (fields.get("tipo"), fields.get("depois")) {
        // A note that begins so travels to Code's tracker.
        ("para-code", _) => (Word::Note { body: format!("@code {body}") }, None, "noted"),
        ("nota", _) => (Word::Note { body }, None, "noted"),
        (_, "aguardar") => (reply(body), Some(asking(&visit, &caller, &ticket).await?), "sent"),
        (_, "resolver") => {
            let solution = Some(body.clone());
            let wanted = Transition { solution, ..Transition::to(Stage::Resolved, "respondido ao parceiro") };
            (reply(body), Some(wanted), "sent")
        }
        _ => (reply(body), None, "sent"),
    };
    let said = answer_and(
        desk,
        &caller,
        &ticket.id,
        (word, Then { step, once, code_said: None, decided: None }),
        now,
    )
    .await;
    after(said, (&visit, &caller), &ticket, notice).await
}

fn reply(body: String) -> Word {
    Word::Reply { body, citations: Vec::new() }
}

/// Waiting for the partner, who is asked for everything that is missing.
async fn asking(visit: &Visit, caller: &Caller, ticket: &Ticket) -> Result<Transition, DeskError> {
    let whole = show::show(&visit.app.desk, caller, ticket.id.as_str()).await?;
    let d = Diagnosed::parse(whole.diagnosis.as_ref().map_or("", |run| run.line.as_str()));
    let mut asked = d.missing_evidence;
    if asked.is_empty() {
        asked.push("a resposta do parceiro".to_owned());
    }
    Ok(Transition { asked, ..Transition::to(Stage::AwaitingPartner, "pedido ao parceiro") })
}

/// `POST /chamados/{id}/rascunho`: the draft's new version, as text.
pub(crate) async fn draft(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let ticket = show::find(&visit.app.desk, &caller, &id).await?;
    let version = fields.get("version").parse().unwrap_or(0);
    let body = fields.get("body");
    let kept = drafts::save(&visit.app.desk, &caller, &ticket.id, (body, version), visit.app.now()).await;
    match kept {
        Ok(version) => Ok(version.to_string().into_response()),
        Err(DeskError::Stale) => Ok(StatusCode::PRECONDITION_FAILED.into_response()),
        Err(other) => Err(other.into()),
    }
}

/// `POST /chamados/{id}/passo`.
pub(crate) async fn step(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let ticket = show::find(&visit.app.desk, &caller, &id).await?;
    let to = Stage::ALL.into_iter().find(|stage| stage.code() == fields.get("para"));
    let to = to.ok_or_else(|| DeskError::Invalid("escolha o próximo estado".to_owned()))?;
    let text = |name: &str| fields.maybe(name).map(|text| text.replace("\r\n", "\n"));
    let last = classification(&fields);
    let team = match fields.get("time") {
        "code" => Some(Team::Code),
        "commercial" => Some(Team::Commercial),
        _ => None,
    };
    let wanted = Transition {
        escalate_to: team,
        analysis: text("analise"),
        solution: text("solucao"),
        final_classification: last,
        ..Transition::to(to, text("motivo").unwrap_or_else(|| "pela página do chamado".to_owned()))
    };
    let moved = steps::walk(&visit.app.desk, &caller, &ticket.id, &wanted, visit.app.now()).await;
    after(moved, (&visit, &caller), &ticket, "moved").await
}

/// Situation and cause that a form names.
fn classification(fields: &Fields) -> Option<Classification> {
    let (situation, cause) = fields.maybe("classificacao")?.split_once('/')?;
    Some(Classification { situation: situation.to_owned(), cause: cause.to_owned() })
}

/// `POST /chamados/{id}/classificar`: what a person says that it is.
pub(crate) async fn classify(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let ticket = show::find(&visit.app.desk, &caller, &id).await?;
    let said = classification(&fields);
    let said = said.ok_or_else(|| DeskError::Invalid("escolha a situação e a causa".to_owned()))?;
    let reason = fields.get("motivo");
    let done = say(&visit.app.desk, &caller, &ticket.id, (&said, reason), visit.app.now()).await;
    after(done, (&visit, &caller), &ticket, "classified").await
}

/// `POST /chamados/{id}/atribuir`.
pub(crate) async fn assign(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let ticket = show::find(&visit.app.desk, &caller, &id).await?;
    let tags = fields
        .maybe("etiquetas")
        .map(|tags| tags.split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect());
    let assignee = match fields.get("acao") {
        "assumir" => Some(Some(caller.name.clone())),
        "largar" => Some(None),
        _ => None,
    };
    let wanted = Assignment {
        assignee,
        priority: fields.maybe("prioridade").map(str::to_owned),
        tags,
        partner: fields.maybe("parceiro").map(str::to_owned),
    };
    let given = give(&visit.app.desk, &caller, (&ticket.id, None), wanted, visit.app.now()).await;
    after(given, (&visit, &caller), &ticket, "assigned").await
}

/// `POST /chamados/{id}/corrigir`.
pub(crate) async fn correct(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let ticket = show::find(&visit.app.desk, &caller, &id).await?;
    let get = |name| fields.get(name).to_owned();
    let correction = Correction { evidence: get("evidencia"), value: get("valor"), reason: get("motivo") };
    let done = put_right(&visit.app.desk, &caller, &ticket.id, correction, visit.app.now()).await;
    after(done, (&visit, &caller), &ticket, "corrected").await
}

/// `POST /chamados/{id}/confirmacao`: what the partner said of the solution, with the message in which it stands.
pub(crate) async fn confirm(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let ticket = show::find(&visit.app.desk, &caller, &id).await?;
    let message = MessageId::parse(fields.get("mensagem")).ok_or(DeskError::NotFound("mensagem"))?;
    let word =
        if fields.get("palavra") == "contestou" { Confirmation::Contested } else { Confirmation::Confirmed };
    let noted = note::confirm(&visit.app.desk, &caller, (&ticket.id, &message), word, visit.app.now()).await;
    after(noted, (&visit, &caller), &ticket, "confirmed").await
}

/// `POST /chamados/{id}/original`: the sealed original, as a file; with a reason, in the trail.
pub(crate) async fn original(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let ticket = show::find(&visit.app.desk, &caller, &id).await?;
    let message = MessageId::parse(fields.get("mensagem")).ok_or(DeskError::NotFound("mensagem"))?;
    let reason = fields.get("motivo");
    let opened =
        open_original(&visit.app.desk, &caller, (&ticket.id, &message), reason, visit.app.now()).await?;
    let headers = [
        ("content-type", "application/octet-stream"),
        ("content-disposition", "attachment; filename=\"original.json\""),
    ];
    Ok((headers, opened.to_vec()).into_response())
}

/// `POST /chamados/{id}/ligar`.
pub(crate) async fn link(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let desk = &visit.app.desk;
    let ticket = show::find(desk, &caller, &id).await?;
    let other = show::find(desk, &caller, fields.get("outro").trim()).await?;
    let kind = Kind::parse(fields.get("tipo")).unwrap_or(Kind::SameCause);
    let reason = fields.maybe("motivo").unwrap_or("pela página do chamado");
    let tied = tie(desk, &caller, (kind, &ticket.id, &other.id), reason, visit.app.now()).await;
    after(tied, (&visit, &caller), &ticket, "linked").await
}
