//! How near a documented template is to a path that none fits.

use super::Operation;
use crate::facts::nearest::distance;
use crate::facts::paths;

/// Longer paths are compared up to here.
const MOST_SEGMENTS: usize = 24;
/// The cost of a segment too many, or of one that is altogether another.
const WHOLE: usize = 100;

/// The three nearest operations that are near enough; ties in the documents' order.
pub(super) fn nearest<'c>(operations: &'c [Operation], method: &str, path: &[&str]) -> Vec<&'c Operation> {
    let mut near: Vec<(usize, &Operation)> = operations
        .iter()
        .map(|operation| (far(operation, method, path), operation))
        // Half of the path may differ, not more.
        .filter(|(far, operation)| {
            2 * far <= WHOLE * path.len().max(paths::segments(&operation.template).len())
        })
        .collect();
    near.sort_by_key(|(far, _)| *far);
    near.into_iter().take(3).map(|(_, operation)| operation).collect()
}

/// The nearest of all, however far.
pub(super) fn likeliest<'c>(
    operations: &[&'c Operation],
    method: &str,
    path: &[&str],
) -> Option<&'c Operation> {
    operations.iter().copied().min_by_key(|operation| far(operation, method, path))
}

/// An edit distance over segments, in hundredths of a segment.
fn far(operation: &Operation, method: &str, path: &[&str]) -> usize {
    let other_method = if operation.method.eq_ignore_ascii_case(method) { 0 } else { WHOLE / 4 };
    let template = paths::segments(&operation.template);
    let path = path.get(..MOST_SEGMENTS).unwrap_or(path);
    let mut row: Vec<usize> = (0..=path.len()).map(|n| n * WHOLE).collect();
    for (n, own) in template.iter().take(MOST_SEGMENTS).enumerate() {
        let mut diagonal = n * WHOLE;
        let mut left = (n + 1) * WHOLE;
        let mut next = vec![left];
        for (segment, above) in path.iter().zip(row.iter().skip(1)) {
            let best = (diagonal + other(own, segment)).min(left + WHOLE).min(above + WHOLE);
            diagonal = *above;
            left = best;
            next.push(best);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX / 4).saturating_add(other_method)
}

/// How far a segment is from a template's.
fn other(own: &str, segment: &str) -> usize {
    if own.contains('{') {
        // An id is likelier in an open place than a word.
        return if segment.chars().any(|c| c.is_ascii_digit()) || segment.contains('{') { 5 } else { 60 };
    }
    let longest = own.chars().count().max(segment.chars().count()).max(1);
    distance(own, segment).map_or(WHOLE, |edits| WHOLE * edits / longest)
}
