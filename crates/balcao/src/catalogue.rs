//! What the command line says, in the reader's language: Brazilian Portuguese first, English second.
//!
//! Texts are in `locales/*.ftl` (Fluent). A text that a language lacks is taken from Portuguese.

use balcao_texts::Texts;

const PORTUGUESE: &str = include_str!("../locales/pt-BR.ftl");
const ENGLISH: &str = include_str!("../locales/en.ftl");

/// A language that the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    #[value(name = "pt-BR", alias = "pt")]
    Portuguese,
    #[value(name = "en", alias = "en-US")]
    English,
}

impl Language {
    /// The language asked for: `--lang` among the arguments, else the environment's, else Portuguese.
    pub fn of(args: &[String], environment: impl Fn(&str) -> Option<String>) -> Self {
        let flag = args.iter().enumerate().find_map(|(at, arg)| match arg.strip_prefix("--lang") {
            Some("") => args.get(at + 1).cloned(),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        });
        let named = ["BALCAO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"];
        let set = || named.iter().find_map(|name| environment(name).filter(|value| !value.is_empty()));
        match flag.or_else(set) {
            Some(code) if code.to_ascii_lowercase().starts_with("en") => Self::English,
            _ => Self::Portuguese,
        }
    }
}

/// The texts of one language, with Portuguese behind it.
pub struct Catalogue(Texts);

impl Catalogue {
    pub fn new(language: Language) -> Self {
        let portuguese = ("pt-BR", PORTUGUESE);
        Self(match language {
            Language::Portuguese => Texts::new(&[portuguese]),
            Language::English => Texts::new(&[("en", ENGLISH), portuguese]),
        })
    }

    /// The text of `key`; `None` where no language has it.
    pub fn find(&self, key: &str, values: &[(&str, &str)]) -> Option<String> {
        self.0.find(key, values)
    }

    /// The text of `key`, the key itself where there is none.
    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.find(key, values).unwrap_or_else(|| key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_everything() {
        let keys = |text| balcao_texts::keys(text).unwrap();
        assert_eq!(keys(PORTUGUESE), keys(ENGLISH));
    }

    #[test]
    fn the_language_is_the_flags_then_the_environments() {
        let args = |list: &[&str]| list.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
        let table = [
            (args(&["balcao", "--lang", "en"]), "pt_BR.UTF-8", Language::English),
            (args(&["balcao", "--lang=pt-BR"]), "en_US.UTF-8", Language::Portuguese),
            (args(&["balcao"]), "en_US.UTF-8", Language::English),
            (args(&["balcao"]), "C.UTF-8", Language::Portuguese),
            (args(&["balcao"]), "", Language::Portuguese),
        ];
        for (args, lang, expected) in table {
            let environment = |name: &str| (name == "LANG").then(|| lang.to_owned());
            assert_eq!(Language::of(&args, environment), expected, "{args:?} with LANG={lang}");
        }
    }
}
