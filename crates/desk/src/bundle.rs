//! The files of a procedure, together: what a support lead edits, and what the program carries where nothing else is given.

use std::collections::BTreeMap;

use balcao_core::procedure::ProcedureFiles;
use serde::{Deserialize, Serialize};

/// The procedure that comes with the program, with its replies and words.
#[derive(rust_embed::Embed)]
#[folder = "../../procedures/api-parceiros"]
struct Default;

/// Every file of one procedure by its name below its folder: `procedure.toml`, `replies/…`, `speech.toml`, `synonyms.toml`,
/// `answering.toml`. The last three are the program's own where a procedure does not bring them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bundle(BTreeMap<String, String>);

/// What a procedure may leave to the program.
const LENT: [&str; 3] = ["speech.toml", "synonyms.toml", "answering.toml"];

impl Bundle {
    /// The procedure that comes with the program.
    #[must_use]
    pub fn standard() -> Self {
        let names = Default::iter();
        Self(names.filter_map(|name| own(&name).map(|text| (name.to_string(), text))).collect())
    }

    /// A procedure of one's own.
    #[must_use]
    pub fn of(mut files: BTreeMap<String, String>) -> Self {
        for name in LENT {
            if let Some(text) = own(name) {
                files.entry(name.to_owned()).or_insert(text);
            }
        }
        Self(files)
    }

    /// A file's text, empty if there is none.
    #[must_use]
    pub fn file(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The part that the core reads as the procedure itself.
    #[must_use]
    pub fn procedure(&self) -> ProcedureFiles {
        let replies = self.0.iter().filter_map(|(name, text)| {
            name.strip_prefix("replies/").map(|reply| (reply.to_owned(), text.clone()))
        });
        ProcedureFiles { toml: self.file("procedure.toml").to_owned(), replies: replies.collect() }
    }

    /// Names and texts, in the order of the names.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

fn own(name: &str) -> Option<String> {
    String::from_utf8(Default::get(name)?.data.into_owned()).ok()
}
