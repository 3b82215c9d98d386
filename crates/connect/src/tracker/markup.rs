//! Text in a tracker's own markup, in which nothing that a person wrote means anything: no mention, no command, no picture, no end of a fence.

use std::fmt::Write as _;

/// How a tracker writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// GitLab's and GitHub's.
    Markdown,
    /// Jira's.
    Wiki,
    /// None at all.
    Plain,
}

/// Stands between a sign and what would follow from it, and is not seen.
const NOTHING: char = '\u{200b}';

impl Markup {
    /// A text as it is, in a paragraph.
    pub(super) fn plain(self, text: &str) -> String {
        if self == Self::Plain {
            return text.to_owned();
        }
        let mut written = String::with_capacity(text.len());
        for (n, line) in text.lines().enumerate() {
            if n > 0 {
                written.push('\n');
            }
            // A line that begins with a slash is a command to GitLab.
            if line.trim_start().starts_with('/') {
                written.push(NOTHING);
            }
            line.chars().for_each(|sign| self.sign(sign, &mut written));
        }
        written
    }

    fn sign(self, sign: char, written: &mut String) {
        match (self, sign) {
            (_, '@' | '#') => written.extend([sign, NOTHING]),
            (Self::Markdown, '<') => written.push_str("&lt;"),
            (Self::Markdown, '&') => written.push_str("&amp;"),
            (Self::Markdown, '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '!' | '$') => {
                written.extend(['\\', sign]);
            }
            (Self::Wiki, '{' | '}' | '[' | ']' | '!' | '|' | '*' | '_') => written.extend(['\\', sign]),
            _ => written.push(sign),
        }
    }

    /// A text of several lines, letter by letter.
    pub(super) fn fence(self, text: &str) -> String {
        match self {
            Self::Markdown => {
                let fence = "`".repeat(longest_run(text).saturating_add(1).max(3));
                format!("{fence}text\n{}\n{fence}", text.trim_end())
            }
            Self::Wiki => {
                let harmless = text.replace('{', &format!("{{{NOTHING}"));
                format!("{{noformat}}\n{}\n{{noformat}}", harmless.trim_end())
            }
            Self::Plain => text.trim_end().to_owned(),
        }
    }

    /// A short value in a line.
    pub(super) fn value(self, text: &str) -> String {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match self {
            Self::Markdown => {
                let fence = "`".repeat(longest_run(&line).saturating_add(1));
                format!("{fence} {line} {fence}")
            }
            Self::Wiki => self.plain(&line),
            Self::Plain => line,
        }
    }

    /// A heading.
    pub(super) fn heading(self, text: &str) -> String {
        match self {
            Self::Markdown => format!("## {text}"),
            Self::Wiki => format!("h2. {text}"),
            Self::Plain => text.to_owned(),
        }
    }

    /// A link that is ours.
    pub(super) fn link(self, words: &str, address: &str) -> String {
        match self {
            Self::Markdown => format!("[{}]({address})", self.plain(words)),
            Self::Wiki => format!("[{words}|{address}]"),
            Self::Plain => format!("{words}: {address}"),
        }
    }

    /// A list.
    pub(super) fn list(self, items: impl IntoIterator<Item = String>) -> String {
        let mark = if self == Self::Wiki { '*' } else { '-' };
        let mut list = String::new();
        for item in items {
            let _ = writeln!(list, "{mark} {item}");
        }
        list.trim_end().to_owned()
    }

    /// The last line of what is ours.
    pub(super) fn marker(self, id: &str) -> String {
        let mark = super::read::MARK;
        match self {
            Self::Markdown => format!("<!-- {mark}{id} -->"),
            Self::Wiki => format!("~{mark}{id}~"),
            Self::Plain => format!("{mark}{id}"),
        }
    }
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0_usize, 0_usize);
    for sign in text.chars() {
        run = if sign == '`' { run.saturating_add(1) } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_person_wrote_means_anything() {
        let table = [
            ("@ana veja", "@\u{200b}ana veja"),
            ("/close\n /assign @x", "\u{200b}/close\n\u{200b} /assign @\u{200b}x"),
            ("![x](https://r.example/p.png)", "\\!\\[x\\](https://r.example/p.png)"),
            ("<img src=x> <!-- balcao:1 -->", "&lt;img src=x> &lt;\\!-- balcao:1 -->"),
            ("a #12", "a #\u{200b}12"),
        ];
        for (text, expected) in table {
            assert_eq!(Markup::Markdown.plain(text), expected);
        }
        assert_eq!(Markup::Wiki.plain("[~ana] {code}!x!"), "\\[~ana\\] \\{code\\}\\!x\\!");
    }

    #[test]
    fn a_fence_holds_what_has_fences() {
        let fenced = Markup::Markdown.fence("a\n````\n/close @ana\n");
        assert!(fenced.starts_with("`````text\n") && fenced.ends_with("\n`````"), "{fenced}");
        let fenced = Markup::Wiki.fence("a {noformat} [~ana]");
        assert_eq!(fenced.matches("{noformat}").count(), 2, "{fenced}");
        assert_eq!(Markup::Markdown.value("a `b`\nc"), "`` a `b` c ``");
    }

    #[test]
    fn our_own_marker_is_found_again() {
        let id = "01900000-0000-7000-8000-000000000000";
        for markup in [Markup::Markdown, Markup::Wiki, Markup::Plain] {
            let body = format!("x\n\n{}", markup.marker(id));
            assert_eq!(super::super::read::marker(&body).as_deref(), Some(id));
        }
    }
}
