//! A call that can be repeated: every secret is a named place.

use std::fmt::Write as _;

use balcao_core::facts::registry::Registry;

/// The call as `curl`, from what the evidences say: `value` gives one by its name. Empty without a route.
#[must_use]
pub fn curl<'v>(registry: &Registry, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let Some(endpoint) = value("endpoint") else { return String::new() };
    let (method, path) = endpoint.split_once(' ').unwrap_or(("GET", endpoint));
    let environment = value("environment").unwrap_or_default();
    let base = registry.environments.iter().find(|known| known.code == environment);
    let base =
        base.and_then(|known| known.base_urls.first().cloned()).unwrap_or_else(|| "$BASE_URL".to_owned());
    let address = address(&base, path).replace('\'', "%27");
    let mut curl = format!(
        "curl -X {method} '{address}' \\\n  -H 'Authorization: Bearer $TOKEN' \\\n  -H 'X-Api-Key: $API_KEY'"
    );
    if let Some(payload) = value("payload").filter(|payload| payload.starts_with(['{', '['])) {
        let quoted = payload.replace('\'', "'\\''");
        let _ = write!(curl, " \\\n  -H 'Content-Type: application/json' \\\n  --data '{quoted}'");
    }
    curl
}

/// A path below a base address; where the base has the path's beginning too, it is there once.
#[must_use]
pub fn address(base: &str, path: &str) -> String {
    let base = base.trim_end_matches('/');
    let root = base.find("://").map_or(0, |at| at + 3);
    let own = base
        .get(root..)
        .and_then(|rest| rest.find('/'))
        .map_or("", |at| base.get(root + at..).unwrap_or_default());
    let repeated = !own.is_empty()
        && path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let host = if repeated { base.strip_suffix(own).unwrap_or(base) } else { base };
    format!("{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_path_that_begins_like_its_base_is_not_doubled() {
        for (base, path, whole) in [
            ("https://a.example/api", "/api/v2/x", "https://a.example/api/v2/x"),
            ("https://a.example/api/", "/api", "https://a.example/api"),
            ("https://a.example/api", "/apis/x", "https://a.example/api/apis/x"),
            ("https://a.example", "/v2/x?y=1", "https://a.example/v2/x?y=1"),
            ("$BASE_URL", "/v2/x", "$BASE_URL/v2/x"),
        ] {
            assert_eq!(address(base, path), whole);
        }
    }
}
