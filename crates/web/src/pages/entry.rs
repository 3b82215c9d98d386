//! Coming in and going out.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect};
use balcao_desk::people::login::{Attempted, Entered, log_in};
use balcao_desk::people::{account, first, link, session};
use balcao_desk::{DeskError, people};
use serde::Deserialize;

use super::frame::Frame;
use super::visit::{Fields, Visit, with_choice, with_session};
use super::{Shown, done, inside, page};
use crate::caller::Stranger;
use crate::router::App;

/// `GET /`: each to their own.
pub(crate) async fn home(visit: Visit) -> Shown {
    let place = match &visit.caller {
        Some(caller) if !caller.is_staff() => "/portal",
        Some(caller) if caller.role == balcao_core::ticket::Role::Code => "/code",
        Some(caller) if caller.role == balcao_core::ticket::Role::Commercial => "/comercial",
        Some(_) => "/fila",
        None => return page(&Home { f: visit.frame() }),
    };
    Ok(Redirect::to(place).into_response())
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    f: Frame,
}

#[derive(Template)]
#[template(path = "enter.html")]
struct Enter {
    f: Frame,
    back: String,
    login: String,
    wrong: Option<String>,
    needs_code: bool,
    /// Whether a link was asked for.
    asked: bool,
}

/// Where somebody wanted to go.
#[derive(Deserialize, Default)]
pub(crate) struct Back {
    #[serde(default)]
    voltar: String,
}

/// `GET /entrar`.
pub(crate) async fn form(visit: Visit, Query(back): Query<Back>) -> Shown {
    let f = visit.frame();
    let back = inside(&back.voltar).to_owned();
    page(&Enter { f, back, login: String::new(), wrong: None, needs_code: false, asked: false })
}

/// `POST /entrar`.
pub(crate) async fn enter(visit: Visit, fields: Fields) -> Shown {
    let back = inside(fields.get("voltar")).to_owned();
    let attempted = Attempted {
        login: fields.get("login").to_owned(),
        password: fields.get("senha").to_owned(),
        code: fields.maybe("codigo").map(|code| code.trim().to_owned()),
        agent: visit.agent.clone(),
    };
    let f = visit.frame();
    let login = fields.get("login").to_owned();
    let again = |f: Frame, wrong, needs_code| {
        page(&Enter {
            f,
            back: back.clone(),
            login: login.clone(),
            wrong: Some(wrong),
            needs_code,
            asked: false,
        })
    };
    match log_in(&visit.app.desk, attempted, visit.app.now()).await {
        Ok(Entered::In(opened)) => {
            Ok(with_session(Redirect::to(&back).into_response(), Some(&opened.token), visit.app.secure))
        }
        Ok(Entered::NeedsCode) => {
            let text = f.t("enter-needs-code");
            again(f, text, true)
        }
        Err(DeskError::Unknown) => {
            let text = f.t("enter-refused");
            again(f, text, !fields.get("codigo").is_empty())
        }
        Err(DeskError::TooMany(seconds)) => {
            let text = f.tv("enter-wait", "seconds", seconds);
            again(f, text, false)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /entrar/link`: whoever asks is told the same, registered or not, and at once.
pub(crate) async fn ask_link(visit: Visit, fields: Fields) -> Shown {
    let address = fields.get("endereco").trim().to_owned();
    let app = visit.app.clone();
    tokio::spawn(async move {
        match link::ask(&app.desk, &address, app.now()).await {
            Ok(Some(secret)) => app.courier.carry(&address, &format!("/entrar/link/{secret}")),
            Ok(None) | Err(DeskError::TooMany(_)) => {}
            Err(error) => tracing::error!(%error, "a link could not be made"),
        }
    });
    let f = visit.frame();
    page(&Enter {
        f,
        back: "/portal".to_owned(),
        login: String::new(),
        wrong: None,
        needs_code: false,
        asked: true,
    })
}

#[derive(Template)]
#[template(path = "link.html")]
struct Link {
    f: Frame,
    secret: String,
}

/// `GET /entrar/link/{secret}`: programs that look at links in mails must not use it up.
pub(crate) async fn link(visit: Visit, Path(secret): Path<String>) -> Shown {
    page(&Link { f: visit.frame(), secret })
}

/// `POST /entrar/link/{secret}`.
pub(crate) async fn use_link(visit: Visit, Path(secret): Path<String>) -> Shown {
    let opened = people::link::enter(&visit.app.desk, &secret, &visit.agent, visit.app.now()).await?;
    Ok(with_session(Redirect::to("/portal").into_response(), Some(&opened.token), visit.app.secure))
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct Invitation {
    f: Frame,
    action: String,
    first: bool,
    wrong: Option<String>,
}

/// `GET /convite/{secret}`.
pub(crate) async fn invitation(visit: Visit, Path(secret): Path<String>) -> Shown {
    page(&Invitation { f: visit.frame(), action: format!("/convite/{secret}"), first: false, wrong: None })
}

/// `POST /convite/{secret}`.
pub(crate) async fn accept(visit: Visit, Path(secret): Path<String>, fields: Fields) -> Shown {
    let set = account::set_password(&visit.app.desk, &secret, fields.get("senha"), visit.app.now()).await;
    match set {
        Ok(()) => done("/entrar", "password-set"),
        Err(DeskError::Invalid(text)) => page(&Invitation {
            f: visit.frame(),
            action: format!("/convite/{secret}"),
            first: false,
            wrong: Some(text),
        }),
        Err(other) => Err(other.into()),
    }
}

/// `GET /primeiro/{secret}`.
pub(crate) async fn first(visit: Visit, Path(secret): Path<String>) -> Shown {
    page(&Invitation { f: visit.frame(), action: format!("/primeiro/{secret}"), first: true, wrong: None })
}

/// `POST /primeiro/{secret}`.
pub(crate) async fn claim(visit: Visit, Path(secret): Path<String>, fields: Fields) -> Shown {
    let get = |name| fields.get(name).to_owned();
    let new = first::NewAdministrator { login: get("login"), name: get("nome"), password: get("senha") };
    match first::claim_first(&visit.app.desk, &secret, new, visit.app.now()).await {
        Ok(_) => done("/entrar", "password-set"),
        Err(DeskError::Invalid(text)) => page(&Invitation {
            f: visit.frame(),
            action: format!("/primeiro/{secret}"),
            first: true,
            wrong: Some(text),
        }),
        Err(other) => Err(other.into()),
    }
}

/// `POST /sair`.
pub(crate) async fn leave(visit: Visit) -> Shown {
    if let Some(token) = &visit.session {
        session::log_out(&visit.app.desk, token, visit.app.now()).await?;
    }
    Ok(with_session(Redirect::to("/").into_response(), None, visit.app.secure))
}

/// `POST /preferencias`.
pub(crate) async fn prefer(State(_app): State<App>, _stranger: Stranger, fields: Fields) -> Shown {
    let mut response = Redirect::to(inside(fields.get("voltar"))).into_response();
    if let Some(theme) = ["auto", "light", "dark"].into_iter().find(|theme| *theme == fields.get("tema")) {
        response = with_choice(response, "balcao_theme", theme);
    }
    if let Some(language) = ["pt", "en"].into_iter().find(|code| *code == fields.get("idioma")) {
        response = with_choice(response, "balcao_lang", language);
    }
    Ok(response)
}
