//! Telephones and addresses in one form, so that two spellings of one contact are equal.

/// The digits with the country code, for a Brazilian number written with or without `+55` and the trunk zero;
/// `None` for what is no telephone. The ninth digit is neither added nor dropped.
pub(crate) fn normal_telephone(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.split_once(':').map_or(text, |(_, number)| number); // `tel:`, `whatsapp:`
    let text =
        text.strip_suffix("@s.whatsapp.net").or_else(|| text.strip_suffix("@c.us")).unwrap_or(text).trim();
    let allowed =
        |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-().–‑\u{200e}\u{202a}\u{202c}".contains(c);
    if !text.chars().all(allowed) {
        return None;
    }
    let foreign = text.contains('+');
    let all: String = text.chars().filter(char::is_ascii_digit).collect();
    let bare = all.trim_start_matches('0');
    let bare = match bare.strip_prefix("550") {
        Some(rest) => format!("55{rest}"), // `+55 (011)`
        None => bare.to_owned(),
    };
    match bare.len() {
        10 | 11 if !foreign && !all.starts_with("00") => Some(format!("55{bare}")),
        8..=15 if foreign || bare.len() > 11 => Some(bare),
        _ => None,
    }
}

/// An address as it is compared: a telephone by its digits, an e-mail in lower case without `<>` and `mailto:`.
pub(crate) fn normal_address(text: &str) -> String {
    if let Some(number) = normal_telephone(text) {
        return number;
    }
    let text = text.trim();
    let inner =
        text.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(text, |(inner, _)| inner);
    let inner = inner.trim().to_lowercase();
    inner.strip_prefix("mailto:").unwrap_or(&inner).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_contact_are_equal() {
        let table = [
            ("+55 11 97000-1101", "5511970001101"),
            ("(11) 97000-1101", "5511970001101"),
            ("011 97000 1101", "5511970001101"),
            ("whatsapp:+5511970001101", "5511970001101"),
            ("5511970001101@s.whatsapp.net", "5511970001101"),
            ("+55 (011) 3000-1101", "551130001101"),
            ("005511970001101", "5511970001101"),
            ("+1 415 555 2671", "14155552671"),
            ("Ana <Ana@Loja.Example>", "ana@loja.example"),
            ("mailto:ana@loja.example", "ana@loja.example"),
            ("97000-1101", "97000-1101"), // No area: it is nobody's.
        ];
        for (text, expected) in table {
            assert_eq!(normal_address(text), expected, "{text}");
        }
    }
}
