//! What the log tells beyond the one request: refusals of the same token, its issue, and the same failure at other hours.

use jiff::{SignedDuration, Timestamp};

use crate::calendar::BusinessTime;
use crate::checks::{Subject, token_age};
use crate::facts::request_log::LoggedRequest;
use crate::incident::{same_path, temporary_failure};

/// Clocks of issue and log agree to this.
const SAME_ISSUE: SignedDuration = SignedDuration::from_secs(2);

/// The requests around the incident, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct History {
    /// Refusals of one expired token without a login of that user between them.
    pub refusals: usize,
    pub first_refusal: Option<Timestamp>,
    pub last_refusal: Option<Timestamp>,
    /// The log shows the login that issued the token.
    pub issue_logged: bool,
    /// The same request failed in business hours, outside every routine.
    pub same_failure_in_hours: bool,
}

impl History {
    /// Whole minutes from the first refusal to the last.
    pub(super) fn minutes_between(&self) -> i64 {
        match (self.first_refusal, self.last_refusal) {
            (Some(first), Some(last)) => last.duration_since(first).as_mins(),
            _ => 0,
        }
    }
}

pub(super) fn of(subject: &Subject<'_, '_>) -> History {
    let mut history = History { same_failure_in_hours: failed_in_hours(subject), ..History::default() };
    let Some(issued) = issued_at(subject) else { return history };
    let Some(user) = user(subject) else { return history };
    let rows: Vec<&LoggedRequest> =
        subject.known.requests.iter().filter(|row| row.user.as_deref() == Some(user)).collect();
    let logins = || rows.iter().filter(|row| row.is_login() && row.succeeded());
    history.issue_logged = logins().any(|row| row.at.duration_since(issued).abs() <= SAME_ISSUE)
        || subject.incident.row.as_ref().is_some_and(|row| row.token_issued_at == Some(issued));
    let validity = subject.known.registry.token_validity;
    let refused = rows.iter().filter(|row| {
        row.status == Some(401)
            && row.token_issued_at.is_some_and(|at| at.duration_since(issued).abs() <= SAME_ISSUE)
            && token_age(issued, row.at) > validity
    });
    let mut run: Option<(Timestamp, Timestamp, usize)> = None;
    for row in refused {
        run = match run {
            Some((first, last, count)) if !logins().any(|login| login.at > last && login.at < row.at) => {
                Some((first, row.at, count + 1))
            }
            _ => Some((row.at, row.at, 1)),
        };
        if let Some((first, last, count)) = run {
            let longer = last.duration_since(first).as_mins() >= history.minutes_between();
            if longer || count > history.refusals {
                history.refusals = count;
                history.first_refusal = Some(first);
                history.last_refusal = Some(last);
            }
        }
    }
    history
}

fn issued_at(subject: &Subject<'_, '_>) -> Option<Timestamp> {
    Some(subject.incident.token.as_ref()?.value.issued_at.as_ref()?.value)
}

fn user<'s>(subject: &'s Subject<'_, '_>) -> Option<&'s str> {
    let logged = subject.incident.row.as_ref().and_then(|row| row.user.as_deref());
    logged.or_else(|| subject.incident.user.as_ref().map(|user| user.value.as_str()))
}

/// Whether the same request (method, path, and user where known) failed in business hours outside every routine,
/// within the procedure's distance of the incident.
fn failed_in_hours(subject: &Subject<'_, '_>) -> bool {
    let incident = subject.incident;
    let (Some(path), Some(at)) = (&incident.path, &incident.at) else { return false };
    let method = incident.method.as_ref().map_or("", |method| method.value.as_str());
    let near = |other: Timestamp| other.duration_since(at.value).abs() <= subject.limits.same_failure;
    let logged = subject.known.requests.iter().filter(|row| {
        row.failed_temporarily()
            && row.method == method
            && same_path(&row.path, &path.value)
            && incident.environment.as_ref().is_none_or(|environment| environment.value == row.environment)
            && user(subject).is_none_or(|user| row.user.as_deref() == Some(user))
    });
    let told = incident
        .same_route
        .iter()
        .filter(|call| temporary_failure(call))
        .filter_map(|call| call_at(subject, call));
    logged
        .map(|row| row.at)
        .chain(told)
        .any(|other| near(other) && in_hours(subject, method, &path.value, other))
}

fn call_at(subject: &Subject<'_, '_>, call: &crate::evidence::call::Call) -> Option<Timestamp> {
    use crate::evidence::moments::{MomentKind, parse_written};
    let received = subject.incident.received_at.as_ref()?;
    match parse_written(call.at.as_deref()?, received)? {
        MomentKind::Full { at, .. } => Some(at),
        MomentKind::Date(_) | MomentKind::Time { .. } => None,
    }
}

/// Whether an instant is business time and no routine covered the route.
fn in_hours(subject: &Subject<'_, '_>, method: &str, path: &str, at: Timestamp) -> bool {
    let environment =
        subject.incident.environment.as_ref().map_or("", |environment| environment.value.as_str());
    matches!(subject.calendar.status(at), BusinessTime::Open { .. })
        && subject.known.registry.routines_at(environment, method, path, at).is_empty()
}
