//! API Keys as they may be kept: a keyed hash to compare by, and the last four characters to show.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The installation's secret under which keys are hashed. Never shown.
#[derive(Clone)]
pub struct HashSecret(Hmac<Sha256>);

impl HashSecret {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length, so this cannot fail")]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(<Hmac<Sha256> as KeyInit>::new_from_slice(&bytes).expect("HMAC takes a key of any length"))
    }

    fn mac(&self, data: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(data);
        mac.finalize().into_bytes().into()
    }
}

/// An API Key as we may keep it.
///
/// Invariant: the key itself is not inside, so no log line, row or reply can carry it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPrint {
    hash: [u8; 32],
    tail: String,
}

/// How a kept print begins.
const STORED: &str = "hmac-sha256:";

/// Below this many characters a string is no key, and its tail would give it away.
pub const SHORTEST_KEY: usize = 8;

impl KeyPrint {
    /// The print of `key`; invisible characters inside are dropped first. `None` if it is too short.
    pub fn of(key: &str, secret: &HashSecret) -> Option<Self> {
        let visible: String = key.chars().filter(|c| !is_invisible(*c)).collect();
        if visible.chars().count() < SHORTEST_KEY {
            return None;
        }
        let (start, _) = visible.char_indices().rev().nth(3)?;
        Some(Self { hash: secret.mac(visible.as_bytes()), tail: visible.get(start..)?.to_owned() })
    }

    /// The print as it is kept: `hmac-sha256:`, the hash in hexadecimal, and the last four characters. No secret.
    pub fn stored(&self) -> String {
        let hash: String = self.hash.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{STORED}{hash}:{}", self.tail)
    }

    /// A print that was kept. `None` if the text is none.
    pub fn from_stored(text: &str) -> Option<Self> {
        let (hex, tail) = text.strip_prefix(STORED)?.split_once(':')?;
        if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) || tail.chars().count() != 4 {
            return None;
        }
        let mut hash = [0; 32];
        for (n, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(2 * n..2 * n + 2)?, 16).ok()?;
        }
        Some(Self { hash, tail: tail.to_owned() })
    }

    /// A print from its parts, as a table keeps them. `None` if the tail is not of four characters.
    pub fn from_parts(hash: [u8; 32], tail: &str) -> Option<Self> {
        (tail.chars().count() == 4).then(|| Self { hash, tail: tail.to_owned() })
    }

    /// The keyed hash. No secret, but nothing to show either: whoever has it can tell that two keys are one.
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// The last four characters.
    pub fn tail(&self) -> &str {
        &self.tail
    }
}

impl fmt::Display for KeyPrint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…{}", self.tail)
    }
}

impl fmt::Debug for KeyPrint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPrint(…{})", self.tail)
    }
}

/// Characters that people paste without seeing them: zero-width ones, joiners, marks of direction, soft hyphens.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}
