//! How mailboxes stand, for whoever looks after the desk.

use balcao_desk::caller::{Caller, Permission};
use balcao_desk::trail::{self, Event};
use balcao_desk::{Desk, DeskError, millis};
use balcao_store::mailbox::{self, Mailbox};
use balcao_store::mailbox_mail::{self, MailboxMail, Sums};
use jiff::Timestamp;
use serde_json::json;

/// Refused mails of a mailbox that are shown.
const MOST_REFUSED: u16 = 50;

/// One mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its row.
    pub mailbox: Mailbox,
    /// What became of its mails.
    pub sums: Sums,
    /// The latest that were refused.
    pub refused: Vec<MailboxMail>,
    /// Whether a server reads it now.
    pub is_read: bool,
}

impl Shown {
    /// Whether somebody should look: nobody reads it, it cannot be read, or mails of it are neither stored nor refused.
    #[must_use]
    pub fn alarms(&self) -> bool {
        !self.is_read || self.mailbox.state == mailbox::FAILING || self.mailbox.missing > 0
    }
}

/// Every mailbox that was ever read, by name.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn shown(desk: &Desk, caller: &Caller, now: Timestamp) -> Result<Vec<Shown>, DeskError> {
    caller.must(Permission::ManageJobs)?;
    let mut conn = desk.store().read().await?;
    let mut all = Vec::new();
    for mailbox in mailbox::list(&mut conn).await? {
        let sums = mailbox_mail::sums(&mut conn, &mailbox.name).await?;
        let refused = mailbox_mail::refused(&mut conn, &mailbox.name, MOST_REFUSED).await?;
        let is_read = mailbox.is_held(millis(now));
        all.push(Shown { mailbox, sums, refused, is_read });
    }
    Ok(all)
}

/// Forgets a mailbox that is no longer in the settings, so that nobody is alarmed by it. What became of its mails stays known.
///
/// # Errors
/// If the caller may not, a server reads it, there is none, or the database fails.
pub async fn forget(desk: &Desk, caller: &Caller, name: &str, now: Timestamp) -> Result<(), DeskError> {
    caller.must(Permission::ManageJobs)?;
    let (by, name) = (caller.clone(), name.to_owned());
    let written = desk.store().write(move |tx| {
        Box::pin(async move {
            let known = mailbox::list(tx).await?.into_iter().any(|one| one.name == name);
            if !known {
                return Err(DeskError::NotFound("caixa de correio"));
            }
            if !mailbox::forget(tx, &name, millis(now)).await? {
                let why = "um servidor lê esta caixa agora; tire-a do arquivo de canais e reinicie-o antes";
                return Err(DeskError::Conflict(why.to_owned()));
            }
            let data = json!({"mailbox": name});
            let event = Event { ticket: None, at: now, by: &by, what: "mailbox_forgotten", data };
            Ok(trail::record(tx, event).await?)
        })
    });
    written.await
}
