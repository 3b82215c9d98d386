//! OpenAPI: one section for each operation, and the headings of the description.

use super::blocks::{Entry, entries, entry};
use super::outline::{Heading, Shared, sections, trimmed};
use super::{Document, refs};
use crate::excerpt::hash;
use crate::section::{Section, SectionKind};
use serde_json::Value;
use std::collections::HashMap;
use std::ops::Range;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Splits an OpenAPI description in YAML or JSON. `None` if it is something else; a file that cannot be read is a problem too.
pub(super) fn split(document: &str, text: &str, problems: &mut Vec<String>) -> Option<Document> {
    let root = match parse(text) {
        Ok(root) => root,
        Err(cause) => {
            problems.push(format!("{document}: this is no valid YAML or JSON, so it was left out: {cause}"));
            return None;
        }
    };
    if root.get("openapi").or_else(|| root.get("swagger")).is_none() {
        problems.push(format!("{document}: neither `openapi` nor `swagger` is declared, so it was left out"));
        return None;
    }
    let file = File { document, text, root: &root, shared: shared_parts(text) };
    let mut all = file.description();
    let before = all.len();
    all.extend(file.operations("paths", &base_path(&root, &root)));
    all.extend(file.operations("webhooks", ""));
    if all.len() == before {
        problems.push(format!("{document}: no operation was found in it"));
    }
    Some(Document { text: text.to_owned(), sections: all })
}

fn parse(text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|cause| cause.to_string());
    }
    serde_saphyr::from_str(text)
        .map_err(|cause| cause.to_string().lines().next().unwrap_or_default().to_owned())
}

/// The path that the first server adds in front: `https://host/api/v2` gives `/api/v2`. Swagger 2 says `basePath`.
fn base_path(root: &Value, near: &Value) -> String {
    if let Some(base) = root.get("basePath").and_then(Value::as_str) {
        return base.trim_end_matches('/').to_owned();
    }
    let servers = near.get("servers").or_else(|| root.get("servers"));
    let Some(server) = servers.and_then(|list| list.get(0)) else { return String::new() };
    let mut url = server.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), default);
    }
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default(),
        None => url.as_str(),
    };
    path.trim_end_matches('/').to_owned()
}

struct File<'a> {
    document: &'a str,
    text: &'a str,
    root: &'a Value,
    /// Looked up only, never walked: its order does not show.
    shared: HashMap<String, Range<usize>>,
}

impl File<'_> {
    fn whole(&self) -> Range<usize> {
        0..self.text.len()
    }

    fn info(&self, key: &str) -> Option<String> {
        Some(self.root.get("info")?.get(key)?.as_str()?.trim().to_owned())
    }

    /// Sections of `info.description`, where it has headings of its own.
    fn description(&self) -> Vec<Section> {
        let Some(info) = entry(self.text, self.whole(), "info") else { return Vec::new() };
        let Some(description) = entry(self.text, info.value, "description") else { return Vec::new() };
        let headings = self.indented_headings(description.value.clone());
        if headings.is_empty() {
            return Vec::new();
        }
        let first_line =
            self.text.get(description.value.clone()).and_then(|value| value.find('\n')).unwrap_or(0);
        let body = description.value.start + first_line..description.value.end;
        let shared = Shared {
            document: self.document.to_owned(),
            title: self.info("title"),
            version: self.info("version"),
            ..Shared::default()
        };
        sections(self.text, body, &headings, &shared)
    }

    fn indented_headings(&self, range: Range<usize>) -> Vec<Heading> {
        let mut found = Vec::new();
        let mut at = range.start;
        let mut fenced = false;
        for line in self.text.get(range).unwrap_or_default().split_inclusive('\n') {
            let bare = line.trim();
            if bare.starts_with("```") {
                fenced = !fenced;
            }
            let level = bare.bytes().take_while(|b| *b == b'#').count();
            let text = bare.get(level..).unwrap_or_default();
            if !fenced && (1..=6).contains(&level) && text.starts_with(' ') {
                let text = text.trim().trim_matches('#').replace(['`', '*'], "").trim().to_owned();
                found.push(Heading { level, text, start: at });
            }
            at += line.len();
        }
        found
    }

    fn operations(&self, under: &str, base: &str) -> Vec<Section> {
        let Some(values) = self.root.get(under).and_then(Value::as_object) else { return Vec::new() };
        let blocks = entry(self.text, self.whole(), under).map(|found| entries(self.text, found.value));
        let blocks = blocks.unwrap_or_default();
        let mut found = Vec::new();
        for (path, item) in values {
            let block = blocks.iter().find(|block| block.key == *path);
            let base = match item.get("servers") {
                Some(_) => base_path(self.root, item),
                None => base.to_owned(),
            };
            for (method, operation) in item.as_object().into_iter().flatten() {
                if METHODS.contains(&method.as_str()) {
                    let heading = format!("{} {base}{path}", method.to_ascii_uppercase());
                    found.push(self.operation(heading, operation, self.block_of(block, method, path)));
                }
            }
        }
        found
    }

    /// The bytes of one operation. Where it is written between braces in YAML, the line that names it.
    fn block_of(&self, path_block: Option<&Entry>, method: &str, path: &str) -> Range<usize> {
        let Some(block) = path_block else {
            let at = self.text.find(path).unwrap_or(0);
            return at..at + self.text.get(at..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
        };
        let inside = entry(self.text, block.value.clone(), method);
        trimmed(self.text, inside.map_or(block.all.clone(), |found| found.all))
    }

    fn operation(&self, heading: String, operation: &Value, range: Range<usize>) -> Section {
        let word = |key: &str| operation.get(key).and_then(Value::as_str).map(str::to_owned);
        let tags = operation.get("tags").and_then(Value::as_array).into_iter().flatten();
        let mut parents: Vec<String> = self.info("title").into_iter().collect();
        parents.extend(tags.filter_map(Value::as_str).map(str::to_owned));
        Section {
            document: self.document.to_owned(),
            title: word("summary").or_else(|| word("operationId")).unwrap_or_else(|| heading.clone()),
            parents,
            version: version_in(&heading)
                .or_else(|| version_in(self.document))
                .or_else(|| self.info("version")),
            heading,
            url: operation.get("externalDocs").and_then(|docs| docs.get("url")?.as_str()).map(str::to_owned),
            updated: None,
            hash: hash(self.text.get(range.clone()).unwrap_or_default()),
            range,
            kind: SectionKind::Operation,
            referred: self.referred(operation),
        }
    }

    fn referred(&self, operation: &Value) -> Vec<Range<usize>> {
        let pointers = refs::reachable(self.root, operation);
        pointers.iter().filter_map(|pointer| self.shared.get(pointer).cloned()).collect()
    }
}

/// Where the shared parts of a description stand, by the pointers that refer to them.
fn shared_parts(text: &str) -> HashMap<String, Range<usize>> {
    let mut found = HashMap::new();
    for top in entries(text, 0..text.len()) {
        let kinds = match top.key.as_str() {
            "components" => entries(text, top.value)
                .into_iter()
                .map(|kind| (format!("#/components/{}", kind.key), kind))
                .collect(),
            "definitions" | "parameters" | "responses" => vec![(format!("#/{}", top.key), top)],
            _ => Vec::new(),
        };
        for (pointer, kind) in kinds {
            for part in entries(text, kind.value) {
                let name = part.key.replace('~', "~0").replace('/', "~1");
                found.insert(format!("{pointer}/{name}"), trimmed(text, part.all));
            }
        }
    }
    found
}

/// A part like `v2` of a path or a file name.
fn version_in(name: &str) -> Option<String> {
    let is_version = |part: &&str| {
        let digits = part.strip_prefix(['v', 'V']).unwrap_or_default();
        !digits.is_empty() && digits.len() < 4 && digits.bytes().all(|b| b.is_ascii_digit())
    };
    name.split(['/', '-', '_', '.', ' ']).find(is_version).map(str::to_ascii_lowercase)
}
