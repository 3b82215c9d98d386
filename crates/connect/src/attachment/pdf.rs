//! The text of a PDF, page by page; and the few bytes by which a process that reads one answers the desk.
//!
//! In: bytes. Out: text, and a note on what of it is missing. [`read`] may take any time and memory, and what it is built on may overflow
//! its stack: the desk runs it through [`serve`], in a process of its own that it can kill, and reads the answer by [`answered`].

/// Says in the environment how many pages and characters are read.
pub const PAGES: &str = "BALCAO_PDF_PAGES";
/// As [`PAGES`].
pub const CHARACTERS: &str = "BALCAO_PDF_CHARACTERS";

/// Before the answer: whatever a library prints while reading is not taken for it.
const MARK: &[u8] = b"\n%balcao-text-1\n";

/// What an answer says; `None` for bytes that are none.
#[must_use]
pub fn answered(output: &[u8]) -> Option<(String, Option<String>)> {
    let at = output.windows(MARK.len()).rposition(|window| window == MARK)?;
    let answer = std::str::from_utf8(output.get(at.checked_add(MARK.len())?..)?).ok()?;
    // One that was broken off lacks its end.
    let answer = answer.strip_suffix('\0')?;
    let (note, text) = answer.split_once('\n')?;
    Some((text.to_owned(), Some(note).filter(|note| !note.is_empty()).map(str::to_owned)))
}

#[cfg(feature = "desk")]
pub use reading::{read, serve};

#[cfg(feature = "desk")]
mod reading {
    use std::io::{self, Read, Write};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use pdf_extract::{Document, PlainTextOutput};

    use super::{CHARACTERS, MARK, PAGES};

    /// The most that is read from the desk: more than a mail's files together.
    const MOST: u64 = 64 << 20;

    /// Reads a PDF from `input` and answers on `output`; how much is read, the environment says.
    ///
    /// # Errors
    /// If the desk is gone.
    pub fn serve(input: impl Read, mut output: impl Write) -> io::Result<()> {
        let bound = |name: &str, usual: usize| {
            std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
        };
        let (pages, characters) = (bound(PAGES, 50), bound(CHARACTERS, 200_000));
        let mut bytes = Vec::new();
        input.take(MOST).read_to_end(&mut bytes)?;
        // A library that panics says so on standard error, which nobody reads here.
        std::panic::set_hook(Box::new(|_| {}));
        let (text, note) = read(&bytes, pages, characters);
        output.write_all(MARK)?;
        output.write_all(note.unwrap_or_default().replace('\n', " ").as_bytes())?;
        output.write_all(b"\n")?;
        output.write_all(text.as_bytes())?;
        output.write_all(b"\0")?;
        output.flush()
    }

    /// The text of at most so many pages and characters, and what of it could not be read.
    #[must_use]
    pub fn read(bytes: &[u8], pages: usize, characters: usize) -> (String, Option<String>) {
        let note = |text: &str| (String::new(), Some(text.to_owned()));
        let damaged = "PDF danificado, não lido";
        let loaded = catch_unwind(|| Document::load_mem(bytes));
        let mut document = match loaded {
            Ok(Ok(document)) => document,
            Ok(Err(error)) if is_of_a_password(&error.to_string()) => {
                return note("PDF protegido por senha, não lido");
            }
            Ok(Err(_)) | Err(_) => return note(damaged),
        };
        // Many are encrypted only so that nobody changes them: those open without a password, some when they are loaded.
        let locked = document.is_encrypted()
            && !matches!(catch_unwind(AssertUnwindSafe(|| document.decrypt(""))), Ok(Ok(())));
        let damaged = if locked { "PDF protegido por senha, não lido" } else { damaged };
        let numbers: Vec<u32> = match catch_unwind(AssertUnwindSafe(|| document.get_pages())) {
            Ok(found) => found.into_keys().collect(),
            Err(_) => return note(damaged),
        };
        if numbers.is_empty() {
            return note(damaged);
        }
        let (mut text, mut failed, mut cut) = (String::new(), 0_usize, numbers.len() > pages);
        for number in numbers.iter().take(pages) {
            match catch_unwind(AssertUnwindSafe(|| page(&document, *number))) {
                Ok(Some(page)) => put(&mut text, &page),
                Ok(None) | Err(_) => failed = failed.saturating_add(1),
            }
            if let Some((end, _)) = text.char_indices().nth(characters) {
                text.truncate(end);
                cut = true;
                break;
            }
        }
        let note = match (text.trim().is_empty(), failed, cut) {
            (true, _, _) if locked => Some(damaged.to_owned()),
            (true, 0, _) => Some("PDF sem texto (digitalizado ou só com imagens), não lido".to_owned()),
            (true, _, _) => Some(damaged.to_owned()),
            (false, 0, false) => None,
            (false, 0, true) => Some(format!("PDF lido só em parte: tem {} páginas", numbers.len())),
            (false, _, _) => Some(format!("PDF lido só em parte: {failed} páginas danificadas")),
        };
        (text, note)
    }

    /// Whether the library says that it lacks a password; its errors for that differ from version to version.
    fn is_of_a_password(error: &str) -> bool {
        let error = error.to_lowercase();
        ["password", "decrypt", "encrypt"].iter().any(|word| error.contains(word))
    }

    fn page(document: &Document, number: u32) -> Option<String> {
        let mut text = String::new();
        let mut output = PlainTextOutput::new(&mut text as &mut String);
        pdf_extract::output_doc_page(document, &mut output, number).ok()?;
        Some(text)
    }

    /// Adds a page's lines, without control characters and without more than one empty line in a row.
    fn put(text: &mut String, page: &str) {
        let mut empty = true;
        for line in page.lines() {
            let line: String = line.chars().filter(|c| !c.is_control() || *c == '\t').collect();
            let line = line.trim_end();
            if line.is_empty() && empty {
                continue;
            }
            empty = line.is_empty();
            text.push_str(line);
            text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_whole_or_not_at_all() {
        type Read = Option<(&'static str, Option<&'static str>)>;
        let table: [(&[u8], Read); 6] = [
            (b"noise\n%balcao-text-1\n\nErro 500\nlinha 2\0", Some(("Erro 500\nlinha 2", None))),
            (b"\n%balcao-text-1\nPDF danificado\n\0", Some(("", Some("PDF danificado")))),
            (b"\n%balcao-text-1\n\nErro 50", None),
            (b"running 1 test", None),
            (b"\n%balcao-text-1\n\xff\n\0", None),
            (b"", None),
        ];
        for (output, expected) in table {
            let read = answered(output);
            let read = read.as_ref().map(|(text, note)| (text.as_str(), note.as_deref()));
            assert_eq!(read, expected, "{output:?}");
        }
    }
}
