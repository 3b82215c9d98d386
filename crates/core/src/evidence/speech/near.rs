//! Words one typing slip away from a known word: a letter too many, missing, changed, or two swapped.

use std::collections::BTreeMap;

/// The known words, by first letter and number of letters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Near {
    known: BTreeMap<(char, usize), Vec<Known>>,
}

#[derive(Debug, Clone)]
struct Known {
    word: String,
    letters: Vec<char>,
}

impl Near {
    /// Knows `words`; those shorter than `shortest` letters are left out, as one slip makes another word of them.
    pub(crate) fn new(words: impl IntoIterator<Item = String>, shortest: usize) -> Self {
        let mut near = Self::default();
        for word in words {
            let letters: Vec<char> = word.chars().collect();
            if let Some(&first) = letters.first().filter(|_| letters.len() >= shortest) {
                near.known.entry((first, letters.len())).or_default().push(Known { word, letters });
            }
        }
        near
    }

    /// The first known word with the same first letter that `word` is at most one slip away from, if any.
    pub(crate) fn find(&self, word: &str) -> Option<&str> {
        let letters: Vec<char> = word.chars().collect();
        let (first, length) = (*letters.first()?, letters.len());
        let mut close = [length, length + 1, length - 1]
            .into_iter()
            .filter_map(|length| self.known.get(&(first, length)))
            .flatten();
        close.find(|known| one_slip(&known.letters, &letters)).map(|known| known.word.as_str())
    }
}

/// At most one letter added, dropped or changed, or two neighbours swapped.
fn one_slip(a: &[char], b: &[char]) -> bool {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(head..).unwrap_or_default(), b.get(head..).unwrap_or_default());
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let a = a.get(..a.len().saturating_sub(tail)).unwrap_or_default();
    let b = b.get(..b.len().saturating_sub(tail)).unwrap_or_default();
    match (a, b) {
        ([x, y], [z, w]) => x == w && y == z,
        (a, b) => a.len() <= 1 && b.len() <= 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_forgiven_and_two_are_not() {
        let near = Near::new(["timeout".to_owned(), "producao".to_owned(), "erro".to_owned()], 6);
        let table = [
            ("timeuot", Some("timeout")),
            ("timeot", Some("timeout")),
            ("timeoutt", Some("timeout")),
            ("timeaut", Some("timeout")),
            ("producap", Some("producao")),
            ("tmieuot", None),
            ("produto", None),
            ("xroducao", None), // Another first letter is another word.
            ("ero", None),      // Too short to guess.
        ];
        for (typed, expected) in table {
            assert_eq!(near.find(typed), expected, "{typed}");
        }
    }
}
