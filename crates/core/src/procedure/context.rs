//! What a condition sees: the inputs as CEL maps.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use cel::objects::{Key, Map};
use cel::{Context, Env, Value};

use super::inputs::{FactValue, Inputs};
use super::vocabulary::{CHECKS, EVIDENCES};

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// The five names of a condition, filled from `inputs`; `limits` as made once by [`map`].
pub(super) fn context(inputs: &Inputs, limits: &Value) -> Context<'static, 'static> {
    let checks = CHECKS.iter().map(|code| (*code, Value::from(inputs.verdict(code))));
    let evidence = EVIDENCES.iter().map(|name| (*name, Value::Bool(inputs.has(name))));
    let facts = inputs.fact_values().map(|(name, value)| (name, cel_value(value)));
    let missing: Vec<Value> = inputs.missing().into_iter().map(Value::from).collect();

    let mut context = Context::with_env(Arc::clone(&ENV));
    context.add_variable_from_value("checks", map(checks));
    context.add_variable_from_value("facts", map(facts));
    context.add_variable_from_value("evidence", map(evidence));
    context.add_variable_from_value("missing", Value::List(missing.into()));
    context.add_variable_from_value("limits", limits.clone());
    context
}

/// A CEL map. It is only ever looked into by name, so the order of its entries never shows.
pub(super) fn map<'a>(entries: impl Iterator<Item = (&'a str, Value)>) -> Value {
    let map: HashMap<Key, Value> = entries.map(|(name, value)| (Key::from(name), value)).collect();
    Value::Map(Map { map: Arc::new(map) })
}

fn cel_value(value: FactValue) -> Value {
    match value {
        FactValue::Bool(value) => Value::Bool(value),
        FactValue::Int(value) => Value::Int(value),
        FactValue::Text(value) => Value::from(value),
    }
}
