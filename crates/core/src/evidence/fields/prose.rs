//! Values named in a sentence: `usuário "treinamento"`, `a chave configurada é 50fc…`, `request id req_41`, `em prod`.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::pairs::compact;
use super::{Field, FieldKind, shape};

const NOUNS: &str = r"usu[aá]rio|usr|user(?:name)?|login|api[ _-]?key|chave|key|identificador(?: [uú]nico)?|token|senha|password|(?:x-)?request[ -]?id|correlation[ -]?id|trace[ -]?id|id da requisi[cç][aã]o";

/// A noun and what must follow it: the whole pattern is tried only there.
#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static NOUN: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(&format!("(?i)^(?:{NOUNS})s?[ \\t:=*–-]")).expect("a valid pattern")
});

#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let glue = r"[eé]|eh|o|a|do|da|de|com|que|muda|meu|minha|nosso|nossa|deles?|l[aá]|nov[oa]|antig[oa]|atual|configurad[oa]|usad[oa]|cadastrad[oa]|informad[oa]|enviad[oa]|chamad[oa]|foi|era|em|api|acesso|prod|produ[cç][aã]o|homolog|homologa[cç][aã]o|hml|stg|aqui|tb|is|was|mesm[oa]|sempre|integra[cç][aã]o|testes?|padr[aã]o|sistema|servi[cç]o|t[eé]cnico|principal|utilizad[oa]";
    crate::pattern::compiled(&format!(r#"(?i)^({NOUNS})s?[ \t:=*–-]+((?:(?:{glue})(?:[ \t]+|:[ \t]*)){{0,5}})[ \t(]*(["“'`*]?)([^\s"”'`,;()<>*|&]+)"#)).expect("a valid pattern")
});

#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static ENVIRONMENT: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(
        r"(?i)produ[cç][aã]o|prod|prd|homologa[cç][aã]o|homolog|hml|staging|stag|stg|sandbox|hmg",
    )
    .expect("a valid pattern")
});

/// How a name may begin; the pattern is tried only there.
#[expect(clippy::expect_used, reason = "the strings are literals")]
static STARTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let starts = [
        "usu",
        "usr",
        "user",
        "login",
        "api",
        "chave",
        "key",
        "identificador",
        "token",
        "senha",
        "password",
        "x-request",
        "request",
        "correlation",
        "trace",
        "id da requisi",
    ];
    AhoCorasick::builder().ascii_case_insensitive(true).build(starts).expect("a small automaton")
});

/// A name and its value are read within this many bytes.
const LONGEST: usize = 400;

/// The values that sentences of `text` name, in order for each kind.
pub(super) fn find(text: &str) -> Vec<Field> {
    let mut fields = credentials(text);
    fields.extend(environments(text));
    fields
}

/// Keys, users, tokens, passwords and ids of requests alone.
pub(super) fn credentials(text: &str) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    let mut from = 0;
    for start in STARTS.find_iter(text).map(|hit| hit.start()) {
        if start < from || !starts_word(text, start) {
            continue;
        }
        let Some(field) = named_at(text, start) else { continue };
        from = field.span.end;
        fields.push(field);
    }
    fields
}

fn named_at(text: &str, start: usize) -> Option<Field> {
    let rest = text.get(start..)?;
    let mut end = rest.len().min(LONGEST);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    let rest = rest.get(..end)?;
    let found = NOUN.is_match(rest).then(|| NAMED.captures(rest))??;
    let (noun, glue, quote, value) = (found.get(1)?, found.get(2)?, found.get(3)?, found.get(4)?);
    let (kind, shown) = named(noun.as_str(), glue.as_str(), !quote.is_empty(), value.as_str())?;
    let at = start + value.start();
    Some(Field { kind, span: at..at + shown.len(), value: shown.to_owned() })
}

fn starts_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    before.is_none_or(|c| {
        !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | '/' | '"' | '{' | '<' | '&' | '?')
    })
}

fn named<'t>(noun: &str, glue: &str, quoted: bool, value: &'t str) -> Option<(FieldKind, &'t str)> {
    let value = value.trim_end_matches(['.', ':', '!', '?', '…']);
    let noun = compact(noun);
    let kind = match noun.as_str() {
        "usuario" | "usr" | "user" | "username" | "login" => FieldKind::User,
        "token" => FieldKind::Token,
        "senha" | "password" => FieldKind::Password,
        "requestid" | "xrequestid" | "correlationid" | "traceid" | "iddarequisicao" => FieldKind::RequestId,
        _ => FieldKind::ApiKey,
    };
    let fits = match kind {
        FieldKind::User => shape::is_surely_user(value) || quoted && shape::is_user(value, true),
        // "a chave do AB0123" names the key's owner.
        FieldKind::ApiKey => {
            shape::is_key(value) && value.contains(|c: char| c.is_ascii_digit()) && !names_owner(glue)
        }
        FieldKind::RequestId => value.len() >= 6 && shape::is_key(&format!("{value}00")),
        FieldKind::Token => value.len() >= 20 && shape::is_key(value),
        FieldKind::Password => is_told_password(glue, quoted, value),
        _ => false,
    };
    fits.then_some((kind, value))
}

fn names_owner(glue: &str) -> bool {
    glue.split_whitespace()
        .next_back()
        .is_some_and(|word| matches!(word.to_lowercase().as_str(), "do" | "da" | "de"))
}

/// "senha é X", "senha: X", "senha "X"": told, not talked about ("senha não aceita").
fn is_told_password(glue: &str, quoted: bool, value: &str) -> bool {
    let told = glue
        .split_whitespace()
        .any(|word| matches!(word.to_lowercase().as_str(), "é" | "e" | "eh" | "is" | "era"));
    let odd = value.chars().any(|c| c.is_ascii_digit() || c.is_ascii_punctuation());
    !shape::is_placeholder(value) && value.len() >= 3 && (quoted || told && odd)
}

fn environments(text: &str) -> impl Iterator<Item = Field> + '_ {
    ENVIRONMENT.find_iter(text).filter(|found| is_free(text, found.start(), found.end())).map(|found| Field {
        kind: FieldKind::Environment,
        span: found.range(),
        value: found.as_str().to_owned(),
    })
}

/// Whether the word stands alone: not a part of a host, a key or a longer word.
fn is_free(text: &str, start: usize, end: usize) -> bool {
    let glued = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '@');
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    let mut after = text.get(end..).unwrap_or("").chars();
    let next = after.next();
    let then = after.next();
    let dotted = next == Some('.') && then.is_some_and(char::is_alphanumeric);
    before.is_none_or(|c| !glued(c) && c != '.') && next.is_none_or(|c| !glued(c)) && !dotted
}
