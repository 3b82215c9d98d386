//! The request: is the route of the version called, does the body keep the documented contract (procedure, 3.9).

use super::{Proof, Statement, Subject, Verdict, decided, not_applicable, unknown};
use crate::facts::contract::{Breach, Operation, parse_body};
use crate::incident::{Payload, Source};

/// `versao-correta`: the route exists under the prefix called. `nao` only where it is another version's route.
pub(super) fn is_of_version(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let incident = subject.incident;
    let Some(path) = &incident.path else { return unknown() };
    if let Some(operation) = incident.operation {
        let text = format!("{} {} está documentada", operation.method, operation.template);
        return decided(
            true,
            vec![
                Proof::seen(path, path.value.clone()),
                of(operation, text).saying(Statement::RouteDocumented),
            ],
        );
    }
    match right_route(subject) {
        Some((operation, version)) => {
            let text = format!(
                "esta rota é da {}: {} {}",
                version.to_uppercase(),
                operation.method,
                operation.template
            );
            let proof = of(operation, text).saying(Statement::RouteOfOtherVersion);
            decided(false, vec![Proof::seen(path, path.value.clone()), proof])
        }
        None => unknown(),
    }
}

/// The documented route of another version that was called under this one's prefix, and that version's code.
pub fn right_route<'k>(subject: &Subject<'_, 'k>) -> Option<(&'k Operation, String)> {
    let incident = subject.incident;
    if incident.operation.is_some() {
        return None;
    }
    let path = incident.path.as_ref()?;
    let method = incident.method.as_ref().map_or("", |method| method.value.as_str());
    let prefixes: Vec<(&str, &str)> = subject
        .known
        .registry
        .api_versions
        .iter()
        .map(|version| (version.code.as_str(), version.path_prefix.as_str()))
        .collect();
    subject.known.contract.under_other_prefix(method, &path.value, &prefixes)
}

fn of(operation: &Operation, text: String) -> Proof {
    Proof::new(
        Source::Contract,
        format!("{}#{} {}", operation.document, operation.method, operation.template),
        text,
    )
}

fn broken(operation: &Operation, breach: &Breach) -> Proof {
    of(operation, breach.text.clone()).saying(Statement::BodyBreaksContract)
}

/// The documented operation that the incident called, or should have called.
pub fn contract_operation<'k>(subject: &Subject<'_, 'k>) -> Option<&'k Operation> {
    subject.incident.operation.or_else(|| right_route(subject).map(|(operation, _)| operation))
}

/// `requisicao-valida`: the body breaks nothing of the contract that decides (fields, types, enumerations).
pub(super) fn is_valid(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let incident = subject.incident;
    let Some(operation) = incident.operation else { return unknown() };
    if !operation.takes_body {
        return not_applicable();
    }
    match breaches_of(subject) {
        None => unknown(),
        Some(breaches) => {
            let deciding: Vec<Proof> = breaches
                .iter()
                .filter(|breach| breach.decides)
                .map(|breach| broken(operation, breach))
                .collect();
            if deciding.is_empty() {
                let proof = of(operation, "o corpo atende ao contrato documentado".to_owned());
                decided(true, vec![proof.saying(Statement::BodyKeepsContract)])
            } else {
                decided(false, deciding)
            }
        }
    }
}

/// What the body breaks of its operation's contract; `None` where no body can be read.
pub fn breaches_of(subject: &Subject<'_, '_>) -> Option<Vec<Breach>> {
    let incident = subject.incident;
    let operation = incident.operation?;
    let Some(Payload::Text(text)) = incident.payload.as_ref().map(|payload| &payload.value) else {
        return None;
    };
    let value = parse_body(text)?;
    Some(subject.known.contract.validate_body(operation, &value))
}
