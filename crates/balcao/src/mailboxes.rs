//! The mailboxes of the channels' file, watched while the server runs.

use std::sync::Arc;

use balcao_connect::channels::Channels;
use balcao_connect::mailbox::{Reader, run};
use balcao_desk::Desk;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;

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
        let reader = Reader::new(desk.clone(), settings.clone(), &holder, Arc::new(Timestamp::now))?;
        tasks.spawn(run(reader, stopping.clone()));
    }
    Ok(())
}
