//! Code's tracker: set up at the start, and asked from time to time.

use anyhow::Context as _;
use balcao_connect::channels::Channels;
use balcao_desk::{Desk, tracker};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often it is looked whether an issue is to be asked for; the tracker's own pause is longer.
const ROUND: Duration = Duration::from_secs(5);

/// The desk with its tracker, if one is set up. `address` is where the desk is reached.
pub(crate) fn tracked(desk: Desk, channels: &Channels, address: &str) -> anyhow::Result<Desk> {
    let Some(settings) = &channels.tracker else { return Ok(desk) };
    let tracker = settings.open(address).context("[tracker]")?;
    Ok(desk.tracked_by(Arc::new(tracker)))
}

/// Asks the tracker for the issues whose turn it is, until the program ends.
pub(crate) async fn ask(desk: Desk, mut stopping: watch::Receiver<bool>) {
    while tokio::time::timeout(ROUND, stopping.wait_for(|stop| *stop)).await.is_err() {
        if let Err(error) = tracker::look(&desk, Timestamp::now()).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the tracker's issues could not be asked for"
            );
        }
    }
}
