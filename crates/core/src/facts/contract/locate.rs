//! Which operation a call is of, and whether it would be one under another version's prefix.

use super::{Contract, Operation, similar};
use crate::facts::paths;

/// What the documents say of a method and a path.
#[derive(Debug)]
pub enum Located<'c> {
    Operation(&'c Operation),
    /// The path is documented, the method is not: the operations that it has.
    WrongMethod(Vec<&'c Operation>),
    Unknown,
}

impl Contract {
    /// The operation of a call. ASCII case, query and a trailing slash aside; literal segments win over `{id}`.
    pub fn locate(&self, method: &str, path: &str) -> Located<'_> {
        let segments = paths::segments(paths::bare(path));
        let mut fitting: Vec<(Vec<bool>, &Operation)> = Vec::new();
        for operation in &self.operations {
            // `false` for a literal segment, so that the most literal template is the least.
            let fits = operation.templates().filter_map(|template| fit(template, &segments)).min();
            fitting.extend(fits.map(|openness| (openness, operation)));
        }
        let of_method =
            fitting.iter().filter(|(_, operation)| operation.method.eq_ignore_ascii_case(method.trim()));
        if let Some((_, operation)) = of_method.min_by(|a, b| a.0.cmp(&b.0)) {
            return Located::Operation(operation);
        }
        let Some(best) = fitting.iter().map(|(openness, _)| openness).min().cloned() else {
            return Located::Unknown;
        };
        fitting.retain(|(openness, _)| *openness == best);
        Located::WrongMethod(fitting.into_iter().map(|(_, operation)| operation).collect())
    }

    /// The operation that a call meant where its route exists under another version's prefix only, and
    /// that version's code. `prefixes` are code and path prefix of each version.
    ///
    /// First the rest of the path under every other prefix; then, since ids and further segments may be
    /// wrong as well, its first segment if only another version has it.
    pub fn under_other_prefix(
        &self,
        method: &str,
        path: &str,
        prefixes: &[(&str, &str)],
    ) -> Option<(&Operation, String)> {
        let path = paths::bare(path);
        if !matches!(self.locate(method, path), Located::Unknown) {
            return None;
        }
        let (called, called_prefix) = version_of(path, prefixes)?;
        let rest = paths::below(path, called_prefix)?;
        let mut rests = vec![rest.as_slice()];
        if let Some((first, tail)) = rest.split_first()
            && (prefixes.iter().any(|(code, _)| code.eq_ignore_ascii_case(first))
                || looks_like_version(first))
        {
            rests.push(tail);
        }
        for rest in &rests {
            for (code, prefix) in prefixes {
                let tried = format!("{}/{}", prefix.trim_end_matches('/'), rest.join("/"));
                let operation = match self.locate(method, &tried) {
                    Located::Operation(operation) => operation,
                    Located::WrongMethod(all) if *code != called => all.into_iter().next()?,
                    _ => continue,
                };
                let own = version_of(&operation.template, prefixes).map(|(own, _)| own);
                if own == Some(*code) && !rest.is_empty() {
                    return Some((operation, (*code).to_owned()));
                }
            }
        }
        self.by_first_segment(method, path, called, prefixes)
    }

    /// Up to three operations that a call of no documented route may have meant, the likeliest first.
    pub fn nearest(&self, method: &str, path: &str) -> Vec<&Operation> {
        similar::nearest(&self.operations, method, &paths::segments(paths::bare(path)))
    }

    fn by_first_segment(
        &self,
        method: &str,
        path: &str,
        called: &str,
        prefixes: &[(&str, &str)],
    ) -> Option<(&Operation, String)> {
        let (_, called_prefix) = version_of(path, prefixes)?;
        let rest = paths::below(path, called_prefix)?;
        let first = *rest.first()?;
        let mut others: Vec<(&Operation, &str, &str)> = Vec::new();
        for operation in &self.operations {
            let Some((code, prefix)) = version_of(&operation.template, prefixes) else { continue };
            let below = paths::below(&operation.template, prefix).unwrap_or_default();
            let Some(own) = below.first().filter(|own| own.eq_ignore_ascii_case(first)) else { continue };
            if code == called && (*own == first || own.contains('{')) {
                return None;
            }
            others.push((operation, code, own));
        }
        let same_here = others.iter().any(|(_, code, _)| *code == called);
        // Where both versions have the word, only its exact spelling can tell them apart.
        others.retain(|(_, code, own)| *code != called && (!same_here || *own == first));
        let (_, code, _) = *others.first()?;
        let of_code: Vec<&Operation> = others.iter().filter(|one| one.1 == code).map(|one| one.0).collect();
        let prefix = prefixes.iter().find(|(own, _)| *own == code).map_or("", |(_, prefix)| *prefix);
        let tried = format!("{}/{}", prefix.trim_end_matches('/'), rest.join("/"));
        let likely = similar::likeliest(&of_code, method, &paths::segments(&tried))?;
        Some((likely, code.to_owned()))
    }
}

impl Operation {
    pub(super) fn templates(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.template.as_str()).chain(self.other_templates.iter().map(String::as_str))
    }
}

/// For each segment whether the template leaves it open; `None` if the template does not fit.
fn fit(template: &str, segments: &[&str]) -> Option<Vec<bool>> {
    let own = paths::segments(template);
    let fits =
        own.len() == segments.len() && own.iter().zip(segments).all(|(a, b)| paths::segment_fits(a, b));
    fits.then(|| own.iter().map(|segment| segment.contains('{')).collect())
}

/// Code and prefix of the version whose prefix is the longest that `path` starts with.
fn version_of<'p>(path: &str, prefixes: &[(&'p str, &'p str)]) -> Option<(&'p str, &'p str)> {
    let under = prefixes.iter().filter(|(_, prefix)| paths::below(path, prefix).is_some());
    under.max_by_key(|(_, prefix)| paths::segments(prefix).len()).copied()
}

fn looks_like_version(segment: &str) -> bool {
    let digits = segment.strip_prefix(['v', 'V']).unwrap_or("");
    !digits.is_empty() && digits.len() <= 3 && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
}
