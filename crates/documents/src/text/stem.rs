//! Folding of accents, and Portuguese stems that do not depend on them.

use rust_stemmers::{Algorithm, Stemmer};
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

static PORTUGUESE: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::Portuguese));

/// Lower case without accents: `Ação` is `acao`. What no accent explains is kept.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).flat_map(char::to_lowercase).collect()
}

/// Endings whose accent people leave out, so that the stemmer sees the word as a dictionary writes it.
const ACCENTED: [(&str, &str); 12] = [
    ("coes", "ção"),
    ("cao", "ção"),
    ("soes", "são"),
    ("sao", "são"),
    ("oes", "ão"),
    ("avel", "ável"),
    ("aveis", "ável"),
    ("ivel", "ível"),
    ("iveis", "ível"),
    ("encia", "ência"),
    ("encias", "ência"),
    ("ancia", "ância"),
];

/// The stem of one word, given folded; short words and words with digits are their own stem.
///
/// Beyond Snowball's Portuguese: English plurals lose their s, and `-amento`, `-imento` always go (`pagamento`, `pagar`).
pub(crate) fn stem(folded: &str) -> String {
    if folded.len() < 4 || !folded.bytes().all(|b| b.is_ascii_lowercase()) {
        return plural_of_short(folded);
    }
    let singular = singular(folded);
    let written = ACCENTED
        .iter()
        .find_map(|(plain, accented)| singular.strip_suffix(plain).map(|head| format!("{head}{accented}")))
        .unwrap_or(singular);
    let stemmed = fold(&PORTUGUESE.stem(&written));
    shorten(&stemmed)
}

fn plural_of_short(folded: &str) -> String {
    match folded {
        "ips" | "ids" | "cpf" | "apis" => folded.strip_suffix('s').unwrap_or(folded).to_owned(),
        _ => folded.to_owned(),
    }
}

fn singular(word: &str) -> String {
    if let Some(head) = word.strip_suffix("ais").filter(|head| head.len() > 2) {
        return format!("{head}al");
    }
    if let Some(head) = word.strip_suffix("kens") {
        return format!("{head}ken");
    }
    if let Some(head) = word.strip_suffix("ns") {
        return format!("{head}m");
    }
    let english = ["bs", "cks", "ks", "ts", "ds", "gs", "ps", "rs", "ys", "ws"];
    if english.iter().any(|ending| word.ends_with(ending)) {
        return word.strip_suffix('s').unwrap_or(word).to_owned();
    }
    word.to_owned()
}

fn shorten(stem: &str) -> String {
    for ending in ["ament", "iment"] {
        if let Some(head) = stem.strip_suffix(ending).filter(|head| head.len() > 2) {
            return head.to_owned();
        }
    }
    match stem.strip_suffix("anc") {
        Some(head) if stem.len() > 6 => head.to_owned(),
        _ => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_stem_with_and_without_accents_numbers_and_endings() {
        let table = [
            ("situação", "situacoes"),
            ("renovação", "renovar"),
            ("expiração", "expira"),
            ("pagamento", "pagar"),
            ("vencimento", "vencer"),
            ("versão", "versoes"),
            ("cancelamento", "cancelar"),
            ("webhooks", "webhook"),
            ("tokens", "token"),
            ("itens", "item"),
            ("opcional", "opcionais"),
            ("válido", "valida"),
        ];
        for (one, other) in table {
            assert_eq!(stem(&fold(one)), stem(&fold(other)), "{one}, {other}");
        }
    }

    #[test]
    fn unlike_words_keep_unlike_stems() {
        for (one, other) in [("documento", "docente"), ("token", "toque"), ("conta", "contrato")] {
            assert_ne!(stem(&fold(one)), stem(&fold(other)), "{one}, {other}");
        }
    }
}
