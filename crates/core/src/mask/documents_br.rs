//! CPF and CNPJ: canonical shapes and check digits, the CNPJ also with letters (valid from July 2026).

/// Whether `text` is a CPF: eleven digits, bare or as `000.000.000-00`, not all the same, with right check digits.
pub fn is_cpf(text: &str) -> bool {
    let Some(digits) = plain(text, 11, &[(3, b'.'), (7, b'.'), (11, b'-')]) else { return false };
    digits.iter().all(|value| *value < 10) && !is_repeated(&digits) && ends_right(&digits, 11)
}

/// Whether `text` is a CNPJ: twelve digits or capital letters and two check digits, bare or as `00.000.000/0000-00`.
///
/// Letters count as their ASCII code less 48, as the Receita Federal lays down. One character fourteen times is none.
pub fn is_cnpj(text: &str) -> bool {
    let Some(values) = plain(text, 14, &[(2, b'.'), (6, b'.'), (10, b'/'), (15, b'-')]) else { return false };
    let check = values.get(12..).unwrap_or(&[]);
    check.iter().all(|value| *value < 10) && !is_repeated(&values) && ends_right(&values, 9)
}

/// The values of `length` characters, bare or with every one of `signs` (position in the text, sign) in its place.
fn plain(text: &str, length: usize, signs: &[(usize, u8)]) -> Option<Vec<u32>> {
    let bytes = text.as_bytes();
    let formatted =
        bytes.len() == length + signs.len() && signs.iter().all(|(at, sign)| bytes.get(*at) == Some(sign));
    if !formatted && bytes.len() != length {
        return None;
    }
    let is_sign = |at: usize| formatted && signs.iter().any(|(sign_at, _)| *sign_at == at);
    let kept = bytes.iter().enumerate().filter(|(at, _)| !is_sign(*at));
    kept.map(|(_, byte)| (byte.is_ascii_digit() || byte.is_ascii_uppercase()).then(|| u32::from(*byte) - 48))
        .collect()
}

fn is_repeated(values: &[u32]) -> bool {
    values.iter().all(|value| values.first() == Some(value))
}

/// Whether the last two values are the check digits of those before; weights go from 2 up to `most` and begin again.
fn ends_right(values: &[u32], most: u32) -> bool {
    let Some(body) = values.len().checked_sub(2) else { return false };
    [body, body + 1].iter().all(|at| {
        let before = values.get(..*at).unwrap_or(&[]);
        let weighted = before.iter().rev().zip((2..=most).cycle());
        let rest = weighted.map(|(value, weight)| value * weight).sum::<u32>() % 11;
        values.get(*at) == Some(&if rest < 2 { 0 } else { 11 - rest })
    })
}

/// Whether the digits of a card number pass the check of Luhn.
pub fn passes_luhn(digits: &str) -> bool {
    let values: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(10)).collect();
    let doubled = |value: u32| if value > 4 { value * 2 - 9 } else { value * 2 };
    let sum: u32 = values
        .iter()
        .rev()
        .enumerate()
        .map(|(at, value)| if at % 2 == 1 { doubled(*value) } else { *value })
        .sum();
    (13..=19).contains(&values.len()) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cpf_has_its_shape_and_check_digits() {
        let table = [
            ("529.982.247-25", true),
            ("52998224725", true),
            ("10000032999", true), // Both sums leave two.
            ("111.444.777-35", true),
            ("529.982.247-26", false),
            ("111.111.111-11", false),
            ("529982247-25", false),
            ("529.982.24725", false),
            ("5299822472", false),
            ("A2998224725", false),
            ("", false),
            ("５２９98224725", false),
        ];
        for (text, expected) in table {
            assert_eq!(is_cpf(text), expected, "{text}");
        }
    }

    #[test]
    fn a_cnpj_has_its_shape_and_check_digits_with_letters_too() {
        let table = [
            ("11.222.333/0001-81", true),
            ("11222333000181", true),
            ("12.ABC.345/01DE-35", true),
            ("12ABC34501DE35", true),
            ("12.abc.345/01de-35", false),
            ("11.222.333/0001-82", false),
            ("00.000.000/0000-00", false),
            ("11.222.333/000181", false),
            ("12ABC34501DE3A", false),
            ("1122233300018", false),
            ("", false),
        ];
        for (text, expected) in table {
            assert_eq!(is_cnpj(text), expected, "{text}");
        }
    }

    #[test]
    fn a_card_number_passes_luhn() {
        assert!(passes_luhn("4111 1111 1111 1111"));
        assert!(!passes_luhn("4111 1111 1111 1112"));
        assert!(!passes_luhn("0"));
    }
}
