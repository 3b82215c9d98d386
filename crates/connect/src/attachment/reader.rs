//! The files of a message, read side by side until the time is up.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use balcao_core::evidence::unpack::{Kind, Unread};
use balcao_core::inbound::{Extracted, ReadBy};
use balcao_desk::files::{self, Reading};
use futures_util::future::join_all;
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::child::{self, Bounds, Killed};
use super::settings::{Ocr, Settings};
use super::{ocr, pdf, picture};

/// Bytes of a text for each of its characters, and of what stands around it.
const BYTES_OF_A_CHARACTER: usize = 6;
const AROUND: usize = 64 * 1024;

/// The programs that do the reading.
#[derive(Debug, Clone)]
pub struct Programs {
    /// A program that answers a PDF as [`pdf::serve`] does, with its arguments: this very one, usually.
    pub pdf: (PathBuf, Vec<String>),
}

/// Reads files as the channels' file says.
pub struct Reader {
    settings: Settings,
    programs: Programs,
    /// Of all messages together so many files are read at once.
    places: Arc<Semaphore>,
}

impl Reader {
    /// A reader with these settings.
    #[must_use]
    pub fn new(settings: Settings, programs: Programs) -> Self {
        let places = Arc::new(Semaphore::new(usize::from(settings.at_once.max(1))));
        Self { settings, programs, places }
    }

    async fn one(&self, file: Unread, deadline: Instant) -> Option<(String, Extracted)> {
        let Unread { name, kind, bytes } = file;
        let by = match kind {
            Kind::Pdf if self.settings.pdf => ReadBy::Pdf,
            Kind::Picture if self.settings.ocr == Ocr::Tesseract => ReadBy::Ocr,
            _ => return None,
        };
        let read = match timeout_at(deadline, self.places.acquire()).await {
            Ok(Ok(_place)) => match by {
                ReadBy::Pdf => self.pdf(&bytes, deadline).await,
                ReadBy::Ocr => self.picture(&bytes, deadline).await?,
            },
            // Others' files took the time.
            _ => Err(Killed::Late),
        };
        let extracted = match read {
            Ok((text, note)) => Extracted { by, text, note },
            Err(why) => Extracted { by, text: String::new(), note: Some(told(by, why)) },
        };
        Some((name, extracted))
    }

    async fn pdf(&self, bytes: &[u8], deadline: Instant) -> Result<(String, Option<String>), Killed> {
        let (program, arguments) = &self.programs.pdf;
        let mut command = Command::new(program);
        command.args(arguments);
        command.env(pdf::PAGES, self.settings.pages.to_string());
        command.env(pdf::CHARACTERS, self.settings.characters.to_string());
        let answer = child::run(command, bytes, self.bounds(deadline)).await?;
        pdf::answered(&answer).ok_or(Killed::Failed)
    }

    /// `None` for a picture in which nobody writes.
    async fn picture(
        &self,
        bytes: &[u8],
        deadline: Instant,
    ) -> Option<Result<(String, Option<String>), Killed>> {
        match picture::fit(bytes) {
            Ok(_) => {}
            Err(picture::Unfit::Small) => return None,
            Err(picture::Unfit::Large) => {
                return Some(Ok((String::new(), Some("imagem grande demais, não lida".to_owned()))));
            }
            Err(picture::Unfit::Broken) => return Some(Err(Killed::Failed)),
        }
        let program = self.settings.program.clone().unwrap_or_else(|| PathBuf::from("tesseract"));
        let command = ocr::command(&program, &self.settings.languages());
        let letters = child::run(command, bytes, self.bounds(deadline)).await;
        Some(letters.map(|letters| {
            let text = ocr::tidy(&letters, self.settings.characters);
            let note = if text.is_empty() {
                "imagem sem letras que o OCR reconheça"
            } else {
                "imagem lida por OCR: confira o que foi lido, pode haver letras trocadas"
            };
            (text, Some(note.to_owned()))
        }))
    }

    fn bounds(&self, deadline: Instant) -> Bounds {
        let memory = u64::from(self.settings.memory_mib.max(32)) << 20;
        let output = self.settings.characters.saturating_mul(BYTES_OF_A_CHARACTER).saturating_add(AROUND);
        Bounds { deadline, memory, output }
    }
}

impl files::Reader for Reader {
    fn read(&self, files: Vec<Unread>) -> Reading<'_> {
        Box::pin(async move {
            let deadline = Instant::now() + Duration::from_secs(u64::from(self.settings.seconds.max(1)));
            let read = join_all(files.into_iter().map(|file| self.one(file, deadline))).await;
            read.into_iter().flatten().collect()
        })
    }
}

/// Why a file was not read, in words for people.
fn told(by: ReadBy, why: Killed) -> String {
    let what = match by {
        ReadBy::Pdf => "PDF não lido",
        ReadBy::Ocr => "imagem não lida",
    };
    let why = match (why, by) {
        (Killed::NotThere, ReadBy::Ocr) => "o programa de OCR não está instalado",
        (Killed::NotThere, ReadBy::Pdf) => "o leitor de PDF não pôde ser iniciado",
        (Killed::Late, _) => "passou do tempo que uma mensagem pode esperar",
        (Killed::Memory, _) => "pede memória demais",
        (Killed::Output, _) => "tem texto demais",
        (Killed::Failed, _) => "o arquivo está danificado ou é de um tipo que não se lê",
    };
    format!("{what}: {why}")
}
