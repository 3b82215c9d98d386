//! The access token: is it well formed, was it within its validity (procedure, 3.3).

use jiff::{SignedDuration, Timestamp};

use super::{Proof, Statement, Subject, Verdict, decided, not_applicable, unknown};
use crate::incident::{Bearer, Incident};

/// `token-bem-formado`: a JWT, sent with one `Bearer`.
pub(super) fn is_well_formed(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    if is_login(subject.incident) {
        return not_applicable();
    }
    let Some(token) = &subject.incident.token else { return unknown() };
    match problem(subject.incident) {
        Some(problem) => {
            decided(false, vec![Proof::seen(token, problem).saying(Statement::TokenWellFormed(false))])
        }
        None if token.value.whole => {
            let proof = Proof::seen(token, "token JWT de três partes");
            decided(true, vec![proof.saying(Statement::TokenWellFormed(true))])
        }
        None if token.value.bearer == Bearer::Unseen => match &subject.incident.row {
            // The log dates the token, so the API could read it.
            Some(row) if row.token_issued_at.is_some() => {
                let place = token.value.issued_at.as_ref();
                place.map_or_else(unknown, |issued| {
                    let proof = Proof::seen(issued, "a API reconheceu o token desta requisição");
                    decided(true, vec![proof.saying(Statement::TokenWellFormed(true))])
                })
            }
            _ => unknown(),
        },
        None => unknown(),
    }
}

/// What is wrong with the token's form, in words.
pub(crate) fn problem(incident: &Incident<'_>) -> Option<&'static str> {
    let token = &incident.token.as_ref()?.value;
    match token.bearer {
        Bearer::Without => {
            Some("o cabeçalho Authorization foi enviado sem a palavra `Bearer` antes do token")
        }
        Bearer::Doubled => Some("a palavra `Bearer` foi enviada duas vezes no cabeçalho Authorization"),
        Bearer::Right | Bearer::Unseen => {
            token.malformed.map(|_| "o valor enviado não é um token JWT (três partes separadas por ponto)")
        }
    }
}

/// The login is what issues a token; it carries none.
fn is_login(incident: &Incident<'_>) -> bool {
    incident
        .path
        .as_ref()
        .is_some_and(|path| path.value.trim_end_matches('/').to_ascii_lowercase().ends_with("/login"))
}

/// When the request was made, the log's instant before the message's.
pub(crate) fn used_at(incident: &Incident<'_>) -> Option<Timestamp> {
    incident.row.as_ref().map(|row| row.at).or_else(|| incident.at.as_ref().map(|at| at.value))
}

/// How long a token had lived when it was used; negative if the two clocks disagree. Exact, without leeway.
pub(crate) fn token_age(issued_at: Timestamp, used_at: Timestamp) -> SignedDuration {
    used_at.duration_since(issued_at)
}

/// `token-na-validade`: not older than the registry's validity when it was used.
pub(super) fn is_fresh(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let incident = subject.incident;
    if is_login(incident) {
        return not_applicable();
    }
    let Some(token) = &incident.token else { return unknown() };
    let (Some(issued), Some(used)) = (&token.value.issued_at, used_at(incident)) else { return unknown() };
    let registry = subject.known.registry;
    let validity = registry.token_validity;
    let age = token_age(issued.value, used);
    let show = |at: Timestamp| {
        at.to_zoned_datetime(registry.timezone.clone()).strftime("%d/%m/%Y às %H:%M:%S").to_string()
    };
    decided(
        age <= validity,
        vec![
            Proof::seen(issued, format!("token emitido em {}", show(issued.value)))
                .saying(Statement::TokenIssued(issued.value)),
            Proof::new(
                incident.at.as_ref().map_or(issued.whence.source, |at| at.whence.source),
                incident
                    .at
                    .as_ref()
                    .map_or_else(|| issued.whence.place.clone(), |at| at.whence.place.clone()),
                format!(
                    "usado em {}, {} depois (validade: {} h)",
                    show(used),
                    in_words(age),
                    validity.as_hours()
                ),
            )
            .saying(Statement::TokenUsed { at: used, validity }),
        ],
    )
}

/// `12 h 28 min`.
pub(crate) fn in_words(duration: SignedDuration) -> String {
    let minutes = duration.as_mins().abs();
    let (hours, rest) = (minutes / 60, minutes % 60);
    let sign = if duration.is_negative() { "-" } else { "" };
    match (hours, rest) {
        (0, rest) => format!("{sign}{rest} min"),
        (hours, 0) => format!("{sign}{hours} h"),
        (hours, rest) => format!("{sign}{hours} h {rest} min"),
    }
}
