//! Paths of an API as segments: one way of comparing them for the registry, the log and the contract.
//!
//! Compared without query, without a trailing or doubled slash, and without regard to ASCII case.

/// `path` without query and fragment, nor scheme and host if it is absolute; `/` if nothing is left.
pub fn bare(url: &str) -> &str {
    let url = url.trim();
    let path = match url.split_once("://") {
        Some((scheme, rest)) if scheme.chars().all(|c| c.is_ascii_alphanumeric()) => {
            rest.find(['/', '?', '#']).and_then(|at| rest.get(at..)).unwrap_or("/")
        }
        _ => url,
    };
    let path = path.split(['?', '#']).next().unwrap_or("/");
    if path.is_empty() { "/" } else { path }
}

/// The host of an address in lower case, without scheme, user and port; empty where there is none.
pub fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    place.split(':').next().unwrap_or("").to_ascii_lowercase()
}

/// The segments of a path, empty ones dropped.
pub fn segments(path: &str) -> Vec<&str> {
    path.split(['?', '#']).next().unwrap_or("").split('/').filter(|segment| !segment.is_empty()).collect()
}

/// One form for equal paths: lower case, no query, no doubled or trailing slash.
pub fn normal(path: &str) -> String {
    let mut normal = String::with_capacity(path.len());
    for segment in segments(bare(path)) {
        normal.push('/');
        normal.push_str(&segment.to_ascii_lowercase());
    }
    if normal.is_empty() { "/".to_owned() } else { normal }
}

/// Whether `segment` fits `pattern`, where `{name}` stands for one or more characters.
pub fn segment_fits(pattern: &str, segment: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else {
        return pattern.eq_ignore_ascii_case(segment);
    };
    let Some((_, after)) = rest.rsplit_once('}') else {
        return pattern.eq_ignore_ascii_case(segment);
    };
    let (head, tail) = (before.len(), after.len());
    if segment.len() <= head + tail {
        return false;
    }
    let starts = segment.get(..head).is_some_and(|s| s.eq_ignore_ascii_case(before));
    let ends = segment.get(segment.len() - tail..).is_some_and(|s| s.eq_ignore_ascii_case(after));
    starts && ends
}

/// The segments of `path` after those of `prefix`; `None` if it does not start with them.
pub fn below<'a>(path: &'a str, prefix: &str) -> Option<Vec<&'a str>> {
    let (path, prefix) = (segments(path), segments(prefix));
    let starts =
        path.len() >= prefix.len() && path.iter().zip(&prefix).all(|(a, b)| a.eq_ignore_ascii_case(b));
    starts.then(|| path.into_iter().skip(prefix.len()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_keeps_the_path_alone() {
        let table = [
            ("/api/v2/x?y=1", "/api/v2/x"),
            ("https://h.example/api/x#z", "/api/x"),
            ("https://h.example?x", "/"),
            ("https://h.example", "/"),
            ("", "/"),
            ("/redirect?to=https://other.example/x", "/redirect"),
        ];
        for (url, expected) in table {
            assert_eq!(bare(url), expected, "{url}");
        }
    }

    #[test]
    fn a_segment_fits_its_pattern() {
        let table = [
            ("propostas", "Propostas", true),
            ("{id}", "171656", true),
            ("{id}", "", false),
            ("{id}.json", "7.json", true),
            ("{id}.json", ".json", false),
            ("{de}-{ate}", "1-2", true),
            ("{id", "{id", true),
            ("v{n}", "çã", false),
        ];
        for (pattern, segment, expected) in table {
            assert_eq!(segment_fits(pattern, segment), expected, "{pattern} {segment}");
        }
    }

    #[test]
    fn below_stops_at_segment_boundaries() {
        assert_eq!(below("/api/v2/x/", "/api"), Some(vec!["v2", "x"]));
        assert_eq!(below("/API/v2", "/api/v2/"), Some(vec![]));
        assert_eq!(below("/apis/v2", "/api"), None);
        assert_eq!(below("/x", ""), Some(vec!["x"]));
    }
}
