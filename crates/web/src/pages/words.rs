//! What pages say, in the reader's language: Brazilian Portuguese first, English second; from `locales/*.ftl` (Fluent).

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

const PORTUGUESE: &str = include_str!("../../locales/pt-BR.ftl");
const ENGLISH: &str = include_str!("../../locales/en.ftl");

type Bundle = FluentBundle<FluentResource>;

static IN_PORTUGUESE: LazyLock<Option<Bundle>> = LazyLock::new(|| bundle("pt-BR", PORTUGUESE));
static IN_ENGLISH: LazyLock<Option<Bundle>> = LazyLock::new(|| bundle("en", ENGLISH));

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
    let own = match language {
        Language::Portuguese => None,
        Language::English => IN_ENGLISH.as_ref(),
    };
    let mut args = FluentArgs::new();
    for (name, value) in values {
        // A number chooses the plural.
        let value = value.parse::<f64>().map_or_else(|_word| FluentValue::from(*value), FluentValue::from);
        args.set(*name, value);
    }
    let said = own.into_iter().chain(IN_PORTUGUESE.as_ref()).find_map(|bundle| {
        let pattern = bundle.get_message(key)?.value()?;
        Some(bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned())
    });
    said.unwrap_or_else(|| key.to_owned())
}

fn bundle(code: &str, text: &str) -> Option<Bundle> {
    let language: LanguageIdentifier = code.parse().ok()?;
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).ok()?;
    Some(bundle)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn keys(text: &str) -> BTreeSet<String> {
        FluentResource::try_new(text.to_owned()).expect("the catalogue parses");
        text.lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
            .filter_map(|line| line.split_once(" ="))
            .map(|(key, _)| key.to_owned())
            .collect()
    }

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
    const FAMILIES: [&str; 10] = [
        "state-",
        "check-",
        "evidence-",
        "verdict-",
        "source-",
        "event-",
        "role-",
        "channel-",
        "notice-",
        "due-",
    ];

    #[test]
    fn both_languages_say_everything() {
        assert_eq!(keys(PORTUGUESE), keys(ENGLISH));
    }

    #[test]
    fn no_text_is_missing_and_none_unused() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut all = String::new();
        sources(&root.join("src/pages"), &mut all);
        sources(&root.join("templates"), &mut all);
        let known = keys(PORTUGUESE);
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
