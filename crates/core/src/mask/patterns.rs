//! Secrets that their shape betrays wherever they stand.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::SecretKind;
use super::documents_br::{is_cnpj, is_cpf, passes_luhn};

/// A string of letters and digits from this length on is taken for a token.
const SHORTEST_TOKEN: usize = 20;

/// Documents, cards and telephones: rows of digits with their signs.
#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(concat!(
        r"(?P<cpf>\d{3}\.\d{3}\.\d{3}[-./ ]\d{2}|\d{9}-\d{2})",
        r"|(?P<cnpj>[0-9A-Za-z]{2}\.[0-9A-Za-z]{3}\.[0-9A-Za-z]{3}/[0-9A-Za-z]{4}-\d{2})",
        r"|(?P<card>\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,4}|\d{4}[ -]\d{6}[ -]\d{5})",
        r"|(?P<phone>(?:\+ ?55[ .-]?)\(?\d{2}\)?[ .-]?9? ?\d{4}[ .-]?\d{4}|(?:55 ?)?\(0?\d{2}\) ?9?[ .-]?\d{4}[ .-]?\d{4}|0?\d{2} 9?\d{4}-\d{4}|9\d{4}-\d{4})",
        r"|(?P<bare>\d{11,16})",
    ))
    .expect("a valid pattern")
});

#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(
        r"[A-Za-z0-9._%+-]{1,64}(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}",
    )
    .expect("a valid pattern")
});

#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static JWT: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(r"eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*").expect("a valid pattern")
});

#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static SCHEME: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(r"(?i)(?:bearer|basic|digest)(?:\s|%20|\+|:)+([A-Za-z0-9._~+/=-]{8,})")
        .expect("a valid pattern")
});

/// `curl -u user:password` and `https://user:password@host`.
#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static CREDENTIALS: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(
        r#"(?:\s-u|\s--user|\s--proxy-user|\s-U)[ =]*["']?[^\s:"']+:([^\s"']+)|://[^\s/:@"']+:([^\s/@"']+)@"#,
    )
    .expect("a valid pattern")
});

#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static RUN: LazyLock<Regex> =
    LazyLock::new(|| crate::pattern::compiled(r"[A-Za-z0-9_-]{14,}").expect("a valid pattern"));

/// A person who gives his name in a sentence.
#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static INTRODUCED: LazyLock<Regex> = LazyLock::new(|| {
    let lead =
        r"(?i:meu nome é|meu nome e|me chamo|nome d[oa] (?:cliente|titular|mãe|pai|beneficiári[oa]) é)";
    crate::pattern::compiled(&format!(
        r"{lead}\s+(\p{{Lu}}[\p{{L}}'’]+(?:[ \t]+(?:d[aeo]s?[ \t]+)?\p{{Lu}}[\p{{L}}'’]+){{0,5}})"
    ))
    .expect("a valid pattern")
});

/// Every secret of `text` that its shape betrays; ranges may overlap.
pub(super) fn find(text: &str) -> Vec<(SecretKind, Range<usize>)> {
    let mut found: Vec<(SecretKind, Range<usize>)> =
        NUMBERS.captures_iter(text).filter_map(|number| self::number(text, &number)).collect();
    let mails = EMAIL.find_iter(text).filter(|hit| !is_login_of_url(text, hit.start()));
    found.extend(mails.map(|hit| (SecretKind::Email, hit.range())));
    found.extend(
        JWT.find_iter(text).filter(|hit| hit.len() >= 16).map(|hit| (SecretKind::Token, hit.range())),
    );
    let schemes =
        SCHEME.captures_iter(text).filter_map(|hit| hit.get(1)).filter(|hit| is_credential(hit.as_str()));
    found.extend(schemes.map(|hit| (SecretKind::Token, hit.range())));
    let passwords = CREDENTIALS.captures_iter(text).filter_map(|hit| hit.get(1).or_else(|| hit.get(2)));
    found.extend(passwords.map(|hit| (SecretKind::Password, hit.range())));
    let names = INTRODUCED.captures_iter(text).filter_map(|hit| hit.get(1));
    found.extend(names.map(|hit| (SecretKind::Name, hit.range())));
    found.extend(RUN.find_iter(text).filter_map(|hit| run(text, hit.range())));
    found
}

fn number(text: &str, found: &Captures<'_>) -> Option<(SecretKind, Range<usize>)> {
    let hit = found.get(0)?;
    let digit_before =
        text.get(..hit.start()).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_alphanumeric()));
    let after = text.get(hit.end()..).unwrap_or("");
    let goes_on = after.starts_with(|c: char| c.is_ascii_alphanumeric());
    if digit_before || goes_on {
        return None;
    }
    let digits: String = hit.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
    let kind = if found.name("cpf").is_some() {
        let formatted = hit.as_str().len() == 14;
        (formatted || is_cpf(&digits)).then_some(SecretKind::Cpf)
    } else if found.name("cnpj").is_some() {
        Some(SecretKind::Cnpj)
    } else if found.name("card").is_some() {
        passes_luhn(&digits).then_some(SecretKind::Card)
    } else if found.name("phone").is_some() {
        Some(SecretKind::Phone)
    } else if is_cpf(&digits) {
        Some(SecretKind::Cpf)
    } else if is_cnpj(&digits) {
        Some(SecretKind::Cnpj)
    } else {
        (matches!(digits.len(), 15 | 16) && digits.starts_with(['3', '4', '5', '6']) && passes_luhn(&digits))
            .then_some(SecretKind::Card)
    };
    kind.map(|kind| (kind, hit.range()))
}

/// Whether `at` is inside the `user:password@host` of a URL, which is no e-mail address.
fn is_login_of_url(text: &str, at: usize) -> bool {
    let mut from = at.saturating_sub(80);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text.get(from..at).unwrap_or("");
    let login = before.rfind("://").and_then(|scheme| before.get(scheme + 3..));
    login.is_some_and(|login| !login.contains(['/', ' ', '\n', '"']))
}

/// What stands behind `Bearer` or `Basic` and is no word of a sentence.
fn is_credential(value: &str) -> bool {
    value.contains(|c: char| c.is_ascii_digit() || matches!(c, '=' | '.'))
        || value.len() >= 12 && value.chars().skip(1).any(char::is_uppercase)
}

/// A long run of letters and digits: a token, or a CNPJ with letters.
fn run(text: &str, range: Range<usize>) -> Option<(SecretKind, Range<usize>)> {
    let value = text.get(range.clone())?;
    if value.len() == 14 && is_cnpj(&value.to_ascii_uppercase()) {
        return Some((SecretKind::Cnpj, range));
    }
    let before = text.get(..range.start).and_then(|before| before.chars().next_back());
    let in_path = before.is_some_and(|c| matches!(c, '/' | '.' | '@' | '\\'));
    (value.len() >= SHORTEST_TOKEN && !in_path && is_token(value)).then_some((SecretKind::ApiKey, range))
}

/// Letters and digits mixed as no words are: in one part, or in the parts of a UUID.
fn is_token(value: &str) -> bool {
    let hex = value.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let letters = value.chars().filter(char::is_ascii_alphabetic).count();
    if hex && digits > 0 && letters > 0 && value.len() >= 32 {
        return true;
    }
    value.split(['-', '_']).any(is_mixed)
}

/// Short pieces of one class each (`yqFD3Lv`), where words have long ones (`Http11Protocol`).
fn is_mixed(part: &str) -> bool {
    let digits = part.chars().filter(char::is_ascii_digit).count();
    let letters = part.len() - digits;
    if part.len() < 8 || letters < 2 || digits < 1 {
        return false;
    }
    let class = |c: char| {
        if c.is_ascii_digit() {
            0
        } else if c.is_ascii_uppercase() {
            1
        } else {
            2
        }
    };
    let classes: Vec<u8> = part.chars().map(class).collect();
    // A capital letter before a small one begins that piece.
    let borders = classes
        .windows(2)
        .filter(|pair| matches!(pair, [left, right] if left != right && !(*left == 1 && *right == 2)))
        .count();
    let pieces = borders + 1;
    part.len() * 10 < pieces * 38
}
