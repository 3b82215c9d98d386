//! How mailboxes stand, for whoever looks after the desk.

use balcao_desk::caller::{Caller, Permission};
use balcao_desk::{Desk, DeskError};
use balcao_store::mailbox::{self, Mailbox};
use balcao_store::mailbox_mail::{self, MailboxMail, Sums};

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
}

impl Shown {
    /// Whether somebody should look: it cannot be read, or mails of it are neither stored nor refused.
    #[must_use]
    pub fn alarms(&self) -> bool {
        self.mailbox.state == mailbox::FAILING || self.mailbox.missing > 0
    }
}

/// Every mailbox that was ever read, by name.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn shown(desk: &Desk, caller: &Caller) -> Result<Vec<Shown>, DeskError> {
    caller.must(Permission::ManageJobs)?;
    let mut conn = desk.store().read().await?;
    let mut all = Vec::new();
    for mailbox in mailbox::list(&mut conn).await? {
        let sums = mailbox_mail::sums(&mut conn, &mailbox.name).await?;
        let refused = mailbox_mail::refused(&mut conn, &mailbox.name, MOST_REFUSED).await?;
        all.push(Shown { mailbox, sums, refused });
    }
    Ok(all)
}
