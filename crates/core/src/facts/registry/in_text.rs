//! What of the registry stands in a text: addresses of its environments, prefixes of its versions, logins like its own.

use std::ops::Range;

use super::{ApiVersion, Environment, Registry};
use crate::facts::paths;

/// Digits that a mistyped login may have more or fewer than those registered.
const DIGITS_OFF: usize = 2;
/// A login of fewer digits has no shape that tells it from a word.
const FEWEST_DIGITS: usize = 3;

impl Registry {
    /// The first address of an environment in `text`: the environment, the path below its host, and where it stands.
    pub fn address_in(&self, text: &str) -> Option<(&Environment, String, Range<usize>)> {
        let lower = text.to_ascii_lowercase();
        let hosts = self.environments.iter().flat_map(|environment| environment.base_urls.iter());
        let found = hosts.filter_map(|url| first_host(&lower, paths::host(url))).min()?;
        let end = text.get(found..)?.find(is_end).map_or(text.len(), |length| found + length);
        let address = text.get(found..end)?.trim_end_matches(['.', ',', ':', ';']);
        let (environment, path) = self.environment_of_url(address)?;
        Some((environment, path, found..found + address.len()))
    }

    /// The first path in `text` that stands under a version's prefix, by the longest prefix.
    pub fn version_prefix_in(&self, text: &str) -> Option<(&ApiVersion, Range<usize>)> {
        text.match_indices('/').find_map(|(at, _)| {
            let before = text.get(..at)?.chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '/') {
                return None;
            }
            let rest = text.get(at..)?;
            let end = at + rest.find(is_end).unwrap_or(rest.len());
            let path = text.get(at..end)?.trim_end_matches(['.', ',', ':', ';', '?', '!']);
            self.version_of_path(path).map(|version| (version, at..at + path.len()))
        })
    }

    /// Whether a string is written like one of the registered logins: the same letters, and about as many digits.
    pub fn looks_like_login(&self, text: &str) -> bool {
        let Some((shape, digits)) = login_shape(text) else { return false };
        self.index
            .login_shapes
            .get(&shape)
            .is_some_and(|known| known.iter().any(|n| n.abs_diff(digits) <= DIGITS_OFF))
    }
}

/// The letters of a login with `9` for each run of digits, and how many digits it has; `None` where that tells nothing.
pub(super) fn login_shape(login: &str) -> Option<(String, usize)> {
    let digits = login.chars().filter(char::is_ascii_digit).count();
    if digits < FEWEST_DIGITS || digits == login.chars().count() || login.len() > 64 {
        return None;
    }
    let mut shape = String::new();
    for c in login.chars() {
        if !c.is_ascii_digit() {
            shape.extend(c.to_lowercase());
        } else if !shape.ends_with('9') {
            shape.push('9');
        }
    }
    // Runs of digits between letters are ids and hashes, not logins.
    (shape.matches('9').count() == 1).then_some((shape, digits))
}

/// The first place of `host` in a lower-case text where no longer name goes on.
fn first_host(lower: &str, host: String) -> Option<usize> {
    if host.is_empty() {
        return None;
    }
    let joins = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    lower.match_indices(host.as_str()).map(|(at, _)| at).find(|at| {
        let before = lower.get(..*at).and_then(|text| text.chars().next_back());
        let after = lower.get(at + host.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(joins) && !after.is_some_and(|c| c.is_alphanumeric() || c == '-')
    })
}

fn is_end(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '`' | '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '\\' | '*' | '”' | '“'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_has_the_shape_of_its_letters() {
        let table = [
            ("CC030137862", Some(("cc9".to_owned(), 9))),
            ("erp_4471", Some(("erp_9".to_owned(), 4))),
            ("700123", None),
            ("treinamento", None),
            ("a1b2c3d4", None),
        ];
        for (login, expected) in table {
            assert_eq!(login_shape(login), expected, "{login}");
        }
    }
}
