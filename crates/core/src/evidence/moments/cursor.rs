//! A place in a text, and small steps from it.

/// A place in a text that only moves forward, always on a character boundary.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self { text, at }
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// The byte here, or 0 at the end.
    pub(super) fn byte(&self) -> u8 {
        self.byte_at(0)
    }

    /// The byte `ahead` bytes from here, or 0 past the end.
    pub(super) fn byte_at(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Whether `wanted` stands here (ASCII case ignored); then it is stepped over.
    pub(super) fn eat(&mut self, wanted: &str) -> bool {
        let found = self.rest().get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted));
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// Steps over spaces and tabs, at most eight.
    pub(super) fn spaces(&mut self) -> bool {
        let before = self.at;
        while self.at - before < 8 && matches!(self.byte(), b' ' | b'\t') {
            self.at += 1;
        }
        self.at > before
    }

    /// How many digits stand here, counted up to 20.
    pub(super) fn digit_run(&self) -> usize {
        (0..20).take_while(|ahead| self.byte_at(*ahead).is_ascii_digit()).count()
    }

    /// A number of `least` to `most` digits that no further digit follows.
    pub(super) fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let run = self.digit_run();
        if run < least || run > most {
            return None;
        }
        self.digits(run)
    }

    /// Exactly `count` digits, whatever follows.
    pub(super) fn digits(&mut self, count: usize) -> Option<i64> {
        let value = self.rest().get(..count)?.parse().ok()?;
        self.at += count;
        Some(value)
    }

    /// The word here (letters only), lower case, without accents, and where it ends; empty if there is none.
    pub(super) fn word(&self) -> (String, usize) {
        let mut folded = String::new();
        let mut end = self.at;
        for c in self.rest().chars().take(24) {
            if !c.is_alphabetic() {
                break;
            }
            end += c.len_utf8();
            folded.push(fold(c));
        }
        (folded, end)
    }

    /// Steps over the word here if it is one of `wanted`.
    pub(super) fn eat_word(&mut self, wanted: &[&str]) -> bool {
        let (word, end) = self.word();
        let found = wanted.contains(&word.as_str());
        if found {
            self.at = end;
        }
        found
    }

    /// The words before `at` on the same line, nearest first, folded; at most `count`, none further than 40 bytes.
    pub(super) fn words_before(&self, count: usize) -> Vec<String> {
        let mut from = self.at.saturating_sub(40);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        let before = self.text.get(from..self.at).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("");
        let words = line.rsplit(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.take(count).map(|word| word.chars().map(fold).collect()).collect()
    }
}

/// A letter in lower case, without its Portuguese accent.
pub(super) fn fold(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'Á' | 'À' | 'Â' | 'Ã' => 'a',
        'é' | 'ê' | 'è' | 'É' | 'Ê' => 'e',
        'í' | 'Í' => 'i',
        'ó' | 'ô' | 'õ' | 'Ó' | 'Ô' | 'Õ' => 'o',
        'ú' | 'ü' | 'Ú' | 'Ü' => 'u',
        'ç' | 'Ç' => 'c',
        other => other.to_ascii_lowercase(),
    }
}
