//! A body against the schema of its operation.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::{Draft, JsonType, PatternOptions, ValidationError, Validator};
use serde_json::Value;

use super::breach::{Breach, BreachKind};
use super::masked::is_masked;
use super::{Contract, Operation, body, schema};

/// So many breaches are told of one body.
const MOST_BREACHES: usize = 50;

/// What was made of the schema of an operation: nothing where there is none or it cannot be used.
pub(super) struct Built {
    validator: Option<Validator>,
    problem: Option<String>,
}

impl Contract {
    /// What `body` breaks of the operation's documented schema; nothing where none is documented.
    ///
    /// Fields that were masked count as sent, and rightly typed; an object from which parts were left out
    /// (`…`) misses nothing. Every breach of the kinds that decide comes before the others.
    pub fn validate_body(&self, operation: &Operation, body: &Value) -> Vec<Breach> {
        let Some(validator) = &self.built(operation).validator else { return Vec::new() };
        let form = operation.media_types.iter().any(|kind| kind.contains("form"));
        let mut breaches: Vec<Breach> = Vec::new();
        for error in validator.iter_errors(body).take(10 * MOST_BREACHES) {
            for breach in judge(&error, form) {
                if !breaches.contains(&breach) {
                    breaches.push(breach);
                }
            }
            if breaches.len() >= MOST_BREACHES {
                break;
            }
        }
        let typed: Vec<String> =
            breaches.iter().filter(|one| is_type(one)).map(|one| one.pointer.clone()).collect();
        breaches.retain(|one| {
            is_type(one) || !typed.contains(&one.pointer) || one.kind == BreachKind::MissingField
        });
        breaches.sort_by_key(|breach| !breach.decides);
        breaches
    }

    /// Why the schema of the operation's body is not used, or only in part; in Portuguese.
    pub fn schema_problem<'c>(&'c self, operation: &'c Operation) -> Option<&'c str> {
        self.built(operation).problem.as_deref()
    }

    fn built<'c>(&self, operation: &'c Operation) -> &'c Built {
        operation.validator.get_or_init(|| {
            let Some(body) = &operation.body else { return Built { validator: None, problem: None } };
            let (schema, notes) = schema::standalone(&self.documents, body.document, &body.schema);
            let options = jsonschema::options()
                .offline()
                .with_draft(Draft::Draft202012)
                .with_pattern_options(PatternOptions::regex())
                .should_validate_formats(true)
                .should_ignore_unknown_formats(true);
            let place = format!("documento {}, {operation}", operation.document);
            match options.build(&schema) {
                Ok(validator) => {
                    let problem = notes.first().map(|note| format!("{place}: {note}"));
                    Built { validator: Some(validator), problem }
                }
                Err(_) => {
                    let problem = format!("{place}: o esquema do corpo não pôde ser usado; confira-o");
                    Built { validator: None, problem: Some(problem) }
                }
            }
        })
    }
}

fn is_type(breach: &Breach) -> bool {
    matches!(breach.kind, BreachKind::WrongType { .. })
}

/// The breaches that one error of the validator stands for; none where it says nothing certain.
fn judge(error: &ValidationError<'_>, form: bool) -> Vec<Breach> {
    let instance: &Value = error.instance();
    let pointer = pointer(error.instance_path());
    if instance.as_str().is_some_and(is_masked) {
        return Vec::new();
    }
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            missing(instance, &pointer, property.as_str().unwrap_or("")).into_iter().collect()
        }
        ValidationErrorKind::Type { kind } => {
            let types: Vec<JsonType> = match kind {
                TypeKind::Single(one) => vec![*one],
                TypeKind::Multiple(set) => set.iter().collect(),
            };
            let tolerated = form && instance.as_str().is_some_and(|text| reads_as(text, &types));
            if tolerated {
                Vec::new()
            } else {
                vec![Breach::wrong_type(pointer, expected(&types), found(instance))]
            }
        }
        ValidationErrorKind::Enum { options } => vec![Breach::unknown_enum(pointer, options)],
        ValidationErrorKind::Constant { expected_value } => {
            vec![Breach::unknown_enum(pointer, expected_value)]
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            branches(context, &pointer, form)
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => undocumented(unexpected, pointer),
        ValidationErrorKind::Format { .. } | ValidationErrorKind::Pattern { .. } => {
            vec![Breach::other(pointer, "não segue o formato documentado")]
        }
        ValidationErrorKind::MinLength { limit } => {
            vec![Breach::other(pointer, &format!("tem menos de {limit} caracteres"))]
        }
        ValidationErrorKind::MaxLength { limit } => {
            vec![Breach::other(pointer, &format!("tem mais de {limit} caracteres"))]
        }
        ValidationErrorKind::Minimum { limit } | ValidationErrorKind::ExclusiveMinimum { limit } => {
            vec![Breach::other(pointer, &format!("está abaixo do mínimo documentado ({limit})"))]
        }
        ValidationErrorKind::Maximum { limit } | ValidationErrorKind::ExclusiveMaximum { limit } => {
            vec![Breach::other(pointer, &format!("está acima do máximo documentado ({limit})"))]
        }
        ValidationErrorKind::Referencing(_)
        | ValidationErrorKind::BacktrackLimitExceeded { .. }
        | ValidationErrorKind::RegexEngineFailure { .. } => Vec::new(),
        _ => vec![Breach::other(pointer, "não segue as regras documentadas")],
    }
}

fn missing(instance: &Value, pointer: &str, name: &str) -> Option<Breach> {
    let object = instance.as_object()?;
    if object.contains_key(body::LEFT_OUT) {
        return None;
    }
    let letters = |text: &str| {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    let wanted = letters(name);
    let sent_as = object.keys().map(String::as_str).find(|key| letters(key) == wanted);
    Some(Breach::missing(below(pointer, name), sent_as))
}

/// Of several allowed shapes: the breaches of the one that was most likely meant.
fn branches(context: &[Vec<ValidationError<'static>>], pointer: &str, form: bool) -> Vec<Breach> {
    let mut shapes: Vec<Vec<Breach>> = Vec::with_capacity(context.len());
    for errors in context {
        let breaches: Vec<Breach> = errors.iter().flat_map(|error| judge(error, form)).collect();
        if breaches.is_empty() {
            return Vec::new();
        }
        shapes.push(breaches);
    }
    let at_root = |breach: &&Breach| is_type(breach) && breach.pointer == pointer;
    if shapes.iter().all(|shape| shape.iter().any(|breach| at_root(&breach))) {
        return merged_types(&shapes, pointer);
    }
    let rank = |shape: &Vec<Breach>| {
        let enums = shape.iter().filter(|one| matches!(one.kind, BreachKind::UnknownEnum { .. })).count();
        let decisive = shape.iter().filter(|one| one.decides).count();
        (shape.iter().any(|breach| at_root(&breach)), enums, decisive, shape.len())
    };
    let best = shapes.iter().map(rank).min();
    let mut likely = shapes.into_iter().filter(|shape| Some(rank(shape)) == best);
    let Some(first) = likely.next() else { return Vec::new() };
    let others: Vec<Vec<Breach>> = likely.filter(|shape| *shape != first).collect();
    let single_missing = |shape: &[Breach]| matches!(shape, [one] if one.kind == BreachKind::MissingField);
    if !others.is_empty() && single_missing(&first) && others.iter().all(|shape| single_missing(shape)) {
        let all = first.iter().chain(others.iter().flatten());
        let pointers: Vec<String> = all.map(|breach| breach.pointer.clone()).collect();
        return vec![Breach::missing_one_of(&pointers)];
    }
    first
}

fn merged_types(shapes: &[Vec<Breach>], pointer: &str) -> Vec<Breach> {
    let mut wanted: Vec<&str> = Vec::new();
    let mut sent = "outro tipo";
    for breach in shapes.iter().flatten().filter(|breach| breach.pointer == pointer) {
        if let BreachKind::WrongType { expected, found } = &breach.kind {
            sent = *found;
            if expected != "nulo" && !wanted.contains(&expected.as_str()) {
                wanted.push(expected);
            }
        }
    }
    vec![Breach::wrong_type(pointer.to_owned(), wanted.join(" ou "), sent)]
}

fn undocumented(names: &[String], pointer: String) -> Vec<Breach> {
    let names: Vec<&String> = names.iter().filter(|name| *name != body::LEFT_OUT).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let told: Vec<String> = names.iter().take(3).map(|name| format!("`{}`", shown(name))).collect();
    vec![Breach::other(pointer, &format!("tem campos que a documentação não prevê: {}", told.join(", ")))]
}

fn expected(types: &[JsonType]) -> String {
    let real: Vec<&str> = types.iter().filter(|one| **one != JsonType::Null).map(|one| word(*one)).collect();
    if real.is_empty() { "nulo".to_owned() } else { real.join(" ou ") }
}

fn word(json_type: JsonType) -> &'static str {
    match json_type {
        JsonType::Null => "nulo",
        JsonType::Boolean => "verdadeiro ou falso",
        JsonType::Integer => "número inteiro",
        JsonType::Number => "número",
        JsonType::String => "texto",
        JsonType::Array => "lista",
        JsonType::Object => "objeto",
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "nulo",
        Value::Bool(_) => "verdadeiro ou falso",
        Value::Number(number) if number.is_f64() => "número com casas decimais",
        Value::Number(_) => "número",
        Value::String(_) => "texto",
        Value::Array(_) => "lista",
        Value::Object(_) => "objeto",
    }
}

/// A form has only texts; one that reads as the wanted type is right.
fn reads_as(text: &str, types: &[JsonType]) -> bool {
    types.iter().any(|one| match one {
        JsonType::Integer => text.parse::<i64>().is_ok(),
        JsonType::Number => text.parse::<f64>().is_ok(),
        JsonType::Boolean => matches!(text, "true" | "false"),
        JsonType::Array | JsonType::Object => true,
        JsonType::Null | JsonType::String => false,
    })
}

fn pointer(location: &Location) -> String {
    location.segments().fold(String::new(), |pointer, segment| match segment {
        LocationSegment::Property(name) => below(&pointer, &shown(&name)),
        LocationSegment::Index(n) => format!("{pointer}[{n}]"),
    })
}

fn below(pointer: &str, name: &str) -> String {
    if pointer.is_empty() { name.to_owned() } else { format!("{pointer}.{name}") }
}

/// A name that may itself be somebody's number or address (a map by CPF) is not shown.
fn shown(name: &str) -> String {
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let plain =
        name.chars().count() <= 60 && name.chars().all(|c| c.is_alphanumeric() || "_-.$[]".contains(c));
    if plain && digits < 6 { name.to_owned() } else { "…".to_owned() }
}
