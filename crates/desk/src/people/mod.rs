//! People and programs: who may come in, how they prove who they are, and how that ends.
//!
//! Passwords are kept as argon2id hashes, tokens and sessions as SHA-256, second factors sealed. Whoever comes in is a [`Caller`].
//!
//! **Invariants:** a known and an unknown name answer, wait and lock alike; a link, and a code of the second factor, is good once;
//! nobody hands out more than he has.
//!
//! [`Caller`]: crate::caller::Caller

pub mod account;
pub mod first;
pub mod link;
pub mod login;
mod password;
mod rank;
pub mod session;
pub mod token;
pub mod totp;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::desk::random;
use crate::error::DeskError;
use crate::secrets::hex;

/// A fresh secret for a link or a session: 32 random bytes as text.
fn fresh_secret() -> Result<String, DeskError> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// What is kept of such a secret. It is as random as the hash is long, so no salt or stretching is needed.
fn hash_of(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}
