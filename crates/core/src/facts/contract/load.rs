//! From the texts of OpenAPI files to operations.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::{BodySchema, Contract, Dialect, Document, Operation, refs};
use crate::facts::paths;

const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
/// Deeper than any schema made by people; a file beyond it is refused instead of filling the stack.
const DEEPEST: usize = 120;

impl Contract {
    /// Reads documents, each a name and a YAML or JSON text. What cannot be read is left out and noted:
    /// the second part are problems in Portuguese for whoever keeps the documents.
    pub fn load(files: &[(String, String)]) -> (Self, Vec<String>) {
        let mut contract = Self::default();
        let mut problems = Vec::new();
        for (name, text) in files {
            match document(name, text) {
                Ok(document) => contract.documents.push(document),
                Err(problem) => problems.push(problem),
            }
        }
        for n in 0..contract.documents.len() {
            contract.note_dead_references(n, &mut problems);
            let operations = contract.read_operations(n);
            if operations.is_empty() {
                let name = contract.documents.get(n).map_or("", |document| document.name.as_str());
                problems.push(format!(
                    "documento {name}: não descreve nenhuma operação (`paths` vazio ou ausente)"
                ));
            }
            contract.operations.extend(operations);
        }
        (contract, problems)
    }

    fn note_dead_references(&self, n: usize, problems: &mut Vec<String>) {
        let Some(document) = self.documents.get(n) else { return };
        let unique: BTreeSet<&str> = refs::all(&document.root).into_iter().collect();
        for reference in unique {
            if refs::resolve(&self.documents, n, reference).is_none() {
                let name = &document.name;
                problems
                    .push(format!("documento {name}: a referência `{reference}` não leva a lugar nenhum"));
            }
        }
    }

    fn read_operations(&self, n: usize) -> Vec<Operation> {
        let Some(document) = self.documents.get(n) else { return Vec::new() };
        let mut operations = Vec::new();
        for (path, item) in entries(document.root.get("paths")).filter(|(path, _)| path.starts_with('/')) {
            let Some((at, item)) = refs::follow(&self.documents, n, item) else { continue };
            for (method, operation) in entries(Some(item)) {
                let known = METHODS.iter().any(|known| known.eq_ignore_ascii_case(method));
                if known && operation.is_object() {
                    operations.push(self.operation(at, document, [item, operation], (method, path)));
                }
            }
        }
        operations
    }

    /// `at` is the document of the path item, `document` the one whose servers count.
    fn operation(
        &self,
        at: usize,
        document: &Document,
        levels: [&Value; 2],
        route: (&str, &str),
    ) -> Operation {
        let [item, operation] = levels;
        let (method, path) = route;
        let prefixes = prefixes(&document.root, item, operation);
        let mut templates = prefixes.iter().map(|prefix| joined(prefix, path));
        let template = templates.next().unwrap_or_else(|| path.to_owned());
        let text = |name: &str| {
            operation.get(name).or_else(|| item.get(name)).and_then(Value::as_str).map(str::to_owned)
        };
        let flag = |name: &str| operation.get(name).and_then(Value::as_bool).unwrap_or(false);
        let success_statuses = success_statuses(operation);
        let body = self.body(at, item, operation);
        Operation {
            document: document.name.clone(),
            method: method.to_ascii_uppercase(),
            template,
            operation_id: operation.get("operationId").and_then(Value::as_str).map(str::to_owned),
            summary: text("summary"),
            description: text("description"),
            takes_body: body.is_some(),
            body_required: body.as_ref().is_some_and(|body| body.required),
            deprecated: flag("deprecated"),
            is_async: success_statuses.contains(&202),
            success_statuses,
            media_types: body.as_ref().map(|body| body.media_types.clone()).unwrap_or_default(),
            other_templates: templates.collect(),
            body: body.and_then(|body| body.schema),
            validator: OnceLock::new(),
        }
    }

    fn body(&self, at: usize, item: &Value, operation: &Value) -> Option<Body> {
        let Some(written) = operation.get("requestBody") else {
            return self.body_of_swagger(at, item, operation);
        };
        let (document, body) = refs::follow(&self.documents, at, written)?;
        let mut contents: Vec<(&str, &Value)> = entries(body.get("content")).collect();
        contents.sort_by_key(|(media_type, _)| rank(media_type));
        let schema = contents.first().and_then(|(_, content)| content.get("schema"));
        Some(Body {
            required: body.get("required").and_then(Value::as_bool).unwrap_or(false),
            media_types: contents.iter().map(|(media_type, _)| (*media_type).to_owned()).collect(),
            schema: schema.map(|schema| BodySchema { document, schema: schema.clone() }),
        })
    }

    /// Swagger 2.0 has the body among the parameters, or spread over form fields.
    fn body_of_swagger(&self, at: usize, item: &Value, operation: &Value) -> Option<Body> {
        let lists = [item, operation].into_iter().filter_map(|level| level.get("parameters")?.as_array());
        let mut form = false;
        for parameter in lists.flatten() {
            let Some((document, parameter)) = refs::follow(&self.documents, at, parameter) else { continue };
            match parameter.get("in").and_then(Value::as_str) {
                Some("body") => {
                    let schema = parameter.get("schema").cloned();
                    return Some(Body {
                        required: parameter.get("required").and_then(Value::as_bool).unwrap_or(false),
                        media_types: vec!["application/json".to_owned()],
                        schema: schema.map(|schema| BodySchema { document, schema }),
                    });
                }
                Some("formData") => form = true,
                _ => {}
            }
        }
        form.then(|| Body {
            required: false,
            media_types: vec!["multipart/form-data".to_owned()],
            schema: None,
        })
    }
}

struct Body {
    required: bool,
    media_types: Vec<String>,
    schema: Option<BodySchema>,
}

/// JSON first, then forms, then anything.
fn rank(media_type: &str) -> u8 {
    let plain = media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match plain.as_str() {
        "application/json" => 0,
        other if other.ends_with("json") => 1,
        "application/x-www-form-urlencoded" => 2,
        "multipart/form-data" => 3,
        _ => 4,
    }
}

fn document(name: &str, text: &str) -> Result<Document, String> {
    let root = read(text).map_err(|place| format!("documento {name}: não é YAML nem JSON válido{place}"))?;
    let version = ["openapi", "swagger"].iter().find_map(|key| root.get(*key));
    let version = match version {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err(format!("documento {name}: falta `openapi:` no começo; não é um contrato OpenAPI")),
    };
    let before = version.starts_with("2") || version.starts_with("3.0") || version == "3";
    let dialect = if before { Dialect::Before31 } else { Dialect::JsonSchema };
    Ok(Document { name: name.to_owned(), root, dialect })
}

/// The error is the place, ready to be appended.
fn read(text: &str) -> Result<Value, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{')
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    let mut options = serde_saphyr::Options::default();
    if let Some(budget) = options.budget.as_mut() {
        budget.max_depth = DEEPEST;
    }
    serde_saphyr::from_str_with_options(text, options).map_err(|error| match error.location() {
        Some(place) => format!(" (linha {}, coluna {})", place.line(), place.column()),
        None => String::new(),
    })
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value.and_then(Value::as_object).into_iter().flat_map(Map::iter).map(|(key, value)| (key.as_str(), value))
}

/// The distinct path prefixes of the servers that count, at least one; the nearest level that names servers wins.
fn prefixes(root: &Value, item: &Value, operation: &Value) -> Vec<String> {
    if let Some(base) = root.get("basePath").and_then(Value::as_str) {
        return vec![base.trim_end_matches('/').to_owned()];
    }
    let servers = [operation, item, root].into_iter().find_map(|level| level.get("servers")?.as_array());
    let mut prefixes: Vec<String> = Vec::new();
    for server in servers.into_iter().flatten() {
        let prefix = prefix(server);
        if !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
    }
    if prefixes.is_empty() { vec![String::new()] } else { prefixes }
}

fn prefix(server: &Value) -> String {
    let mut url = server.get("url").and_then(Value::as_str).unwrap_or("").to_owned();
    for (name, variable) in entries(server.get("variables")) {
        let default = variable.get("default").and_then(Value::as_str).unwrap_or("");
        url = url.replace(&format!("{{{name}}}"), default);
    }
    let path = match url.strip_prefix("//") {
        Some(rest) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(""),
        None => paths::bare(&url),
    };
    let segments = paths::segments(path).into_iter().filter(|segment| *segment != ".");
    segments.fold(String::new(), |prefix, segment| prefix + "/" + segment)
}

/// Some documents write the prefix in both places; it is meant once.
fn joined(prefix: &str, path: &str) -> String {
    if paths::below(path, prefix).is_some() { path.to_owned() } else { format!("{prefix}{path}") }
}

fn success_statuses(operation: &Value) -> Vec<u16> {
    let codes: Vec<&str> = entries(operation.get("responses")).map(|(code, _)| code).collect();
    let mut statuses: Vec<u16> = Vec::new();
    for code in &codes {
        match code.parse::<u16>() {
            Ok(status) if (200..300).contains(&status) => statuses.push(status),
            Err(_) if code.eq_ignore_ascii_case("2xx") => statuses.push(200),
            _ => {}
        }
    }
    if statuses.is_empty() && codes.contains(&"default") {
        statuses.push(200);
    }
    statuses
}
