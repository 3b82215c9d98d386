//! The way to commercial, set up at the start.

use std::sync::Arc;

use balcao_connect::channels::Channels;
use balcao_desk::Desk;

/// The desk with the way to commercial that the channels' file says, if it says one.
///
/// # Errors
/// If the section cannot be so.
pub(crate) fn reached(desk: Desk, channels: &Channels) -> anyhow::Result<Desk> {
    let Some(settings) = &channels.commercial else { return Ok(desk) };
    let office = settings.open()?;
    Ok(desk.forwarding_to(Arc::new(office)))
}
