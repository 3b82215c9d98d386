//! The ground floor takes data and returns data: no clock, disk, network or randomness, and no crate that brings one.

use super::source::File;

/// The crates that the ground floor may name.
const PURE_CRATES: &[&str] = &[
    "aho-corasick",
    "base64",
    "blake3",
    "cel",
    "encoding_rs",
    "flate2",
    "hmac",
    "html2text",
    "indexmap",
    "jiff",
    "jsonschema",
    "mail-parser",
    "minijinja",
    "pulldown-cmark",
    "regex",
    "rust-stemmers",
    "serde",
    "serde-saphyr",
    "serde_json",
    "serde_path_to_error",
    "sha2",
    "shlex",
    "thiserror",
    "toml",
    "unicode-normalization",
    "url",
    "zip",
];

/// Paths that reach outside, and what they stand for.
const BANNED: &[(&str, &str)] = &[
    ("std::fs", "the disk"),
    ("std::net", "the network"),
    ("std::env", "the environment"),
    ("std::process", "other programs"),
    ("SystemTime", "the clock"),
    ("Instant::now", "the clock"),
    ("Timestamp::now", "the clock"),
    ("ZonedDateTime::now", "the clock"),
    ("TimeZone::system", "the machine's zone"),
    ("TimeZone::get", "the machine's zone database"),
    ("HashMap", "an order that changes from run to run"),
    ("HashSet", "an order that changes from run to run"),
];

pub(crate) fn find(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let ground = ["crates/core/", "crates/documents/"].iter().any(|floor| file.path.starts_with(floor));
        if ground && file.path.ends_with("Cargo.toml") {
            found.extend(impure_crates(file));
        }
        if ground && file.is_rust() && !file.is_test() {
            found.extend(reaching_out(file));
        }
    }
    found
}

fn impure_crates(file: &File) -> Vec<String> {
    let mut section = "";
    let mut found = Vec::new();
    for line in file.text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if section == "dependencies" {
            let name = line.split([' ', '=', '.']).next().unwrap_or("");
            if !name.is_empty() && !PURE_CRATES.contains(&name) {
                found.push(format!("{}: `{name}` is not on the list of pure crates", file.path));
            }
        }
    }
    found
}

/// Where a map or set without order is right: it is only ever looked into by name, never walked.
const LOOKED_INTO_ONLY: &[&str] = &[
    "crates/core/src/evidence/candidates.rs",
    // The expression language takes no other map.
    "crates/core/src/procedure/context.rs",
    "crates/documents/src/search/index.rs",
    "crates/documents/src/split/openapi.rs",
    "crates/documents/src/text/lexicon.rs",
];

fn reaching_out(file: &File) -> Vec<String> {
    let looked_into = LOOKED_INTO_ONLY.contains(&file.path.as_str());
    let code = file.text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.flat_map(|(number, line)| {
        BANNED
            .iter()
            .filter(move |(path, _)| line.contains(path) && !(looked_into && path.starts_with("Hash")))
            .map(move |(path, outside)| (number, path, outside))
    })
    .map(|(number, path, outside)| {
        format!("{}:{}: `{path}` is {outside}; take it as an argument", file.path, number + 1)
    })
    .collect()
}
