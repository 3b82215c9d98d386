//! What an operation refers to elsewhere in its file.

use serde_json::Value;

/// More would be the whole file, and would find every operation for everything.
const MOST: usize = 40;
const DEEPEST: usize = 40;

/// The local references (`#/components/schemas/X`) reachable from `value`, nearest first, each once.
pub(super) fn reachable(root: &Value, value: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    collect(value, 0, &mut found);
    let mut next = 0;
    while let Some(pointer) = found.get(next).cloned() {
        next += 1;
        if let Some(target) = resolve(root, &pointer) {
            collect(target, 0, &mut found);
        }
    }
    found
}

/// What a local reference points to.
pub(super) fn resolve<'a>(root: &'a Value, pointer: &str) -> Option<&'a Value> {
    root.pointer(pointer.strip_prefix('#')?)
}

fn collect(value: &Value, depth: usize, found: &mut Vec<String>) {
    if depth > DEEPEST || found.len() >= MOST {
        return;
    }
    match value {
        Value::Object(map) => {
            if let Some(Value::String(pointer)) = map.get("$ref")
                && pointer.starts_with("#/")
                && !found.contains(pointer)
            {
                found.push(pointer.clone());
            }
            map.values().for_each(|inner| collect(inner, depth + 1, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, depth + 1, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_followed_once_even_in_a_circle() {
        let root = json!({"a": {"$ref": "#/b"}, "b": {"x": [{"$ref": "#/a"}, {"$ref": "#/gone"}]}});
        let value = json!({"$ref": "#/a"});
        assert_eq!(reachable(&root, &value), ["#/a", "#/b", "#/gone"]);
    }
}
