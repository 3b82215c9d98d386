//! The lines between two `---` at the top of a Markdown file.

/// What the front matter says; absent keys are `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FrontMatter {
    pub(super) title: Option<String>,
    pub(super) url: Option<String>,
    pub(super) version: Option<String>,
    pub(super) updated: Option<String>,
    /// How many bytes it takes, with both fences.
    pub(super) length: usize,
}

/// Reads it by lines (`key: value`, quotes optional), so that one odd value costs only itself. Unclosed, there is none.
pub(super) fn read(text: &str) -> FrontMatter {
    let mut matter = FrontMatter::default();
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| fence(line)) else { return matter };
    let mut length = first.len();
    for line in lines {
        length += line.len();
        if fence(line) {
            return FrontMatter { length, ..matter };
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim().trim_matches(['"', '\'']).to_owned();
        let value = Some(value).filter(|value| !value.is_empty());
        match key.trim().to_ascii_lowercase().as_str() {
            "title" => matter.title = value,
            "url" => matter.url = value,
            "version" => matter.version = value,
            "updated" => matter.updated = value,
            _ => {}
        }
    }
    FrontMatter::default()
}

fn fence(line: &str) -> bool {
    line.trim_start_matches('\u{feff}').trim_end() == "---"
}
