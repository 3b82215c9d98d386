//! Lines of a stream, none of which can take more memory than it may.

use std::io::{self, BufRead, Read as _};

/// Bytes of a line, without its end.
pub(super) const LONGEST_LINE: usize = 1024 * 1024;

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its end.
    Whole(String),
    /// One that cannot be read: its beginning, and why not.
    Bad(String, &'static str),
}

/// A stream, line by line.
pub(super) struct Lines<R> {
    reader: R,
    /// Of the line last read, from 1.
    pub(super) number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn of(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    /// The next line; `None` after the last.
    pub(super) fn read(&mut self) -> io::Result<Option<Line>> {
        let most = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        if self.reader.by_ref().take(most).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        let ended = bytes.pop_if(|last| *last == b'\n').is_some();
        if !ended && bytes.len() > LONGEST_LINE {
            self.reader.skip_until(b'\n')?;
            return Ok(Some(bad(&bytes, "a linha tem mais de 1 MiB")));
        }
        bytes.pop_if(|last| *last == b'\r');
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return Ok(Some(bad(error.as_bytes(), "a linha não está em UTF-8"))),
        };
        let first = self.number == 1;
        Ok(Some(Line::Whole(match text.strip_prefix('\u{feff}') {
            Some(rest) if first => rest.to_owned(),
            _ => text,
        })))
    }
}

/// Of a bad line only the beginning is worth a look.
fn bad(bytes: &[u8], why: &'static str) -> Line {
    let start = bytes.get(..bytes.len().min(16 * 1024)).unwrap_or_default();
    Line::Bad(String::from_utf8_lossy(start).into_owned(), why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<(u64, Line)> {
        // A small buffer, so that lines are read in pieces.
        let mut lines = Lines::of(io::BufReader::with_capacity(7, bytes));
        let mut found = Vec::new();
        while let Some(line) = lines.read().unwrap() {
            found.push((lines.number, line));
        }
        found
    }

    #[test]
    fn lines_are_numbered_and_lose_their_ends_only() {
        let whole = |text: &str| Line::Whole(text.to_owned());
        let read = all("\u{feff}um\r\n\ndois\u{feff}\nçã".as_bytes());
        assert_eq!(read, [(1, whole("um")), (2, whole("")), (3, whole("dois\u{feff}")), (4, whole("çã"))]);
        assert_eq!(all(b""), []);
    }

    #[test]
    fn a_line_too_long_or_not_utf8_is_bad_and_the_rest_goes_on() {
        let mut bytes = vec![b'x'; LONGEST_LINE];
        bytes.extend(b"\n");
        bytes.extend(vec![b'y'; LONGEST_LINE * 2 + 1]);
        bytes.extend(b"\n\xff\xfe{\nfim");
        let read = all(&bytes);
        assert_eq!(read.len(), 4);
        assert!(matches!(&read[0], (1, Line::Whole(text)) if text.len() == LONGEST_LINE));
        assert!(
            matches!(&read[1], (2, Line::Bad(text, "a linha tem mais de 1 MiB")) if text.len() == 16_384)
        );
        assert!(matches!(&read[2], (3, Line::Bad(text, "a linha não está em UTF-8")) if text.ends_with('{')));
        assert_eq!(read[3], (4, Line::Whole("fim".to_owned())));
    }
}
