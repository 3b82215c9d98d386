//! The pages of the desk: one file a noun, with its template beside it in `templates`.
//!
//! A handler takes a visit apart, calls verbs of the desk, and renders; forms answer by sending the browser to the page that shows what
//! came of it. Everything that matters works without scripts.

mod around;
mod assets;
mod chats;
mod checking;
mod code;
mod commercial;
mod diagnosis;
mod documentation;
mod entry;
mod entry_form;
mod frame;
mod live;
mod log;
mod messages;
mod own;
mod portal;
mod post;
mod procedure;
mod procedure_edit;
mod queue;
mod registry;
mod registry_import;
mod reports;
mod steps;
mod style;
mod team;
mod ticket;
mod trail;
mod visit;
mod words;
mod wrong;

use askama::Template;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::middleware;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;

use self::wrong::{Wrong, unwritten};
use crate::problem::Problem;
use crate::router::App;

pub(crate) use self::live::{BEHIND, watch};

/// What a page may load: only what comes from here; no script or style written into it.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'";

type Shown = Result<Response, Wrong>;

/// All pages.
pub(crate) fn router() -> Router<App> {
    tickets()
        .merge(keeping())
        .route("/", get(entry::home))
        .route("/entrar", get(entry::form).post(entry::enter))
        .route("/entrar/link", post(entry::ask_link))
        .route("/entrar/link/{secret}", get(entry::link).post(entry::use_link))
        .route("/convite/{secret}", get(entry::invitation).post(entry::accept))
        .route("/primeiro/{secret}", get(entry::first).post(entry::claim))
        .route("/sair", post(entry::leave))
        .route("/preferencias", post(entry::prefer))
        .route("/diagnostico", get(checking::form).post(checking::diagnose))
        .route("/diagnostico/chamado", post(checking::ticket))
        .route("/diagnostico/resolveu", post(checking::enough))
        .route("/portal", get(portal::list))
        .route(
            "/portal/novo",
            get(portal::blank).post(portal::create).layer(DefaultBodyLimit::max(portal::MOST_SENT)),
        )
        .route(
            "/portal/chamados/{id}",
            get(portal::show).post(portal::write).layer(DefaultBodyLimit::max(portal::MOST_SENT)),
        )
        .route("/portal/chamados/{id}/confirmar", post(portal::confirm))
        .route("/documentacao", get(documentation::search))
        .route("/estilo", get(style::show))
        .layer(middleware::map_response(policy))
        .layer(CsrfLayer::new())
        .layer(CompressionLayer::new())
        .route("/s/{mark}/{name}", get(assets::get).layer(CompressionLayer::new()))
}

/// What people work on.
fn tickets() -> Router<App> {
    Router::new()
        .route("/fila", get(queue::list).post(queue::bulk))
        .route("/fila/listas", post(queue::keep))
        .route("/fila/listas/{id}", post(queue::throw_away))
        .route("/chamados/novo", get(ticket::blank).post(ticket::create))
        .route("/chamados/{id}", get(ticket::show))
        .route("/chamados/{id}/responder", post(steps::answer))
        .route("/chamados/{id}/rascunho", post(steps::draft))
        .route("/chamados/{id}/passo", post(steps::step))
        .route("/chamados/{id}/atribuir", post(steps::assign))
        .route("/chamados/{id}/corrigir", post(steps::correct))
        .route("/chamados/{id}/classificar", post(steps::classify))
        .route("/chamados/{id}/confirmacao", post(steps::confirm))
        .route("/chamados/{id}/original", post(steps::original))
        .route("/chamados/{id}/ligar", post(steps::link))
        .route("/chamados/{id}/conversa", post(chats::change))
        .route("/chamados/{id}/anexos/{attachment}", get(ticket::attachment))
        .route("/chamados/{id}/ao-vivo", get(live::ticket))
        .route("/fila/ao-vivo", get(live::queue))
        .route("/code", get(code::list))
        .route("/code/{id}", get(code::dossier))
        .route("/code/{id}/markdown", get(code::markdown))
        .route("/code/{id}/responder", post(code::answer))
        .route("/code/{id}/tentar", post(code::again))
        .route("/comercial", get(commercial::list))
        .route("/comercial/{id}", post(commercial::answer))
}

/// What people look after: procedure, registry, log, team, their own.
fn keeping() -> Router<App> {
    Router::new()
        .route("/procedimento", get(procedure::show))
        .route("/mensagens", get(messages::list))
        .route("/conversas", get(chats::list))
        .route("/conversas/{id}", post(chats::retry))
        .route("/mensagens/{kind}/{language}", get(messages::form))
        .route("/procedimento/editar", get(procedure_edit::form).post(procedure_edit::change))
        .route("/procedimento/revisoes/{id}", get(procedure_edit::revision).post(procedure_edit::restore))
        .route("/relatorios", get(reports::show))
        .route("/relatorios/{file}", get(reports::file))
        .route("/cadastro", get(registry::home))
        .route(
            "/cadastro/importar",
            get(registry_import::form)
                .post(registry_import::import)
                .layer(DefaultBodyLimit::max(registry_import::MOST_SENT)),
        )
        .route("/cadastro/{collection}/csv", get(registry_import::export))
        .route("/cadastro/{collection}/entrada", get(registry::entry))
        .route("/cadastro/{collection}", get(registry::list).post(registry::change))
        .route("/log", get(log::show).post(log::import).layer(DefaultBodyLimit::max(log::MOST_SENT)))
        .route("/equipe", get(team::list).post(team::create))
        .route("/equipe/{id}", post(team::change))
        .route("/conta", get(own::show))
        .route("/conta/senha", post(own::password))
        .route("/conta/fator", post(own::factor))
        .route("/conta/sessoes", post(own::sessions))
        .route("/conta/tokens", post(own::tokens))
        .route("/trilha", get(trail::show))
        .route("/correio", get(post::show))
        .route("/correio/caixas", post(post::forget))
        .route("/correio/{id}", post(post::retry))
}

/// The page of an address at which there is nothing.
pub(crate) fn not_found(problem: Problem) -> Response {
    let mut response = Wrong::Told(problem).into_response();
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

async fn policy(mut response: Response) -> Response {
    response.headers_mut().entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    response
}

/// A page.
fn page(template: &impl Template) -> Shown {
    Ok(Html(template.render().map_err(unwritten)?).into_response())
}

/// Sends the browser to where what was done is seen.
fn done(place: &str, notice: &str) -> Shown {
    let (path, anchor) =
        place.split_once('#').map_or((place, String::new()), |(path, anchor)| (path, format!("#{anchor}")));
    let sign = if path.contains('?') { '&' } else { '?' };
    Ok(Redirect::to(&format!("{path}{sign}feito={notice}{anchor}")).into_response())
}

/// What makes two sendings of a form the same: the form's own number and what was filled in. A second click is no second message, and
/// what is written anew is no repetition.
fn told_apart_by(number: &str, words: &str) -> Vec<u8> {
    format!("form {number}\0{words}").into_bytes()
}

/// A place of this desk, from a form; nothing leads elsewhere.
fn inside(place: &str) -> &str {
    let plain = place.starts_with('/') && !place.starts_with("//") && !place.contains(['\\', '\r', '\n']);
    if plain { place } else { "/" }
}
