//! What must be looked up for a message: a plain value, made without I/O.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Limits;
use super::registry::Registry;
use super::request_log::{LogQuery, LoggedRequest, RequestLog};
use crate::evidence::candidates::may_be_key;
use crate::evidence::fields::FieldKind;
use crate::evidence::key::{HashSecret, KeyPrint};
use crate::evidence::moments::MomentKind;
use crate::evidence::reading::Reading;

/// Clocks of partners run ahead of ours by no more than this.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What a message asks of the registry and the log.
pub struct Inquiry {
    /// Prints of every string that may be a key.
    pub keys: Vec<KeyPrint>,
    /// Strings that may be logins.
    pub logins: Vec<String>,
    /// Strings that may be request ids.
    pub request_ids: Vec<String>,
    /// The span of time in which its requests lie.
    pub from: Timestamp,
    pub to: Timestamp,
    /// How far before a request found by its id the log is read.
    pub reach: SignedDuration,
}

/// What to look up for `reading`. `secret` is the installation's, under which keys are hashed.
pub fn inquire(reading: &Reading, secret: &HashSecret, limits: Limits) -> Inquiry {
    let received = reading.received_at.timestamp();
    let strings = || reading.candidates.iter().map(|seen| seen.what.text.as_str());
    let named = |kind: FieldKind| {
        reading.fields.iter().filter(move |seen| seen.what.kind == kind).map(|seen| seen.what.value.as_str())
    };
    let instants = reading.moments.iter().filter_map(|seen| match seen.what.kind {
        MomentKind::Full { at, .. } => Some(at),
        MomentKind::Date(_) | MomentKind::Time { .. } => None,
    });
    let earliest = instants.filter(|at| *at <= received).min().unwrap_or(received);
    // A message that tells of years ago still reads no more than the log keeps; the log bounds its answer itself.
    Inquiry {
        keys: strings()
            .filter(|text| may_be_key(text))
            .chain(named(FieldKind::ApiKey))
            .filter_map(|text| KeyPrint::of(text, secret))
            .collect(),
        logins: strings().chain(named(FieldKind::User)).map(str::to_owned).collect(),
        request_ids: strings()
            .filter(|text| text.len() >= 6 && text.bytes().any(|b| b.is_ascii_digit()))
            .chain(named(FieldKind::RequestId))
            .map(str::to_owned)
            .collect(),
        reach: limits.same_failure,
        from: earliest.saturating_sub(limits.same_failure).unwrap_or(Timestamp::MIN),
        to: received.saturating_add(CLOCK_SKEW).unwrap_or(Timestamp::MAX),
    }
}

impl Inquiry {
    /// The rows of a log in memory that answer this inquiry; `paths` are the routes that the message calls.
    ///
    /// A row found by its id brings its user's and its route's other rows along.
    pub fn rows(
        &self,
        registry: &Registry,
        log: &RequestLog,
        paths: &[(String, String)],
    ) -> Vec<LoggedRequest> {
        let query = self.query(registry, paths);
        let mut found = log.find(&query);
        if let Some(wider) = self.widened(query, &found) {
            found = log.find(&wider);
        }
        found.retain(|row| row.at <= self.to);
        found
    }

    /// What is asked of the log first: of users and keys only those that the registry knows.
    ///
    /// Whoever keeps the log elsewhere asks this, then [`Inquiry::widened`], and leaves out what is later than `to`.
    pub fn query(&self, registry: &Registry, paths: &[(String, String)]) -> LogQuery {
        let users: BTreeSet<String> =
            self.logins.iter().filter(|login| registry.user(login).is_some()).cloned().collect();
        let keys: BTreeSet<KeyPrint> =
            self.keys.iter().filter(|key| registry.key(key).is_some()).cloned().collect();
        LogQuery {
            request_ids: self.request_ids.clone(),
            users: users.into_iter().collect(),
            keys: keys.into_iter().collect(),
            paths: paths.to_vec(),
            from: self.from,
            to: self.to,
        }
    }

    /// What is asked in place of `query`, if its answer `first` has rows that the message names by their ids: then also the
    /// other rows of their users and routes.
    pub fn widened(&self, mut query: LogQuery, first: &[LoggedRequest]) -> Option<LogQuery> {
        let by_id: Vec<&LoggedRequest> = first
            .iter()
            .filter(|row| row.request_id.as_ref().is_some_and(|id| self.request_ids.contains(id)))
            .collect();
        if by_id.is_empty() {
            return None;
        }
        for row in by_id {
            query.users.extend(row.user.clone());
            query.paths.push((row.method.clone(), row.path.clone()));
            query.from = query.from.min(row.at.saturating_sub(self.reach).unwrap_or(Timestamp::MIN));
        }
        Some(query)
    }
}
