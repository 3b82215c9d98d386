//! The procedure for people: Markdown in Portuguese.

use std::fmt::Write as _;

use super::Procedure;
use super::file::{Situation, Validation, Word};

impl Procedure {
    /// The whole procedure as Markdown, for reading and printing.
    pub fn show(&self) -> String {
        let mut page = String::new();
        self.show_head(&mut page);
        for situation in &self.file.situations {
            self.show_situation(&mut page, situation);
        }
        self.show_order(&mut page);
        self.show_evidence(&mut page);
        self.show_limits(&mut page);
        self.show_stages(&mut page);
        self.show_rules(&mut page);
        page
    }

    fn show_head(&self, page: &mut String) {
        let meta = &self.file.procedure;
        let dates = self.dates;
        let _ = writeln!(page, "# {}\n", meta.title);
        let _ = writeln!(
            page,
            "Revisão {}, criada em {}, atualizada em {}; próxima revisão até {}.\n",
            meta.revision,
            dates.created.strftime("%d/%m/%Y"),
            dates.updated.strftime("%d/%m/%Y"),
            dates.next_review.strftime("%d/%m/%Y"),
        );
        for section in &self.file.sections {
            let _ = writeln!(
                page,
                "## {}. {}\n\n{}\n",
                section.number.get_ref(),
                section.title,
                section.summary.trim()
            );
            for goal in
                self.file.goals.iter().filter(|goal| goal.section.get_ref() == section.number.get_ref())
            {
                let _ = writeln!(page, "- {} (medida: {})", goal.words, goal.measured_by);
            }
        }
        let _ = writeln!(page, "\n# Situações\n");
    }

    fn show_situation(&self, page: &mut String, situation: &Situation) {
        let _ = writeln!(
            page,
            "## {} {} (`{}`)\n",
            situation.section.get_ref(),
            situation.name,
            situation.code.get_ref()
        );
        let _ = writeln!(page, "{}\n", situation.summary.trim());
        list(page, "Sinais", situation.signs.iter().cloned());
        list(page, "Validar", situation.validate.iter().map(validation));
        list(page, "Antes de escalar", situation.before_handover.iter().map(validation));
        list(
            page,
            "Evidências",
            situation.evidence.iter().map(|name| self.evidence_name(name.get_ref()).to_owned()),
        );
        list(page, "Orientação", situation.guidance.iter().cloned());
        list(
            page,
            "Causas",
            situation.causes.iter().map(|cause| format!("{} (`{}`)", cause.name, cause.code.get_ref())),
        );
    }

    fn show_order(&self, page: &mut String) {
        let _ = writeln!(page, "# Como se decide\n\nVale a primeira linha cuja condição se cumpre.\n");
        let _ = writeln!(page, "| linha | situação | causa | próximo passo | ações | quando | por quê |");
        let _ = writeln!(page, "| --- | --- | --- | --- | --- | --- | --- |");
        for entry in &self.file.decisions {
            let actions: Vec<&str> =
                entry.actions.iter().map(|action| self.action_name(action.get_ref())).collect();
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} | `{}` | {} |",
                entry.line,
                self.situation_name(entry.situation.get_ref()),
                self.cause_name(entry.situation.get_ref(), entry.cause.get_ref()),
                self.next_step_name(entry.next_step.get_ref()),
                actions.join(", "),
                cell(entry.when.get_ref()),
                cell(&entry.why),
            );
        }
        let handover = &self.file.handover;
        let _ = writeln!(
            page,
            "\n“{}” só acontece com todas estas evidências: {}. Enquanto faltar alguma: {}.\n",
            self.next_step_name(handover.next_step.get_ref()),
            self.names(&handover.requires),
            self.next_step_name(handover.otherwise.next_step.get_ref()).to_lowercase(),
        );
    }

    fn show_evidence(&self, page: &mut String) {
        let _ = writeln!(page, "# Evidências\n");
        for line in &self.file.evidences {
            let _ = writeln!(page, "- {} (`{}`): pede-se “{}”", line.name, line.code.get_ref(), line.ask);
        }
        if !self.file.key_requests.is_empty() {
            let _ = writeln!(page, "\nUm pedido de API Key só vai ao comercial com tudo isto:\n");
        }
        for line in &self.file.key_requests {
            let _ = writeln!(page, "- {} (`{}`): pede-se “{}”", line.name, line.code.get_ref(), line.ask);
        }
        page.push('\n');
    }

    fn show_limits(&self, page: &mut String) {
        let _ = writeln!(page, "# Limites\n");
        for line in &self.file.limits {
            let value = self.limit(line.code.get_ref()).map_or(0, |limit| limit.value);
            let _ = writeln!(
                page,
                "- `{}`: {} {}. {}",
                line.code.get_ref(),
                value,
                line.unit.get_ref(),
                line.why.trim()
            );
        }
        page.push('\n');
    }

    fn show_stages(&self, page: &mut String) {
        let _ = writeln!(page, "# Metodologia\n");
        for stage in &self.file.stages {
            let _ =
                writeln!(page, "## {} {}\n\n{}\n", stage.section.get_ref(), stage.name, stage.summary.trim());
            list(page, "Passos", stage.steps.iter().cloned());
            list(page, "Estados do chamado", stage.states.iter().cloned());
        }
    }

    fn show_rules(&self, page: &mut String) {
        let _ = writeln!(page, "# Pontos de atenção\n");
        for point in &self.file.attention {
            let watched: Vec<&str> =
                point.checks.iter().chain(&point.evidence).map(|name| name.get_ref().as_str()).collect();
            let _ = writeln!(page, "- {} (`{}`)", point.words.get_ref(), watched.join("`, `"));
        }
        let rules =
            [("Boas práticas", &self.file.practices), ("Disposições finais", &self.file.dispositions)];
        for (title, rules) in rules {
            let _ = writeln!(page, "\n# {title}\n");
            for rule in rules {
                let _ = writeln!(page, "- {} {}", rule.words, rule.kept_by);
            }
        }
    }

    fn names(&self, words: &[Word]) -> String {
        let names: Vec<&str> = words.iter().map(|name| self.evidence_name(name.get_ref())).collect();
        names.join(", ")
    }
}

fn list(page: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return;
    }
    let _ = writeln!(page, "**{title}**\n");
    for item in items {
        let _ = writeln!(page, "- {item}");
    }
    page.push('\n');
}

fn validation(validation: &Validation) -> String {
    let by = validation.check.as_ref().or(validation.evidence.as_ref());
    match by {
        Some(name) => format!("{} (`{}`)", validation.words, name.get_ref()),
        None => validation.words.clone(),
    }
}

/// Text that does not break a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
