//! Links between tickets: the same cause, a merge, a split.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::TicketId;
use crate::row::{Row, Sql, insert_new, row};
use crate::scope::{Conditions, Scope};

row! {
    /// One link; what `a` and `b` are to each other follows from the kind.
    TicketLink in "ticket_link" {
        /// `same-cause`, `merged`, `split`, …
        kind: String,
        /// From this ticket.
        a: TicketId,
        /// To this one.
        b: TicketId,
        /// When it was made.
        at: i64,
        /// By whom.
        author: String,
    }
}

/// Links two tickets; `false` if they are so linked already.
///
/// # Errors
/// If either is not there, or the database fails.
pub async fn add(tx: &mut Tx, link: &TicketLink) -> Result<bool, StoreError> {
    insert_new(tx, link, "link two tickets").await
}

/// Takes a link away; `false` if there was none.
///
/// # Errors
/// If the database fails.
pub async fn remove(tx: &mut Tx, kind: &str, a: &TicketId, b: &TicketId) -> Result<bool, StoreError> {
    let sql = Sql::new("delete from ticket_link where kind = $1 and a = $2 and b = $3");
    let sql = sql.bind(kind).bind(a.clone()).bind(b.clone());
    sql.run(tx, "unlink two tickets").await.map(|rows| rows > 0)
}

/// The links from and to a ticket of which `scope` may see both ends, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn of_ticket(
    conn: &mut Conn,
    scope: &Scope,
    ticket: &TicketId,
) -> Result<Vec<TicketLink>, StoreError> {
    let mut conditions = Conditions::after(1);
    conditions.scope(scope);
    let visible =
        |end: &str| format!("exists (select 1 from ticket t where t.id = l.{end}{})", conditions.as_text());
    let columns: Vec<String> = TicketLink::COLUMNS.iter().map(|column| format!("l.{column}")).collect();
    let text = format!(
        "select {} from ticket_link l where (l.a = $1 or l.b = $1) and {} and {} order by l.at, l.kind, l.a, l.b",
        columns.join(", "),
        visible("a"),
        visible("b"),
    );
    conditions.bind_to(Sql::new(text).bind(ticket.clone())).all(conn, "read the links of a ticket").await
}
