//! The desk as a server: HTTP, background work, and an end in which nothing is lost.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use balcao_connect::channels::Channels;
use balcao_desk::{Desk, jobs};
use balcao_web::{App, Courier, Limits, router};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::{around, chatting, commercial, mailboxes, tracking};

/// How long requests that are being answered may take when the server ends.
const LAST_WORDS: Duration = Duration::from_secs(20);

/// What of a server is wanted.
#[derive(Clone)]
pub struct Parts {
    /// Answer HTTP.
    pub web: bool,
    /// Do background work.
    pub worker: bool,
    /// Where browsers reach the desk, if that is not where it listens.
    pub address: String,
    /// How many proxies stand before the desk.
    pub proxies: usize,
    /// Through what, beside HTTP, messages come and go.
    pub channels: Arc<Channels>,
    /// Who carries links to partners.
    pub courier: Arc<dyn Courier>,
}

/// Serves until the program is asked to end. `ready` is told the address once requests are answered.
pub async fn serve(
    desk: Desk,
    listen: &str,
    parts: Parts,
    ready: impl FnOnce(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // Asked for before anyone can know that the server is there: no SIGTERM finds nobody listening.
    let end = EndAsked::new()?;
    let (stop, stopping) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let desk = tracking::tracked(desk, &parts.channels, &parts.address)?;
    let desk = chatting::carried(desk, &parts.channels)?;
    let desk = commercial::reached(desk, &parts.channels)?;
    jobs::plant(&desk, Timestamp::now()).await?;
    tasks.spawn(watch_changes(desk.clone(), stopping.clone()));
    if parts.worker {
        tasks.spawn(work(desk.clone(), stopping.clone()));
        tasks.spawn(file_mails(desk.clone(), stopping.clone()));
        mailboxes::watch(&mut tasks, &desk, &parts.channels, &stopping)?;
        if desk.post().is_some() {
            // A mail server that hangs holds up one worker, and not what else is due.
            tasks.spawn(work(desk.clone(), stopping.clone()));
        }
        if desk.carrier().is_some() || desk.office().is_some() {
            // So does a chat tool, or commercial's webhook.
            tasks.spawn(work(desk.clone(), stopping.clone()));
        }
        if desk.tracker().is_some() {
            // So does a tracker.
            tasks.spawn(work(desk.clone(), stopping.clone()));
            tasks.spawn(tracking::ask(desk.clone(), stopping.clone()));
        }
    }
    if parts.web {
        let listener = TcpListener::bind(listen).await.with_context(|| listen.to_owned())?;
        let address = listener.local_addr()?.to_string();
        let app = App::new(desk.clone(), Limits::default(), Arc::new(Timestamp::now));
        let app = app.with_courier(parts.courier).reached_at(&parts.address).behind(parts.proxies);
        let app = app.fed_by(around::feeds(&parts.channels)?);
        tasks.spawn(keep_up(app.clone(), stopping.clone()));
        tasks.spawn(tell_news(app.clone(), stopping.clone()));
        let (mut asked, looked_at) = (stopping.clone(), app.clone());
        let server =
            axum::serve(listener, router(app).into_make_service_with_connect_info::<std::net::SocketAddr>());
        let server = server.with_graceful_shutdown(async move {
            let _ended = asked.wait_for(|stop| *stop).await;
            looked_at.let_go();
        });
        tasks.spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "the server ended");
            }
        });
        ready(&address)?;
    } else {
        ready("-")?;
    }
    end.wait().await?;
    tracing::info!("ending: what is being answered is answered first");
    let _nobody_listens = stop.send(true);
    let ended = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_WORDS, ended).await.is_err() {
        tracing::warn!("some requests took too long and were cut off");
    }
    desk.store().close().await;
    Ok(())
}

/// SIGTERM and SIGINT, heard from the moment this exists.
struct EndAsked {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl EndAsked {
    fn new() -> anyhow::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let terminate = signal(SignalKind::terminate())?;
            let interrupt = signal(SignalKind::interrupt())?;
            Ok(Self { terminate, interrupt })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn wait(mut self) -> anyhow::Result<()> {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        Ok(())
    }

    #[cfg(not(unix))]
    async fn wait(self) -> anyhow::Result<()> {
        Ok(tokio::signal::ctrl_c().await?)
    }
}

/// Waits, but not longer than until the end; whether to go on.
async fn goes_on(stopping: &mut watch::Receiver<bool>, wait: Duration) -> bool {
    tokio::time::timeout(wait, stopping.wait_for(|stop| *stop)).await.is_err()
}

/// Another server may have changed the registry, the documentation or the procedure.
async fn watch_changes(desk: Desk, mut stopping: watch::Receiver<bool>) {
    while goes_on(&mut stopping, Duration::from_secs(1)).await {
        if let Err(error) = desk.refresh().await {
            tracing::warn!(error = chain(&error), "what judges messages could not be looked at");
        }
    }
}

/// Counters and rates are kept small.
async fn keep_up(app: App, mut stopping: watch::Receiver<bool>) {
    while goes_on(&mut stopping, Duration::from_secs(5)).await {
        app.upkeep();
    }
}

/// Whoever looks at a page is told what changes, whichever server changed it.
async fn tell_news(app: App, mut stopping: watch::Receiver<bool>) {
    let mut last = None;
    while goes_on(&mut stopping, Duration::from_secs(1)).await {
        if let Err(error) = app.look_for_news(&mut last).await {
            tracing::warn!(error = chain(&error), "news could not be looked for");
        }
    }
}

/// Does one job after the other, and waits where none is due.
async fn work(desk: Desk, mut stopping: watch::Receiver<bool>) {
    let name = format!("{}-{}", std::process::id(), balcao_store::JobId::fresh());
    let mut wait = Duration::ZERO;
    while goes_on(&mut stopping, wait).await {
        wait = match jobs::run_one(&desk, &name, Timestamp::now()).await {
            Ok(jobs::Outcome::Done(_)) => Duration::ZERO,
            Ok(jobs::Outcome::Idle) => Duration::from_secs(1),
            Ok(jobs::Outcome::Failed(why)) => {
                tracing::warn!(job = why, "a job failed and will be tried again");
                Duration::ZERO
            }
            Err(error) => {
                tracing::warn!(error = chain(&error), "no job could be taken");
                Duration::from_secs(5)
            }
        };
    }
}

/// Files what a program that ended left waiting, and what could not be filed before.
async fn file_mails(desk: Desk, mut stopping: watch::Receiver<bool>) {
    const SOME: u16 = 100;
    // Whoever took a mail in a moment ago is still at it.
    const AT_IT: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);
    while goes_on(&mut stopping, Duration::from_secs(15)).await {
        let now = Timestamp::now();
        let before = now.saturating_sub(AT_IT).unwrap_or(Timestamp::MIN);
        if let Err(error) = balcao_connect::mail::resume(&desk, before, SOME, now).await {
            tracing::warn!(error = chain(&error), "mails that wait could not be filed");
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut causes = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    causes.join(": ")
}

/// Log lines on standard error, as the settings say.
pub fn log(level: &str, format: &str) -> anyhow::Result<()> {
    use tracing_subscriber::EnvFilter;
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::util::SubscriberInitExt as _;

    // Libraries speak only when something is wrong.
    let filter = EnvFilter::try_new(format!(
        "warn,balcao={level},balcao_desk={level},balcao_connect={level},balcao_web={level}"
    ))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let registry = tracing_subscriber::registry().with(filter);
    if format == "json" {
        registry.with(lines.json().flatten_event(true)).try_init()?;
    } else {
        registry.with(lines).try_init()?;
    }
    Ok(())
}
