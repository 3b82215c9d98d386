//! What the channels' file says of the world around the desk: registries elsewhere, readers of files, feeds of the request log.

use std::sync::Arc;

use anyhow::Context as _;
use balcao_connect::attachment::{self, Programs};
use balcao_connect::channels::Channels;
use balcao_connect::feed::Feeds;
use balcao_connect::lookup;
use balcao_desk::Desk;
use jiff::Timestamp;

use crate::cli::read_pdf;

/// The desk with whom it asks and who reads its files.
///
/// # Errors
/// If a section of the file is not in order, or this program does not know where it is.
pub(crate) fn connected(desk: Desk, channels: &Channels) -> anyhow::Result<Desk> {
    let this = std::env::current_exe().context("onde este programa está")?;
    let programs = Programs { pdf: (this, vec![read_pdf::NAME.to_owned()]) };
    let reader = attachment::Reader::new(channels.attachments.clone(), programs);
    let desk = desk.reading_by(Arc::new(reader));
    if channels.lookup.is_empty() {
        return Ok(desk);
    }
    let lookups = lookup::Connector::new(&channels.lookup, Arc::new(Timestamp::now))?;
    Ok(desk.asking(Arc::new(lookups)))
}

/// The feeds of the request log.
///
/// # Errors
/// If a section of the file is not in order.
pub(crate) fn feeds(channels: &Channels) -> anyhow::Result<Arc<Feeds>> {
    Ok(Arc::new(Feeds::new(&channels.feed)?))
}
