//! Full-text search: which words a ticket holds. Both engines hold the same words and so find the same.

use std::collections::BTreeSet;

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::page::{Page, Paged};
use crate::row::Sql;
use crate::scope::Scope;
use crate::tables::ticket::{self, Filter, Ticket};

/// Longer words are cut, in tickets and in queries alike: PostgreSQL refuses words of 2 KB.
const LONGEST_WORD: usize = 64;
/// Words beyond this many bytes of one text are not found: PostgreSQL refuses more than 1 MB a ticket.
const MOST_BYTES: usize = 200_000;
/// A query looks at so many words; further ones do not narrow it.
const MOST_ASKED: usize = 32;

/// Adds the words of `text`, stemmed and folded by the caller, to those that `ticket` is found by.
///
/// # Errors
/// If the database fails.
pub async fn add_words(tx: &mut Tx, ticket: &Ticket, text: &str) -> Result<(), StoreError> {
    let words = known(text);
    if words.is_empty() {
        return Ok(());
    }
    for statement in tx.engine().add_words() {
        let sql = Sql::new(*statement).bind(ticket.position);
        let sql = if statement.contains("$2") { sql.bind(words.as_str()) } else { sql };
        sql.run(tx, "index the words of a ticket").await?;
    }
    Ok(())
}

/// Forgets the words that `ticket` was found by and takes those of `text` instead.
///
/// # Errors
/// If the database fails.
pub async fn replace_words(tx: &mut Tx, ticket: &Ticket, text: &str) -> Result<(), StoreError> {
    for statement in tx.engine().forget_words() {
        Sql::new(*statement).bind(ticket.position).run(tx, "forget the words of a ticket").await?;
    }
    add_words(tx, ticket, text).await
}

/// One page of the tickets that hold all of `words` and that `scope` may see, newest first.
///
/// # Errors
/// If the cursor is none, or the database fails.
pub async fn find(
    conn: &mut Conn,
    scope: &Scope,
    words: &str,
    page: &Page,
) -> Result<Paged<Ticket>, StoreError> {
    let filter = Filter { words: Some(words.to_owned()), ..Filter::default() };
    ticket::list(conn, scope, &filter, page).await
}

/// The words of a query.
pub(crate) fn words_of(text: &str) -> Vec<String> {
    each(text).collect::<BTreeSet<_>>().into_iter().take(MOST_ASKED).collect()
}

/// The words of a text, each once, with spaces between.
pub(crate) fn known(text: &str) -> String {
    let mut joined = String::new();
    for word in each(text).collect::<BTreeSet<_>>() {
        if joined.len() + word.len() > MOST_BYTES {
            break;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&word);
    }
    joined
}

/// Runs of letters and digits, in small letters: neither engine then finds anything left to cut.
fn each(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| {
        let mut cut = word.to_lowercase();
        while cut.len() > LONGEST_WORD {
            cut.pop();
        }
        cut
    })
}
