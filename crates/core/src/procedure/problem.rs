//! What is wrong with a procedure file: where, what, and what to do about it.

use std::fmt;
use std::ops::Range;

/// One mistake in the files of a procedure, told in Portuguese to whoever edits them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub struct ProcedureProblem {
    /// `procedure.toml` or the name of a reply template.
    pub file: String,
    /// Line in that file, from 1, where it is known.
    pub line: Option<u32>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub todo: String,
}

/// The name under which mistakes of the TOML file are reported.
pub(super) const TOML_NAME: &str = "procedure.toml";

impl ProcedureProblem {
    /// A mistake of the TOML file.
    pub(super) fn at(line: u32, what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { file: TOML_NAME.to_owned(), line: Some(line), what: what.into(), todo: todo.into() }
    }

    /// A mistake of the TOML file as a whole.
    pub(super) fn whole(what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { file: TOML_NAME.to_owned(), line: None, what: what.into(), todo: todo.into() }
    }

    /// A mistake of a reply template; `line` from 1.
    pub(crate) fn reply(
        file: &str,
        line: Option<u32>,
        what: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self { file: file.to_owned(), line, what: what.into(), todo: todo.into() }
    }

    /// A name that is not in the list it must be in, with the nearest that is.
    pub(super) fn unknown<'a>(
        line: u32,
        kind: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let todo = match nearest(name, known) {
            Some(near) => format!("o mais próximo é `{near}`"),
            None => "corrija o nome, ou declare-o no arquivo".to_owned(),
        };
        Self::at(line, format!("{kind} `{name}` não existe"), todo)
    }
}

impl fmt::Display for ProcedureProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ", linha {line}")?;
        }
        write!(f, ": {}; {}", self.what, self.todo)
    }
}

/// Where the lines of a text start, to turn a byte offset into a line number.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect())
    }

    /// Line, from 1, on which `span` starts.
    pub(super) fn at(&self, span: &Range<usize>) -> u32 {
        let before = self.0.partition_point(|newline| *newline < span.start);
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    }
}

/// The known name with the fewest changed letters, if it is near at all (a third of its length).
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.chars().take(64).collect();
    known
        .into_iter()
        .map(|candidate| (distance(&name, candidate), candidate))
        .filter(|(far, candidate)| *far <= 2.max(candidate.chars().count().div_ceil(3)))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance, one row at a time.
fn distance(a: &[char], b: &str) -> usize {
    let mut row: Vec<usize> = (0..=a.len()).collect();
    for (i, wanted) in b.chars().enumerate() {
        let mut next = vec![i + 1];
        for (above, (left, letter)) in row.windows(2).zip(a.iter().enumerate()) {
            let [diagonal, up] = above else { continue };
            let side = next.get(left).copied().unwrap_or(usize::MAX - 1);
            let change = usize::from(*letter != wanted);
            next.push((diagonal + change).min(up + 1).min(side + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_given_only_when_it_is_near() {
        let known = ["api-key-existe", "api-key-ativa", "usuario-ativo"];
        let table = [
            ("api-key-existe", Some("api-key-existe")),
            ("api-key-exist", Some("api-key-existe")),
            ("usuario_ativo", Some("usuario-ativo")),
            ("api-key-atva", Some("api-key-ativa")),
            ("calendario", None),
        ];
        for (name, expected) in table {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
    }

    #[test]
    fn an_offset_becomes_the_line_it_stands_on() {
        let lines = Lines::of("a\nbc\n\nd");
        for (offset, line) in [(0, 1), (1, 1), (2, 2), (4, 2), (5, 3), (6, 4)] {
            assert_eq!(lines.at(&(offset..offset)), line, "offset {offset}");
        }
    }
}
