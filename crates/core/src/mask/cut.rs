//! How each kind of secret is shown, and how a text already masked is recognised.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::SecretKind;

/// Shorter keys show nothing of themselves: four of their characters would give them away.
const SHORTEST_WITH_TAIL: usize = 8;

#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static MARK: LazyLock<Regex> = LazyLock::new(|| {
    let words =
        "senha|chave|token|cookie|e-mail|telefone|nome|nascimento|identidade|endereço|conta|cartão|cpf|cnpj";
    let tail = r"…[^\s\[\]…*]{4}";
    crate::pattern::compiled(&format!(
        r"\[(?:{words})\]|{tail}|\*{{3}}\.\*{{3}}\.\*{{3}}-\d\d|\*\*\.\*{{3}}\.\*{{3}}/\*{{4}}-\d\d"
    ))
    .expect("a valid pattern")
});

/// Bytes of the marks that [`cut`] writes, in order.
pub(super) fn marks(text: &str) -> Vec<Range<usize>> {
    MARK.find_iter(text).map(|found| found.range()).collect()
}

/// `text` with each of `secrets` (in order, without overlap) replaced by its mark.
pub(super) fn cut(text: &str, secrets: &[(SecretKind, Range<usize>)]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for (kind, range) in secrets {
        masked.push_str(text.get(from..range.start).unwrap_or(""));
        masked.push_str(&mark(*kind, text.get(range.clone()).unwrap_or("")));
        from = range.end;
    }
    masked.push_str(text.get(from..).unwrap_or(""));
    masked
}

fn mark(kind: SecretKind, secret: &str) -> String {
    let word = match kind {
        SecretKind::Cpf => return checked(secret, "***.***.***-", "[cpf]"),
        SecretKind::Cnpj => return checked(secret, "**.***.***/****-", "[cnpj]"),
        SecretKind::ApiKey => return tail(secret, "[chave]"),
        SecretKind::Token => return tail(secret, "[token]"),
        SecretKind::Password => "[senha]",
        SecretKind::Cookie => "[cookie]",
        SecretKind::Email => "[e-mail]",
        SecretKind::Phone => "[telefone]",
        SecretKind::Name => "[nome]",
        SecretKind::BirthDate => "[nascimento]",
        SecretKind::IdentityCard => "[identidade]",
        SecretKind::Address => "[endereço]",
        SecretKind::BankAccount => "[conta]",
        SecretKind::Card => "[cartão]",
    };
    word.to_owned()
}

/// The last four characters behind an ellipsis; nothing of a short secret or of one that ends in other than letters and digits.
fn tail(secret: &str, short: &str) -> String {
    let trimmed = secret.trim_end_matches('=');
    let count = trimmed.chars().count();
    let tail: String = trimmed.chars().skip(count.saturating_sub(4)).collect();
    let plain = tail.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if count < SHORTEST_WITH_TAIL || !plain { short.to_owned() } else { format!("…{tail}") }
}

/// The two check digits behind stars.
fn checked(secret: &str, stars: &str, other: &str) -> String {
    let tail = secret.len().checked_sub(2).and_then(|at| secret.get(at..));
    match tail {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => format!("{stars}{digits}"),
        _ => other.to_owned(),
    }
}
