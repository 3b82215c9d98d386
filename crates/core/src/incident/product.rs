//! Which product the message speaks of, and in which version of the API.

use super::identity::whence;
use super::{Context, Found, Incident, Whence};
use crate::evidence::mentions::Mention;
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
    let version = incident.version.clone().or_else(|| version_in_words(context));
    let mut chosen: Option<ProductQuestion<'_>> = None;
    for (index, part) in context.reading.parts.iter().enumerate() {
        for mention in context.names.products_in(&part.text) {
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
        if let Some((code, span)) =
            context.names.versions_in(&part.text, context.lexicon).into_iter().next_back()
        {
            found = Some(Found::new(code, whence(context, index, &span)));
        }
    }
    found
}
