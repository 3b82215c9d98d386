//! Every name in the file is one that exists.

use super::super::condition::Complaint;
use super::super::file::{Named, Validation, Word};
use super::super::vocabulary::{CHECKS, EVIDENCES, KEY_REQUESTS, NEXT_STEPS};
use super::super::{Procedure, ProcedureProblem};

pub(super) fn check(procedure: &Procedure, problems: &mut Vec<ProcedureProblem>) {
    let mut names = Names { procedure, problems };
    names.conditions();
    names.decisions();
    names.declarations();
    names.handover();
    names.situations();
    names.attention();
    names.suppositions();
}

struct Names<'a> {
    procedure: &'a Procedure,
    problems: &'a mut Vec<ProcedureProblem>,
}

impl Names<'_> {
    fn conditions(&mut self) {
        let file = &self.procedure.file;
        for (entry, condition) in file.decisions.iter().zip(&self.procedure.entries) {
            let line = self.procedure.line_of(&entry.when);
            for complaint in &condition.complaints {
                self.problems.push(match complaint {
                    Complaint::Unknown(kind, name, known) => {
                        ProcedureProblem::unknown(line, kind, name, known.iter().map(String::as_str))
                    }
                    Complaint::Form(what) => ProcedureProblem::at(
                        line,
                        format!("a condição `when` não serve: {what}"),
                        "use `&&`, `||`, `!`, `==`, `!=`, `<`, `<=`, `>`, `>=` e `in`",
                    ),
                });
            }
        }
    }

    fn decisions(&mut self) {
        let file = &self.procedure.file;
        let situations: Vec<&str> = self.procedure.situations().collect();
        for entry in &file.decisions {
            self.known("a situação", &entry.situation, &situations);
            let causes: Vec<&str> = self.procedure.causes(entry.situation.get_ref()).collect();
            if !causes.is_empty() {
                self.known("nesta situação, a causa", &entry.cause, &causes);
            }
            self.next_step(&entry.next_step);
            self.actions(&entry.actions);
        }
    }

    fn suppositions(&mut self) {
        let file = &self.procedure.file;
        let causes: Vec<&str> =
            self.procedure.situations().flat_map(|situation| self.procedure.causes(situation)).collect();
        for supposition in &file.suppositions {
            for cause in &supposition.true_for {
                self.known("a causa", cause, &causes);
            }
        }
    }

    /// What the file declares must be there once, and be something the program knows.
    fn declarations(&mut self) {
        let file = &self.procedure.file;
        for step in &file.next_steps {
            self.known("o próximo passo", &step.code, NEXT_STEPS);
        }
        for evidence in &file.evidences {
            self.known("a evidência", &evidence.code, EVIDENCES);
        }
        for code in EVIDENCES {
            if !file.evidences.iter().any(|line| line.code.get_ref() == code) {
                self.problems.push(ProcedureProblem::whole(
                    format!("falta dizer como pedir a evidência `{code}`"),
                    "declare-a em um bloco `[[evidence]]`",
                ));
            }
        }
        for line in &file.key_requests {
            self.known("o que um pedido de chave contém", &line.code, KEY_REQUESTS);
        }
        let codes: Vec<&Word> = file.key_requests.iter().map(|line| &line.code).collect();
        self.once_each("o que um pedido de chave contém", &codes);
        self.once("o próximo passo", &file.next_steps);
        self.once("a ação", &file.actions);
        let codes: Vec<&Word> = file.situations.iter().map(|situation| &situation.code).collect();
        self.once_each("a situação", &codes);
        let codes: Vec<&Word> = file.evidences.iter().map(|evidence| &evidence.code).collect();
        self.once_each("a evidência", &codes);
        for situation in &file.situations {
            self.once("a causa", &situation.causes);
        }
    }

    fn handover(&mut self) {
        let handover = &self.procedure.file.handover;
        self.next_step(&handover.next_step);
        self.next_step(&handover.otherwise.next_step);
        self.actions(&handover.otherwise.actions);
        self.evidences(&handover.requires);
        if handover.next_step.get_ref() == handover.otherwise.next_step.get_ref() {
            self.problems.push(ProcedureProblem::at(
                self.procedure.line_of(&handover.otherwise.next_step),
                "sem as evidências, o passo seria o mesmo que com elas",
                "dê a `otherwise` outro passo, como `solicitar-evidencias`",
            ));
        }
        if handover.requires.is_empty() {
            self.problems.push(ProcedureProblem::at(
                self.procedure.line_of(&handover.next_step),
                "um caso sem nenhuma evidência seria escalado",
                "liste em `requires` as evidências obrigatórias",
            ));
        }
    }

    fn situations(&mut self) {
        let file = &self.procedure.file;
        for situation in &file.situations {
            self.evidences(&situation.evidence);
            self.validations(&situation.validate);
            self.validations(&situation.before_handover);
        }
    }

    fn validations(&mut self, validations: &[Validation]) {
        for validation in validations {
            if let Some(check) = &validation.check {
                self.known("a verificação", check, CHECKS);
            }
            if let Some(evidence) = &validation.evidence {
                self.known("a evidência", evidence, EVIDENCES);
            }
        }
    }

    fn attention(&mut self) {
        let file = &self.procedure.file;
        for point in &file.attention {
            point.checks.iter().for_each(|check| self.known("a verificação", check, CHECKS));
            self.evidences(&point.evidence);
            if point.checks.is_empty() && point.evidence.is_empty() {
                self.problems.push(ProcedureProblem::at(
                    self.procedure.line_of(&point.words),
                    "nada vigia este ponto de atenção",
                    "dê-lhe uma verificação em `checks` ou uma evidência em `evidence`",
                ));
            }
        }
    }

    fn next_step(&mut self, step: &Word) {
        let file = &self.procedure.file;
        let known: Vec<&str> = file.next_steps.iter().map(|named| named.code.get_ref().as_str()).collect();
        self.known("o próximo passo", step, &known);
    }

    fn actions(&mut self, actions: &[Word]) {
        let file = &self.procedure.file;
        let known: Vec<&str> = file.actions.iter().map(|named| named.code.get_ref().as_str()).collect();
        actions.iter().for_each(|action| self.known("a ação", action, &known));
    }

    fn evidences(&mut self, names: &[Word]) {
        names.iter().for_each(|name| self.known("a evidência", name, EVIDENCES));
    }

    fn known(&mut self, kind: &str, word: &Word, known: &[&str]) {
        let name = word.get_ref();
        if !known.contains(&name.as_str()) {
            let line = self.procedure.line_of(word);
            self.problems.push(ProcedureProblem::unknown(line, kind, name, known.iter().copied()));
        }
    }

    fn once(&mut self, kind: &str, list: &[Named]) {
        let codes: Vec<&Word> = list.iter().map(|named| &named.code).collect();
        self.once_each(kind, &codes);
    }

    fn once_each(&mut self, kind: &str, codes: &[&Word]) {
        for (at, code) in codes.iter().enumerate() {
            if codes.iter().take(at).any(|earlier| earlier.get_ref() == code.get_ref()) {
                self.problems.push(ProcedureProblem::at(
                    self.procedure.line_of(code),
                    format!("{kind} `{}` está declarada duas vezes", code.get_ref()),
                    "apague uma das duas",
                ));
            }
        }
    }
}
