//! Where literals, brackets and parts end.

use std::ops::Range;

use super::super::{cut, rest};
use super::{MAX_REACH, Script};

/// A string literal: its content without escapes, and where it ends.
pub(super) struct Literal {
    pub(super) text: String,
    pub(super) end: usize,
    /// Whether `{name}`, `${name}` and the like inside stand for values.
    pub(super) interpolated: bool,
}

impl Script<'_> {
    /// The string literal at `at`, its prefix letters included.
    pub(super) fn literal(&self, at: usize) -> Option<Literal> {
        let tail = rest(self.text, at);
        let prefix = tail.len() - tail.trim_start_matches(['f', 'F', 'r', 'R', 'b', 'u', '$', '@']).len();
        let letters = cut(tail, 0..prefix);
        if prefix > 2 {
            return None;
        }
        let body = rest(tail, prefix);
        let start = at + prefix;
        if self.powershell && letters == "@" {
            return self.here_string(start);
        }
        for fence in ["\"\"\"", "'''"] {
            if body.starts_with(fence) {
                let inner = start + fence.len();
                let length = rest(self.text, inner).find(fence)?;
                let text = cut(self.text, inner..inner + length).trim_start_matches('\n').to_owned();
                return Some(Literal {
                    text,
                    end: inner + length + fence.len(),
                    interpolated: letters.contains(['f', '$']),
                });
            }
        }
        let quote = body.chars().next().filter(|char| matches!(char, '"' | '\'' | '`' | '“' | '‘'))?;
        if self.powershell && quote == '`' {
            return None;
        }
        let raw = letters.contains(['r', 'R', '@']);
        let (text, end) = self.quoted(start, quote, raw)?;
        let interpolated = letters.contains(['f', 'F', '$']) || matches!(quote, '`' | '"');
        Some(Literal { text, end, interpolated })
    }

    /// Where the string literal at `at` ends.
    pub(in super::super::super) fn literal_end(&self, at: usize) -> Option<usize> {
        self.literal(at).map(|literal| literal.end)
    }

    /// PowerShell's `@'` … `'@`; `start` is where the quote stands.
    fn here_string(&self, start: usize) -> Option<Literal> {
        let quote = rest(self.text, start).chars().next().filter(|char| matches!(char, '"' | '\''))?;
        let inner = start + 1 + rest(self.text, start + 1).find('\n')? + 1;
        let close = format!("\n{quote}@");
        let length = rest(self.text, inner.saturating_sub(1)).find(&close)?;
        let text = cut(self.text, inner..(inner + length).saturating_sub(1).max(inner))
            .trim_end_matches('\r')
            .to_owned();
        Some(Literal { text, end: inner - 1 + length + close.len(), interpolated: quote == '"' })
    }

    fn quoted(&self, start: usize, quote: char, raw: bool) -> Option<(String, usize)> {
        let closing = |char: char| match quote {
            '“' => matches!(char, '”' | '“' | '"'),
            '‘' => matches!(char, '’' | '‘' | '\''),
            _ => char == quote,
        };
        let mut out = String::new();
        let inner = start + quote.len_utf8();
        let mut chars = rest(self.text, inner).char_indices().take(MAX_REACH).peekable();
        while let Some((ahead, char)) = chars.next() {
            let doubled = |chars: &mut std::iter::Peekable<_>| matches!(chars.peek(), Some((_, next)) if *next == quote);
            if closing(char) {
                if (raw || self.powershell) && doubled(&mut chars) {
                    chars.next();
                    out.push(char);
                    continue;
                }
                return Some((out, inner + ahead + char.len_utf8()));
            }
            let escape = if self.powershell { '`' } else { '\\' };
            if char != escape || raw || self.powershell && quote == '\'' {
                out.push(char);
                continue;
            }
            match chars.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, 't')) => out.push('\t'),
                Some((_, 'r')) => out.push('\r'),
                Some((at, 'u' | 'x')) if !self.powershell => {
                    let digits = if cut(self.text, inner + at..inner + at + 1) == "u" { 4 } else { 2 };
                    let hex: String = chars.clone().take(digits).map(|(_, char)| char).collect();
                    match u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32) {
                        Some(char) => {
                            out.push(char);
                            chars.by_ref().take(digits).for_each(drop);
                        }
                        None => out.push('u'),
                    }
                }
                Some((_, '\n')) | None => {}
                Some((_, other)) => out.push(other),
            }
        }
        None
    }

    /// Where a comment that starts at `at` ends.
    fn comment_end(&self, at: usize) -> Option<usize> {
        let tail = rest(self.text, at);
        let before = self.text.get(..at).and_then(|head| head.chars().next_back());
        let fresh =
            before.is_none_or(char::is_whitespace) || matches!(before, Some(',' | ';' | '{' | '[' | '('));
        let comment = fresh
            && (tail.starts_with("//") || tail.starts_with("# ") || self.powershell && tail.starts_with('#'));
        comment.then(|| at + tail.find('\n').unwrap_or(tail.len()))
    }

    /// Every character of `range` outside strings, comments and brackets, by position.
    fn top_level(&self, range: Range<usize>) -> Vec<(usize, char)> {
        let mut found = Vec::new();
        let mut depth = 0_usize;
        let mut at = range.start;
        if !self.affords(range.len()) {
            return found;
        }
        while at < range.end {
            if let Some(end) = self.comment_end(at) {
                at = end;
                continue;
            }
            let Some(char) = rest(self.text, at).chars().next() else { break };
            if matches!(char, '"' | '\'' | '`' | '“' | '‘' | '@')
                && let Some(literal) = self.literal(at)
            {
                if depth == 0 {
                    found.push((at, '"'));
                }
                at = literal.end;
                continue;
            }
            match char {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ if depth == 0 => found.push((at, char)),
                _ => {}
            }
            at += char.len_utf8();
        }
        found
    }

    /// Where the bracket that opens at `open` is closed: just behind it. `None` if that is not shown.
    pub(in super::super::super) fn balanced(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        let mut at = open;
        let limit = open + MAX_REACH;
        while at < limit && self.affords(0) {
            if let Some(end) = self.comment_end(at) {
                at = end;
                continue;
            }
            let char = rest(self.text, at).chars().next()?;
            if matches!(char, '"' | '\'' | '`' | '“' | '‘' | '@')
                && let Some(literal) = self.literal(at)
            {
                at = literal.end;
                continue;
            }
            at += char.len_utf8();
            match char {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The parts of `range` between the separators, without blanks around; empty ones are left out.
    pub(in super::super::super) fn split(
        &self,
        range: Range<usize>,
        separators: &[char],
    ) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let mut start = range.start;
        let cuts = self
            .top_level(range.clone())
            .into_iter()
            .filter(|(_, char)| separators.contains(char))
            .map(|(at, _)| at);
        for end in cuts.chain([range.end]) {
            let part = self.trimmed(start..end);
            if !part.is_empty() {
                parts.push(part);
            }
            start = end + 1;
        }
        parts
    }

    /// `range` without blanks and whole-line comments around.
    pub(super) fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let mut start = range.start;
        loop {
            let inner = cut(self.text, start..range.end);
            let blanks = inner.len() - inner.trim_start().len();
            start += blanks;
            match self.comment_end(start) {
                Some(end) if end < range.end && end > start => start = end,
                _ => break,
            }
        }
        let inner = cut(self.text, start..range.end);
        start..start + inner.trim_end().len()
    }

    /// The `key: value`, `key => value`, `key = value` pairs of `range`; a lone name stands for itself.
    pub(in super::super::super) fn pairs(&self, range: Range<usize>) -> Vec<(String, Range<usize>)> {
        let separators: &[char] = if self.powershell { &[';', '\n'] } else { &[','] };
        self.split(range, separators).into_iter().filter_map(|part| self.pair(part)).collect()
    }

    fn pair(&self, part: Range<usize>) -> Option<(String, Range<usize>)> {
        let sign = self.top_level(part.clone()).into_iter().find(|(_, char)| matches!(char, ':' | '='));
        let Some((at, _)) = sign else {
            let name = cut(self.text, part.clone());
            let lone = !name.is_empty() && name.chars().all(|char| char.is_alphanumeric() || char == '_');
            return lone.then(|| (name.to_owned(), part));
        };
        let after = if rest(self.text, at).starts_with("=>") { at + 2 } else { at + 1 };
        let key = self.trimmed(part.start..at);
        let key = match self.literal(key.start) {
            Some(literal) => literal.text,
            None => cut(self.text, key).trim_matches(['[', ']', ':', '$']).to_owned(),
        };
        Some((key, self.trimmed(after..part.end)))
    }

    /// Where the expression that starts at `start` ends: at the end of its statement.
    pub(in super::super::super) fn expression_end(&self, start: usize) -> usize {
        let limit = (start + MAX_REACH).min(self.text.len());
        let mut at = start;
        while at < limit && self.affords(0) {
            if let Some(end) = self.comment_end(at) {
                at = end;
                continue;
            }
            let Some(char) = rest(self.text, at).chars().next() else { break };
            if let Some(literal) = self.literal(at).filter(|_| !char.is_alphanumeric()) {
                at = literal.end;
                continue;
            }
            match char {
                '(' | '[' | '{' => match self.balanced(at) {
                    Some(end) => {
                        at = end;
                        continue;
                    }
                    None => return self.text.len().min(limit),
                },
                ')' | ']' | '}' | ';' | ',' => break,
                '\n' => {
                    let open = cut(self.text, start..at).trim_end().ends_with(['+', '.', '=', '\\', '|']);
                    let next = rest(self.text, at).trim_start();
                    if !open && !next.starts_with(['+', '.', '"', '|']) {
                        break;
                    }
                }
                _ => {}
            }
            at += char.len_utf8();
        }
        at.min(self.text.len())
    }
}
