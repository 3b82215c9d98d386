//! What commercial said, and what of it is kept: cut of everything that looks like a key, and decided only where it is clear.

use balcao_core::evidence::fold;
use balcao_core::procedure::Procedure;

use super::keys::{is_surely_a_key, keys_in, tail, without_keys};
use super::request::environments;
use super::words::{self, Telling};
use crate::error::DeskError;
use crate::mail::Language;
use crate::world::World;

/// The longest that is kept of what commercial says, in characters.
const LONGEST: usize = 20_000;
/// The longest reason and environment.
const LONGEST_LINE: usize = 500;

/// What commercial decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The key is issued.
    Issued,
    /// It is not.
    Refused,
    /// It says something else: a person reads it.
    Unclear,
}

impl Outcome {
    /// As the trail has it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Refused => "refused",
            Self::Unclear => "unclear",
        }
    }

    /// The decision with this code; an unclear one is none.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Issued, Self::Refused].into_iter().find(|outcome| outcome.code() == code)
    }
}

/// What commercial said. Nothing of it is trusted to be free of keys; it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Said {
    /// Decided what.
    pub outcome: Outcome,
    /// For which environment, in its words.
    pub environment: Option<String>,
    /// The end of the key, or a key: four characters are kept.
    pub tail: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Everything it wrote, if it wrote.
    pub words: String,
    /// What the team should know of how it came.
    pub remarks: Vec<String>,
    /// The request that it answers, if it names one.
    pub request: Option<String>,
}

/// The same, cut: only this is kept.
#[derive(Clone)]
pub(super) struct Cut {
    pub(super) outcome: Outcome,
    pub(super) environment: Option<String>,
    pub(super) tail: Option<String>,
    pub(super) reason: Option<String>,
    words: String,
    pub(super) remarks: Vec<String>,
}

impl Said {
    /// For whoever decides by a form or a program, and not by prose: everything must be said, and rightly.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] with what is missing.
    pub(super) fn must_be_whole(&self, world: &World) -> Result<(), DeskError> {
        let empty = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
        let invalid = |text: String| Err(DeskError::Invalid(text));
        match self.outcome {
            Outcome::Issued if empty(&self.environment) => {
                invalid("diga para qual ambiente a API Key foi emitida".to_owned())
            }
            Outcome::Issued if !empty(&self.reason) => {
                invalid("o motivo é de uma recusa; se a API Key foi emitida, deixe-o vazio".to_owned())
            }
            Outcome::Refused if empty(&self.reason) => invalid("diga o motivo da recusa".to_owned()),
            Outcome::Unclear => invalid("diga se a API Key foi emitida ou recusada".to_owned()),
            Outcome::Issued | Outcome::Refused => match self.environment.as_deref() {
                Some(said) if !said.trim().is_empty() && named(world, said).is_none() => {
                    let known: Vec<&str> =
                        world.registry.environments.iter().map(|one| one.code.as_str()).collect();
                    invalid(format!(
                        "este ambiente não consta do cadastro; os de lá são: {}",
                        known.join(", ")
                    ))
                }
                _ => Ok(()),
            },
        }
    }
}

/// The name of the environment that is meant: by its code or name, or by people's word for it, if that is one.
fn named(world: &World, said: &str) -> Option<String> {
    let folded = fold(said.trim().trim_end_matches('.'));
    let mut all = world.registry.environments.iter();
    let exact = all.find(|one| folded == fold(&one.code) || folded == fold(&one.name));
    if exact.is_none() && !keys_in(said).is_empty() {
        // A key may well have an environment's name in it.
        return None;
    }
    exact.map(|one| one.name.clone()).or_else(|| match in_words(world, said).as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    })
}

/// The names of the environments that a prose names.
fn in_words(world: &World, words: &str) -> Vec<String> {
    environments(world, words).into_iter().map(|(_, name)| name).collect()
}

impl Cut {
    /// `asked` are the names of the environments that the request was for.
    pub(super) fn of(said: &Said, world: &World, asked: &[&str]) -> Self {
        let short = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        let clean = |text: &Option<String>| {
            let text = text.as_deref().map(|text| without_keys(short(text, LONGEST_LINE).trim()));
            text.filter(|text| !text.is_empty())
        };
        let mut cut = Self {
            outcome: said.outcome,
            environment: clean(&said.environment),
            tail: said.tail.as_deref().and_then(tail),
            reason: clean(&said.reason),
            words: without_keys(&short(&said.words, LONGEST)),
            remarks: said.remarks.clone(),
        };
        let keys = keys_in(&said.words);
        if !keys.is_empty() {
            cut.remarks.push(
                "a resposta trazia o que parece uma API Key; aqui ela está mascarada, e não vai ao parceiro"
                    .to_owned(),
            );
            if let ([only], None) = (keys.as_slice(), &cut.tail)
                && is_surely_a_key(only)
            {
                cut.tail = tail(only);
            }
        }
        cut.place(world, asked);
        if cut.outcome == Outcome::Refused && cut.reason.is_none() {
            cut.doubt("a recusa não diz o motivo");
        }
        cut
    }

    /// Which environment it is about: the one that it labels so, else the only one that was asked for. What its prose names may only agree.
    fn place(&mut self, world: &World, asked: &[&str]) {
        if let Some(said) = self.environment.clone() {
            let Some(name) = named(world, &said) else {
                return self.doubt("a resposta não diz um ambiente do cadastro, e um só");
            };
            if !asked.is_empty() && !asked.contains(&name.as_str()) {
                self.apart(asked);
            }
            self.environment = Some(name);
            return;
        }
        let prose = in_words(world, &self.words);
        match (asked, prose.as_slice()) {
            ([only], _) => {
                if prose.iter().any(|name| name != only) {
                    self.apart(asked);
                }
                self.environment = Some((*only).to_owned());
            }
            (_, [only]) if asked.is_empty() || asked.contains(&only.as_str()) => {
                self.environment = Some(only.clone());
            }
            _ if self.outcome == Outcome::Issued => {
                self.doubt("a resposta não diz para qual ambiente a API Key foi emitida");
            }
            _ => {}
        }
    }

    /// It speaks of another environment than was asked for: of a key that is issued a person must look.
    fn apart(&mut self, asked: &[&str]) {
        let text = format!("a resposta fala de outro ambiente; o pedido era de: {}", asked.join(", "));
        if self.outcome == Outcome::Issued {
            self.outcome = Outcome::Unclear;
        }
        self.remarks.push(text);
    }

    /// Nothing is decided by it; why.
    pub(super) fn doubt(&mut self, why: &str) {
        self.outcome = Outcome::Unclear;
        self.remarks.push(why.to_owned());
    }

    /// The note on the ticket.
    pub(super) fn note(&self) -> String {
        let mut lines = vec![
            match self.outcome {
                Outcome::Issued => "O comercial respondeu: API Key emitida.",
                Outcome::Refused => "O comercial respondeu: pedido recusado.",
                Outcome::Unclear => "O comercial respondeu; leia a resposta: nada foi decidido por ela.",
            }
            .to_owned(),
        ];
        lines.extend(self.environment.as_ref().map(|name| format!("Ambiente: {name}")));
        lines.extend(self.tail.as_ref().map(|tail| format!("Final da chave: …{tail}")));
        lines.extend(self.reason.as_ref().map(|reason| format!("Motivo: {reason}")));
        lines.extend(self.remarks.iter().map(|remark| format!("Atenção: {remark}.")));
        if !self.words.trim().is_empty() {
            lines.push(format!("\n{}", self.words.trim()));
        }
        lines.join("\n")
    }

    /// What makes two answers the same.
    pub(super) fn parts(&self) -> String {
        let or = |text: &Option<String>| text.clone().unwrap_or_default();
        let all = [or(&self.environment), or(&self.tail), or(&self.reason), self.words.trim().to_owned()];
        format!("{}\u{0}{}", self.outcome.code(), all.join("\u{0}"))
    }

    /// What the partner may be told; nothing where a person must read first.
    pub(super) fn draft(
        &self,
        (procedure, protocol): (&Procedure, &str),
        (language, way): (Language, Option<&str>),
    ) -> Option<String> {
        let environment = self.environment.as_deref();
        let telling = match self.outcome {
            Outcome::Issued => Telling::Issued { environment, tail: self.tail.as_deref(), way },
            Outcome::Refused => Telling::Refused { environment, reason: self.reason.as_deref()? },
            Outcome::Unclear => return None,
        };
        Some(words::text(Some(procedure), protocol, (telling, language)))
    }
}
