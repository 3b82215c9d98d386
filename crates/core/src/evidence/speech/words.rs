//! A text as words: folded, corrected and grouped in clauses and sentences, each with its bytes.
//!
//! What is no speech (addresses, paths, identifiers) becomes one opaque word that matches nothing, and a
//! line that a machine wrote is marked. Linear in the text, of which the first [`LONGEST`] bytes are read.
//!
//! **Never here:** what a word means.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// How much of a text is read as speech; whatever is longer is a log or a file, and formats read it.
pub(crate) const LONGEST: usize = 64 * 1024;
/// Nobody speaks in longer sentences: a list without stops is cut here.
const LONGEST_SENTENCE: usize = 80;
/// A line at least this wide may have been wrapped by a mail program.
const WRAPPED: usize = 60;

/// One word, folded: lower case, no accents, letters drawn out ("nãooo") written once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Empty for what is no speech.
    pub(crate) text: String,
    /// Its bytes in the text it was read from.
    pub(crate) span: Range<usize>,
    pub(crate) quoted: bool,
    /// Number of its clause, counted over the whole text.
    pub(crate) clause: usize,
}

/// The words up to a full stop, a question mark or the end of a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Sentence {
    pub(crate) words: Vec<Word>,
    /// It ends with a question mark.
    pub(crate) asks: bool,
    /// A machine wrote the line: JSON, a header, a log line, a command.
    pub(crate) machine: bool,
}

/// Lower case without accents; characters that are drawn differently but read alike become one.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        fold_char(c, &mut folded);
    }
    folded
}

fn fold_char(c: char, into: &mut String) {
    if c.is_ascii() {
        into.push(c.to_ascii_lowercase());
        return;
    }
    decompose_compatible(c, |part| {
        if !is_combining_mark(part) {
            into.extend(part.to_lowercase());
        }
    });
}

/// The sentences of `text`, in order. Cannot fail; an empty text has none.
pub(crate) fn sentences(text: &str) -> Vec<Sentence> {
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
    let mut reader = Reader::default();
    let mut at = 0;
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        reader.line(line, at);
        at += line.len();
        let next = lines.peek().and_then(|next| next.chars().next());
        let wrapped = line.len() >= WRAPPED && next.is_some_and(char::is_lowercase);
        if !wrapped {
            reader.end_line();
        }
    }
    reader.end_line();
    reader.done
}

#[derive(Default)]
struct Reader {
    done: Vec<Sentence>,
    open: Sentence,
    clause: usize,
    quoted: bool,
}

impl Reader {
    fn line(&mut self, line: &str, at: usize) {
        self.open.machine |= is_machine(line.trim());
        let mut start = None;
        for (i, c) in line.char_indices() {
            match (c.is_whitespace(), start) {
                (true, Some(from)) => {
                    self.chunk(line.get(from..i).unwrap_or_default(), at + from);
                    start = None;
                }
                (false, None) => start = Some(i),
                _ => {}
            }
        }
        if let Some(from) = start {
            self.chunk(line.get(from..).unwrap_or_default(), at + from);
        }
    }

    /// What stands between two spaces.
    fn chunk(&mut self, chunk: &str, at: usize) {
        let core = chunk.trim_matches(|c: char| !c.is_alphanumeric() && c != '/');
        if is_opaque(core) {
            let skipped = chunk.find(core).unwrap_or_default();
            self.marks(chunk.get(..skipped).unwrap_or_default(), false);
            self.push(String::new(), at + skipped..at + skipped + core.len());
            self.marks(chunk.get(skipped + core.len()..).unwrap_or_default(), true);
            return;
        }
        // Where the last letter or digit begins; looked for once, as a chunk may be long and hold nothing but marks.
        let last_letter = chunk.rfind(char::is_alphanumeric);
        let mut start = None;
        for (i, c) in chunk.char_indices() {
            let inside = c.is_alphanumeric() || is_combining_mark(c);
            if inside {
                start = start.or(Some(i));
                continue;
            }
            if let Some(from) = start.take() {
                self.word(chunk.get(from..i).unwrap_or_default(), at + from);
            }
            self.mark(c, last_letter.is_none_or(|letter| letter < i));
        }
        if let Some(from) = start {
            self.word(chunk.get(from..).unwrap_or_default(), at + from);
        }
    }

    fn word(&mut self, word: &str, at: usize) {
        let text = squeeze(&fold(word));
        self.push(text, at..at + word.len());
    }

    fn push(&mut self, text: String, span: Range<usize>) {
        if self.open.words.len() >= LONGEST_SENTENCE {
            self.end_sentence();
        }
        let word = Word { text, span, quoted: self.quoted, clause: self.clause };
        self.open.words.push(word);
    }

    fn marks(&mut self, marks: &str, last: bool) {
        marks.chars().for_each(|c| self.mark(c, last));
    }

    /// A mark inside a chunk ("1.5", "a.b") ends nothing; `last` says that no letter follows it.
    fn mark(&mut self, c: char, last: bool) {
        match c {
            '?' if last => {
                self.asks();
                self.end_sentence();
            }
            '.' | '!' | ';' | '…' if last => self.end_sentence(),
            ',' | ':' | '(' | ')' | '—' | '–' if last || matches!(c, '(' | '—') => self.clause += 1,
            '"' | '“' | '”' | '«' | '»' => self.quoted = !self.quoted && c != '”' && c != '»',
            _ => {}
        }
    }

    /// "…?!" and "? ?" belong to the sentence that was just closed.
    fn asks(&mut self) {
        if self.open.words.is_empty() {
            if let Some(before) = self.done.last_mut() {
                before.asks = true;
            }
        } else {
            self.open.asks = true;
        }
    }

    fn end_sentence(&mut self) {
        self.clause += 1;
        if self.open.words.is_empty() {
            return;
        }
        let machine = self.open.machine;
        self.done.push(std::mem::take(&mut self.open));
        self.open.machine = machine;
    }

    fn end_line(&mut self) {
        self.end_sentence();
        self.open.machine = false;
        self.quoted = false;
    }
}

/// Letters drawn out three times or more are written once: "nãooo", "urgenteeee".
fn squeeze(word: &str) -> String {
    let mut squeezed = String::with_capacity(word.len());
    let mut rest = word.chars().peekable();
    while let Some(c) = rest.next() {
        let mut run = 1;
        while rest.next_if_eq(&c).is_some() {
            run += 1;
        }
        let kept = if run >= 3 && c.is_alphabetic() { 1 } else { run };
        squeezed.extend(std::iter::repeat_n(c, kept));
    }
    squeezed
}

/// An address, a path, an identifier or a secret: nothing that is spoken.
fn is_opaque(chunk: &str) -> bool {
    if chunk.len() > 40 || chunk.contains("://") || chunk.contains('@') || chunk.contains('=') {
        return true;
    }
    if chunk.starts_with('/') && chunk.len() > 1 || chunk.matches('/').count() > 2 {
        return true;
    }
    let digits = chunk.bytes().filter(u8::is_ascii_digit).count();
    let letters = chunk.bytes().filter(u8::is_ascii_alphabetic).count();
    chunk.len() >= 8 && digits >= 3 && letters >= 1 && !chunk.contains('/')
}

fn is_machine(line: &str) -> bool {
    const OPENINGS: [&str; 12] =
        ["{", "}", "[{", "]", "curl ", "-H ", "--header", "--data", "< HTTP", "HTTP/1", "HTTP/2", "at "];
    if OPENINGS.iter().any(|opening| line.starts_with(opening)) {
        return true;
    }
    let mut start = line.chars();
    // `"name": value` and `<tag>`.
    (start.next() == Some('"') && line.contains("\":")) || (line.starts_with('<') && line.ends_with('>'))
}
