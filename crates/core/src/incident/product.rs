//! Which product the message speaks of, and in which version of the API.

use std::ops::Range;

use super::identity::whence;
use super::{Context, Found, Incident, Whence};
use crate::evidence::mentions::{self, Mention};
use crate::facts::registry::Product;

/// A product of the registry, and the version it was called or asked about in.
#[derive(Clone)]
pub struct ProductQuestion<'k> {
    pub product: &'k Product,
    pub whence: Whence,
    /// Code of the version called, else of the one the words name.
    pub version: Option<Found<String>>,
}

/// Sets the product: one that the version called lacks before one that it has.
pub(super) fn of_words<'k>(context: &Context<'_, 'k>, incident: &mut Incident<'k>) {
    let registry = context.known.registry;
    let names: Vec<(&str, &str)> = registry
        .products
        .iter()
        .flat_map(|p| {
            std::iter::once(p.name.as_str())
                .chain(p.aliases.iter().map(String::as_str))
                .map(|n| (p.code.as_str(), n))
        })
        .collect();
    let version = incident.version.clone().or_else(|| version_in_words(context));
    let mut chosen: Option<ProductQuestion<'_>> = None;
    for (index, part) in context.reading.parts.iter().enumerate() {
        for mention in mentions::find(&part.text, &names) {
            if is_ordinary(&part.text, &mention) {
                continue;
            }
            let Some(product) = registry.products.iter().find(|p| p.code == mention.code) else { continue };
            let question = ProductQuestion {
                product,
                whence: whence(context, index, &mention.span),
                version: version.clone(),
            };
            let better = chosen.as_ref().is_none_or(|before| !lacking(before) && lacking(&question));
            if better {
                chosen = Some(question);
            }
        }
    }
    incident.product = chosen;
}

/// Whether the version asked about lacks the product, or the API does.
fn lacking(question: &ProductQuestion<'_>) -> bool {
    let versions = &question.product.api_versions;
    versions.is_empty() || question.version.as_ref().is_some_and(|version| !versions.contains(&version.value))
}

/// A product's name used as ordinary words: "a conta de luz em dia" is a bill that is paid.
fn is_ordinary(text: &str, mention: &Mention) -> bool {
    let before = text.get(..mention.span.start).unwrap_or("").trim_end();
    let folded: String = before.chars().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect();
    let folded = crate::evidence::fold(&folded);
    ["conta de", "contas de", "fatura de", "faturas de"].iter().any(|words| folded.ends_with(words))
}

/// The version that the words name ("V1", "API nova"); with several, the last one named in a question or at all.
fn version_in_words(context: &Context<'_, '_>) -> Option<Found<String>> {
    let mut found = None;
    for (index, part) in context.reading.parts.iter().enumerate() {
        if let Some((version, span)) = context.known.registry.version_prefix_in(&part.text) {
            found.get_or_insert(Found::new(version.code.clone(), whence(context, index, &span)));
        }
        if let Some((code, span)) = named_in(context, &part.text).into_iter().next_back() {
            found = Some(Found::new(code, whence(context, index, &span)));
        }
    }
    found
}

/// Every version that a text names, by the registry's codes and the lexicon's words for them.
fn named_in(context: &Context<'_, '_>, text: &str) -> Vec<(String, Range<usize>)> {
    let versions = &context.known.registry.api_versions;
    let names: Vec<(&str, &str)> =
        versions.iter().map(|version| (version.code.as_str(), version.code.as_str())).collect();
    let mut found: Vec<(String, Range<usize>)> =
        mentions::find(text, &names).into_iter().map(|mention| (mention.code, mention.span)).collect();
    for mention in context.lexicon.versions(text) {
        let meant = versions.iter().find(|version| {
            version.code == mention.code
                || context.lexicon.versions(&version.code).iter().any(|word| word.code == mention.code)
        });
        found.extend(meant.map(|version| (version.code.clone(), mention.span)));
    }
    found.sort_by_key(|(_, span)| span.start);
    found
}
