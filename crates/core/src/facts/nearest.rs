//! The nearest known name to one that is not known, for messages that help.

/// At most so many candidates are compared, so that a message about a long list stays cheap.
const CANDIDATES: usize = 2_000;
/// Longer names are not compared: their distance says little and costs much.
const LONGEST: usize = 64;

/// How many single-character edits part `a` from `b`, ASCII case aside; `None` if either is over 64 characters.
pub fn distance(a: &str, b: &str) -> Option<usize> {
    let a: Vec<char> = a.chars().take(LONGEST + 1).map(|c| c.to_ascii_lowercase()).collect();
    let b: Vec<char> = b.chars().take(LONGEST + 1).map(|c| c.to_ascii_lowercase()).collect();
    if a.len() > LONGEST || b.len() > LONGEST {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (cb, above) in b.iter().zip(row.iter().skip(1)) {
            let best = (diagonal + usize::from(ca != cb)).min(left + 1).min(above + 1);
            diagonal = *above;
            left = best;
            next.push(best);
        }
        row = next;
    }
    row.last().copied()
}

/// The candidate nearest to `name`, if it is near enough to be what was meant; the first of equals.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let reach = (name.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .take(CANDIDATES)
        .filter_map(|candidate| Some((distance(name, candidate)?, candidate)))
        .filter(|(far, _)| *far <= reach)
        .min_by_key(|(far, _)| *far)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_finds_the_name_and_another_word_does_not() {
        let table = [
            ("produçao", Some("producao")),
            ("homologaçao", Some("homologacao")),
            ("Producao", Some("producao")),
            ("sandbox", None),
            ("", None),
        ];
        for (name, expected) in table {
            assert_eq!(nearest(name, ["homologacao", "producao"]), expected, "{name}");
        }
    }

    #[test]
    fn distance_counts_edits() {
        for (a, b, expected) in
            [("", "", 0), ("abc", "", 3), ("casa", "caso", 1), ("gato", "rato", 1), ("ab", "ba", 2)]
        {
            assert_eq!(distance(a, b), Some(expected), "{a} {b}");
        }
        assert_eq!(distance(&"x".repeat(65), "x"), None);
    }
}
