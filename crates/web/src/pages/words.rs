//! What pages say, in the reader's language: Brazilian Portuguese first, English second; from `locales/*.ftl` (Fluent).

use std::sync::LazyLock;

use balcao_texts::Texts;

const PORTUGUESE: &str = include_str!("../../locales/pt-BR.ftl");
const ENGLISH: &str = include_str!("../../locales/en.ftl");

static IN_PORTUGUESE: LazyLock<Texts> = LazyLock::new(|| Texts::new(&[("pt-BR", PORTUGUESE)]));
static IN_ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::new(&[("en", ENGLISH), ("pt-BR", PORTUGUESE)]));

/// A language that pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Language {
    #[default]
    Portuguese,
    English,
}

impl Language {
    /// The value of the page's `lang`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Portuguese => "pt-BR",
            Self::English => "en",
        }
    }
}

/// The text of `key` with these values; a text that a language lacks is Portuguese, one that none has is its key.
pub(crate) fn say(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    let texts = match language {
        Language::Portuguese => &IN_PORTUGUESE,
        Language::English => &IN_ENGLISH,
    };
    texts.find(key, values).unwrap_or_else(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use balcao_texts as texts;

    use super::*;

    fn sources(folder: &Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, into);
            } else {
                into.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    /// Keys that are made of a code: `state-closed`.
    const FAMILIES: [&str; 21] = [
        "state-",
        "code-says-",
        "weekday-",
        "field-",
        "file-",
        "check-",
        "evidence-",
        "verdict-",
        "source-",
        "event-",
        "role-",
        "channel-",
        "notice-",
        "due-",
        "letter-",
        "mail-",
        "mailbox-",
        "issue-",
        "errand-",
        "commercial-by-",
        "commercial-outcome-",
    ];

    #[test]
    fn both_languages_say_everything() {
        assert_eq!(texts::keys(PORTUGUESE).unwrap(), texts::keys(ENGLISH).unwrap());
    }

    #[test]
    fn no_text_is_missing_and_none_unused() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut all = String::new();
        sources(&root.join("src/pages"), &mut all);
        sources(&root.join("templates"), &mut all);
        let known: BTreeSet<String> = texts::keys(PORTUGUESE).unwrap().into_iter().collect();
        let unused: Vec<&String> = known
            .iter()
            .filter(|key| !FAMILIES.iter().any(|family| key.starts_with(family)))
            .filter(|key| !all.contains(&format!("\"{key}\"")))
            .collect();
        assert_eq!(unused, Vec::<&String>::new(), "unused");
        let mut missing = BTreeSet::new();
        for call in [".t(\"", ".tv(\""] {
            for (at, _) in all.match_indices(call) {
                let key = all.get(at + call.len()..).unwrap().split('"').next().unwrap();
                if !known.contains(key) {
                    missing.insert(key.to_owned());
                }
            }
        }
        assert_eq!(missing, BTreeSet::new(), "missing");
    }
}
