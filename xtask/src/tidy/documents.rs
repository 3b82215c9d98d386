//! Documents that stay true: every path they name exists, and the map names every crate.

use super::source::File;

/// Documents whose paths in backticks must exist.
const CHECKED: &[&str] = &["README.md", "README.pt-BR.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
/// The folders that paths start with.
const FOLDERS: &[&str] = &["crates/", "examples/", "procedures/", "docs/", "fuzz/", "xtask/"];

pub(crate) fn find(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    let exists = |path: &str| {
        let path = path.trim_end_matches('/');
        files.iter().any(|file| file.path == path || file.path.starts_with(&format!("{path}/")))
    };
    for name in CHECKED {
        let Some(document) = files.iter().find(|file| file.path == *name) else {
            found.push(format!("{name} is missing"));
            continue;
        };
        for path in document.text.split('`').skip(1).step_by(2) {
            let is_path = FOLDERS.iter().any(|folder| path.starts_with(folder))
                && !path.contains([' ', '<', '*', '{', '…']);
            if is_path && !exists(path) {
                found.push(format!("{name}: `{path}` does not exist"));
            }
        }
    }
    let map = files.iter().find(|file| file.path == "ARCHITECTURE.md").map_or("", |file| file.text.as_str());
    for file in
        files.iter().filter(|file| file.path.starts_with("crates/") && file.path.ends_with("/Cargo.toml"))
    {
        let name = file.path.trim_end_matches("/Cargo.toml");
        if !map.contains(&format!("`{name}")) {
            found.push(format!("ARCHITECTURE.md does not name `{name}`"));
        }
    }
    found
}
