//! Passwords: what one must be like, its hash, and the check that takes as long for names that do not exist.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::error::DeskError;

/// In characters: a sentence of few words.
const SHORTEST: usize = 12;
/// In bytes: more is somebody's attempt to keep the desk busy.
const LONGEST: usize = 256;

/// In characters: from here on a name within a password is no chance.
const NAMED: usize = 4;

/// Hashes at once: each takes 19 MiB and a core, and whoever floods the log-in gets no more of either.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// 19 MiB, two passes, one lane: the least that OWASP recommends for argon2id, 20 ms of a core.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password that nobody has.
static NOBODYS: LazyLock<String> = LazyLock::new(|| made("nobody has this password").unwrap_or_default());

fn made(password: &str) -> Option<String> {
    hasher().hash_password(password.as_bytes()).ok().map(|hash| hash.to_string())
}

/// # Errors
/// If a password is too short, too long, or what everybody would try first.
pub(super) fn is_fit(password: &str, login: &str, name: &str) -> Result<(), DeskError> {
    let folded = password.to_lowercase();
    // A name of few letters is in many good passwords by chance.
    let words = [login, name].map(|word| word.trim().to_lowercase());
    let guessed = words.iter().any(|word| word.chars().count() >= NAMED && folded.contains(word.as_str()));
    let varied = password.chars().collect::<std::collections::BTreeSet<_>>().len() >= 5;
    if password.chars().count() < SHORTEST || password.len() > LONGEST || guessed || !varied {
        let text = "a senha tem de 12 caracteres a 256 bytes, ao menos 5 deles diferentes, e não contém seu nome nem seu login";
        return Err(DeskError::Invalid(text.to_owned()));
    }
    Ok(())
}

/// The hash to keep. Takes a core for 20 ms, so it runs apart.
pub(super) async fn hash(password: String) -> Result<String, DeskError> {
    // The semaphore is never closed.
    let _turn = AT_ONCE.acquire().await;
    let made = tokio::task::spawn_blocking(move || made(&password)).await;
    made.ok().flatten().ok_or(DeskError::Damaged("o resumo de uma senha"))
}

/// Whether a password fits a hash; without one it takes as long and does not.
pub(super) async fn fits(password: String, hash: Option<String>) -> bool {
    let _turn = AT_ONCE.acquire().await;
    let checked = tokio::task::spawn_blocking(move || {
        let real = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODYS.clone());
        let fits = PasswordHash::new(&text)
            .is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok());
        fits && real
    });
    checked.await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only_and_nobodys_fits_none() {
        let own = hash("correto cavalo bateria".to_owned()).await.unwrap();
        assert!(own.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{own}");
        assert!(fits("correto cavalo bateria".to_owned(), Some(own.clone())).await);
        assert!(!fits("correto cavalo Bateria".to_owned(), Some(own.clone())).await);
        assert_ne!(own, hash("correto cavalo bateria".to_owned()).await.unwrap(), "salted");
        assert!(!fits("nobody has this password".to_owned(), None).await);
        assert!(!fits("x".to_owned(), Some("no hash".to_owned())).await);
    }

    #[test]
    fn a_short_name_forbids_no_password_that_has_its_letters_by_chance() {
        for name in ["", "A", "Zé", "Ana"] {
            assert!(is_fit("banana e azeite", "a", name).is_ok(), "{name}");
        }
        assert!(is_fit("senha de joana!", "x", "Joana").is_err());
    }

    #[test]
    fn what_everybody_would_try_is_refused() {
        let table = [
            ("curta", false),
            ("doze caracter", true),
            ("aaaaaaaaaaaaaaaa", false),
            ("ana@balcao.example!", false),
            ("minha ANA SILVA senha", false),
            (&"x1y2z".repeat(60), false),
        ];
        for (password, fit) in table {
            assert_eq!(is_fit(password, "ana@balcao.example", "Ana Silva").is_ok(), fit, "{password}");
        }
    }
}
