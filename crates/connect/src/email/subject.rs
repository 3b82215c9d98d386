//! Whether two subjects are one: what programs and gateways put before and after it says nothing.

/// Shorter subjects are one only where they are equal: "erro" is in many.
const TELLING: usize = 8;

/// What mail programs put before the subject of an answer or a forwarded mail.
const MARKS: [&str; 16] = [
    "re",
    "res",
    "resp",
    "fw",
    "fwd",
    "enc",
    "aw",
    "wg",
    "rv",
    "tr",
    "sv",
    "antw",
    "rif",
    "encaminhado",
    "resposta",
    "vs",
];

/// A subject without marks, bracketed tags and differences of case and blanks.
#[must_use]
pub fn bare(subject: &str) -> String {
    let mut rest = subject.trim();
    loop {
        let before = rest;
        // `[EXTERNO]`, `[#123]`, `[suporte]`.
        if let Some((_, after)) = rest.strip_prefix('[').and_then(|tail| tail.split_once(']')) {
            rest = after.trim_start();
        }
        if let Some((mark, after)) = rest.split_once(':') {
            // `RE[2]:` and `Re (3):` count.
            let word = mark.split(['[', '(']).next().unwrap_or_default().trim().to_lowercase();
            if MARKS.contains(&word.as_str()) {
                rest = after.trim_start();
            }
        }
        if rest == before {
            break;
        }
    }
    rest.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Whether an answer with the subject `new` still speaks of `old`; an empty one changes nothing.
#[must_use]
pub fn same(new: &str, old: &str) -> bool {
    let (new, old) = (bare(new), bare(old));
    if new.is_empty() || new == old {
        return true;
    }
    let within = |short: &str, long: &str| short.chars().count() >= TELLING && long.contains(short);
    within(&old, &new) || within(&new, &old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_tags_change_nothing_and_other_words_do() {
        let old = "Erro 401 na pré-análise";
        for same_one in [
            "Erro 401 na pré-análise",
            "Re: Erro 401 na pré-análise",
            "RES: ENC: erro 401  na pré-análise",
            "[EXTERNO] RE[2]: Erro 401 na pré-análise",
            "Re: [2026-000123] Erro 401 na pré-análise",
            "URGENTE: Erro 401 na pré-análise",
            "Re:",
            "",
        ] {
            assert!(same(same_one, old), "{same_one}");
        }
        for other in ["Fatura de maio", "Re: Webhook não chega", "Erro 500 na formalização"] {
            assert!(!same(other, old), "{other}");
        }
        assert!(!same("erro", "erro 500 na formalização"), "a short word is in many subjects");
        assert!(!same("Nova chave", ""), "of a subject that says nothing nothing follows");
    }
}
