//! What looks like a key, cut: stricter than elsewhere, since commercial's answers are where keys are pasted.

use balcao_core::evidence::fold;
use balcao_core::mask::{Masker, SecretKind};

/// The shortest word of letters and digits that is taken for a key.
const SHORTEST: usize = 8;
/// The same of a word of large and small letters alone.
const SHORTEST_LETTERS: usize = 14;
/// The same of one that is nothing but digits.
const SHORTEST_DIGITS: usize = 16;
/// From how many characters on a word is surely a key, and no number of a contract.
const SURE: usize = 16;
/// Words before a colon or an equals sign, behind which a key stands.
const LABELS: [&str; 7] = ["chave", "key", "apikey", "api_key", "token", "senha", "secret"];
/// Of a key so many characters may be shown.
const SHOWN: usize = 4;

/// A text without anything that looks like a key: each is cut to its last four characters, and everything else that is secret as usual.
#[must_use]
pub fn without_keys(text: &str) -> String {
    let keys = keys_in(text).into_iter().map(|word| (SecretKind::ApiKey, word.to_owned()));
    Masker::new(keys).mask(text)
}

/// Everything in a text that looks like a key, each once.
pub(super) fn keys_in(text: &str) -> Vec<&str> {
    let apart = |c: char| c.is_whitespace() || "\"'`<>()[]{},;|".contains(c);
    let words = text.split(apart).flat_map(|word| [word, word.rsplit([':', '=']).next().unwrap_or(word)]);
    let words = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let words = words.filter(|word| is_like_a_key(word));
    let mut found: Vec<&str> = Vec::new();
    for word in text.lines().filter_map(labelled).chain(words) {
        if !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

/// What a line labels as a key, though it is written in groups or of one sort of letters; nothing where words follow the label.
fn labelled(line: &str) -> Option<&str> {
    let (at, sign) = line.char_indices().find(|(_, c)| matches!(c, ':' | '='))?;
    let label = fold(line.get(..at)?);
    let last = label.rsplit(|c: char| c.is_whitespace() || c == '-').find(|word| !word.is_empty())?;
    if !LABELS.contains(&last) {
        return None;
    }
    let rest = line.get(at.saturating_add(sign.len_utf8())..)?.trim_start();
    let mut end = 0;
    for group in rest.split_inclusive(char::is_whitespace) {
        let word = group.trim();
        let large = word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
        let long = word.len() >= SHORTEST_LETTERS && word.chars().all(|c| c.is_ascii_alphanumeric());
        if !(word.chars().any(|c| c.is_ascii_digit()) || large || long) {
            break;
        }
        end += group.len();
    }
    let key = rest.get(..end)?.trim_end_matches(|c: char| !c.is_alphanumeric());
    (key.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST).then_some(key)
}

/// Whether a word is so long that it is surely a key, and no address of a page.
pub(super) fn is_surely_a_key(word: &str) -> bool {
    word.chars().count() >= SURE && !word.contains(['/', '.'])
}

/// The last characters of a key by which people tell it from others; nothing if it has none.
#[must_use]
pub fn tail(key: &str) -> Option<String> {
    let plain: Vec<char> = key.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let from = plain.len().saturating_sub(SHOWN);
    let tail: String = plain.into_iter().skip(from).collect();
    (!tail.is_empty()).then_some(tail)
}

fn is_like_a_key(word: &str) -> bool {
    let length = word.chars().count();
    let has = |what: fn(char) -> bool| word.chars().any(what);
    let mixed = has(char::is_lowercase) && word.chars().skip(1).any(char::is_uppercase);
    !word.contains('@')
        && (length >= SHORTEST && has(char::is_alphabetic) && has(|c| c.is_ascii_digit())
            || length >= SHORTEST_LETTERS && mixed
            || length >= SHORTEST_DIGITS && word.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_looks_like_a_key_is_cut_and_words_stay() {
        for key in [
            "fsul_prod_4Hq8zLw2RtXv9Bn1",
            "a1b2c3d4",
            "550e8400-e29b-41d4-a716-446655440000",
            "AbCdEfGhIjKlMnOp",
            "chave=zz99yy88xx77",
            "api_key:9f3a9f3a9f3a",
            "1234567890123456",
        ] {
            for text in [format!("Segue a chave: {key}."), format!("\"{key}\""), format!("({key}) ok")] {
                let cut = without_keys(&text);
                let bare = key.rsplit(['=', ':']).next().unwrap();
                assert!(!cut.contains(bare), "{text} -> {cut}");
                assert_eq!(without_keys(&cut), cut);
            }
        }
        for (text, key) in [
            ("Chave: 4Hq8 zLw2 RtXv 9Bn1\nAté", "4Hq8 zLw2"),
            ("API Key = abcdefghijklmnop", "abcdefghijklmnop"),
            ("A senha: 1234-5678, por ora", "1234-5678"),
        ] {
            assert!(!without_keys(text).contains(key), "{}", without_keys(text));
        }
        assert!(is_surely_a_key("fsul_prod_4Hq8zLw2RtXv9Bn1") && !is_surely_a_key("CT-2026-0045"));
        assert!(!is_surely_a_key("linkedin.com/in/cora-12345"));
        for text in [
            "Final da chave: 9Bn1",
            "Chave: emitida ontem, 10 de maio de 2026",
            "Chave emitida para produção.",
            "Recusado: contrato vencido em 2026.",
            "Pedido 2026-000123",
        ] {
            assert_eq!(without_keys(text), text);
        }
    }

    #[test]
    fn of_a_key_four_characters_are_shown() {
        assert_eq!(tail("fsul_prod_4Hq8zLw2RtXv9Bn1").as_deref(), Some("9Bn1"));
        assert_eq!(tail("…9f3a").as_deref(), Some("9f3a"));
        assert_eq!(tail("--"), None);
    }
}
