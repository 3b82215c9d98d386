//! Text without case and accents, for comparing words.

use unicode_normalization::UnicodeNormalization;

/// `text` in lower case and without combining marks: `Não` is `nao`. Its length may differ from the original's.
pub fn fold(text: &str) -> String {
    text.nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}
