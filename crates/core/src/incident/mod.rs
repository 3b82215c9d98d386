//! The incident: the one request that a message is about, as message, registry and log show it together.
//!
//! In: a [`Reading`] and what is [`Known`]. Out: an [`Incident`], each value with where it was found.
//! Start at [`Incident::of`]. One file per question: which call, which key, which user, where, when, what it said.
//!
//! **Invariant:** nothing of another partner's traffic enters an incident.
//! **Never here:** a judgement; that is `checks`.

mod call_choice;
mod error;
mod found;
mod identity;
mod log_match;
mod moment;
mod names;
mod payload;
mod place;
mod product;
mod token;

use jiff::{Timestamp, ZonedDateTime};

pub(crate) use self::call_choice::{failed, path_only};
pub(crate) use self::error::temporary_failure;
pub use self::found::{Found, Source, Whence};
pub(crate) use self::log_match::same_path;
pub use self::names::RegistryNames;
pub use self::payload::{NO_BODY, Payload};
pub use self::product::ProductQuestion;
pub use self::token::{Bearer, TokenSeen};
use crate::evidence::call::Call;
use crate::evidence::key::{HashSecret, KeyPrint};
use crate::evidence::reading::Reading;
use crate::evidence::speech::{Lexicon, Speech};
use crate::facts::contract::Operation;
use crate::facts::registry::{ApiKey, Partner, User};
use crate::facts::request_log::LoggedRequest;
use crate::facts::{Known, Limits};

/// What a message is about, with every value's place. Holds secrets, so it has no `Debug` and stays in the core.
pub struct Incident<'k> {
    /// When the message arrived, in the registry's zone.
    pub received_at: Option<ZonedDateTime>,
    /// Whom the sender's address says.
    pub sender: Option<&'k Partner>,
    /// The call that failed, merged from what the texts show of it, and the part it stands in.
    pub call: Option<(usize, Call)>,
    /// Every call of the message to the same route, for what failed before.
    pub same_route: Vec<Call>,
    pub key: Option<Found<KeyPrint>>,
    pub key_record: Option<&'k ApiKey>,
    /// Registered keys as they stand in the message, for masking; never shown.
    pub keys_written: Vec<String>,
    pub user: Option<Found<String>>,
    pub user_record: Option<&'k User>,
    /// Code of the environment in evidence.
    pub environment: Option<Found<String>>,
    /// Whether host or log say so, rather than the key or the words.
    pub environment_called: bool,
    /// Upper case.
    pub method: Option<Found<String>>,
    /// As called, without query.
    pub path: Option<Found<String>>,
    /// Code of the version whose prefix was called.
    pub version: Option<Found<String>>,
    pub operation: Option<&'k Operation>,
    pub payload: Option<Found<Payload>>,
    pub at: Option<Found<Timestamp>>,
    pub error: Option<Found<String>>,
    pub status: Option<Found<u16>>,
    /// A time-out, a refused connection or a 5xx, as seen.
    pub temporary: Option<Found<String>>,
    /// A 401, or the words for it.
    pub unauthorised: Option<Found<String>>,
    pub token: Option<Found<TokenSeen>>,
    pub row: Option<LoggedRequest>,
    /// A request id of the message stands in another partner's traffic.
    pub foreign_request: bool,
    pub product: Option<ProductQuestion<'k>>,
}

/// What the steps below share.
struct Context<'r, 'k> {
    reading: &'r Reading,
    speech: &'r Speech,
    known: &'r Known<'k>,
    secret: &'r HashSecret,
    limits: Limits,
    lexicon: &'r Lexicon,
    names: &'r RegistryNames,
}

/// By what a message is matched with what is known.
#[derive(Clone, Copy)]
pub struct Matching<'a> {
    /// The sender's e-mail address or telephone.
    pub sender_address: Option<&'a str>,
    pub secret: &'a HashSecret,
    pub limits: Limits,
    /// The words for environments and versions.
    pub lexicon: &'a Lexicon,
    /// The registry's names, ready to be looked for.
    pub names: &'a RegistryNames,
}

impl<'k> Incident<'k> {
    /// Puts the incident together. Pure: same arguments, same incident.
    pub fn of(reading: &Reading, speech: &Speech, known: &Known<'k>, matching: Matching<'_>) -> Self {
        let Matching { sender_address, secret, limits, lexicon, names } = matching;
        let context = Context { reading, speech, known, secret, limits, lexicon, names };
        let mut incident = Self::empty(sender_address.and_then(|a| known.registry.partner_of_address(a)));
        incident.received_at = Some(reading.received_at.clone());
        call_choice::choose(&context, &mut incident);
        identity::key(&context, &mut incident);
        identity::user(&context, &mut incident);
        place::of_call(&context, &mut incident);
        moment::of_failure(&context, &mut incident);
        log_match::complete(&context, &mut incident);
        place::of_rest(&context, &mut incident);
        error::of_failure(&context, &mut incident);
        payload::of_call(&context, &mut incident);
        token::of_call(&context, &mut incident);
        product::of_words(&context, &mut incident);
        incident.key_record = incident.key.as_ref().and_then(|key| known.registry.key(&key.value));
        incident.user_record = incident.user.as_ref().and_then(|user| known.registry.user(&user.value));
        incident
    }

    fn empty(sender: Option<&'k Partner>) -> Self {
        Self {
            received_at: None,
            sender,
            call: None,
            same_route: Vec::new(),
            key: None,
            key_record: None,
            keys_written: Vec::new(),
            user: None,
            user_record: None,
            environment: None,
            environment_called: false,
            method: None,
            path: None,
            version: None,
            operation: None,
            payload: None,
            at: None,
            error: None,
            status: None,
            temporary: None,
            unauthorised: None,
            token: None,
            row: None,
            foreign_request: false,
            product: None,
        }
    }

    /// Whether a failed request is shown, by a call, a status, an error text or the log.
    pub fn shows_failure(&self) -> bool {
        self.error.is_some()
            || self.temporary.is_some()
            || self.unauthorised.is_some()
            || self.status.as_ref().is_some_and(|status| status.value >= 400)
            || self.row.as_ref().is_some_and(LoggedRequest::failed)
    }

    /// Whether the user in evidence is somebody else's than the sender's; unknown senders own nobody.
    pub fn user_is_foreign(&self) -> bool {
        match (self.sender, self.user_record) {
            (Some(sender), Some(user)) => user.partner != sender.code,
            _ => false,
        }
    }
}
