//! Budgets: a file that grows past them holds more than one subject.

use super::source::File;

/// Lines of a source file without its tests, and of a test file.
const SOURCE_LINES: usize = 600;
const TEST_LINES: usize = 800;

/// Files over budget, with the reason. This list may only get shorter.
const EXCEPTIONS: &[(&str, &str)] = &[];

pub(crate) fn find(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let excepted = EXCEPTIONS.iter().any(|(path, _)| *path == file.path);
        let (lines, budget) = if file.is_test() {
            (file.text.lines().count(), TEST_LINES)
        } else {
            (file.own_lines(), SOURCE_LINES)
        };
        match (lines > budget, excepted) {
            (true, false) => found
                .push(format!("{}: {lines} lines, the budget is {budget}; split it by subject", file.path)),
            (false, true) => {
                found.push(format!("{}: is within its budget; take it off the exceptions", file.path))
            }
            _ => {}
        }
        if !file.is_test() && file.path.contains("/src/") && !file.text.starts_with("//!") {
            found.push(format!("{}: does not open with what it is for (`//! …`)", file.path));
        }
    }
    found
}
