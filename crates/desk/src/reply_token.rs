//! The token by which an answer is known: whoever answers a mail of ours sends it back in `References`, `In-Reply-To` or the address.
//!
//! It names the ticket and carries a keyed hash of it, so that a number in a subject is never believed, and nobody makes one.

use balcao_store::TicketId;

use crate::secrets::Secrets;

/// Characters of the keyed hash: 64 bits, and an address with it stays below the 64 characters that a mailbox may have.
const PROOF: usize = 16;

/// Whose answers a token is for: the partner's token says nothing to commercial's, and the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Partner,
    Commercial,
}

impl Whose {
    fn mark(self) -> &'static str {
        match self {
            Self::Partner => "reply token",
            Self::Commercial => "commercial reply token",
        }
    }
}

/// The token of a ticket, of characters that every address and message id may have.
#[must_use]
pub fn made(ticket: &TicketId, secrets: &Secrets) -> String {
    format!("{}.{}", ticket.as_str(), proof(Whose::Partner, ticket, secrets))
}

/// The token by which commercial's answer to a ticket's request is known; no mail to a partner has it.
#[must_use]
pub fn made_for_commercial(ticket: &TicketId, secrets: &Secrets) -> String {
    format!("{}.{}", ticket.as_str(), proof(Whose::Commercial, ticket, secrets))
}

/// The ticket that a token names, if it is one of ours.
#[must_use]
pub fn ticket(token: &str, secrets: &Secrets) -> Option<TicketId> {
    named(Whose::Partner, token, secrets)
}

fn named(whose: Whose, token: &str, secrets: &Secrets) -> Option<TicketId> {
    let (id, given) = token.split_once('.')?;
    let ticket = TicketId::parse(id)?;
    let same = given.len() == PROOF
        && given.bytes().zip(proof(whose, &ticket, secrets).bytes()).fold(0, |sum, (a, b)| sum | (a ^ b))
            == 0;
    same.then_some(ticket)
}

/// Every ticket that a text (a header, an address) names by a token of ours, each once, in order.
#[must_use]
pub fn tickets(text: &str, secrets: &Secrets) -> Vec<TicketId> {
    all(Whose::Partner, text, secrets)
}

/// The same of commercial's tokens.
#[must_use]
pub fn tickets_of_commercial(text: &str, secrets: &Secrets) -> Vec<TicketId> {
    all(Whose::Commercial, text, secrets)
}

fn all(whose: Whose, text: &str, secrets: &Secrets) -> Vec<TicketId> {
    let mut found: Vec<TicketId> = Vec::new();
    let pieces = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.'));
    for piece in pieces.flat_map(|piece| piece.match_indices('.').map(move |(at, _)| (piece, at))) {
        let (piece, at) = piece;
        let id = piece.get(at.saturating_sub(36)..at).unwrap_or_default();
        let proof = piece.get(at + 1..(at + 1 + PROOF).min(piece.len())).unwrap_or_default();
        if let Some(ticket) = named(whose, &format!("{id}.{proof}"), secrets)
            && !found.contains(&ticket)
        {
            found.push(ticket);
        }
    }
    found
}

fn proof(whose: Whose, ticket: &TicketId, secrets: &Secrets) -> String {
    secrets.mark(whose.mark(), &[ticket.as_str().as_bytes()]).chars().take(PROOF).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_tokens_name_a_ticket() {
        let secrets = Secrets::new([7; 32], [9; 32]);
        let (one, other) = (TicketId::fresh(), TicketId::fresh());
        let token = made(&one, &secrets);
        assert_eq!(ticket(&token, &secrets), Some(one.clone()));
        let forged = token.replace(one.as_str(), other.as_str());
        let cut = token.get(..token.len() - 1).unwrap();
        for wrong in [forged.as_str(), cut, one.as_str(), "", ".", "2026-000123"] {
            assert_eq!(ticket(wrong, &secrets), None, "{wrong}");
        }
        assert_eq!(ticket(&token, &Secrets::new([8; 32], [9; 32])), None);
    }

    #[test]
    fn the_token_of_a_partner_is_not_commercials() {
        let secrets = Secrets::new([7; 32], [9; 32]);
        let one = TicketId::fresh();
        let (theirs, commercials) = (made(&one, &secrets), made_for_commercial(&one, &secrets));
        assert_eq!(tickets_of_commercial(&commercials, &secrets), [one]);
        assert!(tickets_of_commercial(&theirs, &secrets).is_empty());
        assert!(tickets(&commercials, &secrets).is_empty());
    }

    #[test]
    fn tokens_are_found_in_headers_and_addresses() {
        let secrets = Secrets::new([7; 32], [9; 32]);
        let (one, other) = (TicketId::fresh(), TicketId::fresh());
        let text = format!(
            "<abc@x.example> <{}.3f@desk.example>\r\n suporte+{}@desk.example <{}.9@desk.example>",
            made(&one, &secrets),
            made(&other, &secrets),
            made(&one, &secrets)
        );
        assert_eq!(tickets(&text, &secrets), [one, other]);
        assert!(tickets("é.á.ó 2026-000001 x.y", &secrets).is_empty());
    }
}
