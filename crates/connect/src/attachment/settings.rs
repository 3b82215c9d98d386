//! `[attachments]` of the channels' file: which files are read, and how long that may take.

use std::path::PathBuf;

/// How the files that come are read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the text of PDFs is read.
    pub pdf: bool,
    /// Who recognises letters in pictures.
    pub ocr: Ocr,
    /// Where that program is, if not on the path.
    pub program: Option<PathBuf>,
    /// The languages that it looks for, by its own names.
    pub languages: Vec<String>,
    /// How long all files of a message may take, in seconds.
    pub seconds: u8,
    /// Pages that are read of a PDF.
    pub pages: u16,
    /// Characters that are kept of a file.
    pub characters: usize,
    /// Memory that a reader may take, in MiB.
    pub memory_mib: u32,
    /// Files that are read at the same time, of all messages.
    pub at_once: u8,
}

/// Who recognises letters in pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ocr {
    /// Nobody.
    #[default]
    Off,
    /// Tesseract.
    Tesseract,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pdf: true,
            ocr: Ocr::Off,
            program: None,
            languages: vec!["por".to_owned(), "eng".to_owned()],
            seconds: 8,
            pages: 50,
            characters: 200_000,
            memory_mib: 512,
            at_once: 2,
        }
    }
}

impl Settings {
    /// The languages as the program takes them; those that are no names are left out.
    #[must_use]
    pub fn languages(&self) -> String {
        let plain = |name: &&String| {
            !name.is_empty()
                && name.len() <= 40
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        self.languages.iter().filter(plain).cloned().collect::<Vec<_>>().join("+")
    }
}
