//! The files of the repository, and rules on any of them.

use std::path::Path;
use std::process::Command;

/// A text file of the repository.
pub(crate) struct File {
    /// Path below the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Folders without a subject.
const BANNED_NAMES: &[&str] =
    &["utils", "util", "helpers", "helper", "common", "misc", "manager", "service", "services"];

/// Every text file that git knows or would add.
pub(crate) fn all(root: &Path) -> Result<Vec<File>, String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("`git ls-files` could not be started: {error}"))?;
    let mut files = Vec::new();
    for path in String::from_utf8_lossy(&listed.stdout).lines() {
        // A file that is no text, or was deleted and not yet committed, is nobody's business here.
        if let Ok(text) = std::fs::read_to_string(root.join(path)) {
            files.push(File { path: path.to_owned(), text });
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

impl File {
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// A test file, by its place or name.
    pub(crate) fn is_test(&self) -> bool {
        let path = &self.path;
        path.contains("/tests/")
            || path.ends_with("/tests.rs")
            || path.contains("/benches/")
            || path.starts_with("fuzz/")
    }

    /// Lines before the tests of the same file.
    pub(crate) fn own_lines(&self) -> usize {
        let tests = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        self.text.get(..tests).unwrap_or("").lines().count()
    }
}

/// Names without a subject, blanks at line ends, and modules that nothing names.
pub(crate) fn find(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let names = file.path.split('/').map(|name| name.strip_suffix(".rs").unwrap_or(name));
        for name in names.filter(|name| BANNED_NAMES.contains(name)) {
            found.push(format!("{}: `{name}` says nothing; name the subject", file.path));
        }
        if file.is_rust() || file.path.ends_with(".toml") || file.path.ends_with(".ftl") {
            let blank = file.text.lines().position(|line| line.ends_with([' ', '\t']));
            found.extend(blank.map(|at| format!("{}:{}: blanks at the end of the line", file.path, at + 1)));
        }
        if is_dead(file, files) {
            found.push(format!("{}: no module declares it; delete it or name it", file.path));
        }
    }
    found
}

/// Whether a source file is named by no `mod` of its parent.
fn is_dead(file: &File, files: &[File]) -> bool {
    let Some((folder, name)) = file.path.strip_suffix(".rs").and_then(|path| path.rsplit_once('/')) else {
        return false;
    };
    let is_module = folder.contains("/src") && !["lib", "main"].contains(&name);
    if !is_module || folder.ends_with("/bin") {
        return false;
    }
    let (folder, name) = match (name, folder.rsplit_once('/')) {
        ("mod", Some((above, own))) => (above, own),
        _ => (folder, name),
    };
    let declared = format!("mod {name};");
    let parents = [
        format!("{folder}/mod.rs"),
        format!("{folder}/lib.rs"),
        format!("{folder}/main.rs"),
        format!("{folder}.rs"),
    ];
    !files.iter().any(|other| parents.contains(&other.path) && other.text.contains(&declared))
}
