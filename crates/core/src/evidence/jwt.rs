//! JSON Web Tokens, read without being trusted.
//!
//! In: a string that stands for a token, or any text. Out: what the claims say of time; signatures are never checked.

use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use regex::Regex;
use serde_json::Value;

/// A token found in a text, with what its claims say (never verified).
#[derive(Clone, PartialEq)]
pub struct FoundToken {
    pub span: Range<usize>,
    /// `Err` names why it is no JWT, in a word for people.
    pub read: Result<Claims, Malformed>,
}

/// What the claims say of time and person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Claims {
    pub issued_at: Option<Timestamp>,
    pub not_before: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
}

/// Why a string that stands for a token is no JWT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    Segments,
    Base64,
    Header,
    Payload,
}

/// What kind of JOSE object a string is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Signed (or `alg: none`) claims: the payload is a JSON object.
    Jwt(Claims),
    /// Signed content that is no JSON object; also where `b64: false` leaves the payload as it is.
    SignedOther,
    /// Encrypted, so nobody here can read its claims.
    Encrypted,
    /// The JSON serialisation, which no API takes as a token.
    Json,
    Malformed(Malformed),
}

/// Reads one string as a JWT (compact serialisation, three segments).
///
/// # Errors
/// The first thing, from left to right, that makes it no JWT; an encrypted token fails by its number of segments.
pub fn decode(token: &str) -> Result<Claims, Malformed> {
    match classify(token) {
        Kind::Jwt(claims) => Ok(claims),
        Kind::SignedOther => Err(Malformed::Payload),
        Kind::Encrypted | Kind::Json => Err(Malformed::Segments),
        Kind::Malformed(why) => Err(why),
    }
}

/// Tells what `token` is, strictly: three or five base64url segments without padding, a JSON header with `alg`.
pub fn classify(token: &str) -> Kind {
    if token.trim_start().starts_with('{') {
        return match serde_json::from_str(token) {
            Ok(Value::Object(map)) if map.contains_key("payload") || map.contains_key("ciphertext") => {
                Kind::Json
            }
            _ => Kind::Malformed(Malformed::Segments),
        };
    }
    let segments: Vec<&str> = token.split('.').take(6).collect();
    let (header, payload, rest) = match segments.as_slice() {
        [header, payload, signature] => (*header, Some(*payload), vec![*signature]),
        [header, key, iv, content, tag] => (*header, None, vec![*key, *iv, *content, *tag]),
        _ => return Kind::Malformed(Malformed::Segments),
    };
    let header = match segment(header).map(|bytes| serde_json::from_slice(&bytes)) {
        None => return Kind::Malformed(Malformed::Base64),
        Some(Ok(Value::Object(header))) if header.get("alg").is_some_and(Value::is_string) => header,
        Some(_) => return Kind::Malformed(Malformed::Header),
    };
    if rest.iter().any(|part| segment(part).is_none()) {
        return Kind::Malformed(Malformed::Base64);
    }
    let Some(payload) = payload else { return Kind::Encrypted };
    if header.get("b64") == Some(&Value::Bool(false)) {
        return Kind::SignedOther;
    }
    let Some(bytes) = segment(payload) else { return Kind::Malformed(Malformed::Base64) };
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(claims)) => Kind::Jwt(Claims {
            issued_at: claims.get("iat").and_then(instant),
            not_before: claims.get("nbf").and_then(instant),
            expires_at: claims.get("exp").and_then(instant),
        }),
        _ => Kind::SignedOther,
    }
}

/// The bytes of one segment: base64url without padding, nothing else. Loose trailing bits are let pass,
/// because issuers of real tokens leave them.
fn segment(text: &str) -> Option<Vec<u8>> {
    use base64::alphabet::URL_SAFE;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    static LOOSE: LazyLock<GeneralPurpose> = LazyLock::new(|| {
        let config = GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::RequireNone);
        GeneralPurpose::new(&URL_SAFE, config)
    });
    URL_SAFE_NO_PAD.decode(text).or_else(|_| LOOSE.decode(text)).ok()
}

/// Seconds since 1970 as an integer, a fraction or a numeric string; anything else says nothing.
fn instant(claim: &Value) -> Option<Timestamp> {
    let seconds = match claim {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole))?,
        Value::String(text) => {
            let text = text.trim();
            text.parse::<i64>().ok().or_else(|| text.parse::<f64>().ok().and_then(whole))?
        }
        _ => return None,
    };
    Timestamp::from_second(seconds).ok()
}

/// A fraction of a second is cut off, as it decides nothing.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked, and cutting the fraction is meant"
)]
fn whole(seconds: f64) -> Option<i64> {
    (seconds.is_finite() && seconds.abs() < 1e12).then_some(seconds.floor() as i64)
}

/// Characters of a token, and those (padding, plain base64, dots) that a broken one may hold.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a literal pattern, compiled by every test")]
    crate::pattern::compiled(r"eyJ[A-Za-z0-9_-]{5,}[=+/]*\.[A-Za-z0-9_=+/.-]*").expect("a literal pattern")
});

/// Every string of `text` that looks like a JWT (starts with `eyJ` and has dots), in order.
///
/// A full stop that ends a sentence is not part of a token. Tokens broken over lines are found only up to the break.
pub fn find(text: &str) -> Vec<FoundToken> {
    let mut found = Vec::new();
    for hit in TOKEN.find_iter(text) {
        let before = text.get(..hit.start()).and_then(|before| before.chars().next_back());
        // In the middle of a longer word it is no token's start (a segment of another one may look alike).
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-')) {
            continue;
        }
        let dots = hit.as_str().matches('.').count();
        // Two dots with nothing behind the second is an unsigned token; any further dot at the end is a sentence's.
        let token = match hit.as_str().strip_suffix('.') {
            Some(shorter) if dots != 2 => shorter.trim_end_matches('.'),
            _ => hit.as_str(),
        };
        let read = decode(token);
        found.push(FoundToken { span: hit.start()..hit.start() + token.len(), read });
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(header: &str, payload: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", encode(header), encode(payload), encode("assinatura"))
    }

    #[test]
    fn a_token_is_read_strictly_and_its_claims_kindly() {
        let head = r#"{"alg":"HS256","typ":"JWT"}"#;
        let good = token(head, r#"{"iat":1778716050,"nbf":"1778716051","exp":1778716052.5}"#);
        let claims = decode(&good).unwrap();
        assert_eq!(claims.issued_at.map(Timestamp::as_second), Some(1_778_716_050));
        assert_eq!(claims.not_before.map(Timestamp::as_second), Some(1_778_716_051));
        assert_eq!(claims.expires_at.map(Timestamp::as_second), Some(1_778_716_052));
        let table = [
            (format!("{good}."), Malformed::Segments),
            (good.rsplit_once('.').unwrap().0.to_owned(), Malformed::Segments),
            (format!("{good}="), Malformed::Base64),
            (good.replace('.', ".!"), Malformed::Base64),
            (token("{}", "{}"), Malformed::Header),
            (token("x", "{}"), Malformed::Header),
            (token(head, "[1]"), Malformed::Payload),
            (token(head, "texto"), Malformed::Payload),
            (String::new(), Malformed::Segments),
        ];
        for (text, why) in table {
            assert_eq!(decode(&text), Err(why), "{text}");
        }
        assert_eq!(decode(&token(head, r#"{"iat":true,"exp":1e300}"#)), Ok(Claims::default()));
    }

    #[test]
    fn tokens_are_found_where_they_stand() {
        let good = token(r#"{"alg":"HS256"}"#, r#"{"iat":1}"#);
        let cut = good.rsplit_once('.').unwrap().0;
        let table = [
            (format!("Authorization: Bearer {good}"), 1, true),
            (format!("{{\"token\":\"{good}\"}}"), 1, true),
            (format!("token={good}&a=b"), 1, true),
            (format!("o token é {good}."), 1, true),
            (format!("o token é {cut} e não vai"), 1, false),
            ("eyJ nada".to_owned(), 0, false),
        ];
        for (text, count, well) in table {
            let found = find(&text);
            assert_eq!(found.len(), count, "{text}");
            assert!(found.iter().all(|token| token.read.is_ok() == well), "{text}");
        }
    }

    proptest! {
        #[test]
        fn finding_never_panics_and_spans_fit(text in "(eyJ[A-Za-z0-9.=_-]{0,20}|\\PC{0,6}|[. \n]){0,8}") {
            let mut end = 0;
            for token in find(&text) {
                prop_assert!(text.get(token.span.clone()).is_some() && token.span.start >= end);
                end = token.span.end;
            }
            let _ = classify(&text);
        }
    }
}
