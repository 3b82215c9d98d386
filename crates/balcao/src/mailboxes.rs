//! The mailboxes of the channels' file, watched while the server runs.

use std::sync::Arc;
use std::time::Duration;

use balcao_connect::channels::Channels;
use balcao_connect::mailbox::{Reader, run};
use balcao_desk::Desk;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long it is waited before a mailbox is read again whose reader stopped in the middle.
const AFTER_A_PANIC: Duration = Duration::from_secs(10);

/// Begins to watch each.
///
/// # Errors
/// If a section of the file is not in order.
pub(crate) fn watch(
    tasks: &mut JoinSet<()>,
    desk: &Desk,
    channels: &Channels,
    stopping: &watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let holder = format!("{}-{}", std::process::id(), balcao_store::JobId::fresh());
    for settings in &channels.mailbox {
        let (desk, settings, holder) = (desk.clone(), settings.clone(), holder.clone());
        let name = settings.name.clone();
        let reader = move || Reader::new(desk.clone(), settings.clone(), &holder, Arc::new(Timestamp::now));
        reader()?;
        tasks.spawn(keep_watching(name, reader, stopping.clone()));
    }
    Ok(())
}

/// Whatever a mail does to its reader, the mailbox is read again.
async fn keep_watching<E>(
    name: String,
    reader: impl Fn() -> Result<Reader, E>,
    mut stopping: watch::Receiver<bool>,
) {
    while let Ok(reader) = reader() {
        let Err(error) = tokio::spawn(run(reader, stopping.clone())).await else { return };
        tracing::error!(
            mailbox = name,
            panicked = error.is_panic(),
            "whoever read a mailbox stopped in the middle; it is read again"
        );
        if tokio::time::timeout(AFTER_A_PANIC, stopping.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}
