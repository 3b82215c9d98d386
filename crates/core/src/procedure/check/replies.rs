//! Every decision has a reply, every reply is used and can be filled.

use std::collections::BTreeSet;

use super::super::views::{AFTER_CODE, OF_COMMERCIAL};
use super::super::{Procedure, ProcedureProblem};

pub(super) fn check(procedure: &Procedure, problems: &mut Vec<ProcedureProblem>) {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let handover = &procedure.file.handover;
    for entry in &procedure.file.decisions {
        let mut steps = vec![entry.next_step.get_ref()];
        if entry.next_step.get_ref() == handover.next_step.get_ref() {
            steps.push(handover.otherwise.next_step.get_ref());
        }
        for step in steps {
            match procedure.replies().find(entry.cause.get_ref(), step) {
                Some(name) => {
                    used.insert(name);
                }
                None => problems.push(ProcedureProblem::at(
                    procedure.line_of(&entry.cause),
                    format!("não há resposta para `{}` com `{step}`", entry.cause.get_ref()),
                    format!("escreva `replies/{}.md.j2`", entry.cause.get_ref()),
                )),
            }
        }
    }
    for name in procedure.replies().names().filter(|name| !used.contains(name) && !is_after_code(name)) {
        problems.push(ProcedureProblem::reply(
            name,
            None,
            "nenhuma decisão usa esta resposta",
            "dê-lhe o nome de uma causa (`<causa>.md.j2` ou `<causa>.<passo>.md.j2`), ou apague-a",
        ));
    }
    problems.extend(procedure.replies().check());
}

/// Whether it is a reply that no decision leads to, in either language.
fn is_after_code(file: &str) -> bool {
    let stem = file.strip_suffix(".md.j2").unwrap_or(file);
    let stem = stem.strip_suffix("-en").unwrap_or(stem);
    AFTER_CODE.contains(&stem) || OF_COMMERCIAL.contains(&stem)
}
