//! Whether a value looks right for what its name says it is.

use super::pairs::fold;

/// Shortest string that may be an API Key.
const SHORTEST_KEY: usize = 8;

/// Stands for a value instead of being one: stars, dots, braces, "sua-chave", `KEY`, `xxxx`.
pub(super) fn is_placeholder(value: &str) -> bool {
    let folded: String = value.chars().map(fold).collect();
    let first = folded.chars().next().unwrap_or(' ');
    let signs = ["***", "●", "•", "<", ">", "{", "}", "$", "...", "…", "xxxx", "####"];
    let words = ["sua", "seu", "your", "minha", "chave", "my", "aqui", "here"];
    let hidden = ["placeholder", "redacted", "removid", "oculta", "mascarad"];
    let shouted = value.len() <= 12 && value.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    value.is_empty()
        || signs.iter().any(|sign| folded.contains(sign))
        || folded.chars().all(|c| c == first)
        || shouted
        || folded
            .split(|c: char| !c.is_alphanumeric())
            .any(|part| words.contains(&part) || hidden.iter().any(|start| part.starts_with(start)))
}

/// At least eight characters without spaces, with letters or digits mixed as no word has them.
pub(super) fn is_key(value: &str) -> bool {
    let allowed =
        |c: char| c.is_alphanumeric() || "_-.=+/~:!".contains(c) || crate::evidence::key::is_invisible(c);
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    let upper_inside =
        value.chars().skip(1).any(|c| c.is_uppercase()) && value.chars().any(|c| c.is_lowercase());
    value.chars().count() >= SHORTEST_KEY
        && value.chars().all(allowed)
        && !value.contains("://")
        && !value.starts_with('/')
        && !is_placeholder(value)
        && (digits > 0 && letters > 0 || digits >= 16 || upper_inside && value.chars().count() >= 16)
        && !is_date(value)
}

fn is_date(value: &str) -> bool {
    value.chars().filter(|c| c.is_alphabetic()).count() <= 2
        && value.matches(['-', '/', ':']).count() >= 2
        && value.len() <= 30
}

/// A login after a label: one word that is no common one; an e-mail only if `mail_allowed`.
pub(super) fn is_user(value: &str, mail_allowed: bool) -> bool {
    let folded: String = value.chars().map(fold).collect();
    let allowed =
        |c: char| c.is_alphanumeric() || "._-@+\\".contains(c) || crate::evidence::key::is_invisible(c);
    let count = value.chars().count();
    (2..=64).contains(&count)
        && value.chars().all(allowed)
        && value.chars().any(char::is_alphanumeric)
        && !is_placeholder(value)
        && (mail_allowed || !value.contains('@'))
        && !is_common(&folded)
        && !is_host(&folded)
}

/// A login in a sentence, without label or quotes: only with a digit, an underscore or a dot inside.
pub(super) fn is_surely_user(value: &str) -> bool {
    let letters = value.chars().any(char::is_alphabetic);
    let inside = value.get(1..).is_some_and(|rest| rest.contains(['_', '.', '@']));
    let version =
        value.trim_start_matches(['v', 'V']).starts_with(|c: char| c.is_ascii_digit()) && value.len() <= 6;
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let joined = value.len() >= 4 && letters && (digits > 0 || inside) && !version;
    let all_digits = digits >= 6 && digits == value.len();
    (joined || all_digits) && is_user(value, true)
}

fn is_host(folded: &str) -> bool {
    let ends = [
        ".com", ".br", ".net", ".org", ".json", ".log", ".har", ".txt", ".xml", ".eml", ".php", ".js", ".py",
        ".io", ".dev",
    ];
    !folded.contains('@') && (folded.starts_with("www.") || ends.iter().any(|end| folded.ends_with(end)))
}

fn is_common(folded: &str) -> bool {
    const WORDS: &str = "bloqueado bloqueada inativo ativo novo nova de do da que nao sem com e o a os as em no na ou se \
        sim esta foi para por ok null none nil true false undefined senha usuario user login token chave \
        api cadastrado invalido valido string erro mesmo deles dele dela meu nosso acesso cliente \
        parceiro aqui abaixo segue todos nenhum http https get post put recusado logado liberado \
        vinculado sistema is not the unknown anonymous";
    WORDS.split(' ').any(|word| word == folded)
}
