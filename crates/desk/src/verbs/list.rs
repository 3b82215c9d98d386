//! Lists of tickets: filtered, searched with an excerpt of each hit, a page at a time.

use std::collections::BTreeMap;
use std::ops::Range;

use balcao_documents::words;
use balcao_store::ticket::{Filter, Ticket};
use balcao_store::{Conn, Page, Scope, TicketId, attachment, message, ticket};

use crate::caller::{Caller, Permission};
use crate::desk::Desk;
use crate::error::DeskError;

/// Characters around a hit.
const AROUND: usize = 60;

/// Characters of a text in which hits are looked for.
const MOST_SEARCHED: u32 = 64 * 1024;

/// One ticket of a list.
pub struct Listed {
    /// The ticket.
    pub ticket: Ticket,
    /// Of a search: where its words stand.
    pub excerpt: Option<Excerpt>,
}

/// Some words of a ticket's texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The text, with an ellipsis where it is cut.
    pub text: String,
    /// The bytes in it that were searched for.
    pub hits: Vec<Range<usize>>,
}

/// One page of a list.
pub struct Listing {
    /// Newest first.
    pub items: Vec<Listed>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// The tickets that the caller may see and that the filter lets through; `query` are words that all must be there.
///
/// # Errors
/// If the cursor is none, or the database fails.
pub async fn list(
    desk: &Desk,
    caller: &Caller,
    (mut filter, query): (Filter, Option<&str>),
    page: &Page,
) -> Result<Listing, DeskError> {
    caller.must(Permission::ReadTickets)?;
    let asked: Vec<String> =
        query.map(|query| words(query).map(|(stem, _)| stem).collect()).unwrap_or_default();
    if query.is_some() {
        filter.words = Some(asked.join(" "));
    }
    let scope = caller.scope();
    let mut conn = desk.store().read().await?;
    let found = ticket::list(&mut conn, &scope, &filter, page).await?;
    let mut items: Vec<Listed> =
        found.items.into_iter().map(|ticket| Listed { ticket, excerpt: None }).collect();
    if query.is_some() {
        excerpts(&mut conn, &scope, &asked, &mut items).await?;
    }
    Ok(Listing { items, next_cursor: found.next })
}

/// Where the words stand: in the subject, else in a message, else in an attachment.
async fn excerpts(
    conn: &mut Conn,
    scope: &Scope,
    asked: &[String],
    items: &mut [Listed],
) -> Result<(), DeskError> {
    for item in items.iter_mut() {
        item.excerpt = find(&item.ticket.subject, asked);
    }
    let texts = message::texts_of(conn, scope, &without(items), MOST_SEARCHED).await?;
    look(items, asked, &texts);
    let texts = attachment::texts_of(conn, scope, &without(items), MOST_SEARCHED).await?;
    look(items, asked, &texts);
    Ok(())
}

fn without(items: &[Listed]) -> Vec<TicketId> {
    items.iter().filter(|item| item.excerpt.is_none()).map(|item| item.ticket.id.clone()).collect()
}

/// The first text of each ticket that has one of the words.
fn look(items: &mut [Listed], asked: &[String], texts: &[(TicketId, String)]) {
    let mut of: BTreeMap<&TicketId, Vec<&str>> = BTreeMap::new();
    for (ticket, text) in texts {
        of.entry(ticket).or_default().push(text);
    }
    for item in items.iter_mut().filter(|item| item.excerpt.is_none()) {
        let own = of.get(&item.ticket.id).into_iter().flatten();
        item.excerpt = own.into_iter().find_map(|text| find(text, asked));
    }
}

/// The first place of `text` that has one of the words, with what stands around it.
fn find(text: &str, asked: &[String]) -> Option<Excerpt> {
    let hits: Vec<Range<usize>> =
        words(text).filter(|(stem, _)| asked.contains(stem)).map(|(_, range)| range).collect();
    let first = hits.first()?;
    let from = before(text, first.start);
    let to = after(text, first.end);
    let shown = text.get(from..to)?;
    let (head, tail) = (if from > 0 { "…" } else { "" }, if to < text.len() { "…" } else { "" });
    let inside = hits.iter().filter(|hit| hit.start >= from && hit.end <= to);
    let hits = inside.map(|hit| hit.start - from + head.len()..hit.end - from + head.len()).collect();
    let shown: String = shown.chars().map(|c| if c.is_ascii_control() { ' ' } else { c }).collect();
    Some(Excerpt { text: format!("{head}{shown}{tail}"), hits })
}

fn before(text: &str, at: usize) -> usize {
    let head = text.get(..at).unwrap_or_default();
    head.char_indices().rev().nth(AROUND).map_or(0, |(at, _)| at)
}

fn after(text: &str, at: usize) -> usize {
    let tail = text.get(at..).unwrap_or_default();
    tail.char_indices().nth(AROUND).map_or(text.len(), |(more, _)| at + more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_the_words_by_their_stems_and_where_they_stand() {
        let asked: Vec<String> = words("propostas recusada").map(|(stem, _)| stem).collect();
        let text = "Bom dia. ".repeat(20) + "A proposta foi recusada pela API." + &" Obrigado.".repeat(20);
        let found = find(&text, &asked).unwrap();
        assert!(found.text.starts_with('…') && found.text.ends_with('…'), "{}", found.text);
        let hits: Vec<&str> = found.hits.iter().filter_map(|hit| found.text.get(hit.clone())).collect();
        assert_eq!(hits, ["proposta", "recusada"]);
        assert_eq!(find("nada disso", &asked), None);
        assert_eq!(find("proposta", &asked).map(|found| found.text), Some("proposta".to_owned()));
    }
}
