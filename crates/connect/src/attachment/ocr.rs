//! Tesseract as a child: a picture on its standard input, the letters on its output.

use std::path::Path;

use tokio::process::Command;

/// The command for these languages, as `por+eng`.
pub(super) fn command(program: &Path, languages: &str) -> Command {
    let mut command = Command::new(program);
    command.args(["stdin", "stdout"]);
    if !languages.is_empty() {
        command.args(["-l", languages]);
    }
    // One core a picture: several at once would only hold each other up.
    command.env("OMP_THREAD_LIMIT", "1");
    command
}

/// The letters without what is no text: control characters, and more than one empty line in a row.
pub(super) fn tidy(bytes: &[u8], most: usize) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut tidy = String::new();
    let mut empty = true;
    for line in text.lines() {
        let line: String = line.chars().filter(|c| !c.is_control() || *c == '\t').collect();
        let line = line.trim_end();
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        tidy.push_str(line);
        tidy.push('\n');
    }
    match tidy.char_indices().nth(most) {
        Some((end, _)) => tidy.truncate(end),
        None => tidy.truncate(tidy.trim_end().len()),
    }
    tidy
}
