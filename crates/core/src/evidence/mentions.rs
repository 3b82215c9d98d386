//! Where a text names a product, an environment or a version, however it is written.
//!
//! Case, accents, spaces, hyphens and a simple plural do not matter, and one typing slip is forgiven in
//! names of eight letters or more. The longest name wins. Whether a name that is also an ordinary word
//! means the product is for the caller to weigh: every mention carries its bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::evidence::speech::near::Near;
use crate::evidence::speech::words::{LONGEST, fold};

const SHORTEST_CORRECTED: usize = 8;
const MOST_WORDS: usize = 8;

/// One name found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The code that the name stands for.
    pub code: String,
    /// Its bytes in the text.
    pub span: Range<usize>,
}

/// Where `text` names one of `names`, given as (code, name or alias). Mentions come in order and never overlap.
///
/// To look for the same names in many texts make a [`Names`] once.
pub fn find(text: &str, names: &[(&str, &str)]) -> Vec<Mention> {
    Names::new(names.iter().copied()).find(text)
}

/// Names ready to be looked for.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Code and number of words, by the name in the singular with nothing between its words.
    known: BTreeMap<String, (String, usize)>,
    near: Near,
    /// First letter and length that a word needs to be worth correcting.
    worth: BTreeSet<(char, usize)>,
    most_words: usize,
}

impl Names {
    /// Compiles (code, name) pairs; where two share a name the first keeps it, and a name without letters is dropped.
    pub fn new<'a>(names: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut all = Self::default();
        for (code, name) in names {
            let words = words(name);
            let key: String = words.iter().map(|word| word.text.as_str()).collect();
            if key.is_empty() || words.len() > MOST_WORDS {
                continue;
            }
            all.most_words = all.most_words.max(words.len());
            all.known.entry(key).or_insert_with(|| (code.to_owned(), words.len()));
        }
        let long = all.known.keys().filter(|name| name.chars().count() >= SHORTEST_CORRECTED);
        for name in long.clone() {
            let first = name.chars().next().unwrap_or_default();
            let letters = name.chars().count();
            all.worth.extend([letters - 1, letters, letters + 1].map(|length| (first, length)));
        }
        all.near = Near::new(long.cloned(), SHORTEST_CORRECTED);
        all
    }

    /// The mentions in the first 64 KiB of `text`, in order, without overlap. Linear in the text.
    pub fn find(&self, text: &str) -> Vec<Mention> {
        let words = words(text);
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let window = words.get(at..).unwrap_or_default();
            match self.exact(window).or_else(|| self.slipped(window)) {
                Some((code, taken)) => {
                    let taken_words = window.get(..taken).unwrap_or_default();
                    if let (Some(first), Some(last)) = (taken_words.first(), taken_words.last()) {
                        found.push(Mention { code: code.clone(), span: first.span.start..last.span.end });
                    }
                    at += taken.max(1);
                }
                None => at += 1,
            }
        }
        found
    }

    fn exact(&self, window: &[NameWord]) -> Option<(&String, usize)> {
        // One word more than any name has: "cp auto" may be meant by "CPAuto" and the reverse.
        let joined = joined(window, self.most_words + 1);
        let longest = joined.iter().enumerate().rev();
        longest.into_iter().find_map(|(i, key)| self.known.get(key).map(|(code, _)| (code, i + 1)))
    }

    /// A name with one slip; its words must be as many as the name's, or a neighbour would count as the slip.
    fn slipped(&self, window: &[NameWord]) -> Option<(&String, usize)> {
        let joined = joined(window, self.most_words);
        joined.iter().enumerate().rev().find_map(|(i, key)| {
            let shape = (key.chars().next()?, key.chars().count());
            if !self.worth.contains(&shape) {
                return None;
            }
            let (code, words) = self.known.get(self.near.find(key)?)?;
            (*words == i + 1).then_some((code, i + 1))
        })
    }
}

/// The first word, the first two, … as long as nothing but a space or hyphen stands between them.
fn joined(window: &[NameWord], most: usize) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for (i, word) in window.iter().take(most).enumerate() {
        if i > 0 && !word.follows {
            break;
        }
        let before = keys.last().map_or("", String::as_str);
        keys.push([before, word.text.as_str()].concat());
    }
    keys
}

struct NameWord {
    /// Folded and in the singular.
    text: String,
    span: Range<usize>,
    /// Only a space, hyphen or underscore stands between it and the word before.
    follows: bool,
}

fn words(text: &str) -> Vec<NameWord> {
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
    let mut words = Vec::new();
    let mut start = None;
    let mut follows = false;
    let ends = text.char_indices().chain(std::iter::once((text.len(), ' ')));
    for (i, c) in ends {
        let inside = c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c);
        if inside {
            start = start.or(Some(i));
            continue;
        }
        if let Some(from) = start.take() {
            let word = text.get(from..i).unwrap_or_default();
            words.push(NameWord { text: singular(fold(word)), span: from..i, follows });
            follows = true;
        }
        follows &= c.is_whitespace() || matches!(c, '-' | '_' | '‐' | '‑');
    }
    words
}

/// The usual plurals of Portuguese, undone alike in names and text, so that both agree.
fn singular(word: String) -> String {
    if word.len() < 4 {
        return word;
    }
    for (plural, single) in
        [("coes", "cao"), ("oes", "ao"), ("ais", "al"), ("eis", "el"), ("ns", "m"), ("res", "r")]
    {
        if let Some(stem) = word.strip_suffix(plural) {
            return [stem, single].concat();
        }
    }
    word.strip_suffix('s').map(str::to_owned).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: [(&str, &str); 8] = [
        ("rede", "Rede"),
        ("rede-movel", "Rede Móvel"),
        ("frete-ja", "Frete Já"),
        ("seguro-lar", "Seguro Residencial"),
        ("seguro-lar", "proteção do lar"),
        ("cartao", "CartãoMais"),
        ("dia", "Conta em Dia"),
        ("odonto", "Odonto"),
    ];

    #[test]
    fn a_name_is_found_however_it_is_written() {
        let table: [(&str, &[(&str, &str)]); 12] = [
            ("a REDE caiu", &[("rede", "REDE")]),
            ("o rede-movel e a rede", &[("rede-movel", "rede-movel"), ("rede", "rede")]),
            ("redemovel", &[("rede-movel", "redemovel")]),
            ("rede, móvel", &[("rede", "rede")]), // A comma parts them.
            ("seguros residenciais", &[("seguro-lar", "seguros residenciais")]),
            ("seguro residencal", &[("seguro-lar", "seguro residencal")]), // One letter dropped.
            ("PROTEÇÃO DO LAR?", &[("seguro-lar", "PROTEÇÃO DO LAR")]),
            ("cartao mais na v2", &[("cartao", "cartao mais")]),
            ("produto=conta-em-dia&x", &[("dia", "conta-em-dia")]),
            ("odonta", &[]), // Too short for a slip.
            ("arede frete jáx", &[]),
            ("", &[]),
        ];
        for (text, expected) in table {
            let found = find(text, &NAMES);
            let found: Vec<_> =
                found.iter().map(|m| (m.code.as_str(), text.get(m.span.clone()).unwrap())).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn mentions_lie_on_characters_in_order(text in "(rede|movel|frete|já|seguro residencial|[ -]|\\PC){0,40}") {
            let mut end = 0;
            for mention in find(&text, &NAMES) {
                prop_assert!(text.get(mention.span.clone()).is_some());
                prop_assert!(mention.span.start >= end);
                end = mention.span.end;
            }
        }
    }
}
