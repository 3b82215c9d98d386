//! Every section of the written procedure is implemented by something, and every situation and cause
//! is decided by some entry.

use std::collections::BTreeSet;

use super::super::file::{File, Word};
use super::super::{Procedure, ProcedureProblem};

pub(super) fn check(procedure: &Procedure, problems: &mut Vec<ProcedureProblem>) {
    sections(procedure, problems);
    situations(procedure, problems);
}

fn sections(procedure: &Procedure, problems: &mut Vec<ProcedureProblem>) {
    let file = &procedure.file;
    let listed: Vec<&str> = file.procedure.sections.iter().map(|word| word.get_ref().as_str()).collect();
    let implementers = implementers(file);
    let done: BTreeSet<&str> = implementers.iter().map(|word| word.get_ref().as_str()).collect();
    let described: Vec<&Word> = file.sections.iter().map(|section| &section.number).collect();
    for word in &file.procedure.sections {
        let number = word.get_ref().as_str();
        // A chapter is implemented where one of its parts is.
        let part = format!("{number}.");
        if !done.contains(number) && !done.iter().any(|section| section.starts_with(&part)) {
            problems.push(ProcedureProblem::at(
                procedure.line_of(word),
                format!("nada implementa a seção {number}"),
                "ligue a ela uma situação com decisão, um estágio, uma evidência ou uma regra",
            ));
        }
    }
    for word in implementers.iter().chain(&described) {
        if !listed.contains(&word.get_ref().as_str()) {
            problems.push(ProcedureProblem::unknown(
                procedure.line_of(word),
                "a seção",
                word.get_ref(),
                listed.iter().copied(),
            ));
        }
    }
}

/// The section named by everything that does something; a situation counts once an entry decides it.
fn implementers(file: &File) -> Vec<&Word> {
    let decided: BTreeSet<&String> = file.decisions.iter().map(|entry| entry.situation.get_ref()).collect();
    let situations = file.situations.iter().filter(|found| decided.contains(found.code.get_ref()));
    situations
        .map(|situation| &situation.section)
        .chain(file.goals.iter().map(|goal| &goal.section))
        .chain(file.limits.iter().map(|limit| &limit.section))
        .chain(file.evidences.iter().map(|evidence| &evidence.section))
        .chain(file.key_requests.iter().map(|line| &line.section))
        .chain(file.stages.iter().filter(|stage| !stage.states.is_empty()).map(|stage| &stage.section))
        .chain(file.attention.iter().map(|point| &point.section))
        .chain(file.practices.iter().map(|practice| &practice.section))
        .chain(file.dispositions.iter().map(|rule| &rule.section))
        .chain([&file.handover.section])
        .collect()
}

fn situations(procedure: &Procedure, problems: &mut Vec<ProcedureProblem>) {
    let entries = &procedure.file.decisions;
    for situation in &procedure.file.situations {
        if situation.causes.is_empty() {
            problems.push(ProcedureProblem::at(
                procedure.line_of(&situation.code),
                format!("a situação `{}` não tem nenhuma causa", situation.code.get_ref()),
                "declare ao menos uma em `[[situation.cause]]`",
            ));
        }
        for cause in &situation.causes {
            let decided = entries.iter().any(|entry| {
                entry.situation.get_ref() == situation.code.get_ref()
                    && entry.cause.get_ref() == cause.code.get_ref()
            });
            if !decided {
                problems.push(ProcedureProblem::at(
                    procedure.line_of(&cause.code),
                    format!("nenhuma entrada decide a causa `{}`", cause.code.get_ref()),
                    "escreva uma entrada `[[decision]]` para ela, ou apague-a",
                ));
            }
        }
    }
}
