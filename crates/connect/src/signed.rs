//! Signatures of webhooks: Standard Webhooks both ways, and the `sha256=…` of those who sign the body alone.
//!
//! In: bytes and headers that anybody may have sent. Out: whether whoever knows the key wrote them, and lately. Pure: the time comes in.
//! Source: the Standard Webhooks specification 1.0; `X-Hub-Signature-256` as GitHub and Meta document it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use zeroize::Zeroizing;

/// How old, or how far ahead, a signed moment may be.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// Signatures of one delivery that are looked at: a sender that rotates its key sends two.
const MOST_SIGNATURES: usize = 16;

/// A key that signs and verifies. It cannot be shown.
#[derive(Clone)]
pub struct Key(Zeroizing<Vec<u8>>);

/// Why a text is no key. The text is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a chave do webhook não é `whsec_` e de 24 a 64 bytes em base64; gere outra, por exemplo com: openssl rand -base64 32"
)]
pub struct KeyError;

impl Key {
    /// Reads `whsec_` and 24 to 64 bytes in base64; the prefix may be left out.
    ///
    /// # Errors
    /// If it is something else.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let encoded = text.strip_prefix("whsec_").unwrap_or(text);
        let bytes = Zeroizing::new(STANDARD.decode(encoded).map_err(|_not_base64| KeyError)?);
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(KeyError) }
    }
}

/// What a signed delivery says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Headers<'h> {
    /// `webhook-id`: the same when it is delivered again.
    pub id: &'h str,
    /// `webhook-timestamp`: seconds since 1970.
    pub timestamp: &'h str,
    /// `webhook-signature`: `v1,…` once or more, with spaces between.
    pub signature: &'h str,
}

/// Why a delivery is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// A header that is missing or malformed.
    #[error("faltam `webhook-id`, `webhook-timestamp` ou `webhook-signature`, ou um deles não se lê")]
    Malformed,
    /// An old delivery sent again, or a clock that is wrong.
    #[error("o momento assinado está a mais de cinco minutos de agora; acerte o relógio de quem envia")]
    Stale,
    /// Another key, or other bytes.
    #[error("a assinatura não confere com o corpo e a chave")]
    Wrong,
}

/// The signature of a delivery, `v1,<base64>`.
#[must_use]
pub fn sign(key: &Key, id: &str, at: Timestamp, body: &[u8]) -> String {
    let code = standard(key, id, &at.as_second().to_string(), body).finalize().into_bytes();
    format!("v1,{}", STANDARD.encode(code))
}

/// Whether one of `keys` signed these bytes, at most five minutes from `now`.
///
/// # Errors
/// Why it is not believed.
pub fn verify(keys: &[Key], headers: &Headers<'_>, body: &[u8], now: Timestamp) -> Result<(), Unsigned> {
    if headers.id.is_empty() || headers.id.contains('.') {
        return Err(Unsigned::Malformed);
    }
    let second: i64 = headers.timestamp.parse().map_err(|_no_number| Unsigned::Malformed)?;
    let at = Timestamp::from_second(second).map_err(|_no_moment| Unsigned::Malformed)?;
    if now.duration_since(at).abs() > TOLERANCE {
        return Err(Unsigned::Stale);
    }
    let given = headers.signature.split_ascii_whitespace().take(MOST_SIGNATURES);
    let given: Vec<Vec<u8>> = given
        .filter_map(|part| part.strip_prefix("v1,"))
        .filter_map(|encoded| STANDARD.decode(encoded).ok())
        .collect();
    if given.is_empty() {
        return Err(Unsigned::Malformed);
    }
    let right = keys.iter().any(|key| {
        let code = standard(key, headers.id, headers.timestamp, body);
        given.iter().any(|given| code.clone().verify_slice(given).is_ok())
    });
    if right { Ok(()) } else { Err(Unsigned::Wrong) }
}

fn standard(key: &Key, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut code = keyed(&key.0);
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        code.update(part);
    }
    code
}

/// Whether `header`, `sha256=<hex>`, is the signature of the body with this secret.
#[must_use]
pub fn is_hub_signature(secret: &[u8], header: &str, body: &[u8]) -> bool {
    let Some(given) = header.trim().strip_prefix("sha256=").and_then(unhex) else { return false };
    // Whoever has set no secret believes nobody.
    if secret.is_empty() {
        return false;
    }
    let mut code = keyed(secret);
    code.update(body);
    code.verify_slice(&given).is_ok()
}

/// Whether two texts are the same, in a time that does not tell where they differ; an empty one is like no other.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    // The codes of both under one key are compared in constant time, whatever their lengths.
    let code = |bytes: &[u8]| {
        let mut code = keyed(b"same");
        code.update(bytes);
        code
    };
    !a.is_empty() && code(a).verify(&code(b).finalize().into_bytes()).is_ok()
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of every length")
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .bytes()
        .map(|byte| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const CODE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn signs_as_the_specification_does() {
        assert_eq!(sign(&Key::parse(KEY).unwrap(), ID, at(1_614_265_330), BODY), CODE);
    }

    #[test]
    fn a_delivery_is_believed_only_whole_lately_and_of_a_known_key() {
        let own = Key::parse(KEY).unwrap();
        let other = Key::parse("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        let now = at(1_614_265_330);
        let both = format!("v1,AAAA v2,zzz {CODE}");
        let of = |id, timestamp, signature| Headers { id, timestamp, signature };
        let good = of(ID, "1614265330", CODE);
        let keys = [other.clone(), own.clone()];
        assert_eq!(verify(&keys, &good, BODY, now), Ok(()));
        assert_eq!(verify(&keys, &of(ID, "1614265330", &both), BODY, at(1_614_265_630)), Ok(()));
        let refused = [
            (verify(&keys, &good, BODY, at(1_614_265_631)), Unsigned::Stale),
            (verify(&keys, &good, BODY, at(1_614_265_029)), Unsigned::Stale),
            (verify(&keys, &good, b"{}", now), Unsigned::Wrong),
            (verify(&[other], &good, BODY, now), Unsigned::Wrong),
            (verify(&[], &good, BODY, now), Unsigned::Wrong),
            (verify(&keys, &of("other", "1614265330", CODE), BODY, now), Unsigned::Wrong),
            (verify(&keys, &of(ID, "1614265331", CODE), BODY, now), Unsigned::Wrong),
            (verify(&keys, &of("", "1614265330", CODE), BODY, now), Unsigned::Malformed),
            (verify(&keys, &of(ID, "soon", CODE), BODY, now), Unsigned::Malformed),
            (verify(&keys, &of(ID, "99999999999999999", CODE), BODY, now), Unsigned::Malformed),
            (verify(&keys, &of(ID, "1614265330", ""), BODY, now), Unsigned::Malformed),
        ];
        for (given, expected) in refused {
            assert_eq!(given, Err(expected));
        }
    }

    #[test]
    fn a_body_signed_alone_is_believed_only_with_its_secret() {
        // The example of GitHub's documentation.
        let (secret, body) = (b"It's a Secret to Everybody".as_slice(), b"Hello, World!".as_slice());
        let header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert!(is_hub_signature(secret, header, body));
        assert!(!is_hub_signature(secret, header, b"Hello, World?"));
        assert!(!is_hub_signature(b"", header, body));
        for odd in ["", "sha256=", "sha256=7", "sha256=zz", "757107ea", "sha1=757107ea"] {
            assert!(!is_hub_signature(secret, odd, body), "{odd}");
        }
    }

    #[test]
    fn keys_and_texts_of_other_lengths_are_refused() {
        for odd in ["", "whsec_", "whsec_AAAA", "whsec_não", "segredo"] {
            assert!(Key::parse(odd).is_err(), "{odd}");
        }
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd") && !same(b"abc", b"ab") && !same(b"", b""));
    }
}
