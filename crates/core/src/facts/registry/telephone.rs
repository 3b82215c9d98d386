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

/// The other spelling of a Brazilian mobile's normal number: with the ninth digit where it is written without it, and the other way round.
/// `None` for every other number. Networks and chat tools still know many mobiles without it.
pub(crate) fn other_spelling(normal: &str) -> Option<String> {
    let (area, local) = normal.strip_prefix("55")?.split_at_checked(2)?;
    let other = match local.len() {
        8 if local.starts_with(['6', '7', '8', '9']) => format!("9{local}"),
        9 => local.strip_prefix('9').filter(|rest| rest.starts_with(['6', '7', '8', '9']))?.to_owned(),
        _ => return None,
    };
    Some(format!("55{area}{other}"))
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
    fn a_mobile_is_known_with_and_without_its_ninth_digit() {
        let table = [
            ("5511970001101", Some("551170001101")),
            ("551187654321", Some("5511987654321")),
            ("551130001101", None),  // A landline.
            ("5511930001101", None), // No mobile was ever called so without the nine.
            ("14155552671", None),
            ("55", None),
            ("ana@loja.example", None),
        ];
        for (normal, expected) in table {
            assert_eq!(other_spelling(normal).as_deref(), expected, "{normal}");
            if let Some(other) = expected {
                assert_eq!(other_spelling(other).as_deref(), Some(normal));
            }
        }
    }

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
