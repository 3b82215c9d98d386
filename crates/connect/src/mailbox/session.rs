//! What is asked of a server that is logged in to, each with a time-out.

use std::collections::BTreeSet;
use std::time::Duration;

use async_imap::extensions::idle::IdleResponse;
use async_imap::types::UnsolicitedResponse;
use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use futures_util::{Stream, TryStreamExt as _};
use jiff::civil::Date;
use tokio::time::timeout;

use super::MailboxError;
use super::settings::{After, Settings};
use super::wire::{self, LoggedIn, Proof};

/// How long a server may take for one answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For a word.
    pub(super) word: Duration,
    /// For mails.
    pub(super) mails: Duration,
}

/// The base64 in which names of folders have their letters beyond ASCII.
const MUTF7: GeneralPurpose =
    GeneralPurpose::new(&IMAP_MUTF7, GeneralPurposeConfig::new().with_encode_padding(false));

/// Mails that are named in one command: servers read lines of a few thousand bytes.
const SETTLED_AT_ONCE: usize = 500;

/// A server that is logged in to.
pub(super) struct Session {
    inner: LoggedIn,
    idles: bool,
    moves: bool,
    expunges: bool,
    patience: Patience,
}

/// What a folder is when it is opened.
pub(super) struct Opened {
    pub(super) validity: u32,
    pub(super) exists: u32,
}

/// Waits for an answer, but not for ever.
async fn within<T>(
    patience: Duration,
    asked: &'static str,
    answer: impl Future<Output = Result<T, async_imap::error::Error>>,
) -> Result<T, MailboxError> {
    match timeout(patience, answer).await {
        Ok(answered) => answered.map_err(|error| MailboxError::of(error).on(asked)),
        Err(_late) => Err(MailboxError::TimedOut { seconds: patience.as_secs() }),
    }
}

impl Session {
    pub(super) async fn open(
        settings: &Settings,
        proof: Proof,
        patience: Patience,
    ) -> Result<Self, MailboxError> {
        let opened = timeout(patience.word, wire::open(settings, proof)).await;
        let late = |_late| MailboxError::TimedOut { seconds: patience.word.as_secs() };
        let mut inner = opened.map_err(late)??;
        let can = within(patience.word, "dizer o que sabe", inner.capabilities()).await?;
        let [idles, moves, expunges] = ["IDLE", "MOVE", "UIDPLUS"].map(|name| can.has_str(name));
        Ok(Self { inner, idles, moves, expunges, patience })
    }

    /// Opens a folder; what came before stays what it was.
    pub(super) async fn select(&mut self, folder: &str) -> Result<Opened, MailboxError> {
        let name = folder_name(folder);
        let opened = within(self.patience.word, "abrir a pasta", self.inner.select(&name)).await?;
        let validity = opened.uid_validity.ok_or(MailboxError::Unreadable)?;
        Ok(Opened { validity, exists: opened.exists })
    }

    /// The numbers of the mails that came on that day or after.
    pub(super) async fn listed(&mut self, since: Option<Date>) -> Result<BTreeSet<u32>, MailboxError> {
        match since {
            Some(day) => self.search(&format!("SINCE {}", day.strftime("%-d-%b-%Y"))).await,
            None => self.search("ALL").await,
        }
    }

    /// The numbers of the mails with which nothing was done yet of what the settings say; none if they say nothing.
    pub(super) async fn unsettled(&mut self, after: After) -> Result<BTreeSet<u32>, MailboxError> {
        match after {
            After::Keep => Ok(BTreeSet::new()),
            After::Seen => self.search("UNSEEN").await,
            // Where single mails cannot be deleted, those that were moved are still there, and marked.
            After::Move | After::Delete => self.search("UNDELETED").await,
        }
    }

    async fn search(&mut self, query: &str) -> Result<BTreeSet<u32>, MailboxError> {
        let found = within(self.patience.mails, "listar os e-mails", self.inner.uid_search(query)).await?;
        Ok(found.into_iter().collect())
    }

    /// How many bytes each of these mails has; of one that is gone nothing is told.
    pub(super) async fn sizes(&mut self, uids: &[u32]) -> Result<Vec<(u32, u32)>, MailboxError> {
        let asked = "dizer o tamanho dos e-mails";
        let answer = async {
            let fetched = self.inner.uid_fetch(set(uids), "(UID RFC822.SIZE)").await?;
            collected(fetched, |fetch| Some((fetch.uid?, fetch.size?))).await
        };
        within(self.patience.mails, asked, answer).await
    }

    /// The bytes of these mails; of one that is gone nothing is told.
    pub(super) async fn bodies(&mut self, uids: &[u32]) -> Result<Vec<(u32, Vec<u8>)>, MailboxError> {
        let answer = async {
            let fetched = self.inner.uid_fetch(set(uids), "(UID BODY.PEEK[])").await?;
            collected(fetched, |fetch| Some((fetch.uid?, fetch.body()?.to_vec()))).await
        };
        within(self.patience.mails, "entregar os e-mails", answer).await
    }

    /// Does with stored mails what the settings say. Done twice it changes nothing.
    pub(super) async fn settle(&mut self, settings: &Settings, uids: &[u32]) -> Result<(), MailboxError> {
        for some in uids.chunks(SETTLED_AT_ONCE) {
            let set = set(some);
            match (settings.after, &settings.move_to) {
                (After::Keep, _) | (After::Move, None) => {}
                (After::Seen, _) => self.flag(&set, "+FLAGS.SILENT (\\Seen)").await?,
                (After::Delete, _) => self.delete(&set).await?,
                (After::Move, Some(folder)) => self.move_to(&set, folder).await?,
            }
        }
        Ok(())
    }

    async fn flag(&mut self, set: &str, flags: &str) -> Result<(), MailboxError> {
        let answer = async {
            let told = self.inner.uid_store(set, flags).await?;
            collected(told, |_fetch| None::<()>).await.map(drop)
        };
        within(self.patience.mails, "marcar os e-mails", answer).await
    }

    /// Where a server cannot delete single mails, they stay marked: it would delete what others marked too.
    async fn delete(&mut self, set: &str) -> Result<(), MailboxError> {
        self.flag(set, "+FLAGS.SILENT (\\Deleted)").await?;
        if !self.expunges {
            return Ok(());
        }
        let answer = async { self.inner.uid_expunge(set).await?.try_for_each(|_seq| async { Ok(()) }).await };
        within(self.patience.mails, "apagar os e-mails", answer).await
    }

    async fn move_to(&mut self, set: &str, folder: &str) -> Result<(), MailboxError> {
        let name = folder_name(folder);
        let (moves, patience) = (self.moves, self.patience);
        let inner = &mut self.inner;
        let mut created = false;
        loop {
            let answer = async {
                if moves { inner.uid_mv(set, &name).await } else { inner.uid_copy(set, &name).await }
            };
            match within(patience.mails, "mover os e-mails", answer).await {
                Ok(()) => break,
                // It may be that the folder is not there yet.
                Err(MailboxError::Refused { .. }) if !created => {
                    created = true;
                    within(patience.word, "criar a pasta", inner.create(&name)).await?;
                }
                Err(error) => return Err(error),
            }
        }
        if moves { Ok(()) } else { self.delete(set).await }
    }

    /// Whether mails came since this was last asked; asks the server.
    pub(super) async fn has_news(&mut self) -> Result<bool, MailboxError> {
        within(self.patience.word, "responder", self.inner.noop()).await?;
        Ok(self.told())
    }

    fn told(&mut self) -> bool {
        let mut news = false;
        while let Ok(told) = self.inner.unsolicited_responses.try_recv() {
            news |= matches!(told, UnsolicitedResponse::Exists(_) | UnsolicitedResponse::Recent(_));
        }
        news
    }

    /// Whether the server tells by itself what comes.
    pub(super) fn idles(&self) -> bool {
        self.idles
    }

    /// Waits until the server tells something, or for that long. Whether it told something.
    pub(super) async fn idle(mut self, slice: Duration) -> Result<(Self, bool), MailboxError> {
        if self.told() {
            return Ok((self, true));
        }
        let Self { inner, idles, moves, expunges, patience } = self;
        let mut handle = inner.idle();
        within(patience.word, "avisar do que chega", handle.init()).await?;
        let heard = {
            let (heard, _interrupt) = handle.wait_with_timeout(slice);
            match timeout(slice, heard).await {
                Ok(heard) => heard.map_err(MailboxError::of)?,
                Err(_nothing) => IdleResponse::Timeout,
            }
        };
        let inner = within(patience.word, "deixar de avisar", handle.done()).await?;
        let mut session = Self { inner, idles, moves, expunges, patience };
        let news = session.told();
        match heard {
            IdleResponse::NewData(_) => Ok((session, true)),
            IdleResponse::Timeout => Ok((session, news)),
            // The stream has ended.
            IdleResponse::ManualInterrupt => Err(MailboxError::Lost),
        }
    }

    /// Says goodbye; whoever does not answer is left.
    pub(super) async fn close(mut self) {
        let _goodbye = timeout(Duration::from_secs(5), self.inner.logout()).await;
    }
}

/// What is wanted of each answer. Servers also tell of mails that nobody asked about.
async fn collected<T>(
    told: impl Stream<Item = Result<async_imap::types::Fetch, async_imap::error::Error>>,
    wanted: impl Fn(&async_imap::types::Fetch) -> Option<T>,
) -> Result<Vec<T>, async_imap::error::Error> {
    told.try_fold(Vec::new(), |mut all, fetch| {
        all.extend(wanted(&fetch));
        async { Ok(all) }
    })
    .await
}

/// Numbers as a set of ranges: `1:3,7`.
fn set(uids: &[u32]) -> String {
    let sorted: BTreeSet<u32> = uids.iter().copied().collect();
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in sorted {
        match ranges.last_mut() {
            Some((_, end)) if end.checked_add(1) == Some(uid) => *end = uid,
            _ => ranges.push((uid, uid)),
        }
    }
    let texts = ranges.into_iter().map(
        |(from, to)| {
            if from == to { from.to_string() } else { format!("{from}:{to}") }
        },
    );
    texts.collect::<Vec<_>>().join(",")
}

/// A folder's name as servers write it (RFC 3501, section 5.1.3).
fn folder_name(name: &str) -> String {
    let mut written = String::new();
    let mut other: Vec<u8> = Vec::new();
    let end = |written: &mut String, other: &mut Vec<u8>| {
        if !other.is_empty() {
            written.push('&');
            MUTF7.encode_string(&*other, written);
            written.push('-');
            other.clear();
        }
    };
    for character in name.chars() {
        if (' '..='~').contains(&character) {
            end(&mut written, &mut other);
            written.push(character);
            if character == '&' {
                written.push('-');
            }
        } else {
            let mut units = [0; 2];
            other.extend(character.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    end(&mut written, &mut other);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_ranges() {
        for (uids, expected) in [
            (vec![], ""),
            (vec![7], "7"),
            (vec![3, 1, 2, 7, 7, 9, 8], "1:3,7:9"),
            (vec![u32::MAX, u32::MAX - 1, 1], "1,4294967294:4294967295"),
        ] {
            assert_eq!(set(&uids), expected);
        }
    }

    #[test]
    fn a_folder_is_named_as_the_standard_says() {
        for (name, expected) in [
            ("INBOX", "INBOX"),
            ("Concluídos", "Conclu&AO0-dos"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Q&A", "Q&-A"),
            ("ação", "a&AOcA4w-o"),
        ] {
            assert_eq!(folder_name(name), expected);
        }
    }
}
