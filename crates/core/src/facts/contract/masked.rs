//! Values that a partner hid before sending: they are there, but say nothing of their type.

use std::sync::LazyLock;

use regex::Regex;

#[expect(clippy::expect_used, reason = "the pattern is a literal and a test compiles it")]
static MASKED: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(
        r"(?ix)
        \A \s* (?: [*x●•█■▪·.\#\-_…?/\s]* (?: \*|x|●|•|█|■|▪|…|\.\.\.) [*x●•█■▪·.\#\-_…?/\s]* ) \z
        | \*{2,} | x{4,} | [●•█■▪]{2,} | …
        | \A \s* (?: <[^<>]*> | \[[^\[\]]*\] | \{\{?[^{}]*\}?\} | \$\{?\w+\}? | %\w+% | __\w+__ ) \s* \z
        | \b (?: redacted | masked | hidden | removid[oa] | ocult[oa] | ocultad[oa] | mascarad[oa] | omitid[oa]
               | suprimid[oa] | editad[oa]\ por\ seguran[cç]a | confidencial ) \b
        ",
    )
    .expect("the pattern is a literal")
});

/// Whether a text stands for a value that was taken out (`***`, `xxxx`, `<removida>`, `[nome]`).
pub fn is_masked(text: &str) -> bool {
    text.len() <= 4_096 && MASKED.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_values_are_told_from_real_ones() {
        for hidden in [
            "***",
            "xxxx",
            "●●●",
            "<removida>",
            "[nome]",
            "123.***.***-09",
            "hml_…9f3a",
            "...",
            "{{token}}",
            "${CPF}",
            "XXX.XXX.XXX-XX",
            "(omitido)",
            "[REDACTED]",
            "xx/xx/xxxx",
            "x",
        ] {
            assert!(is_masked(hidden), "{hidden}");
        }
        for real in ["", "12", "Maringá", "2026-01-01", "a-b", "próximo", "10.5", "-", "2*3"] {
            assert!(!is_masked(real), "{real}");
        }
    }
}
