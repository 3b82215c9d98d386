//! Lists of tickets: filtered, searched with an excerpt of each hit, a page at a time.

use std::ops::Range;

use balcao_documents::words;
use balcao_store::ticket::{Filter, Ticket};
use balcao_store::{Page, attachment, message, ticket};

use crate::caller::{Caller, Permission};
use crate::desk::Desk;
use crate::error::DeskError;

/// Characters around a hit.
const AROUND: usize = 60;

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
    let mut items = Vec::new();
    for ticket in found.items {
        let mut excerpt = None;
        if query.is_some() {
            excerpt = find(&ticket.subject, &asked);
            if excerpt.is_none() {
                let rows = message::of_ticket(&mut conn, &scope, &ticket.id).await?;
                excerpt = rows.iter().find_map(|row| find(&row.body, &asked));
            }
            if excerpt.is_none() {
                let rows = attachment::of_ticket(&mut conn, &scope, &ticket.id).await?;
                excerpt = rows.iter().find_map(|row| find(row.text.as_deref()?, &asked));
            }
        }
        items.push(Listed { ticket, excerpt });
    }
    Ok(Listing { items, next_cursor: found.next })
}

/// Bytes of a text in which hits are looked for.
const MOST_SEARCHED: usize = 64 * 1024;

/// The first place of `text` that has one of the words, with what stands around it.
fn find(text: &str, asked: &[String]) -> Option<Excerpt> {
    let text = text.get(..text.floor_char_boundary(MOST_SEARCHED))?;
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
