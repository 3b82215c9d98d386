//! What looks like a key, cut: stricter than elsewhere, since commercial's answers are where keys are pasted.

use balcao_core::mask::{Masker, SecretKind};

/// The shortest word of letters and digits that is taken for a key.
const SHORTEST: usize = 8;
/// The same of a word of large and small letters alone.
const SHORTEST_LETTERS: usize = 14;
/// Of a key so many characters may be shown.
const SHOWN: usize = 4;

/// A text without anything that looks like a key: each is cut to its last four characters, and everything else that is secret as usual.
#[must_use]
pub fn without_keys(text: &str) -> String {
    let apart = |c: char| c.is_whitespace() || "\"'`<>()[]{},;|".contains(c);
    let words = text.split(apart).flat_map(|word| [word, word.rsplit([':', '=']).next().unwrap_or(word)]);
    let keys = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let keys = keys.filter(|word| is_like_a_key(word)).map(|word| (SecretKind::ApiKey, word.to_owned()));
    Masker::new(keys).mask(text)
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
            || length >= SHORTEST_LETTERS && mixed)
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
        ] {
            for text in [format!("Segue a chave: {key}."), format!("\"{key}\""), format!("({key}) ok")] {
                let cut = without_keys(&text);
                let bare = key.rsplit(['=', ':']).next().unwrap();
                assert!(!cut.contains(bare), "{text} -> {cut}");
                assert_eq!(without_keys(&cut), cut);
            }
        }
        for text in
            ["Chave emitida para produção.", "Recusado: contrato vencido em 2026.", "Pedido 2026-000123"]
        {
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
