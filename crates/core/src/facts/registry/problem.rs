//! What can be wrong in a registry or in a line of the request log, in the words of whoever must correct it.
//!
//! **Invariant:** no whole API Key stands in a message: keys are never put into a [`Kind`], and a text
//! of the file that equals one is cut to its last four characters.

use std::collections::BTreeSet;
use std::fmt;

/// So many problems are told in full; of further ones only the number.
pub const MOST_PROBLEMS: usize = 50;

/// Why a registry was refused.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    #[error(
        "o cadastro não é JSON válido: linha {line}, coluna {column}; confira vírgulas, aspas e chaves nesse ponto"
    )]
    Syntax {
        line: usize,
        column: usize,
        #[source]
        source: serde_json::Error,
    },
    #[error("o cadastro tem {} {}:\n{}", .0.count, if .0.count == 1 { "problema" } else { "problemas" }, .0)]
    Invalid(Problems),
}

impl RegistryError {
    /// The single problems, in the order of the file; none for a syntax error.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Syntax { .. } => &[],
            Self::Invalid(problems) => &problems.list,
        }
    }
}

/// The problems of one file: at most [`MOST_PROBLEMS`] in full.
#[derive(Default)]
pub struct Problems {
    list: Vec<Problem>,
    count: usize,
    secrets: BTreeSet<String>,
}

impl Problems {
    /// Adds a problem at `path`; beyond the limit it is only counted.
    pub(crate) fn add(&mut self, path: &str, kind: Kind) {
        self.count += 1;
        if self.list.len() < MOST_PROBLEMS {
            self.list.push(Problem { path: path.to_owned(), kind });
        }
    }

    /// A text that no message may show in full from now on.
    pub(crate) fn hide(&mut self, secret: &str) {
        self.secrets.insert(secret.to_owned());
    }

    /// Whether one more problem would still be told, so that the nearest name is worth looking for.
    pub(crate) fn has_room(&self) -> bool {
        self.list.len() < MOST_PROBLEMS
    }

    /// `text` as a message may show it: at most 60 characters, and of a key only the last four.
    pub(crate) fn shown(&self, text: &str) -> String {
        if self.secrets.contains(text) {
            let tail: Vec<char> = text.chars().rev().take(4).collect();
            return std::iter::once('…').chain(tail.into_iter().rev()).collect();
        }
        let cut: String = text.chars().take(60).filter(|c| !c.is_control()).collect();
        if text.chars().nth(60).is_some() { format!("{cut}…") } else { cut }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first problem without its place.
    pub(crate) fn first(&self) -> Option<&Problem> {
        self.list.first()
    }
}

/// Without what is hidden.
impl fmt::Debug for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problems")
            .field("list", &self.list)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.list.iter().enumerate() {
            write!(f, "{}- {problem}", if n == 0 { "" } else { "\n" })?;
        }
        match self.count - self.list.len() {
            0 => Ok(()),
            more => write!(f, "\n- e mais {more}, não listados aqui"),
        }
    }
}

/// One mistake and its place (`api_keys[3].users[1]`; empty for the whole file).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    pub kind: Kind,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { self.kind.fmt(f) } else { write!(f, "{}: {}", self.path, self.kind) }
    }
}

/// What is wrong at one place. Texts of the file in here are already cut for showing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Kind {
    #[error("falta o campo `{field}`")]
    Missing { field: &'static str },
    #[error("campo desconhecido; o nome certo é `{meant}`")]
    Misspelled { meant: &'static str },
    #[error("deve ser {expected}")]
    WrongType { expected: &'static str },
    #[error("está vazio; preencha ou retire")]
    Empty,
    #[error("{what} `{name}` não está no cadastro{}", hint(.nearest.as_deref()))]
    Unknown { what: &'static str, name: String, nearest: Option<String> },
    #[error("{what} `{name}` repete {first}; deixe um só")]
    Doubled { what: &'static str, name: String, first: String },
    #[error("`{value}` não é um valor aceito; use {allowed}{}", hint(.nearest.as_deref()))]
    NotAllowed { value: String, allowed: &'static str, nearest: Option<String> },
    #[error("`{value}` não é uma hora; escreva como `08:00` ou `22:30`")]
    BadTime { value: String },
    #[error("a janela começa e termina às {at}; para o dia inteiro escreva de `00:00` a `24:00`")]
    EmptyWindow { at: String },
    #[error("`{value}` não é uma data; escreva como `2026-07-09`")]
    BadDate { value: String },
    #[error("`{value}` não é um instante com fuso; escreva como `2026-05-11T20:00:00-03:00`")]
    BadInstant { value: String },
    #[error("`{value}` não é uma URL; escreva como `https://api.empresa.com.br/api`")]
    BadUrl { value: String },
    #[error("`{value}` não é um prefixo de rota; comece com `/`, como em `/api/v2`")]
    BadPrefix { value: String },
    #[error(
        "`{value}` não é uma rota; escreva `MÉTODO /caminho`, como em `PUT /api/v2/propostas/{{id}}` ou `* /api/v2/*`"
    )]
    BadRoute { value: String },
    #[error("`{value}` não é um fuso horário conhecido{}", hint(.nearest.as_deref()))]
    BadTimezone { value: String, nearest: Option<String> },
    #[error("não é um domínio de e-mail; escreva só o que vem depois da `@`")]
    BadDomain,
    #[error("deve ser um número de horas maior que zero e de no máximo 8760")]
    BadHours,
    #[error("a API Key tem menos de 8 caracteres; confira se foi copiada inteira")]
    ShortKey,
    #[error("deve ser um número de 100 a 599, ou null quando não houve resposta")]
    BadStatus,
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; o mais parecido é `{name}`")).unwrap_or_default()
}
