//! What the request carried.

use super::identity::whence;
use super::{Context, Found, Incident, Source, Whence};
use crate::evidence::call::Body;
use crate::evidence::fields::FieldKind;

/// The payload in evidence.
#[derive(Clone, PartialEq, Eq)]
pub enum Payload {
    /// The body as shown, in the clear.
    Text(String),
    /// Form fields or a file that is not here.
    Opaque(String),
    /// The call carries no body, by its method or by the contract.
    None,
}

/// The words for a call without a body.
pub const NO_BODY: &str = "sem corpo";

/// Sets the payload: the body shown, or that there is none to show.
pub(super) fn of_call(context: &Context<'_, '_>, incident: &mut Incident<'_>) {
    if let Some((part, call)) = &incident.call {
        let place = whence(context, *part, &call.span);
        let shown = match &call.body {
            Some(Body::Text(text)) if !text.trim().is_empty() => Some(Payload::Text(text.clone())),
            Some(Body::Form(fields)) => {
                Some(Payload::Opaque(format!("formulário com {} campos", fields.len())))
            }
            Some(Body::File(name)) => Some(Payload::Opaque(format!("arquivo {name}"))),
            Some(Body::Text(_)) | None => None,
        };
        if let Some(payload) = shown {
            incident.payload = Some(Found::new(payload, place));
            return;
        }
    }
    if bodyless(incident) {
        let place = incident.method.as_ref().map_or_else(contract, |method| method.whence.clone());
        incident.payload = Some(Found::new(Payload::None, place));
        return;
    }
    let named = context.reading.fields.iter().find(|seen| seen.what.kind == FieldKind::Payload);
    incident.payload = named.map(|seen| {
        Found::new(Payload::Text(seen.what.value.clone()), whence(context, seen.part, &seen.what.span))
    });
}

fn contract() -> Whence {
    Whence { source: Source::Contract, place: String::new(), span: None }
}

/// Whether the request has no body to show: by its method, or by its documented operation.
fn bodyless(incident: &Incident<'_>) -> bool {
    if incident.path.is_none() {
        return false;
    }
    match (incident.method.as_ref().map(|m| m.value.as_str()), incident.operation) {
        (Some("GET" | "HEAD"), _) => true,
        (Some(_), Some(operation)) => !operation.takes_body,
        _ => false,
    }
}
