//! Words one typing slip away from a known word: a letter too many, missing, changed, or two swapped.

use std::collections::BTreeMap;

/// The known words, by what is left of each when one letter is dropped.
#[derive(Debug, Clone, Default)]
pub(crate) struct Near {
    shortened: BTreeMap<String, Vec<usize>>,
    known: Vec<String>,
}

impl Near {
    /// Knows `words`; those shorter than `shortest` letters are left out, as one slip makes another word of them.
    pub(crate) fn new(words: impl IntoIterator<Item = String>, shortest: usize) -> Self {
        let mut near = Self::default();
        for word in words {
            if word.chars().count() < shortest {
                continue;
            }
            let index = near.known.len();
            for short in shortened(&word) {
                near.shortened.entry(short).or_default().push(index);
            }
            near.shortened.entry(word.clone()).or_default().push(index);
            near.known.push(word);
        }
        near
    }

    /// The first known word with the same first letter that `word` is one slip away from, if any.
    pub(crate) fn find(&self, word: &str) -> Option<&str> {
        let own = std::iter::once(word.to_owned());
        for short in own.chain(shortened(word)) {
            for &index in self.shortened.get(&short).into_iter().flatten() {
                let known = self.known.get(index)?;
                if known.chars().next() == word.chars().next() && one_slip(known, word) {
                    return Some(known);
                }
            }
        }
        None
    }
}

fn shortened(word: &str) -> impl Iterator<Item = String> + '_ {
    word.char_indices().map(|(i, c)| {
        let (before, after) = (word.get(..i), word.get(i + c.len_utf8()..));
        [before.unwrap_or_default(), after.unwrap_or_default()].concat()
    })
}

/// At most one letter added, dropped or changed, or two neighbours swapped.
fn one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
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
