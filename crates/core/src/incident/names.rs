//! The names of a registry, ready to be looked for in words: products, environments, versions.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::evidence::mentions::{Mention, Names};
use crate::evidence::speech::Lexicon;
use crate::facts::registry::Registry;

/// Made once for a registry and a lexicon, used for every message.
#[derive(Debug, Clone, Default)]
pub struct RegistryNames {
    products: Names,
    environments: Names,
    versions: Names,
    /// The registry's environment that a word of the lexicon stands for, by the lexicon's code.
    environment_words: BTreeMap<String, String>,
    /// The registry's version that a word of the lexicon stands for, by the lexicon's code.
    version_words: BTreeMap<String, String>,
}

impl RegistryNames {
    /// The names of `registry`; a word of `lexicon` stands for the entry whose own name has the same meaning there.
    pub fn of(registry: &Registry, lexicon: &Lexicon) -> Self {
        let products = registry.products.iter().flat_map(|product| {
            let names = std::iter::once(&product.name).chain(&product.aliases);
            names.map(|name| (product.code.as_str(), name.as_str()))
        });
        let environments = registry.environments.iter().flat_map(|environment| {
            let code = environment.code.as_str();
            [(code, environment.name.as_str()), (code, code)]
        });
        let versions =
            registry.api_versions.iter().map(|version| (version.code.as_str(), version.code.as_str()));
        let mut names = Self {
            products: Names::new(products),
            environments: Names::new(environments),
            versions: Names::new(versions),
            ..Self::default()
        };
        for environment in &registry.environments {
            for word in lexicon.environments(&format!("{} {}", environment.name, environment.code)) {
                names.environment_words.entry(word.code).or_insert_with(|| environment.code.clone());
            }
        }
        for version in &registry.api_versions {
            for word in lexicon.versions(&version.code) {
                names.version_words.entry(word.code).or_insert_with(|| version.code.clone());
            }
        }
        names
    }

    pub(super) fn products_in(&self, text: &str) -> Vec<Mention> {
        self.products.find(text)
    }

    /// Every environment that a text names, in order: the registry's code, and where.
    pub fn environments_in(&self, text: &str, lexicon: &Lexicon) -> Vec<(String, Range<usize>)> {
        merged(self.environments.find(text), lexicon.environments(text), &self.environment_words)
    }

    /// Every version that a text names, in order: the registry's code, and where.
    pub(super) fn versions_in(&self, text: &str, lexicon: &Lexicon) -> Vec<(String, Range<usize>)> {
        merged(self.versions.find(text), lexicon.versions(text), &self.version_words)
    }
}

fn merged(
    own: Vec<Mention>,
    words: Vec<Mention>,
    meanings: &BTreeMap<String, String>,
) -> Vec<(String, Range<usize>)> {
    let own = own.into_iter().map(|mention| (mention.code, mention.span));
    let meant = words.into_iter().filter_map(|word| Some((meanings.get(&word.code)?.clone(), word.span)));
    let mut found: Vec<(String, Range<usize>)> = own.chain(meant).collect();
    found.sort_by_key(|(_, span)| span.start);
    found
}
