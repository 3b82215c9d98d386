//! One round: what the server has and no row names is taken in or refused, and its row written.

use std::collections::{BTreeMap, BTreeSet};

use balcao_desk::caller::Caller;
use balcao_desk::{Desk, DeskError, millis};
use balcao_store::mailbox_mail::{self, MailboxMail};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;

use super::MailboxError;
use super::run::{Clock, Holding};
use super::session::Session;
use super::settings::Settings;
use super::threads;
use crate::mail::{self, Arrived, MOST_KEPT};

/// Mails whose sizes are asked for at once.
const LISTED_AT_ONCE: usize = 500;
/// Mails that are fetched at once, and their bytes: a single larger one comes alone.
const FETCHED_AT_ONCE: usize = 100;
const BYTES_AT_ONCE: usize = 8 << 20;
/// Conversations that are filed at the same time.
const FILED_AT_ONCE: usize = 8;
/// After so many rounds in which a server listed a mail and did not hand it over, it is refused.
const MOST_ROUNDS: u8 = 3;
/// Rows that are read at once.
const ROWS_AT_ONCE: u32 = 10_000;

/// What a round needs to know of who reads.
pub(super) struct Reading<'r> {
    pub(super) desk: &'r Desk,
    pub(super) settings: &'r Settings,
    pub(super) clock: &'r Clock,
    pub(super) holding: &'r Holding,
    /// Whether it is the first round of this connection.
    pub(super) is_first: bool,
    /// How often each listed mail was not handed over.
    pub(super) withheld: &'r mut BTreeMap<(u32, u32), u8>,
}

/// How a mailbox is at the end of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Looked {
    pub(super) validity: u32,
    /// How many mails it has, of those that are wanted.
    pub(super) on_server: usize,
    /// How many of these are neither stored nor refused.
    pub(super) missing: usize,
    /// How many were taken in now.
    pub(super) taken: usize,
}

/// What becomes of a mail.
enum Outcome {
    Stored(balcao_store::MailId),
    Refused(String),
}

/// Takes what is not taken yet.
pub(super) async fn look(session: &mut Session, reading: &mut Reading<'_>) -> Result<Looked, MailboxError> {
    let opened = session.select(&reading.settings.folder).await?;
    let validity = opened.validity;
    let listed =
        if opened.exists == 0 { BTreeSet::new() } else { session.listed(reading.settings.since).await? };
    let (mut known, stored) = noted(reading, validity).await?;
    if reading.is_first {
        // A program that ended before it said so to the server left these.
        let unsettled = session.unsettled(reading.settings.after).await?;
        let unsettled: Vec<u32> = unsettled.intersection(&stored).copied().collect();
        session.settle(reading.settings, &unsettled).await?;
    }
    let wanted: Vec<u32> = listed.difference(&known).copied().collect();
    let mut taken = 0;
    for some in wanted.chunks(LISTED_AT_ONCE) {
        let sizes = session.sizes(some).await?;
        for batch in batches(&sizes) {
            // Whoever reads must still be the one who may.
            reading.holding.keep().await?;
            let rows = take(session, reading, (validity, &batch)).await?;
            taken += rows.len();
            known.extend(rows);
        }
    }
    let mut missing: BTreeSet<u32> = listed.difference(&known).copied().collect();
    if !missing.is_empty() {
        // Whoever shares the mailbox may have taken some away meanwhile.
        let there = session.listed(reading.settings.since).await?;
        missing.retain(|uid| there.contains(uid));
    }
    let missing = missing.len();
    Ok(Looked { validity, on_server: listed.len(), missing, taken })
}

/// The numbers that rows name, and of these the ones that are stored.
async fn noted(reading: &Reading<'_>, validity: u32) -> Result<(BTreeSet<u32>, BTreeSet<u32>), MailboxError> {
    let (mut all, mut stored) = (BTreeSet::new(), BTreeSet::new());
    let mut after = 0;
    loop {
        let mut conn = reading.desk.store().read().await.map_err(DeskError::from)?;
        let of = (reading.settings.name.as_str(), i64::from(validity));
        let rows = mailbox_mail::uids(&mut conn, of, after, ROWS_AT_ONCE).await.map_err(DeskError::from)?;
        let Some((last, _)) = rows.last() else { return Ok((all, stored)) };
        after = *last;
        for (uid, is_stored) in rows {
            let Ok(uid) = u32::try_from(uid) else { continue };
            all.insert(uid);
            if is_stored {
                stored.insert(uid);
            }
        }
    }
}

/// Mails that are fetched together: so many, and so many bytes. What is too large to be kept is not fetched at all.
fn batches(sizes: &[(u32, u32)]) -> Vec<Vec<(u32, usize)>> {
    let mut batches: Vec<Vec<(u32, usize)>> = Vec::new();
    let mut bytes = 0;
    let mut sorted: Vec<(u32, usize)> =
        sizes.iter().map(|(uid, size)| (*uid, usize::try_from(*size).unwrap_or(usize::MAX))).collect();
    // Servers answer in whatever order; the oldest comes first.
    sorted.sort_unstable();
    sorted.dedup_by_key(|(uid, _)| *uid);
    for (uid, size) in sorted {
        let fetched = if size > MOST_KEPT { 0 } else { size };
        match batches.last_mut() {
            Some(batch) if batch.len() < FETCHED_AT_ONCE && bytes + fetched <= BYTES_AT_ONCE => {
                batch.push((uid, size));
                bytes += fetched;
            }
            _ => {
                batches.push(vec![(uid, size)]);
                bytes = fetched;
            }
        }
    }
    batches
}

/// Takes a batch in and writes its rows; the numbers that have one now.
async fn take(
    session: &mut Session,
    reading: &mut Reading<'_>,
    (validity, batch): (u32, &[(u32, usize)]),
) -> Result<Vec<u32>, MailboxError> {
    let mut ended: Vec<(u32, Outcome)> = Vec::new();
    let mut fetched: Vec<u32> = Vec::new();
    for (uid, size) in batch {
        if *size > MOST_KEPT {
            let why = format!("tem {size} bytes; são guardados até {MOST_KEPT}. Está no servidor, como veio");
            ended.push((*uid, Outcome::Refused(why)));
        } else {
            fetched.push(*uid);
        }
    }
    let bodies = if fetched.is_empty() { Vec::new() } else { session.bodies(&fetched).await? };
    let mut mails: Vec<(u32, Vec<u8>)> =
        bodies.into_iter().filter(|(uid, _)| fetched.contains(uid)).collect();
    mails.sort_by_key(|(uid, _)| *uid);
    mails.dedup_by_key(|(uid, _)| *uid);
    for uid in &fetched {
        if mails.iter().any(|(came, _)| came == uid) {
            continue;
        }
        // It may have been moved away meanwhile: then the next round does not list it.
        let times = reading.withheld.entry((validity, *uid)).or_default();
        *times = times.saturating_add(1);
        if *times >= MOST_ROUNDS {
            ended.push((*uid, Outcome::Refused("o servidor o lista e não o entrega".to_owned())));
        }
    }
    let (desk, name) = (reading.desk, reading.settings.name.as_str());
    let clock = reading.clock;
    let mut chains: Vec<BoxFuture<'_, Filed>> = Vec::new();
    for chain in threads::chains(mails) {
        chains.push(Box::pin(file(desk, name, chain, clock)));
    }
    let filed: Vec<Filed> = stream::iter(chains).buffer_unordered(FILED_AT_ONCE).collect().await;
    let mut failed = None;
    for (done, error) in filed {
        ended.extend(done);
        failed = failed.or(error);
    }
    // What is stored is told even if another mail of the batch could not be.
    let rows = write(reading, (validity, ended), clock()).await?;
    let stored: Vec<u32> = rows.iter().filter(|(_, stored)| *stored).map(|(uid, _)| *uid).collect();
    session.settle(reading.settings, &stored).await?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(rows.into_iter().map(|(uid, _)| uid).collect()),
    }
}

/// What became of the mails of a conversation, and why not of the rest.
type Filed = (Vec<(u32, Outcome)>, Option<DeskError>);

/// The mails of one conversation, one after the other; what became of them until one could not be stored.
async fn file(desk: &Desk, name: &str, chain: Vec<(u32, Vec<u8>)>, clock: &Clock) -> Filed {
    let mut done = Vec::new();
    for (uid, raw) in chain {
        let arrived = Arrived { raw, mailbox: name.to_owned(), uid: Some(i64::from(uid)) };
        match mail::take_in(desk, &Caller::system(), arrived, clock()).await {
            Ok(taken) => done.push((uid, Outcome::Stored(taken.mail.id))),
            Err(error @ DeskError::Invalid(_)) => done.push((uid, Outcome::Refused(error.to_string()))),
            Err(error) => return (done, Some(error)),
        }
    }
    (done, None)
}

/// Writes what became of mails; each number, and whether it is stored.
async fn write(
    reading: &Reading<'_>,
    (validity, ended): (u32, Vec<(u32, Outcome)>),
    now: Timestamp,
) -> Result<Vec<(u32, bool)>, MailboxError> {
    let told: Vec<(u32, bool)> =
        ended.iter().map(|(uid, outcome)| (*uid, matches!(outcome, Outcome::Stored(_)))).collect();
    let rows = ended.into_iter().map(|(uid, outcome)| {
        let (mail, refused) = match outcome {
            Outcome::Stored(id) => (Some(id), None),
            Outcome::Refused(why) => (None, Some(why)),
        };
        MailboxMail {
            mailbox: reading.settings.name.clone(),
            validity: i64::from(validity),
            uid: i64::from(uid),
            mail,
            refused,
            at: millis(now),
        }
    });
    let rows: Vec<MailboxMail> = rows.collect();
    let written = reading.desk.store().write(move |tx| {
        Box::pin(async move { Ok::<_, DeskError>(mailbox_mail::add_all(tx, &rows).await?) })
    });
    written.await?;
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_fetched_together_within_bounds() {
        let huge = u32::try_from(MOST_KEPT + 1).unwrap();
        let large = u32::try_from(BYTES_AT_ONCE).unwrap();
        let told = |sizes: &[(u32, u32)]| -> Vec<Vec<u32>> {
            batches(sizes).into_iter().map(|batch| batch.into_iter().map(|(uid, _)| uid).collect()).collect()
        };
        assert!(told(&[]).is_empty());
        assert_eq!(told(&[(2, 10), (1, 10), (2, 10)]), [vec![1, 2]]);
        assert_eq!(told(&[(1, 10), (2, large), (3, 10), (4, huge)]), [vec![1], vec![2], vec![3, 4]]);
        let many: Vec<(u32, u32)> = (1..=201).map(|uid| (uid, 1)).collect();
        assert_eq!(told(&many).iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 1]);
    }
}
