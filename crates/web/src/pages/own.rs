//! What is one's own: password, second factor, sessions, tokens; and, for whoever looks after them, the tokens of services.

use askama::Template;
use balcao_core::ticket::Role;
use balcao_desk::caller::{Caller, Permission, role_of};
use balcao_desk::people::account::{self, own};
use balcao_desk::people::token::{self, NewToken};
use balcao_desk::people::{session, totp};
use balcao_desk::{DeskError, millis};
use balcao_store::api_token::ApiToken;
use balcao_store::session::Session;
use balcao_store::{AccountId, ApiTokenId};
use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;
use jiff::SignedDuration;

use super::frame::Frame;
use super::visit::{Fields, Staff};
use super::{Shown, done, page};

/// A session as its owner sees it.
struct Seen {
    id: String,
    session: Session,
}

/// Shown once: what an authenticator is set up with.
struct Factor {
    qr: String,
    secret: String,
}

#[derive(Template)]
#[template(path = "own.html")]
struct Page {
    f: Frame,
    /// For password managers.
    login: String,
    has_factor: bool,
    factor: Option<Factor>,
    sessions: Vec<Seen>,
    tokens: Vec<ApiToken>,
    /// A token that was just made.
    made: Option<String>,
    roles: Vec<&'static str>,
    permissions: Vec<&'static str>,
}

/// The account that a person comes in with.
fn person(caller: &Caller) -> Result<AccountId, DeskError> {
    own(caller).ok_or(DeskError::Forbidden("ver uma conta: um token não tem"))
}

async fn shown(Staff(visit, caller): Staff, (factor, made): (Option<Factor>, Option<String>)) -> Shown {
    let (desk, id) = (&visit.app.desk, person(&caller)?);
    let row = account::get(desk, &caller, &id).await?;
    let now = millis(visit.app.now());
    let sessions = session::list(desk, &caller, &id).await?;
    let live = |session: &Session| session.revoked.is_none() && session.expires > now;
    let sessions = sessions.into_iter().filter(live);
    let sessions = sessions.map(|session| Seen { id: session::id_of(&session), session }).collect();
    let mut tokens = token::list(desk, &caller).await?;
    tokens.retain(|token| token.revoked.is_none());
    let roles = ["agent", "lead", "manager", "code", "commercial", "administrator"].to_vec();
    let own = Permission::ALL.iter().copied().filter(|permission| caller.may(*permission));
    let permissions = own.map(Permission::code).collect();
    page(&Page {
        f: visit.frame(),
        has_factor: row.totp_sealed.is_some(),
        login: row.login,
        factor,
        sessions,
        tokens,
        made,
        roles,
        permissions,
    })
}

/// `GET /conta`.
pub(crate) async fn show(staff: Staff) -> Shown {
    shown(staff, (None, None)).await
}

/// `POST /conta/senha`.
pub(crate) async fn password(Staff(visit, caller): Staff, fields: Fields) -> Shown {
    let (old, new) = (fields.get("senha"), fields.get("nova"));
    if new != fields.get("repetida") {
        return Err(DeskError::Invalid("a senha nova e a repetida são diferentes".to_owned()).into());
    }
    account::change_password(&visit.app.desk, &caller, (old, new), visit.app.now()).await?;
    done("/conta", "saved")
}

/// `POST /conta/fator`: set up, confirmed, or given up.
pub(crate) async fn factor(Staff(visit, caller): Staff, fields: Fields) -> Shown {
    let (desk, now) = (&visit.app.desk, visit.app.now());
    let code = fields.get("codigo").trim().replace(' ', "");
    match fields.get("acao") {
        "comecar" => {
            let begun = totp::enrol(desk, &caller).await?;
            let drawn = QRBuilder::new(begun.url.as_str()).build();
            let qr = drawn.map(|code| SvgBuilder::default().to_str(&code)).unwrap_or_default();
            let factor = Factor { qr, secret: begun.secret.as_str().to_owned() };
            return shown(Staff(visit, caller), (Some(factor), None)).await;
        }
        "confirmar" => totp::confirm(desk, &caller, &code, now).await?,
        "desligar" => totp::disable(desk, &caller, (&person(&caller)?, Some(&code)), now).await?,
        _ => return Err(DeskError::Invalid("escolha o que fazer".to_owned()).into()),
    }
    done("/conta", "saved")
}

/// `POST /conta/sessoes`: one ended, or all.
pub(crate) async fn sessions(Staff(visit, caller): Staff, fields: Fields) -> Shown {
    let (desk, now, id) = (&visit.app.desk, visit.app.now(), person(&caller)?);
    match fields.maybe("sessao") {
        Some(one) => session::revoke(desk, &caller, (&id, one), now).await?,
        None => session::revoke_all(desk, &caller, &id, now).await.map(|_| ())?,
    }
    done("/conta", "saved")
}

/// `POST /conta/tokens`: one made, shown once; or ended.
pub(crate) async fn tokens(Staff(visit, caller): Staff, fields: Fields) -> Shown {
    let (desk, now) = (&visit.app.desk, visit.app.now());
    if let Some(id) = fields.maybe("terminar") {
        let id = ApiTokenId::parse(id).ok_or(DeskError::NotFound("token"))?;
        token::revoke(desk, &caller, &id, now).await?;
        return done("/conta", "saved");
    }
    let days: i64 = fields.get("dias").parse().unwrap_or(90);
    let expires = now.checked_add(SignedDuration::from_hours(24 * days.clamp(1, 3650)));
    let role = fields.maybe("papel").and_then(role_of).filter(|role| *role != Role::PartnerContact);
    let scopes = fields.all("escopo");
    let new = NewToken {
        name: fields.get("nome").to_owned(),
        role: role.unwrap_or(caller.role),
        scopes: scopes.iter().filter_map(|code| Permission::parse(code)).collect(),
        partner: None,
        expires: expires.ok(),
        personal: role.is_none(),
    };
    let (_, secret) = token::create(desk, &caller, new, now).await?;
    shown(Staff(visit, caller), (None, Some(secret))).await
}
