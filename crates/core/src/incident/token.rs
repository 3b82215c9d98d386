//! The access token that the call carried, and when it was issued.

use jiff::Timestamp;

use super::identity::whence;
use super::moment::token_issue_told;
use super::{Context, Found, Incident, log_match};
use crate::evidence::fields::FieldKind;
use crate::evidence::jwt::{self, Claims, Malformed};

/// How the header was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    /// `Bearer <token>`.
    Right,
    /// No scheme, or another word.
    Without,
    /// `Bearer Bearer <token>`.
    Doubled,
    /// The token stands outside a header, or is masked: nothing can be said.
    Unseen,
}

/// The token as seen; never the token itself.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenSeen {
    pub bearer: Bearer,
    /// Why it is no JWT; `None` where it is one, or where it is not shown whole.
    pub malformed: Option<Malformed>,
    /// Whether a whole token was read.
    pub whole: bool,
    pub issued_at: Option<Found<Timestamp>>,
    pub expires_at: Option<Timestamp>,
}

/// Sets the token: the call's header first, then one in the text, then what the log knows of its issue.
pub(super) fn of_call(context: &Context<'_, '_>, incident: &mut Incident<'_>) {
    let seen = in_header(context, incident).or_else(|| in_text(context));
    let issued_in_log = incident
        .row
        .as_ref()
        .and_then(|row| row.token_issued_at.map(|issued| Found::new(issued, log_match::whence(row))));
    incident.token = match (seen, issued_in_log) {
        (Some(mut token), issued) => {
            if token.value.issued_at.is_none() {
                token.value.issued_at = issued.or_else(|| token_issue_told(context));
            }
            Some(token)
        }
        (None, Some(issued)) => Some(only_issue(issued)),
        (None, None) => incident.unauthorised.as_ref().and(token_issue_told(context)).map(only_issue),
    };
}

fn only_issue(issued: Found<Timestamp>) -> Found<TokenSeen> {
    let token = TokenSeen {
        bearer: Bearer::Unseen,
        malformed: None,
        whole: false,
        expires_at: None,
        issued_at: Some(issued.clone()),
    };
    issued.with(token)
}

fn in_header(context: &Context<'_, '_>, incident: &Incident<'_>) -> Option<Found<TokenSeen>> {
    let (part, call) = incident.call.as_ref()?;
    let (_, value) = call.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    let place = whence(context, *part, &call.span);
    Some(read_header(value, &Found::new((), place)))
}

/// Reads the value of an `Authorization` header.
fn read_header(value: &str, place: &Found<()>) -> Found<TokenSeen> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let is_bearer = |word: &&str| word.trim_end_matches(':').eq_ignore_ascii_case("bearer");
    let (bearer, token) = match words.as_slice() {
        [first, second, rest @ ..] if is_bearer(first) && is_bearer(second) => {
            (Bearer::Doubled, rest.first().copied())
        }
        [first, token, ..] if is_bearer(first) && !first.ends_with(':') => (Bearer::Right, Some(*token)),
        [first] if is_bearer(first) => (Bearer::Right, None),
        [only] => (Bearer::Without, Some(*only)),
        [_, token, ..] => (Bearer::Without, Some(*token)),
        [] => (Bearer::Unseen, None),
    };
    let whole = token.filter(|token| !is_masked(token));
    let read = whole.map(jwt::decode);
    // A masked value shows no scheme that could be trusted to be missing.
    let bearer = if whole.is_none() && bearer == Bearer::Without { Bearer::Unseen } else { bearer };
    token_of(bearer, read, place)
}

fn token_of(bearer: Bearer, read: Option<Result<Claims, Malformed>>, place: &Found<()>) -> Found<TokenSeen> {
    let claims = read.as_ref().and_then(|read| read.as_ref().ok());
    let issued = claims.and_then(|claims| claims.issued_at.or(claims.not_before));
    place.with(TokenSeen {
        bearer,
        malformed: read.as_ref().and_then(|read| read.as_ref().err().copied()),
        whole: read.is_some(),
        issued_at: issued.map(|at| place.with(at)),
        expires_at: claims.and_then(|claims| claims.expires_at),
    })
}

/// Whether a token is a placeholder or was cut by whoever pasted it.
fn is_masked(token: &str) -> bool {
    token.contains(['*', '•', '●', '…', '<', '{', '$', '[', '%'])
        || token.contains("...")
        || token.to_ascii_lowercase().contains("xxx")
        || token.chars().all(|c| c.is_ascii_uppercase() || c == '_')
        || token.to_ascii_lowercase().contains("token")
        // `a.b.c`, `x.y.z`: three parts as a JWT has, each too short to be one.
        || token.split('.').count() == 3 && token.split('.').all(|part| part.len() <= 3)
}

/// A token that stands in the text without its header.
fn in_text(context: &Context<'_, '_>) -> Option<Found<TokenSeen>> {
    let named = context.reading.fields.iter().find(|seen| seen.what.kind == FieldKind::Token);
    if let Some(seen) = named.filter(|seen| !is_masked(&seen.what.value)) {
        let place = Found::new((), whence(context, seen.part, &seen.what.span));
        return Some(token_of(Bearer::Unseen, Some(jwt::decode(&seen.what.value)), &place));
    }
    let seen = context.reading.tokens.iter().find(|seen| seen.what.read.is_ok())?;
    let place = Found::new((), whence(context, seen.part, &seen.what.span));
    Some(token_of(Bearer::Unseen, Some(seen.what.read.clone()), &place))
}
