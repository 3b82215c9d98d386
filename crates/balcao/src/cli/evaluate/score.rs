//! One labelled case against its diagnosis.

use std::collections::BTreeMap;

use balcao_core::diagnosis::Diagnosis;
use serde_json::Value;

use balcao_wire::diagnosis::DiagnosisLine;

/// What a case expected and what it got, per field; fields that the label leaves out are not judged.
pub(super) struct Scored {
    pub(super) id: String,
    pub(super) expected_cause: String,
    pub(super) cause: String,
    pub(super) fields: BTreeMap<String, Judged>,
}

/// One field: whether it was right, and both values.
pub(super) struct Judged {
    pub(super) right: bool,
    pub(super) expected: String,
    pub(super) got: String,
}

/// Judges every field that the label of `case` names.
pub(super) fn of(case: &Value, diagnosis: &Diagnosis) -> Scored {
    let got = serde_json::to_value(DiagnosisLine::from(diagnosis)).unwrap_or_default();
    let expected = case.get("expected").cloned().unwrap_or_default();
    let mut fields = BTreeMap::new();
    for name in ["partner", "situation", "cause", "next_step"] {
        if let Some(wanted) = expected.get(name) {
            fields.insert(name.to_owned(), exact(wanted, got.get(name).unwrap_or(&Value::Null)));
        }
    }
    for name in ["missing_evidence", "actions"] {
        if let Some(wanted) = expected.get(name) {
            fields.insert(name.to_owned(), same_set(wanted, got.get(name).unwrap_or(&Value::Null)));
        }
    }
    for (name, wanted) in expected.get("evidence").and_then(Value::as_object).into_iter().flatten() {
        let shown = got.pointer(&format!("/evidence/{name}/value")).unwrap_or(&Value::Null);
        fields.insert(format!("evidence.{name}"), evidence(name, wanted, shown));
    }
    for (name, wanted) in expected.get("checks").and_then(Value::as_object).into_iter().flatten() {
        let checks = got.get("checks").and_then(Value::as_array);
        let verdict =
            checks.into_iter().flatten().find(|c| c.get("check").and_then(Value::as_str) == Some(name));
        let verdict = verdict.and_then(|c| c.get("verdict")).unwrap_or(&Value::Null);
        fields.insert(format!("check.{name}"), exact(wanted, verdict));
    }
    if let Some(wanted) = expected.get("cite").and_then(Value::as_array) {
        fields.insert("cite".to_owned(), cited(wanted, &got));
    }
    fields.insert("forbidden".to_owned(), forbidden(&expected, &got));
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
    Scored {
        id: text(case, "id"),
        expected_cause: text(&expected, "cause"),
        cause: text(&got, "cause"),
        fields,
    }
}

fn exact(wanted: &Value, got: &Value) -> Judged {
    Judged { right: wanted == got, expected: plain(wanted), got: plain(got) }
}

fn same_set(wanted: &Value, got: &Value) -> Judged {
    let set = |value: &Value| -> std::collections::BTreeSet<String> {
        value.as_array().into_iter().flatten().map(plain).collect()
    };
    Judged { right: set(wanted) == set(got), expected: plain(wanted), got: plain(got) }
}

/// An error message may be shown with more or less around it; a payload only has to be there.
fn evidence(name: &str, wanted: &Value, got: &Value) -> Judged {
    let right = match (name, wanted, got) {
        (_, Value::Bool(wanted), got) => *wanted != got.is_null(),
        ("error_message", Value::String(wanted), Value::String(got)) => {
            got.contains(wanted.as_str()) || wanted.contains(got.as_str())
        }
        (_, wanted, got) => wanted == got,
    };
    Judged { right, expected: plain(wanted), got: plain(got) }
}

/// The first citation is one of those accepted.
fn cited(wanted: &[Value], got: &Value) -> Judged {
    let first = got.pointer("/citations/0").unwrap_or(&Value::Null);
    let place = |value: &Value| {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
        format!("{}#{}", text("document"), text("heading"))
    };
    let places: Vec<String> = wanted.iter().map(place).collect();
    Judged { right: places.contains(&place(first)), expected: places.join(" | "), got: place(first) }
}

/// No forbidden string stands anywhere in the output. The strings themselves are not repeated here.
fn forbidden(expected: &Value, got: &Value) -> Judged {
    let output = got.to_string();
    let strings = expected.get("forbidden").and_then(Value::as_array);
    let leaked = strings.into_iter().flatten().filter_map(Value::as_str).filter(|secret| {
        let escaped = Value::from(*secret).to_string();
        output.contains(secret) || output.contains(escaped.trim_matches('"'))
    });
    let count = leaked.count();
    Judged { right: count == 0, expected: "0".to_owned(), got: count.to_string() }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
