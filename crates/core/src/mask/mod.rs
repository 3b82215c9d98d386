//! What never leaves in the clear: one list of secrets and personal data, and how each is cut.
//!
//! In: a text, and the secrets known of its message. Out: the same text with every secret cut to a mark of its kind.
//! Start at [`Masker`]; [`secrets_in`] tells what the list finds by itself. `named` knows the names beside which secrets
//! stand, `patterns` the shapes that betray them anywhere, [`documents_br`] the check digits.
//!
//! **Invariant:** masking twice changes nothing the second time.
//! **Never here:** whether a key is known to the registry.

mod cut;
pub mod documents_br;
mod named;
mod patterns;
#[cfg(test)]
mod tests;

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

/// What is kept from view; where two kinds claim the same bytes the first of this list counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretKind {
    Password,
    ApiKey,
    Token,
    Cookie,
    BankAccount,
    Card,
    Cpf,
    Cnpj,
    Email,
    Phone,
    Name,
    BirthDate,
    IdentityCard,
    Address,
}

/// A known secret shorter than this many characters is cut only where it stands as a whole word.
const SHORTEST_ANYWHERE: usize = 6;

/// A known secret shorter than this many characters is not looked for: it would cut common text.
const SHORTEST_KNOWN: usize = 3;

/// A text is read at most this many times; two are enough for what people and machines write.
const MOST_PASSES: usize = 5;

/// What stands between texts that are masked together: no secret goes on over an empty line with a record separator in it.
const BETWEEN: &str = "\n\u{1e}\n";

/// Cuts the secrets of one message out of any text made from it.
pub struct Masker {
    known: Option<AhoCorasick>,
    kinds: Vec<(SecretKind, usize)>,
}

impl Masker {
    /// A masker that knows `secrets` (as they stand in the message) beside what [`secrets_in`] finds.
    ///
    /// Each is also found as JSON and as a form spell it (`\"`, `%23`). Strings below three characters are ignored;
    /// names, and strings below six, count only as whole words.
    pub fn new(secrets: impl IntoIterator<Item = (SecretKind, String)>) -> Self {
        let mut secrets: Vec<(SecretKind, String)> =
            secrets.into_iter().filter(|(_, secret)| secret.chars().count() >= SHORTEST_KNOWN).collect();
        let written: Vec<(SecretKind, String)> =
            secrets.iter().flat_map(|(kind, secret)| spellings(secret).map(|text| (*kind, text))).collect();
        secrets.extend(written);
        secrets.sort_by(|left, right| left.1.cmp(&right.1).then(left.0.cmp(&right.0)));
        secrets.dedup_by(|left, right| left.1 == right.1);
        let kinds = secrets.iter().map(|(kind, secret)| (*kind, secret.chars().count())).collect();
        // Made for one message, so it must be quick to build rather than quickest to search.
        let built = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(secrets.iter().map(|(_, secret)| secret));
        // A set too large to search at once is far beyond one message; then the patterns work alone.
        Self { known: built.ok().filter(|_| !secrets.is_empty()), kinds }
    }

    /// `text` with every secret cut: keys and tokens to `…` and their last four characters, a CPF or CNPJ to stars and
    /// its last two digits, all else to a word in brackets (`[senha]`). Linear in `text`.
    pub fn mask(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        // What was cut may leave a value beside a name that it was glued to before, so the result is read again.
        for _ in 0..MOST_PASSES {
            let secrets = self.secrets_of(&masked);
            if secrets.is_empty() {
                break;
            }
            masked = cut::cut(&masked, &secrets);
        }
        masked
    }

    /// Masks each of `texts` in place, reading all of them at once: much quicker than one by one where they are short.
    pub fn mask_all(&self, texts: Vec<&mut String>) {
        let together = texts.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(BETWEEN);
        let masked = self.mask(&together);
        let pieces: Vec<&str> = masked.split(BETWEEN).collect();
        // A separator inside a text, or one that was cut together with a secret, leaves another number of pieces.
        if pieces.len() == texts.len() {
            for (text, piece) in texts.into_iter().zip(pieces) {
                if text != piece {
                    piece.clone_into(text);
                }
            }
        } else {
            for text in texts {
                *text = self.mask(text);
            }
        }
    }

    fn secrets_of(&self, text: &str) -> Vec<(SecretKind, Range<usize>)> {
        let mut found = patterns::find(text);
        found.extend(named::find(text));
        found.extend(self.known_in(text));
        merged(text, found)
    }

    fn known_in(&self, text: &str) -> Vec<(SecretKind, Range<usize>)> {
        let Some(known) = &self.known else { return Vec::new() };
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(hit) = known.find(Input::new(text).span(from..text.len())) {
            let Some((kind, length)) = self.kinds.get(hit.pattern().as_usize()) else { break };
            let anywhere = *kind != SecretKind::Name && *length >= SHORTEST_ANYWHERE;
            if anywhere || is_whole_word(text, &hit.range()) {
                found.push((*kind, hit.range()));
                from = hit.end();
            } else {
                // Another secret may begin inside a string that is none here.
                from = text.ceil_char_boundary(hit.start() + 1);
            }
        }
        found
    }
}

/// How JSON and a form write `secret`, where that differs.
fn spellings(secret: &str) -> impl Iterator<Item = String> {
    let json = serde_json::Value::from(secret).to_string();
    let json = json.get(1..json.len().saturating_sub(1)).unwrap_or("").to_owned();
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let percent = form.replace('+', "%20");
    let secret = secret.to_owned();
    [json, form, percent].into_iter().filter(move |text| *text != secret)
}

fn is_whole_word(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).and_then(|before| before.chars().next_back());
    let after = text.get(range.end..).and_then(|after| after.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

/// Every secret that `text` shows by its shape or its name, in order and without overlap.
///
/// Also inside escaped JSON (`\"senha\":\"x\"`), forms and URL-encoded text. What is masked already is none.
pub fn secrets_in(text: &str) -> Vec<(SecretKind, Range<usize>)> {
    let mut found = patterns::find(text);
    found.extend(named::find(text));
    merged(text, found)
}

/// Overlapping finds become one over all their bytes, of the kind that hides most; masks already made are left alone.
fn merged(text: &str, mut found: Vec<(SecretKind, Range<usize>)>) -> Vec<(SecretKind, Range<usize>)> {
    let marks = cut::marks(text);
    found.retain(|(_, range)| !range.is_empty() && !is_within(range, &marks));
    found.sort_by_key(|(kind, range)| (range.start, std::cmp::Reverse(range.end), *kind));
    let mut merged: Vec<(SecretKind, Range<usize>)> = Vec::new();
    for (kind, range) in found {
        match merged.last_mut() {
            Some((last, before)) if range.start < before.end => {
                before.end = before.end.max(range.end);
                *last = (*last).min(kind);
            }
            _ => merged.push((kind, range)),
        }
    }
    merged
}

/// Whether a mark holds the whole of `range`; `marks` are in order.
fn is_within(range: &Range<usize>, marks: &[Range<usize>]) -> bool {
    let after = marks.partition_point(|mark| mark.start <= range.start);
    after.checked_sub(1).and_then(|at| marks.get(at)).is_some_and(|mark| range.end <= mark.end)
}
