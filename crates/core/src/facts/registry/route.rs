//! Route patterns of routines and releases.

use std::fmt;

use crate::facts::paths;

/// `METHOD path`: `*` as the method is any; in a path `*` is one or more segments, `{name}` exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutePattern {
    /// Upper case; `None` is any.
    pub method: Option<String>,
    /// Starts with a slash.
    pub path: String,
}

impl RoutePattern {
    /// Reads `METHOD /path`; `None` if it is not written so.
    pub fn parse(text: &str) -> Option<Self> {
        let (method, path) = text.trim().split_once(char::is_whitespace)?;
        let path = path.trim();
        if !path.starts_with('/') || path.contains(char::is_whitespace) {
            return None;
        }
        let method = match method {
            "*" => None,
            word if word.chars().all(|c| c.is_ascii_alphabetic()) => Some(word.to_ascii_uppercase()),
            _ => return None,
        };
        Some(Self { method, path: path.to_owned() })
    }

    /// Whether a call is of this route: ASCII case, the query and a trailing slash aside.
    pub fn matches(&self, method: &str, path: &str) -> bool {
        let method_fits = self.method.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(method.trim()));
        method_fits && path_fits(&paths::segments(&self.path), &paths::segments(paths::bare(path)))
    }
}

impl fmt::Display for RoutePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_deref().unwrap_or("*"), self.path)
    }
}

/// Glob over segments. Only the last `*` passed needs trying again, so the time is pattern × path at most.
fn path_fits(pattern: &[&str], path: &[&str]) -> bool {
    let (mut p, mut s) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(segment) = path.get(s) {
        match pattern.get(p) {
            Some(&"*") => {
                s += 1;
                p += 1;
                retry = Some((p, s));
            }
            Some(one) if paths::segment_fits(one, segment) => {
                s += 1;
                p += 1;
            }
            _ => {
                let Some((after_star, taken)) = retry else { return false };
                p = after_star;
                s = taken + 1;
                retry = Some((p, s));
            }
        }
    }
    p == pattern.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, word by word.
    fn naive(pattern: &[&str], path: &[&str]) -> bool {
        match (pattern.split_first(), path.split_first()) {
            (None, None) => true,
            (None, Some(_)) | (Some(_), None) => false,
            (Some((&"*", rest)), Some((_, tail))) => naive(rest, tail) || naive(pattern, tail),
            (Some((&one, rest)), Some((segment, tail))) => {
                (one.starts_with('{') || one.eq_ignore_ascii_case(segment)) && naive(rest, tail)
            }
        }
    }

    #[test]
    fn a_pattern_covers_what_the_format_says() {
        let table = [
            ("* /api/v2/pedidos/*", "PUT", "/api/v2/pedidos/1", true),
            ("* /api/v2/pedidos/*", "GET", "/api/v2/pedidos/1/itens/2?x=1", true),
            ("* /api/v2/pedidos/*", "GET", "/api/v2/pedidos", false),
            ("* /api/v2/pedidos/*", "GET", "/api/v2/pedidos/", false),
            ("PUT /api/pedidos/{id}/itens", "put", "/API/Pedidos/77/itens/", true),
            ("PUT /api/pedidos/{id}/itens", "POST", "/api/pedidos/77/itens", false),
            ("PUT /api/pedidos/{id}/itens", "PUT", "/api/pedidos/itens", false),
            ("GET /a/*/z", "GET", "/a/b/c/z", true),
            ("GET /a/*/z", "GET", "/a/z", false),
            ("GET /a/*/z", "GET", "https://h.example/a/z/z", true),
        ];
        for (pattern, method, path, expected) in table {
            let route = RoutePattern::parse(pattern).unwrap();
            assert_eq!(route.matches(method, path), expected, "{pattern} {method} {path}");
            assert_eq!(route.to_string(), pattern);
        }
        for bad in ["", "GET", "/api/x", "GET api/x", "G3T /x", "GET /a b"] {
            assert_eq!(RoutePattern::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_quick_matcher_agrees_with_the_definition(
            pattern in prop::collection::vec(prop::sample::select(vec!["a", "b", "*", "{x}"]), 0..6),
            path in prop::collection::vec(prop::sample::select(vec!["a", "B", "c"]), 0..8),
        ) {
            prop_assert_eq!(path_fits(&pattern, &path), naive(&pattern, &path));
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,40}", path in ".{0,40}") {
            if let Some(route) = RoutePattern::parse(&text) {
                route.matches("GET", &path);
            }
        }
    }
}
