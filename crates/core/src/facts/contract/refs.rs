//! References inside the documents: local ones, and to another document that was loaded too.

use serde_json::Value;

use super::Document;

/// So many references may lead to one another before they are taken for a circle.
const LONGEST_CHAIN: usize = 32;

/// What `reference`, standing in document `from`, names: the document and the value there.
pub(super) fn resolve<'d>(
    documents: &'d [Document],
    from: usize,
    reference: &str,
) -> Option<(usize, &'d Value)> {
    let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let document = if file.is_empty() {
        from
    } else {
        let wanted = stem(file);
        documents.iter().position(|document| stem(&document.name) == wanted)?
    };
    let pointer = percent_decoded(fragment);
    let value = documents.get(document)?.root.pointer(&pointer)?;
    Some((document, value))
}

/// `value` itself, or what its `$ref` leads to in the end; `None` where that is nothing or a circle.
pub(super) fn follow<'d>(
    documents: &'d [Document],
    from: usize,
    value: &'d Value,
) -> Option<(usize, &'d Value)> {
    let (mut document, mut value) = (from, value);
    for _ in 0..LONGEST_CHAIN {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
            return Some((document, value));
        };
        (document, value) = resolve(documents, document, reference)?;
    }
    None
}

/// All `$ref` texts of a value, examples aside, since those are data.
pub(super) fn all(value: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str));
                open.extend(
                    object
                        .iter()
                        .filter(|(key, _)| !matches!(key.as_str(), "example" | "examples"))
                        .map(|(_, v)| v),
                );
            }
            _ => {}
        }
    }
    found
}

/// The name of a file without folders and ending.
fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    let known = [".yaml", ".yml", ".json"];
    known.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    // A plus sign is itself in a fragment.
    let plus_kept = text.replace('+', "%2B");
    url::form_urlencoded::parse(plus_kept.as_bytes())
        .map(|(name, _)| name.into_owned())
        .next()
        .unwrap_or_default()
}
