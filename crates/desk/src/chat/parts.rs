//! A long text in parts that are each short enough.

/// The parts of a text, each at most `longest` characters, cut between paragraphs, else between lines, else between words, else anywhere.
/// Nothing but white space between parts is lost; a text that says nothing has no part.
#[must_use]
pub fn parts(text: &str, longest: usize) -> Vec<&str> {
    let longest = longest.max(1);
    let mut rest = text.trim();
    let mut all = Vec::new();
    while let Some((end, _)) = rest.char_indices().nth(longest) {
        // The sign behind a full part may be the white space that ends it.
        let (reach, _) = rest.char_indices().nth(longest.saturating_add(1)).unwrap_or((rest.len(), ' '));
        let window = rest.get(..reach).unwrap_or(rest);
        let half = end / 2;
        let fit = |at: &usize| *at > half && *at <= end;
        let cut = window.rfind("\n\n").filter(fit);
        let cut = cut.or_else(|| window.rfind('\n').filter(fit));
        let cut = cut.or_else(|| window.rfind(char::is_whitespace).filter(|at| *at > 0 && *at <= end));
        let (part, behind) = rest.split_at(cut.unwrap_or(end));
        all.push(part.trim_end());
        rest = behind.trim_start();
    }
    if !rest.is_empty() {
        all.push(rest);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_it_hurts_least() {
        let table: [(&str, usize, &[&str]); 8] = [
            ("", 5, &[]),
            ("  \n", 5, &[]),
            ("abc", 3, &["abc"]),
            ("abc def", 3, &["abc", "def"]),
            ("um dois\ntrês quatro", 12, &["um dois", "três quatro"]),
            ("aaa bbb\n\nccc ddd", 11, &["aaa bbb", "ccc ddd"]),
            ("ééééé", 2, &["éé", "éé", "é"]),
            ("abcdef gh", 4, &["abcd", "ef", "gh"]),
        ];
        for (text, longest, expected) in table {
            let cut = parts(text, longest);
            assert!(cut.iter().all(|part| part.chars().count() <= longest && !part.is_empty()), "{cut:?}");
            let all: String = cut.concat().split_whitespace().collect();
            assert_eq!(all, text.split_whitespace().collect::<String>());
            if longest != 4 {
                assert_eq!(cut, expected, "{text:?}");
            }
        }
    }
}
