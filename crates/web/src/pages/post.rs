//! Mail, for whoever looks after it: mailboxes, what was set aside, whom our mails do not reach.

use askama::Template;
use axum::extract::Path;
use balcao_connect::mail::{self, Counts, Unreached};
use balcao_connect::mailbox::{self, Shown as Mailbox};
use balcao_desk::DeskError;
use balcao_desk::caller::Permission;
use balcao_store::MailId;
use balcao_store::mail::Mail;

use super::frame::Frame;
use super::visit::{Fields, Staff};
use super::{Shown, done, page};

/// Mails of the quarantine that are shown; what is left comes when these are gone.
const MOST: u16 = 100;

#[derive(Template)]
#[template(path = "post.html")]
struct Page {
    f: Frame,
    mailboxes: Vec<Mailbox>,
    counts: Counts,
    aside: Vec<Mail>,
    unreached: Vec<Unreached>,
}

/// `GET /correio`.
pub(crate) async fn show(Staff(visit, caller): Staff) -> Shown {
    let desk = &visit.app.desk;
    let mailboxes = mailbox::shown(desk, &caller, visit.app.now()).await?;
    let aside = mail::quarantined(desk, &caller, None, MOST).await?;
    let unreached = mail::unreached(desk, &caller).await?;
    let counts = mail::counts(desk).await?;
    page(&Page { f: visit.frame(), mailboxes, counts, aside, unreached })
}

/// `POST /correio/{id}`: tries a mail again that was set aside.
pub(crate) async fn retry(Staff(visit, caller): Staff, Path(id): Path<String>) -> Shown {
    caller.must(Permission::ManageJobs)?;
    let id = MailId::parse(&id).ok_or(DeskError::NotFound("e-mail em quarentena"))?;
    mail::retry(&visit.app.desk, &caller, &id, visit.app.now()).await?;
    done("/correio", "mail-tried")
}

/// `POST /correio/caixas`: forgets a mailbox that no server reads.
pub(crate) async fn forget(Staff(visit, caller): Staff, fields: Fields) -> Shown {
    mailbox::forget(&visit.app.desk, &caller, fields.get("caixa"), visit.app.now()).await?;
    done("/correio", "mailbox-forgotten")
}
