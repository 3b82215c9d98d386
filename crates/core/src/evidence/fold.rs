//! Text without case and accents, for comparing words.

use unicode_normalization::UnicodeNormalization;

/// `text` in lower case and without combining marks: `Não` is `nao`. Its length may differ from the original's.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // Letter by letter: the order of combining marks, which a whole text's decomposition sets right, does not matter, as
    // they are left out. Most letters are ASCII.
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            let letters =
                std::iter::once(c).nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c));
            folded.extend(letters.flat_map(char::to_lowercase));
        }
    }
    folded
}
