//! `/api/v1`: one file for each kind of thing.

mod access;
mod chat;
mod commercial;
mod conversation;
mod feeds;
mod hooks;
mod judgement;
mod knowledge;
mod links;
mod mail;
mod mailboxes;
mod message_view;
mod operations;
mod people;
mod registry;
mod requests;
mod tickets;
mod tracker;
mod views;

use utoipa_axum::router::OpenApiRouter;

use crate::router::App;

/// Every operation, with its description.
pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(tickets::router())
        .merge(conversation::router())
        .merge(judgement::router())
        .merge(links::router())
        .merge(mail::router())
        .merge(mailboxes::router())
        .merge(tracker::router())
        .merge(chat::router())
        .merge(hooks::router())
        .merge(commercial::router())
        .merge(access::router())
        .merge(people::router())
        .merge(operations::router())
        .merge(requests::router())
        .merge(feeds::router())
        .merge(registry::router())
        .merge(knowledge::router())
}
