//! Watching a mailbox for as long as the program runs, whatever fails in between.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use balcao_desk::{Desk, DeskError, millis};
use balcao_store::mailbox::{self, Standing};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::MailboxError;
use super::round::{self, Looked, Reading};
use super::session::{Patience, Session};
use super::settings::Settings;
use super::token::Tokens;
use super::wire::Proof;
use crate::outside::{Limits, Outside};

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long a mailbox is this program's without word of it: so long does another wait for one that was killed. Two who read at once do
    /// twice the work and no harm.
    pub lease: Duration,
    /// How often it is looked whether to go on.
    pub slice: Duration,
    /// How long a server may take for a word.
    pub word: Duration,
    /// And for mails.
    pub mails: Duration,
    /// The first and the longest wait after a failure.
    pub again: (Duration, Duration),
    /// How often everything that the server has is compared, even if nothing new was told.
    pub whole: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            slice: Duration::from_secs(10),
            word: Duration::from_secs(30),
            mails: Duration::from_secs(100),
            again: (Duration::from_secs(1), Duration::from_secs(60)),
            whole: Duration::from_secs(900),
        }
    }
}

/// Whoever reads one mailbox.
pub struct Reader {
    desk: Desk,
    settings: Settings,
    clock: Clock,
    pace: Pace,
    holding: Holding,
    tokens: Option<Tokens>,
    withheld: BTreeMap<(u32, u32), u8>,
    /// Whether the mailbox was read well since it was last failing.
    well: bool,
}

/// Why watching paused.
enum Paused {
    /// The program ends.
    Ending,
    /// Another reads it.
    NotOurs,
}

impl Reader {
    /// A reader for this mailbox; `holder` names it among all programs on the database.
    ///
    /// # Errors
    /// If the settings do not fit together.
    pub fn new(desk: Desk, settings: Settings, holder: &str, clock: Clock) -> Result<Self, MailboxError> {
        settings.check()?;
        let tokens = match &settings.oauth {
            Some(oauth) => {
                let outside = Outside::new(Limits::default(), settings.ca_file.as_deref())?;
                Some(Tokens::new(oauth.clone(), outside))
            }
            None => None,
        };
        let pace = Pace::default();
        let holding = Holding {
            desk: desk.clone(),
            name: settings.name.clone(),
            holder: holder.to_owned(),
            clock: clock.clone(),
            lease: lease(pace),
        };
        Ok(Self { desk, settings, clock, pace, holding, tokens, withheld: BTreeMap::new(), well: false })
    }

    /// With other waits than the usual.
    #[must_use]
    pub fn at(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self.holding.lease = lease(pace);
        self
    }

    /// Watches until `stopping` says so, or another reads the mailbox.
    async fn watch(&mut self, stopping: &mut watch::Receiver<bool>) -> Result<Paused, MailboxError> {
        if !self.holding.take().await? {
            return Ok(Paused::NotOurs);
        }
        self.stands(Standing::Reading).await?;
        let mut session = self.connect().await?;
        let mut looked_at = tokio::time::Instant::now();
        let (mut is_first, mut news) = (true, true);
        let mut pause = self.pace.whole;
        loop {
            if has_ended(stopping) {
                session.close().await;
                return Ok(Paused::Ending);
            }
            if news || looked_at.elapsed() >= pause {
                looked_at = tokio::time::Instant::now();
                let missing = self.round(&mut session, is_first).await?;
                is_first = false;
                // What is missing is tried again soon.
                pause = if missing > 0 { self.pace.again.1 } else { self.pace.whole };
                // What came while mails were taken may have been told in between.
                news = session.has_news().await?;
                continue;
            }
            (session, news) = self.wait(session, stopping).await?;
            if !self.holding.take().await? {
                session.close().await;
                return Ok(Paused::NotOurs);
            }
        }
    }

    /// Takes what is there, and says how the mailbox stands then; how many mails are neither stored nor refused.
    async fn round(&mut self, session: &mut Session, is_first: bool) -> Result<usize, MailboxError> {
        let mut reading = Reading {
            desk: &self.desk,
            settings: &self.settings,
            clock: &self.clock,
            holding: &self.holding,
            is_first,
            withheld: &mut self.withheld,
        };
        let Looked { validity, on_server, missing, taken } = round::look(session, &mut reading).await?;
        if taken > 0 || !self.well {
            tracing::info!(mailbox = self.settings.name, taken, on_server, missing, "a mailbox was read");
        }
        if missing > 0 {
            tracing::warn!(
                mailbox = self.settings.name,
                missing,
                "mails of a mailbox are neither stored nor refused"
            );
        }
        self.well = true;
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let (validity, on_server) = (i64::from(validity), count(on_server));
        self.stands(Standing::Watching { validity, on_server, missing: count(missing) }).await?;
        Ok(missing)
    }

    /// Waits for mails, but only so long that the end of the program is not missed.
    async fn wait(
        &self,
        session: Session,
        stopping: &mut watch::Receiver<bool>,
    ) -> Result<(Session, bool), MailboxError> {
        if session.idles() {
            return session.idle(self.pace.slice).await;
        }
        let mut session = session;
        let until = tokio::time::Instant::now() + Duration::from_secs(self.settings.poll_seconds.into());
        while tokio::time::Instant::now() < until {
            let left = until.saturating_duration_since(tokio::time::Instant::now()).min(self.pace.slice);
            if ends(stopping, left).await {
                break;
            }
            self.holding.take().await?;
        }
        // A server that tells nothing by itself is asked for everything.
        session.has_news().await?;
        Ok((session, true))
    }

    async fn connect(&mut self) -> Result<Session, MailboxError> {
        let patience = Patience { word: self.pace.word, mails: self.pace.mails };
        let proof = match (&mut self.tokens, &self.settings.password) {
            (Some(tokens), _) => Proof::Token(tokens.token((self.clock)()).await?),
            (None, Some(password)) => Proof::Password(password.text().to_owned().into()),
            (None, None) => return Err(MailboxError::Login),
        };
        let opened = Session::open(&self.settings, proof, patience).await;
        if let (Err(MailboxError::Login), Some(tokens)) = (&opened, &mut self.tokens) {
            tokens.forget();
        }
        opened
    }

    async fn stands(&self, standing: Standing) -> Result<(), MailboxError> {
        let (name, holder, now) =
            (self.settings.name.clone(), self.holding.holder.clone(), millis((self.clock)()));
        let written = self.desk.store().write(move |tx| {
            Box::pin(async move {
                Ok::<_, DeskError>(mailbox::stands(tx, &name, &holder, (&standing, now)).await?)
            })
        });
        Ok(written.await?)
    }

    /// Says why it fails; if even that cannot be kept, the log has it.
    async fn fails(&mut self, error: &MailboxError) {
        tracing::warn!(mailbox = self.settings.name, error = %error, "a mailbox cannot be read now");
        self.well = false;
        if let Err(error) = self.stands(Standing::Failing(error.to_string())).await {
            tracing::warn!(mailbox = self.settings.name, error = %error, "and that could not be kept");
        }
    }

    async fn let_go(&self) {
        let (name, holder) = (self.settings.name.clone(), self.holding.holder.clone());
        let written = self.desk.store().write(move |tx| {
            Box::pin(async move { Ok::<_, DeskError>(mailbox::let_go(tx, &name, &holder).await?) })
        });
        if let Err(error) = written.await {
            tracing::warn!(mailbox = self.settings.name, error = %error, "a mailbox could not be given back");
        }
    }
}

/// Whose a mailbox is to be.
pub(super) struct Holding {
    desk: Desk,
    name: String,
    holder: String,
    clock: Clock,
    lease: SignedDuration,
}

impl Holding {
    /// Takes the mailbox, or keeps it; whether it is this one's.
    async fn take(&self) -> Result<bool, MailboxError> {
        let (name, holder, now) = (self.name.clone(), self.holder.clone(), (self.clock)());
        let until = millis(now.saturating_add(self.lease).unwrap_or(Timestamp::MAX));
        let held = self.desk.store().write(move |tx| {
            Box::pin(async move {
                Ok::<_, DeskError>(mailbox::hold(tx, &name, &holder, (millis(now), until)).await?)
            })
        });
        Ok(held.await?)
    }

    /// Keeps the mailbox.
    ///
    /// # Errors
    /// If it is another's by now, or the database fails.
    pub(super) async fn keep(&self) -> Result<(), MailboxError> {
        if self.take().await? { Ok(()) } else { Err(MailboxError::NotOurs) }
    }
}

/// Watches a mailbox until `stopping` says so. What fails is noted, told, and tried again, at first soon and then less often.
pub async fn run(mut reader: Reader, mut stopping: watch::Receiver<bool>) {
    let (first, longest) = reader.pace.again;
    let mut wait = first;
    while !has_ended(&stopping) {
        let paused = reader.watch(&mut stopping).await;
        let pause = match paused {
            Ok(Paused::Ending) => break,
            Ok(Paused::NotOurs) | Err(MailboxError::NotOurs) => reader.pace.slice,
            Err(error) => {
                if reader.well {
                    wait = first;
                }
                reader.fails(&error).await;
                let now = wait;
                wait = wait.saturating_mul(2).min(longest);
                now
            }
        };
        if ends(&mut stopping, pause).await {
            break;
        }
    }
    reader.let_go().await;
}

fn has_ended(stopping: &watch::Receiver<bool>) -> bool {
    *stopping.borrow()
}

fn lease(pace: Pace) -> SignedDuration {
    SignedDuration::try_from(pace.lease).unwrap_or(SignedDuration::MAX)
}

/// Waits, but not longer than until the end; whether that is now.
async fn ends(stopping: &mut watch::Receiver<bool>, wait: Duration) -> bool {
    tokio::time::timeout(wait, stopping.wait_for(|stop| *stop)).await.is_ok()
}
