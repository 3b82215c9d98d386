//! Reply templates: parsed once, filled many times.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::Value;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use super::variables::{REPLY_VARIABLES, ReplyVariables};
use crate::procedure::ProcedureProblem;

/// How the first line of a template must start.
const SUBJECT: &str = "Assunto:";
/// The ending of a template's file name.
const ENDING: &str = ".md.j2";
/// The longest template that is read, in bytes.
const LONGEST: usize = 20_000;
/// A value is cut at this many characters, so that a reply stays one that a person reads.
const LONGEST_VALUE: usize = 300;
const LONGEST_EXCERPT: usize = 1_200;

/// A reply ready to be read by a person before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    pub body: String,
}

/// The reply templates of a procedure.
#[derive(Debug, Default)]
pub struct Replies {
    env: Environment<'static>,
    names: BTreeSet<String>,
}

impl Replies {
    /// Parses every template; keys are file names such as `chave-inativa.md.j2`.
    ///
    /// Fails with every template that is none, with its line.
    pub fn parse(files: &BTreeMap<String, String>) -> Result<Self, Vec<ProcedureProblem>> {
        let mut env = environment(UndefinedBehavior::Lenient);
        let mut names = BTreeSet::new();
        let mut problems = Vec::new();
        for (name, text) in files {
            match add(&mut env, name, text) {
                Ok(()) => {
                    names.insert(name.clone());
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(Self { env, names }) } else { Err(problems) }
    }

    /// The file of the reply with this name.
    pub(crate) fn file(name: &str) -> String {
        format!("{name}{ENDING}")
    }

    /// The names of the replies, without their ending.
    pub(crate) fn stems(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| name.strip_suffix(ENDING).unwrap_or(name))
    }

    /// The template for a cause and next step: `<cause>.<next step>`, else `<cause>`, else `<next step>`.
    pub fn find(&self, cause: &str, next_step: &str) -> Option<&str> {
        [format!("{cause}.{next_step}"), cause.to_owned(), next_step.to_owned()]
            .into_iter()
            .find_map(|stem| self.names.get(&format!("{stem}{ENDING}")).map(String::as_str))
    }

    /// File names of all templates, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Fills a template. Fails, in words for whoever edits it, where it does not exist or cannot be filled.
    pub fn render(&self, name: &str, variables: &ReplyVariables) -> Result<Rendered, ProcedureProblem> {
        render(&self.env, name, variables)
    }

    /// What is wrong with the templates: variables that do not exist, a missing subject, or one that
    /// cannot be filled with everything known or with nothing known.
    pub fn check(&self) -> Vec<ProcedureProblem> {
        let known: BTreeSet<&str> = REPLY_VARIABLES.iter().map(|(name, _)| *name).collect();
        let mut problems = Vec::new();
        for name in self.names() {
            let before = problems.len();
            let Ok(template) = self.env.get_template(name) else { continue };
            let used: BTreeSet<String> = template.undeclared_variables(false).into_iter().collect();
            for variable in used.iter().filter(|variable| !known.contains(variable.as_str())) {
                problems.push(unknown_variable(name, template.source(), variable, &known));
            }
            if problems.len() == before {
                problems.extend(self.trial(name, template.source()));
            }
        }
        problems
    }

    /// Fills one template with everything known (strictly, so a wrong attribute shows) and with nothing.
    fn trial(&self, name: &str, source: &str) -> Option<ProcedureProblem> {
        let mut strict = environment(UndefinedBehavior::Strict);
        let full = strict.add_template_owned(name.to_owned(), source.to_owned());
        if let Err(error) = full {
            return Some(template_problem(name, &error));
        }
        let samples = [(&strict, ReplyVariables::sample()), (&self.env, ReplyVariables::default())];
        samples.into_iter().find_map(|(env, sample)| render(env, name, &sample).err())
    }
}

fn environment(undefined: UndefinedBehavior) -> Environment<'static> {
    let mut env = Environment::empty();
    env.set_undefined_behavior(undefined);
    env.set_trim_blocks(true);
    env.set_lstrip_blocks(true);
    // A value that is not known is written as nothing at all.
    env.set_formatter(|out, state, value| {
        if value.is_none() {
            return Ok(());
        }
        minijinja::escape_formatter(out, state, value)
    });
    env
}

fn add(env: &mut Environment<'static>, name: &str, text: &str) -> Result<(), ProcedureProblem> {
    if !name.ends_with(ENDING) {
        let what = format!("o nome do arquivo não termina em `{ENDING}`");
        return Err(ProcedureProblem::reply(name, None, what, "renomeie-o para `<causa>.md.j2`"));
    }
    if text.len() > LONGEST {
        let what = format!("o modelo tem mais de {LONGEST} bytes");
        return Err(ProcedureProblem::reply(name, None, what, "encurte-o: uma resposta se lê de uma vez"));
    }
    env.add_template_owned(name.to_owned(), text.to_owned()).map_err(|error| template_problem(name, &error))
}

fn render(
    env: &Environment<'static>,
    name: &str,
    variables: &ReplyVariables,
) -> Result<Rendered, ProcedureProblem> {
    let variables = Value::from_serialize(tidy(variables));
    let text = env
        .get_template(name)
        .and_then(|template| template.render(variables))
        .map_err(|error| template_problem(name, &error))?;
    let (first, body) = text.trim().split_once('\n').unwrap_or((text.trim(), ""));
    let subject = first.strip_prefix(SUBJECT).map(one_line).unwrap_or_default();
    let body = close_gaps(body);
    if subject.is_empty() || body.is_empty() {
        return Err(ProcedureProblem::reply(
            name,
            Some(1),
            "falta o assunto ou o texto",
            "comece com uma linha `Assunto: …`, deixe uma linha vazia e escreva o texto",
        ));
    }
    Ok(Rendered { subject, body })
}

/// Each value on one line and no longer than a person reads, so that pasted text cannot reshape a reply.
fn tidy(variables: &ReplyVariables) -> serde_json::Value {
    let mut value = serde_json::to_value(variables).unwrap_or_default();
    for (name, value) in value.as_object_mut().into_iter().flatten() {
        let longest = if name == "trechos" { LONGEST_EXCERPT } else { LONGEST_VALUE };
        tidy_value(value, longest, name == "trechos");
    }
    value
}

fn tidy_value(value: &mut serde_json::Value, longest: usize, keep_lines: bool) {
    match value {
        serde_json::Value::String(text) if keep_lines => *text = cut(text.trim(), longest),
        serde_json::Value::String(text) => *text = cut(&one_line(text), longest),
        serde_json::Value::Array(items) => {
            items.iter_mut().for_each(|item| tidy_value(item, longest, keep_lines));
        }
        serde_json::Value::Object(fields) => {
            fields.values_mut().for_each(|field| tidy_value(field, longest, keep_lines));
        }
        _ => {}
    }
}

fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
    }
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Without blank lines at the ends, and never two in a row: left-out sentences leave no holes.
fn close_gaps(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.trim().lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_some_and(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

fn unknown_variable(name: &str, source: &str, variable: &str, known: &BTreeSet<&str>) -> ProcedureProblem {
    let line = source.lines().position(|line| line.contains(variable));
    let line = line.and_then(|line| u32::try_from(line + 1).ok());
    let todo = match crate::procedure::nearest_name(variable, known.iter().copied()) {
        Some(near) => format!("a mais próxima é `{near}`"),
        None => "use uma das variáveis que o manual das respostas lista".to_owned(),
    };
    ProcedureProblem::reply(name, line, format!("a variável `{variable}` não existe"), todo)
}

fn template_problem(name: &str, error: &minijinja::Error) -> ProcedureProblem {
    let line = error.line().and_then(|line| u32::try_from(line).ok());
    let (what, todo) = match error.kind() {
        ErrorKind::TemplateNotFound => ("este modelo não existe", "crie o arquivo"),
        ErrorKind::UndefinedError => {
            ("usa um nome que não existe", "um trecho tem `titulo`, `url` e `texto`; confira os nomes")
        }
        ErrorKind::SyntaxError => ("o modelo não foi entendido", "confira as chaves e os blocos `{% … %}`"),
        ErrorKind::UnknownFilter => {
            ("usa um filtro que não existe aqui", "escreva o valor sem `|`: os valores já vêm prontos")
        }
        ErrorKind::UnknownTest => ("usa um teste que não existe aqui", "escreva só `{% if nome %}`"),
        _ => ("o modelo não pôde ser preenchido", "confira os nomes e os blocos"),
    };
    let what = error.detail().map_or_else(|| what.to_owned(), |detail| format!("{what} ({detail})"));
    ProcedureProblem::reply(name, line, what, todo)
}
