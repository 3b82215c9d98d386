//! Chat tools: set up at the start.

use std::sync::Arc;

use balcao_connect::channels::Channels;
use balcao_connect::chat::{Chats, Patience};
use balcao_desk::Desk;

/// The desk with the chat tools that the channels' file names, if any.
///
/// # Errors
/// If a section of the file is not in order.
pub(crate) fn carried(desk: Desk, channels: &Channels) -> anyhow::Result<Desk> {
    if channels.whatsapp.is_none() && channels.chat.is_empty() {
        return Ok(desk);
    }
    let chats = Chats::new(channels.whatsapp.as_ref(), &channels.chat, Patience::default())?;
    Ok(desk.carried_by(Arc::new(chats)))
}
