//! Dates that follow each other, and the limits that the program itself asks for.

use super::super::parse::duration;
use super::super::vocabulary::LIMITS;
use super::super::{Procedure, ProcedureProblem};

pub(super) fn check(procedure: &Procedure, problems: &mut Vec<ProcedureProblem>) {
    let dates = procedure.dates;
    let meta = &procedure.file.procedure;
    if dates.updated < dates.created {
        problems.push(ProcedureProblem::at(
            procedure.line_of(&meta.updated),
            "a atualização é anterior à criação",
            "corrija uma das duas datas",
        ));
    }
    if dates.next_review <= dates.updated {
        problems.push(ProcedureProblem::at(
            procedure.line_of(&meta.next_review),
            "a próxima revisão não vem depois da última atualização",
            "some o período de revisão à data da atualização",
        ));
    } else if let Some(period) = duration(meta.review_period.get_ref()) {
        let latest = dates.updated.checked_add(period).unwrap_or(jiff::civil::Date::MAX);
        if dates.next_review > latest {
            problems.push(ProcedureProblem::at(
                procedure.line_of(&meta.next_review),
                format!("a próxima revisão passa do período de `{}`", meta.review_period.get_ref()),
                format!("marque-a até {latest}"),
            ));
        }
    }
    for (code, meaning) in LIMITS {
        if procedure.limit(code).is_none() {
            problems.push(ProcedureProblem::whole(
                format!("falta o limite `{code}` ({meaning})"),
                "declare-o em um bloco `[[limit]]`",
            ));
        }
    }
}
