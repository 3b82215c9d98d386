//! Single cells: guarded against being run as formulas, and lists inside them.

use serde_json::{Map, Value};

const BETWEEN: char = '|';

/// What a spreadsheet would run begins with an apostrophe, and so does what begins with one, so that reading takes one away.
pub(super) fn guarded(cell: String) -> String {
    if cell.starts_with(is_guarded) { format!("'{cell}") } else { cell }
}

/// A cell as it was before [`guarded`]. An apostrophe before anything else is a person's own.
pub(super) fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(is_guarded)).unwrap_or(cell)
}

fn is_guarded(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\'')
}

/// A list in one cell; `\` stands before a separator that is part of an element.
pub(super) fn joined(list: &[String]) -> String {
    let escaped = list.iter().map(|text| text.replace('\\', "\\\\").replace(BETWEEN, "\\|"));
    escaped.collect::<Vec<_>>().join("|")
}

/// The elements of a list in one cell, trimmed; blank ones are none.
pub(super) fn split(cell: &str) -> Vec<String> {
    let mut list = vec![String::new()];
    let mut letters = cell.chars();
    while let Some(letter) = letters.next() {
        if letter == BETWEEN {
            list.push(String::new());
        } else if let Some(last) = list.last_mut() {
            let escaped = if letter == '\\' { letters.next() } else { None };
            last.push(escaped.unwrap_or(letter));
        }
    }
    let trimmed = list.into_iter().map(|text| text.trim().to_owned());
    trimmed.filter(|text| !text.is_empty()).collect()
}

/// `Name <address>`, or the address alone.
pub(super) fn contact_text(contact: &Value) -> String {
    let text = |name: &str| contact.get(name).and_then(Value::as_str).map_or("", str::trim);
    match text("name") {
        "" => text("address").to_owned(),
        name => format!("{name} <{}>", text("address")),
    }
}

/// The reverse of [`contact_text`].
pub(super) fn contact_of(text: &str) -> Value {
    let named = text.strip_suffix('>').and_then(|text| text.rsplit_once('<'));
    let (name, address) = named.unwrap_or(("", text));
    let mut contact = Map::new();
    if !name.trim().is_empty() {
        contact.insert("name".to_owned(), name.trim().into());
    }
    contact.insert("address".to_owned(), address.trim().into());
    Value::Object(contact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_each_comes_back_as_it_was() {
        let table = ["=1+1", "+55 11 9", "-2", "@x", "\tx", "'=1", "''x", "'x", "x", "", "a'=b", "'"];
        for cell in table {
            let out = guarded(cell.to_owned());
            assert!(!out.starts_with(['=', '+', '-', '@', '\t', '\r']), "{out}");
            assert_eq!(unguarded(&out), cell);
        }
        assert_eq!(unguarded("'de fora"), "'de fora");
    }

    #[test]
    fn a_list_comes_back_whole_whatever_stands_in_it() {
        let table: [&[&str]; 5] = [&[], &["a"], &["a", "b c"], &["a|b", "\\", "c\\|"], &["Ana <a@b>"]];
        for list in table {
            let list: Vec<String> = list.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(split(&joined(&list)), list);
        }
        assert_eq!(split(" a | | b\\"), ["a", "b\\"]);
    }

    #[test]
    fn a_contact_is_a_name_with_an_address_or_an_address() {
        for text in ["Ana <ana@a.example>", "ana@a.example", "A <b> c <x>"] {
            assert_eq!(contact_text(&contact_of(text)), text);
        }
    }
}
