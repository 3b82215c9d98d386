//! The figures of an evaluation: shares per field and per cause, who was taken for whom, and what failed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::score::Scored;
use crate::catalogue::Catalogue;

/// Everything counted so far.
#[derive(Default)]
pub(super) struct Figures {
    cases: usize,
    /// Right and judged, per field.
    fields: BTreeMap<String, (usize, usize)>,
    /// Right and all, per expected cause.
    causes: BTreeMap<String, (usize, usize)>,
    /// Expected and got cause, with the number of cases.
    confusion: BTreeMap<(String, String), usize>,
    failures: Vec<Failure>,
}

struct Failure {
    id: String,
    field: String,
    expected: String,
    got: String,
}

impl Figures {
    pub(super) fn add(&mut self, scored: Scored) {
        self.cases += 1;
        let cause = self.causes.entry(scored.expected_cause.clone()).or_default();
        cause.1 += 1;
        cause.0 += usize::from(scored.expected_cause == scored.cause);
        *self.confusion.entry((scored.expected_cause, scored.cause)).or_default() += 1;
        for (field, judged) in scored.fields {
            for name in std::iter::once(field.clone()).chain(group(&field)) {
                let counted = self.fields.entry(name).or_default();
                counted.1 += 1;
                counted.0 += usize::from(judged.right);
            }
            if !judged.right {
                let (expected, got) = (judged.expected, judged.got);
                self.failures.push(Failure { id: scored.id.clone(), field, expected, got });
            }
        }
    }

    pub(super) fn json(&self) -> Value {
        let shares = |counted: &BTreeMap<String, (usize, usize)>| -> serde_json::Map<String, Value> {
            counted
                .iter()
                .map(|(name, (right, all))| {
                    (name.clone(), json!({"right": right, "all": all, "share": share(*right, *all)}))
                })
                .collect()
        };
        let confusion: Vec<Value> = self
            .confusion
            .iter()
            .map(|((expected, got), cases)| json!({"expected": expected, "got": got, "cases": cases}))
            .collect();
        let failures: Vec<Value> = self
            .failures
            .iter()
            .map(|f| json!({"id": f.id, "field": f.field, "expected": f.expected, "got": f.got}))
            .collect();
        json!({"cases": self.cases, "fields": shares(&self.fields), "causes": shares(&self.causes),
               "confusion": confusion, "failures": failures})
    }

    pub(super) fn table(&self, catalogue: &Catalogue) -> String {
        let mut page = String::new();
        let cases = self.cases.to_string();
        let _ = writeln!(page, "{}\n", catalogue.say("evaluate-cases", &[("cases", &cases)]));
        lines(&mut page, &catalogue.say("evaluate-fields", &[]), &self.fields);
        lines(&mut page, &catalogue.say("evaluate-causes", &[]), &self.causes);
        let _ = writeln!(page, "{}", catalogue.say("evaluate-confusion", &[]));
        let mistaken = self.confusion.iter().filter(|((expected, got), _)| expected != got);
        for ((expected, got), cases) in mistaken {
            let _ = writeln!(page, "  {cases:>4}  {expected} → {got}");
        }
        let _ = writeln!(page, "\n{}", catalogue.say("evaluate-failures", &[]));
        for failure in &self.failures {
            let Failure { id, field, expected, got } = failure;
            let _ = writeln!(page, "  {id}  {field}: {expected} ≠ {got}");
        }
        page
    }
}

/// The sum that a field counts towards as well.
fn group(field: &str) -> Option<String> {
    field.split_once('.').map(|(group, _)| format!("{group}.*"))
}

fn share(right: usize, all: usize) -> f64 {
    // Counts of cases are far below the 52 bits that a float holds exactly.
    if all == 0 { 1.0 } else { right as f64 / all as f64 }
}

fn lines(page: &mut String, title: &str, counted: &BTreeMap<String, (usize, usize)>) {
    let _ = writeln!(page, "{title}");
    for (name, (right, all)) in counted {
        let _ = writeln!(page, "  {:>5.1} %  {right:>4}/{all:<4} {name}", share(*right, *all) * 100.0);
    }
    let _ = writeln!(page);
}
