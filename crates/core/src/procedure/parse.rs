//! From text to a procedure: TOML, dates, limits, conditions, templates. All mistakes at once.

use std::collections::BTreeMap;

use cel::Value;
use jiff::SignedDuration;
use jiff::civil::Date;

use super::condition::Condition;
use super::context::map;
use super::file::{File, LimitLine, LimitValue, Word};
use super::problem::{Lines, ProcedureProblem, nearest};
use super::views::Limit;
use super::{Dates, Procedure, ProcedureFiles};
use crate::reply::Replies;

/// The longest file that is read, in bytes.
const LONGEST: usize = 1_000_000;

impl Procedure {
    /// Reads a procedure: its TOML, its conditions, its limits and its reply templates.
    ///
    /// Fails with every mistake of form that was found; what the names mean is for
    /// [`Procedure::check`].
    pub fn parse(files: &ProcedureFiles) -> Result<Self, Vec<ProcedureProblem>> {
        let lines = Lines::of(&files.toml);
        let file = read_file(&files.toml, &lines).map_err(|problem| vec![problem])?;
        let mut problems = Vec::new();
        if file.decisions.is_empty() {
            problems.push(ProcedureProblem::whole(
                "não há nenhuma entrada `[[decision]]`",
                "escreva ao menos uma, que valha sempre (`when = \"true\"`)",
            ));
        }
        let dates = read_dates(&file, &lines, &mut problems);
        let limits = read_limits(&file.limits, &lines, &mut problems);
        check_targets(&file, &lines, &mut problems);
        let entries = read_conditions(&file, &lines, &mut problems);
        let replies = Replies::parse(&files.replies).unwrap_or_else(|found| {
            problems.extend(found);
            Replies::default()
        });
        match dates {
            Some(dates) if problems.is_empty() => {
                let limits_value =
                    map(limits.iter().map(|(code, limit)| (code.as_str(), Value::Int(limit.value))));
                Ok(Self { file, lines, entries, limits, limits_value, dates, replies })
            }
            _ => {
                problems.sort();
                Err(problems)
            }
        }
    }

    /// Every mistake of the files, of form and of meaning: what `balcao procedure check` prints.
    pub fn problems(files: &ProcedureFiles) -> Vec<ProcedureProblem> {
        match Self::parse(files) {
            Ok(procedure) => procedure.check(),
            Err(problems) => problems,
        }
    }
}

fn read_file(text: &str, lines: &Lines) -> Result<File, ProcedureProblem> {
    if text.len() > LONGEST {
        return Err(ProcedureProblem::whole(
            "o arquivo tem mais de 1 MB",
            "divida ou encurte o procedimento",
        ));
    }
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| lines.at(&span));
        let (what, todo) = in_portuguese(error.message());
        ProcedureProblem { line, ..ProcedureProblem::whole(what, todo) }
    })
}

/// The commonest messages of the TOML reader, for people who do not read English.
fn in_portuguese(message: &str) -> (String, String) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let Some((name, known)) = quoted.split_first() else {
        return (format!("o TOML não foi entendido ({message})"), "corrija a escrita desta linha".to_owned());
    };
    if message.starts_with("unknown field") {
        let todo = match nearest(name, known.iter().copied()) {
            Some(near) => format!("o mais próximo é `{near}`"),
            None => format!("os campos daqui são: {}", known.join(", ")),
        };
        return (format!("o campo `{name}` não existe aqui"), todo);
    }
    if message.starts_with("missing field") {
        return (format!("falta o campo `{name}`"), "escreva-o neste bloco".to_owned());
    }
    (format!("o TOML não foi entendido ({message})"), "corrija a escrita desta linha".to_owned())
}

fn read_dates(file: &File, lines: &Lines, problems: &mut Vec<ProcedureProblem>) -> Option<Dates> {
    let mut date = |word: &Word| match word.get_ref().parse::<Date>() {
        Ok(date) => Some(date),
        Err(_) => {
            let what = format!("`{}` não é uma data", word.get_ref());
            problems.push(ProcedureProblem::at(
                lines.at(&word.span()),
                what,
                "escreva ano-mês-dia, como 2026-05-06",
            ));
            None
        }
    };
    let meta = &file.procedure;
    let (created, updated, next) = (date(&meta.created), date(&meta.updated), date(&meta.next_review));
    if duration(meta.review_period.get_ref()).is_none() {
        problems.push(bad_duration(lines, &meta.review_period.span(), meta.review_period.get_ref()));
    }
    Some(Dates { created: created?, updated: updated?, next_review: next? })
}

/// Lengths of the targets, and that none is given twice.
fn check_targets(file: &File, lines: &Lines, problems: &mut Vec<ProcedureProblem>) {
    let mut seen = std::collections::BTreeSet::new();
    for target in &file.targets {
        for word in [&target.first_answer, &target.next_answer, &target.resolution] {
            if duration(word.get_ref()).is_none() {
                problems.push(bad_duration(lines, &word.span(), word.get_ref()));
            }
        }
        if !seen.insert((target.priority.get_ref(), &target.tier)) {
            let what = format!("a prioridade `{}` já tem estes prazos", target.priority.get_ref());
            let todo = "deixe um só `[[target]]` para cada prioridade e nível de parceiro";
            problems.push(ProcedureProblem::at(lines.at(&target.priority.span()), what, todo));
        }
    }
}

fn bad_duration(lines: &Lines, span: &std::ops::Range<usize>, value: &str) -> ProcedureProblem {
    let what = format!("`{value}` não é uma duração");
    ProcedureProblem::at(lines.at(span), what, "escreva um número e a unidade, como 60s, 10m, 12h ou 3d")
}

fn read_limits(
    lines_of_file: &[LimitLine],
    lines: &Lines,
    problems: &mut Vec<ProcedureProblem>,
) -> BTreeMap<String, Limit> {
    let mut limits = BTreeMap::new();
    for line in lines_of_file {
        match read_limit(line, lines) {
            Ok(limit) => {
                if limits.insert(line.code.get_ref().clone(), limit).is_some() {
                    problems.push(ProcedureProblem::at(
                        lines.at(&line.code.span()),
                        format!("o limite `{}` está declarado duas vezes", line.code.get_ref()),
                        "apague um dos dois",
                    ));
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    limits
}

fn read_limit(line: &LimitLine, lines: &Lines) -> Result<Limit, ProcedureProblem> {
    let at = line.value.span();
    let unit = line.unit.get_ref().as_str();
    let seconds = match unit {
        "vezes" => 0,
        "segundos" => 1,
        "minutos" => 60,
        "horas" => 3_600,
        "dias" => 86_400,
        other => {
            let units = ["vezes", "segundos", "minutos", "horas", "dias"];
            return Err(ProcedureProblem::unknown(lines.at(&line.unit.span()), "a unidade", other, units));
        }
    };
    match line.value.get_ref() {
        LimitValue::Count(value) if seconds == 0 && *value >= 0 => {
            Ok(Limit { value: *value, duration: None })
        }
        LimitValue::Count(_) => Err(ProcedureProblem::at(
            lines.at(&at),
            format!("um número sem unidade não serve para um limite em {unit}"),
            "escreva a duração entre aspas, como \"10m\", ou use `unit = \"vezes\"`",
        )),
        LimitValue::Duration(text) if seconds > 0 => {
            let length = duration(text).ok_or_else(|| bad_duration(lines, &at, text))?;
            if length.as_secs().checked_rem(seconds) != Some(0) {
                return Err(ProcedureProblem::at(
                    lines.at(&at),
                    format!("`{text}` não é um número inteiro de {unit}"),
                    "escolha uma unidade menor em `unit`",
                ));
            }
            let value = length.as_secs().checked_div(seconds).unwrap_or(0);
            Ok(Limit { value, duration: Some(length) })
        }
        LimitValue::Duration(text) => Err(ProcedureProblem::at(
            lines.at(&at),
            format!("`{text}` não é um número de vezes"),
            "escreva um número sem aspas",
        )),
    }
}

/// A length of time written as one number and one unit (`s`, `m`, `h`, `d`); at most ten thousand days.
pub(super) fn duration(text: &str) -> Option<SignedDuration> {
    let (digits, seconds) = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)]
        .into_iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let total = digits.parse::<i64>().ok()?.checked_mul(seconds)?;
    (total <= 10_000 * 86_400).then(|| SignedDuration::from_secs(total))
}

fn read_conditions(file: &File, lines: &Lines, problems: &mut Vec<ProcedureProblem>) -> Vec<Condition> {
    let limits: Vec<&str> = file.limits.iter().map(|limit| limit.code.get_ref().as_str()).collect();
    let mut conditions = Vec::new();
    for entry in &file.decisions {
        match Condition::compile(entry.when.get_ref(), &limits) {
            Ok(condition) => conditions.push(condition),
            Err(what) => problems.push(ProcedureProblem::at(
                lines.at(&entry.when.span()),
                format!("a condição `when` não foi entendida: {what}"),
                "compare com as outras entradas, por exemplo `checks[\"api-key-existe\"] == \"nao\"`",
            )),
        }
    }
    conditions
}
