//! Products: is the product in the version called or asked about (procedure, 3.5).

use super::{Proof, Statement, Subject, Verdict, decided, unknown};
use crate::incident::Source;

/// `produto-na-versao`: the registry has the product in that version; without one named, in any.
pub(super) fn is_in_version(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let Some(question) = &subject.incident.product else { return unknown() };
    let product = question.product;
    let seen = Proof::new(
        question.whence.source,
        question.whence.place.clone(),
        format!("produto {}", product.name),
    );
    let record = |text: String| {
        Proof::new(Source::Registry, format!("produto {}", product.code), text)
            .saying(Statement::ProductIn(product.api_versions.clone()))
    };
    if product.api_versions.is_empty() {
        return decided(false, vec![seen, record(format!("{} não está na API", product.name))]);
    }
    let versions = product.api_versions.join(", ").to_uppercase();
    let there = record(format!("{} está disponível em: {versions}", product.name));
    match &question.version {
        None => decided(true, vec![seen, there]),
        Some(version) => {
            let asked = Proof::seen(version, format!("versão {}", version.value.to_uppercase()))
                .saying(Statement::AskedVersion(version.value.clone()));
            decided(product.api_versions.contains(&version.value), vec![seen, asked, there])
        }
    }
}
