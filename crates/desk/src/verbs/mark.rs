//! Which one request a ticket is about, as a hash: two tickets with the same are about the same failure of the same caller.

use balcao_core::diagnosis::EvidenceSet;

use crate::secrets::Secrets;

/// `None` where the evidence does not single out a request: it needs a route, a minute, and a user or a key.
pub(crate) fn of(evidence: &EvidenceSet, secrets: &Secrets) -> Option<String> {
    let value = |name: &str| evidence.get(name).map(|shown| shown.value.to_ascii_lowercase());
    let (endpoint, at) = (value("endpoint")?, value("occurred_at")?);
    let caller = value("user").or_else(|| value("api_key"))?;
    let minute: String = at.chars().take("2026-05-12t08:58".len()).collect();
    let environment = value("environment").unwrap_or_default();
    let parts = [endpoint.as_bytes(), minute.as_bytes(), caller.as_bytes(), environment.as_bytes()];
    Some(secrets.mark("request", &parts))
}
