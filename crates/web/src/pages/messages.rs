//! The mails that the desk sends, filled with example values: what a lead shows before a partner sees it.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse as _};
use balcao_connect::mail_out::{Place, Words, words};
use balcao_core::procedure::Procedure;
use balcao_desk::DeskError;
use balcao_desk::caller::{Caller, Permission};
use balcao_desk::commercial::{Telling, text};
use balcao_desk::mail::{Kind, Language, Letter, Thread};
use serde::Deserialize;

use super::frame::Frame;
use super::visit::Staff;
use super::wrong::unwritten;
use super::{POLICY, Shown, page};

/// What a mail that is shown may do: nothing but look as it looks. It loads nothing, runs nothing and leads nowhere.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'; \
    base-uri 'none'; sandbox";

#[derive(Template)]
#[template(path = "messages.html")]
struct Page {
    f: Frame,
    language: &'static str,
    languages: Vec<&'static str>,
    messages: Vec<(&'static str, Words)>,
}

/// In which language mails are to be shown.
#[derive(Deserialize, Default)]
pub(crate) struct Wanted {
    lingua: Option<String>,
}

/// `GET /mensagens`.
pub(crate) async fn list(Staff(visit, caller): Staff, Query(wanted): Query<Wanted>) -> Shown {
    may(&caller)?;
    let language = Language::of(wanted.lingua.as_deref());
    let procedure = &visit.app.desk.state().world.procedure;
    let each = all().into_iter().map(|name| Ok((name, filled(name, language, procedure)?)));
    let messages = each.collect::<Result<_, askama::Error>>().map_err(unwritten)?;
    let languages = Language::ALL.map(Language::code).to_vec();
    let mut response = page(&Page { f: visit.frame(), language: language.code(), languages, messages })?;
    // This page alone has frames, and only of what comes from here.
    if let Ok(policy) = HeaderValue::from_str(&format!("{POLICY}; frame-src 'self'")) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// `GET /mensagens/{kind}/{language}`: the HTML of a mail, for a frame.
pub(crate) async fn form(
    Staff(visit, caller): Staff,
    Path((kind, language)): Path<(String, String)>,
) -> Shown {
    may(&caller)?;
    let name = all().into_iter().find(|name| *name == kind).ok_or(DeskError::NotFound("mensagem"))?;
    let state = visit.app.desk.state();
    let filled = filled(name, Language::of(Some(&language)), &state.world.procedure).map_err(unwritten)?;
    let mut response = Html(filled.html).into_response();
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(MAIL_POLICY));
    Ok(response)
}

fn may(caller: &Caller) -> Result<(), DeskError> {
    // What partners are told belongs to the procedure.
    caller.must(Permission::WriteProcedure)
}

/// What the desk drafts of requests for keys: answers, each with words of its own.
const DRAFTED: [&str; 3] = ["commercial-issued", "commercial-refused", "commercial-lacks"];

/// The names of all that is shown.
fn all() -> Vec<&'static str> {
    Kind::ALL.into_iter().map(Kind::code).chain(DRAFTED).collect()
}

/// What the desk drafts under this name, if it does.
fn drafted(name: &str, language: Language, procedure: &Procedure) -> Option<String> {
    let (environment, reason, asked) = match language {
        Language::Portuguese => {
            ("Produção", "o contrato venceu em maio", "o ambiente em que a chave será usada")
        }
        Language::English => {
            ("Production", "the contract ended in May", "the environment that the key is for")
        }
    };
    let (environment, asked) = (Some(environment), [asked.to_owned()]);
    let telling = match name {
        "commercial-issued" => Telling::Issued { environment, tail: Some("9Bn1"), way: None },
        "commercial-refused" => Telling::Refused { environment, reason },
        "commercial-lacks" => Telling::Lacks { asked: &asked },
        _ => return None,
    };
    Some(text(Some(procedure), "2026-000123", (telling, language)))
}

/// A mail as it would be, of nobody.
fn filled(name: &str, language: Language, procedure: &Procedure) -> Result<Words, askama::Error> {
    let own = drafted(name, language, procedure);
    let kind = Kind::parse(name).unwrap_or(Kind::Answer);
    let about = !matches!(kind, Kind::Link | Kind::Invitation);
    let (subject, body) = match language {
        Language::Portuguese => (
            "Erro 401 na cotação",
            "Olá, Ana!\n\nO token tinha 14 horas quando foi usado, e vale 12.\nGere outro em POST /api/v1/token e repita a chamada.",
        ),
        Language::English => (
            "401 on quotes",
            "Hello Ana,\n\nThe token was 14 hours old when it was used, and it is good for 12.\nGet another at POST /api/v1/token and repeat the call.",
        ),
    };
    let body = if kind == Kind::Commercial {
        "Pedido de API Key · chamado 2026-000123\n\nParceiro: Exemplo Ltda.\nQuem pede: Ana\nAmbiente: Produção\nProduto: Cotação\n\nMotivo (análise do suporte): vai publicar a integração."
    } else {
        body
    };
    let thread =
        Thread { protocol: "2026-000123".to_owned(), subject: subject.to_owned(), ..Thread::default() };
    let letter = Letter {
        kind,
        to: String::new(),
        language,
        message_id: String::new(),
        thread: about.then_some(thread),
        body: own.unwrap_or_else(|| body.to_owned()),
        secret: (!about).then(|| "exemplo".to_owned().into()),
    };
    words(&letter, Place { address: "https://balcao.example" })
}
