//! One request as its row: ids and logins are looked up in lower case, paths and errors are kept masked.

use std::collections::BTreeMap;

use balcao_core::evidence::key::KeyPrint;
use balcao_core::facts::paths;
use balcao_core::facts::request_log::LoggedRequest;
use balcao_core::mask::Masker;
use balcao_store::request::Request;
use jiff::Timestamp;

use crate::desk::instant;
use crate::secrets::Secrets;

/// Bytes of an id or a login; an index takes no longer ones.
pub(super) const LONGEST_NAME: usize = 200;
/// Bytes of a path as it is compared.
const LONGEST_PATH: usize = 500;
/// Characters of a path as it is shown, and of an error.
const LONGEST_SHOWN: usize = 2_000;
const LONGEST_ERROR: usize = 4_000;
/// Before the mark of a path that is not kept whole; no path has this character once its fragment is cut off.
const VEIL: char = '#';
/// Paths and errors repeat themselves; so many are remembered.
const MOST_MASKED: usize = 10_000;

/// Makes rows of requests, and paths comparable.
pub(super) struct Columns<'s> {
    secrets: &'s Secrets,
    masker: Masker,
    masked: BTreeMap<String, String>,
}

impl<'s> Columns<'s> {
    pub(super) fn new(secrets: &'s Secrets) -> Self {
        Self { secrets, masker: Masker::new([]), masked: BTreeMap::new() }
    }

    /// The row of a request, or why it cannot be one.
    pub(super) fn row(&mut self, request: LoggedRequest) -> Result<Request, String> {
        let names = [
            ("request_id", request.request_id.as_deref()),
            ("user", request.user.as_deref()),
            ("environment", Some(request.environment.as_str())),
            ("method", Some(request.method.as_str())),
        ];
        if let Some((name, _)) = names.iter().find(|(_, text)| text.is_some_and(|t| t.len() > LONGEST_NAME)) {
            return Err(format!("{name}: tem mais de {LONGEST_NAME} bytes"));
        }
        let (request_id, shown_id) = lower(request.request_id);
        let (login, shown_login) = lower(request.user);
        Ok(Request {
            at: floor(request.at),
            request_id,
            environment: storable(&request.environment),
            method: storable(&request.method),
            normal_path: self.normal_path(&request.path),
            path: cut(&self.mask(&request.path), LONGEST_SHOWN),
            status: request.status.map(i64::from),
            key_hash: request.api_key.as_ref().map(|key| key.hash().to_vec()),
            key_tail: request.api_key.as_ref().map(|key| storable(key.tail())),
            login,
            token_issued_at: request.token_issued_at.map(floor),
            error: request.error.map(|error| cut(&self.mask(&error), LONGEST_ERROR)),
            duration_ms: request.duration_ms.and_then(|length| i64::try_from(length).ok()),
            shown_id,
            shown_login,
        })
    }

    /// A path as rows are compared by it. One that shows a secret, or is very long, ends in a keyed hash of the whole: equal
    /// paths stay equal and different ones different, and the secret is not there.
    pub(super) fn normal_path(&mut self, path: &str) -> String {
        let (path, normal) = (storable(paths::bare(path)), storable(&paths::normal(path)));
        let masked = self.mask(&path);
        if masked == path && normal.len() <= LONGEST_PATH {
            return normal;
        }
        let shown = paths::normal(&masked);
        let end = shown.floor_char_boundary(LONGEST_PATH.min(shown.len()));
        let mark: String = self.secrets.mark("path", &[normal.as_bytes()]).chars().take(32).collect();
        format!("{}{VEIL}{mark}", shown.get(..end).unwrap_or_default())
    }

    /// `text` masked by itself, whatever stands around it, so that equal texts stay equal.
    fn mask(&mut self, text: &str) -> String {
        if let Some(known) = self.masked.get(text) {
            return known.clone();
        }
        let masked = storable(&self.masker.mask(text));
        if text.len() <= LONGEST_SHOWN {
            // Paths with ids come once and push out what comes often, which is soon back.
            if self.masked.len() >= MOST_MASKED {
                self.masked.clear();
            }
            self.masked.insert(text.to_owned(), masked.clone());
        }
        masked
    }
}

/// Whether a path as it is compared stands for one that is not kept.
pub(super) fn is_veiled(normal_path: &str) -> bool {
    normal_path.contains(VEIL)
}

/// The request of a row.
pub(super) fn logged(row: Request) -> LoggedRequest {
    let hash = row.key_hash.and_then(|hash| <[u8; 32]>::try_from(hash).ok());
    LoggedRequest {
        at: instant(row.at),
        request_id: row.shown_id.or(row.request_id),
        environment: row.environment,
        method: row.method,
        path: row.path,
        status: row.status.and_then(|status| u16::try_from(status).ok()),
        api_key: hash.zip(row.key_tail).and_then(|(hash, tail)| KeyPrint::from_parts(hash, &tail)),
        user: row.shown_login.or(row.login),
        token_issued_at: row.token_issued_at.map(instant),
        error: row.error,
        duration_ms: row.duration_ms.and_then(|length| u64::try_from(length).ok()),
    }
}

/// As it is looked up, and as it was written where that differs.
fn lower(text: Option<String>) -> (Option<String>, Option<String>) {
    let Some(text) = text.map(|text| storable(&text)) else { return (None, None) };
    let lower = text.to_ascii_lowercase();
    let shown = (lower != text).then_some(text);
    (Some(lower), shown)
}

/// A name of a message as rows are looked up by it; `None` for one that no row can have.
pub(super) fn looked_up(name: &str) -> Option<String> {
    let name = name.trim();
    (!name.is_empty() && name.len() <= LONGEST_NAME).then(|| storable(name).to_ascii_lowercase())
}

/// PostgreSQL takes no zero character.
pub(super) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// At most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
        None => text.to_owned(),
    }
}

/// Milliseconds since 1970, what is below one cut off.
pub(super) fn floor(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond().div_euclid(1_000_000)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use balcao_core::evidence::key::HashSecret;

    use super::*;

    fn secrets() -> Secrets {
        Secrets::new([7; 32], [9; 32])
    }

    fn row(rest: &str) -> Result<Request, String> {
        let line = format!(
            r#"{{"at":"2026-05-12T10:00:00.123456-03:00","environment":"producao","method":"get","status":null,{rest}}}"#
        );
        Columns::new(&secrets()).row(LoggedRequest::read(&line, &HashSecret::new([7; 32])).unwrap())
    }

    #[test]
    fn a_row_reads_back_as_the_request_it_was_made_of_to_the_millisecond() {
        let row = row(
            r#""request_id":"REQ-1","path":"/API/x/?y=1","api_key":"chave-de-teste-1","user":"CC030","token_issued_at":"2026-05-12T09:00:00Z","duration_ms":3"#,
        );
        let row = row.unwrap();
        assert_eq!((row.request_id.as_deref(), row.login.as_deref()), (Some("req-1"), Some("cc030")));
        assert_eq!((row.path.as_str(), row.normal_path.as_str()), ("/API/x/", "/api/x"));
        let back = logged(row);
        assert_eq!(back.at.to_string(), "2026-05-12T13:00:00.123Z");
        assert_eq!((back.request_id.as_deref(), back.user.as_deref()), (Some("REQ-1"), Some("CC030")));
        assert_eq!(back.api_key, KeyPrint::of("chave-de-teste-1", &HashSecret::new([7; 32])));
        assert_eq!((back.status, back.duration_ms), (None, Some(3)));
        assert_eq!(back.token_issued_at.unwrap().to_string(), "2026-05-12T09:00:00Z");
    }

    #[test]
    fn a_path_with_a_secret_is_veiled_and_still_compares_exactly() {
        let secrets = secrets();
        let mut columns = Columns::new(&secrets);
        let veiled = columns.normal_path("/api/clientes/529.982.247-25/x");
        assert!(is_veiled(&veiled) && !veiled.contains("529.982"), "{veiled}");
        assert_eq!(columns.normal_path("https://h.example/API/clientes/529.982.247-25/X/?y"), veiled);
        assert_ne!(columns.normal_path("/api/clientes/111.982.247-25/x"), veiled);
        let long = columns.normal_path(&format!("/{}", "é".repeat(1_000)));
        assert!(is_veiled(&long) && long.len() < 600, "{long}");
        assert_eq!(columns.normal_path("/api/v2/propostas/171656"), "/api/v2/propostas/171656");
    }

    #[test]
    fn what_is_kept_shows_no_secret_and_no_character_that_a_database_refuses() {
        let row = row(
            r#""path":"/api/clientes/52998224725","api_key":"abcd efgh 1234","error":"chave abcd efgh 1234 de 529.982.247-25\u0000""#,
        );
        let row = row.unwrap();
        let shown = format!("{row:?}");
        for secret in ["52998224725", "529.982", "abcd efgh", "\\0"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert!(row.error.unwrap().starts_with("chave …1234 de "));
    }

    #[test]
    fn names_that_no_index_takes_are_refused_and_long_texts_cut() {
        let long = "x".repeat(201);
        for field in ["request_id", "user"] {
            let refused = row(&format!(r#""path":"/x","{field}":"{long}""#));
            assert_eq!(refused.unwrap_err(), format!("{field}: tem mais de 200 bytes"));
        }
        let row = row(&format!(r#""path":"/x","error":"{}""#, "a b ".repeat(2_000))).unwrap();
        assert_eq!(row.error.unwrap().chars().count(), LONGEST_ERROR + 1);
    }
}
