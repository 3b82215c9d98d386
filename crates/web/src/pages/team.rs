//! The people of the desk: who may come in, as what.

use askama::Template;
use axum::extract::Path;
use balcao_core::ticket::Role;
use balcao_desk::DeskError;
use balcao_desk::caller::role_of;
use balcao_desk::people::account::{self, Changes, NewAccount};
use balcao_store::AccountId;
use balcao_store::account::Account;

use super::frame::Frame;
use super::visit::{Fields, Staff};
use super::{Shown, done, page};

#[derive(Template)]
#[template(path = "team.html")]
struct Page {
    f: Frame,
    people: Vec<Account>,
    roles: Vec<&'static str>,
    /// For whom, and the link with which the password is set.
    invitation: Option<(String, String)>,
}

async fn shown(Staff(visit, caller): Staff, invitation: Option<(String, String)>) -> Shown {
    let people = account::list(&visit.app.desk, &caller).await?;
    let roles = ["agent", "lead", "manager", "code", "commercial", "administrator"].to_vec();
    page(&Page { f: visit.frame(), people, roles, invitation })
}

/// `GET /equipe`.
pub(crate) async fn list(staff: Staff) -> Shown {
    shown(staff, None).await
}

fn no_role() -> DeskError {
    DeskError::Invalid("escolha o papel".to_owned())
}

/// `POST /equipe`.
pub(crate) async fn create(Staff(visit, caller): Staff, fields: Fields) -> Shown {
    let (desk, now) = (&visit.app.desk, visit.app.now());
    let role = role_of(fields.get("papel")).filter(|role| *role != Role::PartnerContact);
    let new = NewAccount {
        login: fields.get("login").to_owned(),
        name: fields.get("nome").to_owned(),
        role: role.ok_or_else(no_role)?,
        partner: None,
        team: None,
    };
    let made = account::create(desk, &caller, new, now).await?;
    let secret = account::invite(desk, &caller, &made.id, now).await?;
    shown(Staff(visit, caller), Some((made.login, format!("/convite/{secret}")))).await
}

/// `POST /equipe/{id}`.
pub(crate) async fn change(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let (desk, now) = (&visit.app.desk, visit.app.now());
    let id = AccountId::parse(&id).ok_or(DeskError::NotFound("conta"))?;
    let changes = match fields.get("acao") {
        "convidar" => {
            let secret = account::invite(desk, &caller, &id, now).await?;
            let row = account::get(desk, &caller, &id).await?;
            return shown(Staff(visit, caller), Some((row.login, format!("/convite/{secret}")))).await;
        }
        "desativar" => Changes { disabled: Some(true), ..Changes::default() },
        "papel" => {
            let role = role_of(fields.get("papel")).filter(|role| *role != Role::PartnerContact);
            Changes { role: Some(role.ok_or_else(no_role)?), ..Changes::default() }
        }
        "ativar" => Changes { disabled: Some(false), ..Changes::default() },
        _ => return Err(DeskError::Invalid("escolha o que fazer".to_owned()).into()),
    };
    account::change(desk, &caller, &id, changes, now).await?;
    done("/equipe", "saved")
}
