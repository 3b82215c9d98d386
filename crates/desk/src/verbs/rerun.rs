//! Making a past diagnosis again from what it saw: the proof that it followed from that and nothing else.

use balcao_core::mask::Masker;
use balcao_store::{
    Conn, DiagnosisId, RevisionId, Scope, TicketId, diagnosis, document, document_set, procedure, registry,
    ticket,
};
use balcao_wire::diagnosis::DiagnosisLine;

use super::conversation;
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, judge};
use crate::error::DeskError;
use crate::facts::Seen;

/// A diagnosis made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rerun {
    /// The line that was kept.
    pub kept: String,
    /// The line that came out now.
    pub again: String,
}

impl Rerun {
    /// Whether the same bytes came out.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.kept == self.again
    }
}

/// Makes a diagnosis again, from the registry, the procedure, the documentation, the rows of the log and the messages that it saw.
///
/// # Errors
/// If there is no such diagnosis for the caller, or something that it saw is no longer kept.
pub async fn rerun(
    desk: &Desk,
    caller: &Caller,
    (id, run): (&TicketId, &DiagnosisId),
) -> Result<Rerun, DeskError> {
    caller.must(Permission::ReadTickets)?;
    if !caller.is_staff() {
        return Err(DeskError::Forbidden("refazer diagnósticos"));
    }
    let mut conn = desk.store().read().await?;
    ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    let runs = diagnosis::of_ticket(&mut conn, &Scope::All, id).await?;
    let run = runs.into_iter().find(|one| one.id == *run).ok_or(DeskError::NotFound("diagnóstico"))?;
    let seen = Seen::unpack(&run.facts).ok_or(DeskError::Damaged("o que um diagnóstico viu"))?;
    let registry = registry_of(&mut conn, seen.registry.as_deref()).await?;
    let bundle = procedure_of(&mut conn, seen.procedure.as_deref()).await?;
    let files = documents_of(&mut conn, &seen.documents).await?;
    let messages = conversation::these(desk, &mut conn, id, &seen.messages).await?;
    drop(conn);
    let desk = desk.clone();
    let made = tokio::task::spawn_blocking(move || {
        let text = registry.as_deref().unwrap_or(crate::desk::EMPTY_REGISTRY);
        let (world, _problems) = judge(text, bundle.as_deref(), files, desk.secrets().hash_secret())?;
        let (newest, before) =
            messages.split_first().ok_or(DeskError::Damaged("um diagnóstico sem mensagem"))?;
        let prepared = world.prepare(newest, before);
        let answers = seen.answers(&prepared, desk.secrets());
        let (mut diagnosis, _) = world.judge(newest, &prepared, answers);
        diagnosis.id = Masker::new([]).mask(&diagnosis.id);
        Ok::<_, DeskError>(serde_json::to_string(&DiagnosisLine::from(&diagnosis)).unwrap_or_default())
    });
    let again = made.await.map_err(|_panicked| DeskError::Damaged("um diagnóstico, ao ser refeito"))??;
    Ok(Rerun { kept: run.line, again })
}

async fn registry_of(conn: &mut Conn, id: Option<&str>) -> Result<Option<String>, DeskError> {
    let Some(id) = id.and_then(RevisionId::parse) else { return Ok(None) };
    let found = registry::get(conn, &id).await?;
    found.map(|revision| Some(revision.body)).ok_or(DeskError::Damaged("uma revisão do cadastro"))
}

async fn procedure_of(conn: &mut Conn, id: Option<&str>) -> Result<Option<String>, DeskError> {
    let Some(id) = id.and_then(RevisionId::parse) else { return Ok(None) };
    let found = procedure::get(conn, &id).await?;
    found.map(|revision| Some(revision.body)).ok_or(DeskError::Damaged("uma revisão do procedimento"))
}

async fn documents_of(conn: &mut Conn, hash: &str) -> Result<Vec<(String, String)>, DeskError> {
    let damaged = || DeskError::Damaged("um estado da documentação");
    let set = document_set::get(conn, hash).await?.ok_or_else(damaged)?;
    let list: Vec<(String, String)> = serde_json::from_str(&set.manifest).map_err(|_own_list| damaged())?;
    let mut files = Vec::new();
    for (path, version) in list {
        let row = document::get(conn, &path, &version).await?.ok_or_else(damaged)?;
        files.push((row.path, row.text));
    }
    Ok(files)
}
