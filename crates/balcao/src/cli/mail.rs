//! `balcao mail import` and `balcao mail pipe`: the mails of files, and what a mail server hands over, become tickets and messages, once however
//! often it is run.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use balcao_connect::files::Mails;
use balcao_connect::mail::{Arrived, MOST_KEPT, Taken, take_in};
use balcao_desk::caller::Caller;
use balcao_desk::{Desk, DeskError};
use indicatif::ProgressBar;
use jiff::Timestamp;
use serde_json::json;

use super::FOUND_PROBLEMS;
use super::diagnose::progress;
use super::serve::say;
use crate::catalogue::Catalogue;
use crate::opening;
use crate::settings::Flags;

/// Work with mail
#[derive(Debug, clap::Args)]
pub struct MailCommand {
    #[command(subcommand)]
    command: Subcommand,
}

#[derive(Debug, clap::Subcommand)]
enum Subcommand {
    Import(Import),
    Pipe(Pipe),
}

/// File the mails of an mbox, a Maildir, a folder or a single file: one line for each, and the sums at the end
#[derive(Debug, clap::Args)]
struct Import {
    /// An mbox, a Maildir, a folder of `.eml` files, or one mail
    #[arg(value_name = "PATH")]
    path: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

/// Take the one mail on standard input, as a mail server's pipe hands it over. Ends with 0 once it is kept, with 75 if it is to be
/// handed over again later, with 65 if it never will be taken
#[derive(Debug, clap::Args)]
struct Pipe {
    /// What stands with the mail as the place where it came in
    #[arg(long, value_name = "NAME", default_value = "pipe")]
    mailbox: String,
    #[command(flatten)]
    flags: Flags,
}

/// What mail servers understand (sysexits.h): try again later; never try again.
const LATER: u8 = 75;
const NEVER: u8 = 65;

impl Pipe {
    fn run(self, catalogue: &Catalogue) -> ExitCode {
        match self.take(catalogue) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                to_people(&format!("{error:#}"));
                let never = matches!(error.downcast_ref(), Some(DeskError::Invalid(_)));
                ExitCode::from(if never { NEVER } else { LATER })
            }
        }
    }

    fn take(self, catalogue: &Catalogue) -> anyhow::Result<()> {
        let mut raw = Vec::new();
        // One byte more than is kept tells that it is too large.
        let most = u64::try_from(MOST_KEPT)?.saturating_add(1);
        std::io::stdin().lock().take(most).read_to_end(&mut raw)?;
        let settings = opening::settings(&self.flags, catalogue)?;
        let taker = Caller { id: "pipe".to_owned(), name: "pipe".to_owned(), ..Caller::system() };
        opening::block_on(async {
            let desk = opening::desk(&settings, catalogue).await?;
            let arrived = Arrived { raw, mailbox: self.mailbox, uid: None };
            let taken = take_in(&desk, &taker, arrived, Timestamp::now()).await;
            desk.store().close().await;
            taken?;
            Ok(())
        })
    }
}

/// How many mails there were, and what became of them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Sums {
    seen: u64,
    known: u64,
    filed: u64,
    noted: u64,
    quarantined: u64,
    waiting: u64,
    unread: u64,
}

impl Sums {
    fn add(&mut self, taken: &Taken) {
        let sum = match (taken.mail.state.as_str(), taken.known) {
            // What still wants a hand is counted so, however often it came.
            ("quarantined", _) => &mut self.quarantined,
            ("filed" | "noted", true) => &mut self.known,
            ("filed", false) => &mut self.filed,
            ("noted", false) => &mut self.noted,
            _ => &mut self.waiting,
        };
        *sum += 1;
    }

    /// Whether every mail is somewhere.
    fn reconcile(&self) -> bool {
        self.seen == self.known + self.filed + self.noted + self.quarantined + self.waiting + self.unread
    }

    fn clean(&self) -> bool {
        self.quarantined + self.waiting + self.unread == 0 && self.reconcile()
    }

    fn said(&self, catalogue: &Catalogue) -> String {
        let texts =
            [self.seen, self.filed, self.noted, self.known, self.quarantined, self.waiting, self.unread]
                .map(|sum| sum.to_string());
        let names = ["seen", "filed", "noted", "known", "quarantined", "waiting", "unread"];
        let values: Vec<(&str, &str)> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
        catalogue.say("mail-imported", &values)
    }
}

impl MailCommand {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let import = match self.command {
            Subcommand::Import(import) => import,
            Subcommand::Pipe(pipe) => return Ok(pipe.run(catalogue)),
        };
        let settings = opening::settings(&import.flags, catalogue)?;
        let shown = import.path.display().to_string();
        let unread = || catalogue.say("error-open", &[("path", &shown)]);
        let mails = Mails::at(&import.path).with_context(unread)?;
        let bar = match &mails {
            Mails::Mbox(_) => progress(&import.path),
            Mails::Files(files) => super::diagnose::counted(files.len()),
        };
        let whole = matches!(mails, Mails::Mbox(_));
        let sums = opening::block_on(async {
            let desk = opening::desk(&settings, catalogue).await?;
            let sums = import_all(&desk, mails, (&bar, whole), catalogue).await;
            desk.store().close().await;
            sums
        })?;
        bar.finish_and_clear();
        to_people(&sums.said(catalogue));
        Ok(if sums.clean() { ExitCode::SUCCESS } else { ExitCode::from(FOUND_PROBLEMS) })
    }
}

async fn import_all(
    desk: &Desk,
    mails: Mails,
    (bar, bytes): (&ProgressBar, bool),
    catalogue: &Catalogue,
) -> anyhow::Result<Sums> {
    let importer = Caller { id: "console".to_owned(), name: "importação".to_owned(), ..Caller::system() };
    let mut sums = Sums::default();
    for (place, raw) in mails {
        sums.seen += 1;
        let raw = match raw {
            Ok(raw) => raw,
            Err(error) => {
                sums.unread += 1;
                let error = format!("{}: {error}", catalogue.say("error-open", &[("path", &place)]));
                say(&json!({"mail": place, "error": error}).to_string())?;
                continue;
            }
        };
        bar.inc(if bytes { u64::try_from(raw.len()).unwrap_or(0) } else { 1 });
        let arrived = Arrived { raw, mailbox: "import".to_owned(), uid: None };
        match take_in(desk, &importer, arrived, Timestamp::now()).await {
            Ok(taken) => {
                sums.add(&taken);
                say(&line(&place, &taken))?;
            }
            Err(error @ DeskError::Invalid(_)) => {
                sums.unread += 1;
                say(&json!({"mail": place, "error": error.to_string()}).to_string())?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(sums)
}

fn line(place: &str, taken: &Taken) -> String {
    let ticket = taken.ticket.as_ref();
    json!({
        "mail": place, "id": taken.mail.id.as_str(), "state": taken.mail.state, "why": taken.mail.reason,
        "ticket": ticket.map(|ticket| ticket.id.as_str()), "protocol": ticket.map(|ticket| &ticket.protocol),
        "verified": taken.mail.verified, "known": taken.known,
    })
    .to_string()
}

#[expect(
    clippy::print_stderr,
    reason = "the sums are for the person at the terminal; the lines are on standard output"
)]
fn to_people(text: &str) {
    eprintln!("{text}");
}

#[cfg(test)]
mod tests {
    use super::Sums;

    #[test]
    fn the_sums_reconcile_only_where_every_mail_is_somewhere() {
        let sums = Sums { seen: 5, known: 1, filed: 2, noted: 2, ..Sums::default() };
        assert!(sums.reconcile() && sums.clean());
        assert!(!Sums { seen: 6, ..sums.clone() }.clean());
        let waiting = Sums { seen: 6, waiting: 1, ..sums };
        assert!(waiting.reconcile() && !waiting.clean());
    }
}
