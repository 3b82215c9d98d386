//! Entries that never decide: their condition cannot hold, or the entries above take every case.
//!
//! Best effort, and never a false alarm: where a condition asks for too many things the entry is
//! passed over, and comparisons of numbers are taken as independent of each other.

use std::collections::{BTreeMap, BTreeSet};

use super::super::condition::{Formula, Variable};
use super::super::{Procedure, ProcedureProblem};

/// The most cases that are tried for one question: twelve yes-or-no names.
const MOST_WORLDS: usize = 4_096;

pub(super) fn check(procedure: &Procedure, problems: &mut Vec<ProcedureProblem>) {
    catch_all(procedure, problems);
    for (above, entry) in procedure.file.decisions.iter().zip(procedure.file.decisions.iter().skip(1)) {
        if entry.line < above.line {
            problems.push(ProcedureProblem::at(
                procedure.line_of(&entry.when),
                format!("uma entrada da linha {} vem depois de uma da linha {}", entry.line, above.line),
                "o que decide é a ordem no arquivo: mude a entrada de lugar, ou o seu número",
            ));
        }
    }
    let mut above: Vec<(u32, &Formula)> = Vec::new();
    for (entry, condition) in procedure.file.decisions.iter().zip(&procedure.entries) {
        let line = procedure.line_of(&entry.when);
        let Some(formula) = &condition.formula else { continue };
        if let Some(problem) = trouble(line, entry.cause.get_ref(), formula, &above) {
            problems.push(problem);
        }
        above.push((line, formula));
    }
}

fn catch_all(procedure: &Procedure, problems: &mut Vec<ProcedureProblem>) {
    let last = procedure.file.decisions.last().zip(procedure.entries.last());
    if let Some((entry, condition)) = last
        && condition.formula != Some(Formula::Const(true))
    {
        problems.push(ProcedureProblem::at(
            procedure.line_of(&entry.when),
            "a última entrada não vale sempre, e um caso poderia ficar sem decisão",
            "termine com uma entrada de `when = \"true\"`",
        ));
    }
}

fn trouble(line: u32, cause: &str, formula: &Formula, above: &[(u32, &Formula)]) -> Option<ProcedureProblem> {
    if never_holds(formula) {
        let what = format!("a condição de `{cause}` nunca pode valer");
        return Some(ProcedureProblem::at(line, what, "reveja o que ela exige ao mesmo tempo"));
    }
    let hider = above.iter().find(|(_, earlier)| hides(earlier, formula)).map(|(at, _)| *at);
    if let Some(at) = hider {
        let what = format!("`{cause}` nunca é alcançada: a linha {at} já decide todos esses casos");
        return Some(ProcedureProblem::at(line, what, "suba esta entrada, ou restrinja a outra"));
    }
    if hidden_together(formula, above) {
        let what = format!("`{cause}` nunca é alcançada: as entradas acima, juntas, já decidem esses casos");
        return Some(ProcedureProblem::at(line, what, "suba esta entrada, ou restrinja as outras"));
    }
    None
}

fn never_holds(formula: &Formula) -> bool {
    every_world(&variables(formula), |world| !formula.holds(world)).unwrap_or(false)
}

/// Whether one earlier condition holds wherever this one does.
fn hides(earlier: &Formula, formula: &Formula) -> bool {
    if earlier == formula || *earlier == Formula::Const(true) {
        return true;
    }
    let mut all = variables(formula);
    let shared = variables(earlier);
    if all.is_disjoint(&shared) {
        // Nothing in common: it could hide this one only by always holding.
        return false;
    }
    all.extend(shared);
    every_world(&all, |world| !formula.holds(world) || earlier.holds(world)).unwrap_or(false)
}

/// Whether the earlier conditions hold, one or the other, wherever this one does.
///
/// Those that bring the fewest names of their own are taken first, as many as can be tried.
fn hidden_together(formula: &Formula, above: &[(u32, &Formula)]) -> bool {
    let mut names = variables(formula);
    let own = names.clone();
    let mut near: Vec<(usize, &Formula)> = above
        .iter()
        .map(|(_, earlier)| (variables(earlier), *earlier))
        .filter(|(theirs, _)| !theirs.is_disjoint(&own))
        .map(|(theirs, earlier)| (theirs.difference(&own).count(), earlier))
        .collect();
    near.sort_by_key(|(more, _)| *more);
    let mut taken = Vec::new();
    for (_, earlier) in near {
        let mut wider = names.clone();
        wider.extend(variables(earlier));
        if worlds(&wider).is_some() {
            names = wider;
            taken.push(earlier);
        }
    }
    // One alone has been looked at already.
    taken.len() > 1
        && every_world(&names, |world| !formula.holds(world) || taken.iter().any(|f| f.holds(world)))
            .unwrap_or(false)
}

fn variables(formula: &Formula) -> BTreeSet<&Variable> {
    let mut names = BTreeSet::new();
    formula.variables(&mut names);
    names
}

/// Whether `holds` is true in every combination of values; `None` if there are too many to try.
fn every_world(
    names: &BTreeSet<&Variable>,
    holds: impl Fn(&BTreeMap<&Variable, usize>) -> bool,
) -> Option<bool> {
    let worlds = worlds(names)?;
    let mut world = BTreeMap::new();
    for number in 0..worlds {
        let mut rest = number;
        for name in names {
            world.insert(*name, rest.checked_rem(name.values())?);
            rest = rest.checked_div(name.values())?;
        }
        if !holds(&world) {
            return Some(false);
        }
    }
    Some(true)
}

/// How many combinations of values there are; `None` if too many to try.
fn worlds(names: &BTreeSet<&Variable>) -> Option<usize> {
    names
        .iter()
        .try_fold(1_usize, |all, name| all.checked_mul(name.values()).filter(|worlds| *worlds <= MOST_WORLDS))
}
