//! The desk's memory: SQL for SQLite and PostgreSQL, one text for both.
//!
//! In: rows of plain values, already masked or sealed by the caller. Out: the same rows, asked for within a [`Scope`].
//! SQLite lives in a directory (`desk.sqlite` and, apart, `requests.sqlite`); PostgreSQL is reached by its address.
//!
//! Start at [`Store`]: [`Store::write`] runs a closure in a transaction, [`Store::read`] lends a connection, and each table has one
//! module of functions that take either. What differs between the engines is in `dialect.rs` and in the twin migrations.
//!
//! **Invariants:** what `write` answered is on disk; a closure that fails leaves nothing behind; a scope never sees another's rows.
//! **Never here:** keys, secrets in clear, judgement about tickets, the wire's formats.

mod batch;
mod conn;
mod database;
mod dialect;
mod error;
mod ids;
mod migrate;
mod page;
mod row;
mod scope;
mod store;
mod tables;
mod writer;

pub use batch::Batch;
pub use conn::{Conn, Tx, Work};
pub use dialect::Engine;
pub use error::StoreError;
pub use ids::{
    AccountId, ApiTokenId, AttachmentId, ChatDeliveryId, ConversationId, DiagnosisId, ErrandId, EscalationId,
    EvidenceId, JobId, MailId, MessageId, OutboxId, RejectedId, RevisionId, SealedId, TicketId,
    TrackerItemId,
};
pub use page::{Page, Paged};
pub use scope::Scope;
pub use store::{Place, Store};
pub use tables::{
    account, api_token, attachment, attempt, chat_conversation, chat_delivery, chat_said, daily_count,
    diagnosis, document, document_set, draft, errand, escalation, evidence, idempotency, job, mail, mailbox,
    mailbox_mail, message, one_time, outbox, pause, presence, procedure, registry, rejected, request,
    returned, saved_view, sealed, search, session, setting, ticket, ticket_link, tracker_item, trail,
};
