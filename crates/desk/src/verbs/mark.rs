//! What a ticket is about, as hashes: its one request (the same failure of the same caller), and its failure (whoever called).

use balcao_core::diagnosis::{Diagnosis, EvidenceSet};
use balcao_store::ticket::Ticket;

use crate::secrets::Secrets;

/// Both, of one diagnosis.
pub(crate) struct Marks {
    request: Option<String>,
    failure: Option<String>,
}

impl Marks {
    pub(crate) fn of(diagnosis: &Diagnosis, secrets: &Secrets) -> Self {
        Self { request: request(&diagnosis.evidence, secrets), failure: failure(diagnosis, secrets) }
    }

    /// Puts them on a ticket's row; what a later diagnosis does not see stays.
    pub(crate) fn put_on(self, row: &mut Ticket) {
        row.request_mark = self.request.or(row.request_mark.take());
        row.signature = self.failure.or(row.signature.take());
    }
}

/// `None` where the evidence does not single out a request: it needs a route, a minute, and a user or a key.
fn request(evidence: &EvidenceSet, secrets: &Secrets) -> Option<String> {
    let value = |name: &str| evidence.get(name).map(|shown| shown.value.to_ascii_lowercase());
    let (endpoint, at) = (value("endpoint")?, value("occurred_at")?);
    let caller = value("user").or_else(|| value("api_key"))?;
    let minute: String = at.chars().take("2026-05-12t08:58".len()).collect();
    let environment = value("environment").unwrap_or_default();
    let parts = [endpoint.as_bytes(), minute.as_bytes(), caller.as_bytes(), environment.as_bytes()];
    Some(secrets.mark("request", &parts))
}

/// Which failure a ticket shows, as a hash: two tickets with the same have one cause on one route of one environment, whoever called.
/// `None` without a route.
fn failure(diagnosis: &Diagnosis, secrets: &Secrets) -> Option<String> {
    let value = |name: &str| diagnosis.evidence.get(name).map(|shown| shown.value.to_ascii_lowercase());
    let route = without_ids(&value("endpoint")?);
    let environment = value("environment").unwrap_or_default();
    let cause = format!("{}/{}", diagnosis.decision.situation, diagnosis.decision.cause);
    Some(secrets.mark("failure", &[cause.as_bytes(), route.as_bytes(), environment.as_bytes()]))
}

/// A route without what names one thing in it: every segment with a digit but a version's.
fn without_ids(route: &str) -> String {
    let bare = route.split(['?', '#']).next().unwrap_or_default();
    let named = |segment: &str| {
        let version = segment
            .strip_prefix('v')
            .is_some_and(|rest| rest.len() < 4 && rest.bytes().all(|b| b.is_ascii_digit()));
        !version && segment.bytes().any(|byte| byte.is_ascii_digit())
    };
    let segments = bare.trim_end_matches('/').split('/');
    segments.map(|segment| if named(segment) { "*" } else { segment }).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::without_ids;

    #[test]
    fn a_route_is_the_same_whatever_thing_it_names() {
        for (route, bare) in [
            ("post /v2/pedidos", "post /v2/pedidos"),
            ("get /v2/pedidos/8813/itens?a=1", "get /v2/pedidos/*/itens"),
            ("get /v2/pedidos/9f3a-11/", "get /v2/pedidos/*"),
            ("get /vendas2/x", "get /*/x"),
        ] {
            assert_eq!(without_ids(route), bare, "{route}");
        }
    }
}
