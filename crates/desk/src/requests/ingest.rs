//! From a stream of lines to rows: one thread reads, the writer writes, and neither runs far ahead of the other.

use std::collections::HashSet;
use std::io::{self, BufRead};
use std::sync::Arc;

use balcao_core::evidence::candidates;
use balcao_core::evidence::key::{HashSecret, KeyPrint};
use balcao_core::facts::request_log::LoggedRequest;
use balcao_core::mask::{Masker, SecretKind};
use balcao_store::rejected::Rejected;
use balcao_store::request::{self, Inserted, Request};
use balcao_store::{RejectedId, StoreError};
use jiff::Timestamp;
use tokio::sync::mpsc::{self, Sender};

use super::columns::{Columns, cut, storable};
use super::lines::{Line, Lines};
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, State, millis};
use crate::error::DeskError;

/// Rows of one transaction, and bytes of the lines that they came from.
const BATCH: usize = 10_000;
const BATCH_BYTES: usize = 16 * 1024 * 1024;
/// Batches that wait for the writer.
const AHEAD: usize = 2;
/// Bad lines that are kept of one ingest.
const MOST_KEPT: u64 = 1_000;
/// Of a bad line: bytes that are looked at for secrets, and characters that are kept.
const LOOKED_AT: usize = 16 * 1024;
const LONGEST_KEPT: usize = 500;
const LONGEST_SOURCE: usize = 200;

/// What became of the lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Requests that are now in the log.
    pub accepted: u64,
    /// Requests whose id was there already.
    pub duplicates: u64,
    /// Lines that are no request; the first thousand are kept aside.
    pub rejected: u64,
}

/// Reads requests, one a line, and keeps them; blank lines are passed over. `source` says where they come from, for whoever looks at
/// the lines that were rejected.
///
/// # Errors
/// If the caller may not, the stream breaks off or the database fails: the batches before are then in the log, and the same lines
/// may be sent again.
pub async fn ingest(
    desk: &Desk,
    caller: &Caller,
    reader: impl BufRead + Send + 'static,
    source: &str,
    now: Timestamp,
) -> Result<Ingested, DeskError> {
    caller.must(Permission::WriteRequests)?;
    let (to_writer, mut batches) = mpsc::channel(AHEAD);
    let feed = Feed {
        state: desk.state(),
        secret: desk.secrets().hash_secret(),
        source: cut(&storable(source), LONGEST_SOURCE),
        at: millis(now),
        batch: Batch::default(),
        bytes: 0,
        rejected: 0,
    };
    let reading = {
        let desk = desk.clone();
        tokio::task::spawn_blocking(move || feed.run(&desk, reader, &to_writer))
    };
    let mut done = Ingested::default();
    while let Some(batch) = batches.recv().await {
        // A failure drops the receiver, and the reader stops at its next batch.
        let inserted = write(desk, batch).await?;
        done.accepted = done.accepted.saturating_add(inserted.accepted);
        done.duplicates = done.duplicates.saturating_add(inserted.duplicates);
    }
    let read = reading.await.map_err(|_panicked| DeskError::Damaged("o log de requisições"))?;
    done.rejected = read.rejected;
    match read.broken {
        None => Ok(done),
        Some(error) => {
            tracing::warn!(line = read.lines, %error, "the request log that was being sent broke off");
            Err(DeskError::Invalid(format!(
                "o envio foi interrompido depois da linha {} ({} requisições guardadas até ali); envie de novo: as que têm `request_id` não se repetem",
                read.lines, done.accepted
            )))
        }
    }
}

/// What is written together.
#[derive(Default)]
struct Batch {
    rows: Vec<Request>,
    rejected: Vec<Rejected>,
}

async fn write(desk: &Desk, batch: Batch) -> Result<Inserted, StoreError> {
    let store = desk.store();
    store
        .write_log(move |tx| {
            Box::pin(async move {
                for line in &batch.rejected {
                    balcao_store::rejected::add(tx, line).await?;
                }
                request::insert(tx, &batch.rows).await
            })
        })
        .await
}

/// How the reading ended.
struct End {
    lines: u64,
    rejected: u64,
    broken: Option<io::Error>,
}

/// The reading side, in a thread of its own.
struct Feed {
    state: Arc<State>,
    secret: HashSecret,
    source: String,
    at: i64,
    batch: Batch,
    bytes: usize,
    rejected: u64,
}

impl Feed {
    fn run(mut self, desk: &Desk, reader: impl BufRead, to_writer: &Sender<Batch>) -> End {
        let mut columns = Columns::new(desk.secrets());
        let mut lines = Lines::of(reader);
        let broken = loop {
            match lines.read() {
                Ok(Some(line)) => self.take(line, lines.number, &mut columns),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
            let full = self.batch.rows.len() >= BATCH || self.bytes >= BATCH_BYTES;
            if full && !self.send(to_writer) {
                break None;
            }
        };
        if !self.batch.rows.is_empty() || !self.batch.rejected.is_empty() {
            self.send(to_writer);
        }
        End { lines: lines.number, rejected: self.rejected, broken }
    }

    /// Waits until the writer has room; `false` if it has given up.
    fn send(&mut self, to_writer: &Sender<Batch>) -> bool {
        self.bytes = 0;
        to_writer.blocking_send(std::mem::take(&mut self.batch)).is_ok()
    }

    fn take(&mut self, line: Line, number: u64, columns: &mut Columns<'_>) {
        let text = match line {
            Line::Whole(text) if text.trim().is_empty() => return,
            Line::Whole(text) => text,
            Line::Bad(text, why) => return self.reject(&text, number, why),
        };
        match LoggedRequest::read(&text, &self.secret).and_then(|request| columns.row(request)) {
            Ok(row) => {
                self.bytes = self.bytes.saturating_add(text.len());
                self.batch.rows.push(row);
            }
            Err(why) => self.reject(&text, number, &why),
        }
    }

    fn reject(&mut self, text: &str, number: u64, why: &str) {
        self.rejected = self.rejected.saturating_add(1);
        if self.rejected > MOST_KEPT {
            return;
        }
        let start = text.get(..text.floor_char_boundary(LOOKED_AT.min(text.len()))).unwrap_or_default();
        let masker = self.masker(start);
        self.batch.rejected.push(Rejected {
            id: RejectedId::fresh(),
            at: self.at,
            source: self.source.clone(),
            line_number: i64::try_from(number).unwrap_or(i64::MAX),
            line: cut(&storable(&masker.mask(start)), LONGEST_KEPT),
            reason: cut(&storable(&masker.mask(why)), LONGEST_KEPT),
        });
    }

    /// Knows the keys of the registry that stand in `text`: a line that is no request may have them in any place.
    fn masker(&self, text: &str) -> Masker {
        let registry = &self.state.world.registry;
        let words = candidates::find(text, &mut HashSet::new());
        let keys = words.iter().filter(|word| {
            let print = KeyPrint::of(&word.text, &self.secret);
            print.is_some_and(|print| registry.key(&print).is_some())
        });
        let written = keys.filter_map(|word| text.get(word.span.clone()));
        Masker::new(written.map(|key| (SecretKind::ApiKey, key.to_owned())))
    }
}
