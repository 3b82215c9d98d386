//! What became of every mail that a server showed: stored or refused, one row each, written after the mail itself.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::MailId;
use crate::row::{Row, Sql, insert_new, row};

row! {
    /// One mail of a mailbox.
    MailboxMail in "mailbox_mail" {
        /// The mailbox.
        mailbox: String,
        /// Its `UIDVALIDITY`: numbers mean something only within one.
        validity: i64,
        /// The mail's number.
        uid: i64,
        /// The mail as it is stored.
        mail: Option<MailId>,
        /// Why it was refused.
        refused: Option<String>,
        /// When that was decided.
        at: i64,
    }
}

/// How many mails of a mailbox were stored and refused, in all its validities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// Stored.
    pub stored: i64,
    /// Refused.
    pub refused: i64,
}

/// Notes what became of mails; what is noted already stays as it is.
///
/// # Errors
/// If the database fails.
pub async fn add_all(tx: &mut Tx, rows: &[MailboxMail]) -> Result<(), StoreError> {
    for row in rows {
        insert_new(tx, row, "note what became of a mail").await?;
    }
    Ok(())
}

/// The numbers above `after` that are noted, in order, at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn uids(
    conn: &mut Conn,
    (mailbox, validity): (&str, i64),
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, bool)>, StoreError> {
    let sql = Sql::new(
        "select uid, cast(case when mail is null then 0 else 1 end as bigint) as stored from mailbox_mail \
         where mailbox = $1 and validity = $2 and uid > $3 order by uid limit $4",
    );
    let rows: Vec<(i64, i64)> = sql
        .bind(mailbox)
        .bind(validity)
        .bind(after)
        .bind(i64::from(limit))
        .all(conn, "read the numbers of mails")
        .await?;
    Ok(rows.into_iter().map(|(uid, stored)| (uid, stored != 0)).collect())
}

/// Counts what became of the mails of a mailbox.
///
/// # Errors
/// If the database fails.
pub async fn sums(conn: &mut Conn, mailbox: &str) -> Result<Sums, StoreError> {
    let sql = Sql::new(
        "select cast(count(mail) as bigint) as stored, cast(count(refused) as bigint) as refused \
         from mailbox_mail where mailbox = $1",
    );
    let found: Option<(i64, i64)> = sql.bind(mailbox).tuple(conn, "count the mails of a mailbox").await?;
    Ok(found.map(|(stored, refused)| Sums { stored, refused }).unwrap_or_default())
}

/// What was refused of a mailbox, the latest first, at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn refused(conn: &mut Conn, mailbox: &str, limit: u16) -> Result<Vec<MailboxMail>, StoreError> {
    let text = MailboxMail::select()
        + "where t.mailbox = $1 and t.refused is not null order by t.at desc, t.uid desc limit $2";
    Sql::new(text).bind(mailbox).bind(i64::from(limit)).all(conn, "list refused mails").await
}
