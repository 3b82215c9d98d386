//! Checks: one question about facts each, answered with its proof. One file per subject.
//!
//! In: an [`Incident`] and what is [`Known`]. Out: one [`Finding`] per check, in the order of [`CHECKS`].
//!
//! **Invariant:** a verdict other than `indeterminado` or `nao-se-aplica` carries the proof it rests on.
//! **Never here:** what follows from a verdict; that is the procedure.

mod calendar;
mod key;
mod product;
mod release;
mod request;
mod statement;
mod token;
mod user;
mod verify;

pub(crate) use self::calendar::running_routine;
pub(crate) use self::release::recent_release;
pub use self::request::{breaches_of as breaches, contract_operation, right_route};
pub use self::statement::Statement;
pub(crate) use self::token::{in_words, problem as token_problem, token_age, used_at};
pub use self::verify::verify;
use crate::calendar::Calendar;
use crate::facts::elsewhere::What;
use crate::facts::{Known, Limits};
use crate::incident::{Found, Incident, Source};

/// The answer of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Yes,
    No,
    Unknown,
    NotApplicable,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 4] = [Self::Yes, Self::No, Self::Unknown, Self::NotApplicable];

    /// The verdict with this code of the public format.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.code() == code)
    }

    /// The code of the public format.
    pub fn code(self) -> &'static str {
        match self {
            Self::Yes => "sim",
            Self::No => "nao",
            Self::Unknown => "indeterminado",
            Self::NotApplicable => "nao-se-aplica",
        }
    }
}

/// One thing that a verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub source: Source,
    /// The record, request, place or document.
    pub reference: String,
    /// What it says, in words for people; never a secret.
    pub text: String,
    /// The same for programs.
    pub statement: Statement,
}

impl Proof {
    pub(crate) fn new(source: Source, reference: impl Into<String>, text: impl Into<String>) -> Self {
        Self { source, reference: reference.into(), text: text.into(), statement: Statement::Shown }
    }

    /// The same proof with what it says in a form that [`verify`] reads.
    pub(crate) fn saying(mut self, statement: Statement) -> Self {
        self.statement = statement;
        self
    }

    /// A value where it was found.
    pub(crate) fn seen<T>(found: &Found<T>, text: impl Into<String>) -> Self {
        Self::new(found.whence.source, found.whence.place.clone(), text)
    }
}

/// One check answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub check: &'static str,
    pub verdict: Verdict,
    pub proof: Vec<Proof>,
}

/// What every check may look at.
pub struct Subject<'a, 'k> {
    pub incident: &'a Incident<'k>,
    pub known: &'a Known<'k>,
    pub calendar: &'a Calendar,
    pub limits: Limits,
}

/// One check: its code, and how it is answered.
pub struct Check {
    pub code: &'static str,
    pub answer: fn(&Subject<'_, '_>) -> (Verdict, Vec<Proof>),
}

/// All checks, in the order in which people read them.
pub const CHECKS: &[Check] = &[
    Check { code: "api-key-existe", answer: key::exists },
    Check { code: "api-key-ativa", answer: key::is_active },
    Check { code: "api-key-no-ambiente-correto", answer: key::is_of_environment },
    Check { code: "api-key-do-parceiro", answer: key::is_senders },
    Check { code: "usuario-existe", answer: user::exists },
    Check { code: "usuario-ativo", answer: user::is_active },
    Check { code: "usuario-vinculado-a-api-key", answer: user::is_linked },
    Check { code: "token-bem-formado", answer: token::is_well_formed },
    Check { code: "token-na-validade", answer: token::is_fresh },
    Check { code: "versao-correta", answer: request::is_of_version },
    Check { code: "requisicao-valida", answer: request::is_valid },
    Check { code: "produto-na-versao", answer: product::is_in_version },
    Check { code: "fora-de-rotina-programada", answer: calendar::is_outside_routines },
    Check { code: "no-horario-comercial", answer: calendar::is_in_business_hours },
    Check { code: "sem-release-recente", answer: release::is_untouched },
];

/// Answers every check.
pub fn answer_all(subject: &Subject<'_, '_>) -> Vec<Finding> {
    CHECKS
        .iter()
        .map(|check| {
            let (verdict, proof) = (check.answer)(subject);
            Finding { check: check.code, verdict, proof }
        })
        .collect()
}

/// What only the owner of a key or a user may be told.
const OF_IDENTITY: &[&str] = &[
    "api-key-existe",
    "api-key-ativa",
    "api-key-no-ambiente-correto",
    "api-key-do-parceiro",
    "usuario-existe",
    "usuario-ativo",
    "usuario-vinculado-a-api-key",
];

/// Takes back what says anything of keys and users: the question stays open.
pub fn withhold(findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|finding| OF_IDENTITY.contains(&finding.check)) {
        (finding.verdict, finding.proof) = unknown();
    }
}

impl Subject<'_, '_> {
    /// That `what` was asked of a registry elsewhere, which did not answer: then nothing of it is known, and that is said.
    fn silence(&self, what: &What) -> Option<(Verdict, Vec<Proof>)> {
        let silent = self.known.silent.iter().find(|silent| silent.what.is_same(what))?;
        let proof = Proof::new(Source::Registry, "cadastro externo", silent.why.clone());
        Some((Verdict::Unknown, vec![proof]))
    }

    /// As [`Subject::silence`], of the key in evidence.
    fn key_silence(&self) -> Option<(Verdict, Vec<Proof>)> {
        self.incident.key.as_ref().and_then(|key| self.silence(&What::Key(key.value.clone())))
    }

    /// As [`Subject::silence`], of the user in evidence.
    fn user_silence(&self) -> Option<(Verdict, Vec<Proof>)> {
        self.incident.user.as_ref().and_then(|user| self.silence(&What::User(user.value.clone())))
    }
}

/// Nothing is decided by a value that was recognised in a picture and is not known: a letter of it may be another.
fn misread<T>(found: &Found<T>, what: &str, shown: &str) -> Option<(Verdict, Vec<Proof>)> {
    let text = format!("{what} {shown} foi lido por OCR e pode ter letras trocadas; peça o valor em texto");
    (found.whence.source == Source::Ocr).then(|| (Verdict::Unknown, vec![Proof::seen(found, text)]))
}

const fn unknown() -> (Verdict, Vec<Proof>) {
    (Verdict::Unknown, Vec::new())
}

const fn not_applicable() -> (Verdict, Vec<Proof>) {
    (Verdict::NotApplicable, Vec::new())
}

fn decided(yes: bool, proof: Vec<Proof>) -> (Verdict, Vec<Proof>) {
    (if yes { Verdict::Yes } else { Verdict::No }, proof)
}
