//! The registry from and to files: the whole as JSON, partners, users and keys as CSV; tried first, then taken in.

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use balcao_desk::caller::Permission;
use balcao_desk::registry::{self, Changes, Difference, Import, Put, Table};
use balcao_desk::{Change, DeskError};

use super::frame::Frame;
use super::visit::Staff;
use super::{Shown, done, page};
use crate::problem::Problem;

/// Bytes of a file.
pub(super) const MOST_SENT: usize = 16 * 1024 * 1024;
/// Bytes of a file that waits in the page between trial and taking in; a longer one is chosen again, and so is one that holds keys.
const MOST_HELD: usize = 512 * 1024;

/// What was sent.
#[derive(Default)]
struct Sent {
    what: String,
    text: String,
    reason: String,
    delete_missing: bool,
    apply: bool,
}

#[derive(Template)]
#[template(path = "registry_import.html")]
struct Page {
    f: Frame,
    tried: Option<Difference>,
    problems: Vec<String>,
    what: String,
    reason: String,
    delete_missing: bool,
    /// What was tried, where it is short enough to wait.
    held: Option<String>,
}

impl Page {
    fn lists(&self) -> Vec<(&'static str, &Changes)> {
        let lists = self.tried.iter().flat_map(|difference| difference.0.iter());
        lists.map(|(collection, changes)| (collection.code(), changes)).collect()
    }
}

fn table(code: &str) -> Option<Table> {
    [Table::Partners, Table::Users, Table::Keys].into_iter().find(|table| table.collection().code() == code)
}

/// `GET /cadastro/importar`.
pub(crate) async fn form(Staff(visit, caller): Staff) -> Shown {
    caller.must(Permission::WriteRegistry)?;
    let (what, reason) = ("partners".to_owned(), String::new());
    let f = visit.frame();
    page(&Page { f, tried: None, problems: Vec::new(), what, reason, delete_missing: false, held: None })
}

/// `POST /cadastro/importar`.
pub(crate) async fn import(Staff(visit, caller): Staff, form: Multipart) -> Shown {
    caller.must(Permission::WriteRegistry)?;
    let sent = read(form).await?;
    let (desk, now) = (&visit.app.desk, visit.app.now());
    let reason =
        if sent.reason.trim().is_empty() { "importação pela página" } else { sent.reason.as_str() };
    let change = Change { reason, dry_run: !sent.apply, expected: None, now };
    let put = match table(&sent.what) {
        Some(table) => {
            let how = Import { change, delete_missing: sent.delete_missing };
            registry::import(desk, &caller, table, sent.text.as_bytes(), &how).await
        }
        None if sent.what == "registry" => registry::put(desk, &caller, &sent.text, &change).await,
        None => return Err(DeskError::Invalid("escolha o que o arquivo traz".to_owned()).into()),
    };
    let (tried, problems) = match put {
        Ok(Put { changed: true, .. }) => return done("/cadastro", "imported"),
        Ok(put) => (Some(put.difference), Vec::new()),
        Err(error @ (DeskError::Invalid(_) | DeskError::Registry(_))) => (None, told(&error)),
        Err(other) => return Err(other.into()),
    };
    let Sent { what, text, reason, delete_missing, .. } = sent;
    let keyless = what == "partners" || what == "users";
    let held = Some(text).filter(|text| keyless && tried.is_some() && text.len() <= MOST_HELD);
    page(&Page { f: visit.frame(), tried, problems, what, reason, delete_missing, held })
}

/// A refusal line by line; the API's problem has the mistakes of a registry apart.
fn told(error: &DeskError) -> Vec<String> {
    let mut lines: Vec<String> = error.to_string().lines().map(str::to_owned).collect();
    if let DeskError::Registry(registry) = error {
        lines = registry.to_string().lines().map(str::to_owned).collect();
    }
    lines
}

async fn read(mut form: Multipart) -> Result<Sent, Problem> {
    let broken = |_error| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            "o arquivo não chegou inteiro ou tem mais de 16 MB; envie em partes, ou inteiro por PUT /api/v1/registry",
        )
    };
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(broken)?;
        let text = String::from_utf8(bytes.to_vec()).map_err(|_bytes| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "malformed",
                "o arquivo não está em UTF-8; salve-o como CSV UTF-8",
            )
        })?;
        match name.as_str() {
            "o-que" => sent.what = text,
            "motivo" => sent.reason = text,
            "apagar-ausentes" => sent.delete_missing = true,
            "acao" => sent.apply = text == "importar",
            "arquivo" | "conteudo" if !text.is_empty() => sent.text = text,
            _ => {}
        }
    }
    Ok(sent)
}

/// `GET /cadastro/{collection}/csv`.
pub(crate) async fn export(Staff(visit, caller): Staff, Path(code): Path<String>) -> Shown {
    let table = table(&code).ok_or(DeskError::NotFound("lista em CSV"))?;
    let text = registry::export(&visit.app.desk, &caller, table).await?;
    let name = format!("attachment; filename=\"{code}.csv\"");
    let headers = [("content-type", "text/csv; charset=utf-8".to_owned()), ("content-disposition", name)];
    Ok((headers, text).into_response())
}
