//! The words of a status, as answers and maps write them.

use balcao_core::facts::registry::UserStatus;

const UNKNOWN: &str =
    "o cadastro externo deu um estado que não se conhece; mapeie-o em `fields.values.status`";

/// Whether a key is active.
///
/// # Errors
/// That the word is not known.
pub(super) fn is_active(word: &str) -> Result<bool, String> {
    match word.to_lowercase().as_str() {
        "active" | "ativa" | "ativo" | "true" => Ok(true),
        "inactive" | "inativa" | "inativo" | "false" => Ok(false),
        _ => Err(UNKNOWN.to_owned()),
    }
}

/// The status of a user.
///
/// # Errors
/// That the word is not known.
pub(super) fn user_status(word: &str) -> Result<UserStatus, String> {
    match word.to_lowercase().as_str() {
        "active" | "ativo" | "ativa" | "true" => Ok(UserStatus::Active),
        "inactive" | "inativo" | "inativa" | "false" => Ok(UserStatus::Inactive),
        "blocked" | "bloqueado" | "bloqueada" => Ok(UserStatus::Blocked),
        _ => Err(UNKNOWN.to_owned()),
    }
}
