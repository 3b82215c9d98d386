//! What the commands load: registry, request log, documentation, contract, procedure and words, from files or from the
//! copies that the program carries.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use balcao_core::calendar::Calendar;
use balcao_core::diagnosis::{self, Desk, Diagnosis};
use balcao_core::evidence::key::HashSecret;
use balcao_core::evidence::speech::Lexicon;
use balcao_core::facts::Limits;
use balcao_core::facts::contract::Contract;
use balcao_core::facts::registry::Registry;
use balcao_core::facts::request_log::RequestLog;
use balcao_core::inbound::Inbound;
use balcao_core::incident::RegistryNames;
use balcao_core::procedure::{Procedure, ProcedureFiles, ProcedureProblem};

use crate::catalogue::Catalogue;
use crate::documentation::Pages;

/// The procedure that comes with the program, with its replies and words.
#[derive(rust_embed::Embed)]
#[folder = "../../procedures/api-parceiros"]
struct DefaultProcedure;

/// The batch interface keeps nothing, so its fingerprints need no secret of an installation: equal keys are equal, and
/// no fingerprint leaves the program.
const BATCH_SECRET: [u8; 32] = [0; 32];

/// Where the facts come from.
#[derive(Debug, clap::Args)]
pub struct Sources {
    /// What the desk knows: partners, users, keys, calendar (required until the desk has a database)
    #[arg(long, value_name = "registry.json")]
    pub registry: Option<PathBuf>,
    /// The request log, one request a line
    #[arg(long, value_name = "requests.ndjson")]
    pub requests: Option<PathBuf>,
    /// The official documentation: Markdown, HTML and OpenAPI files
    #[arg(long, value_name = "DIR")]
    pub docs: Option<PathBuf>,
    /// The procedure [default: the one that comes with the program]
    #[arg(long, value_name = "procedure.toml")]
    pub procedure: Option<PathBuf>,
}

/// Everything loaded, ready to judge messages on every core.
pub struct Loaded {
    pub registry: Registry,
    log: RequestLog,
    contract: Contract,
    pages: Pages,
    pub procedure: Procedure,
    lexicon: Lexicon,
    names: RegistryNames,
    calendar: Calendar,
    secret: HashSecret,
    limits: Limits,
}

impl Sources {
    /// Loads all of it; what was read but is not right is said on standard error.
    pub fn load(&self, catalogue: &Catalogue) -> anyhow::Result<Loaded> {
        let path = self.registry.as_deref().with_context(|| catalogue.say("error-no-registry", &[]))?;
        let secret = HashSecret::new(BATCH_SECRET);
        let registry = Registry::parse(&read(path, catalogue)?, &secret)
            .with_context(|| catalogue.say("error-registry", &[("path", &path.display().to_string())]))?;
        let log = match &self.requests {
            None => RequestLog::default(),
            Some(path) => request_log(path, &secret, catalogue)?,
        };
        let files = self.docs.as_deref().map_or(Ok(Vec::new()), |dir| documents(dir, catalogue))?;
        let (contract, problems) = Contract::load(&contract_files(&files));
        warn(&problems);
        let own = procedure_dir(self.procedure.as_deref());
        let (pages, problems) = Pages::build(files, own.as_deref())?;
        warn(&problems);
        let procedure = procedure(self.procedure.as_deref(), catalogue)?;
        let lexicon = Lexicon::parse(&beside(own.as_deref(), "speech.toml")?)
            .with_context(|| catalogue.say("error-words", &[("file", "speech.toml")]))?;
        let names = RegistryNames::of(&registry, &lexicon);
        let calendar = Calendar::of(&registry);
        let limits = limits(&procedure);
        Ok(Loaded { registry, log, contract, pages, procedure, lexicon, names, calendar, secret, limits })
    }
}

impl Loaded {
    /// Diagnoses one message from what was loaded.
    pub fn diagnose(&self, inbound: &Inbound) -> Diagnosis {
        let desk = Desk {
            registry: &self.registry,
            contract: &self.contract,
            documentation: &self.pages,
            procedure: &self.procedure,
            lexicon: &self.lexicon,
            names: &self.names,
            calendar: &self.calendar,
            secret: &self.secret,
            limits: self.limits,
        };
        diagnosis::diagnose(inbound, &desk, |inquiry, routes| inquiry.rows(&self.registry, &self.log, routes))
    }

    /// The figures of labelled questions on the documentation alone.
    pub fn evaluate_questions(
        &self,
        questions: &str,
        json: bool,
        catalogue: &Catalogue,
    ) -> anyhow::Result<String> {
        self.pages.evaluate(questions, json).with_context(|| catalogue.say("error-questions", &[]))
    }
}

/// The procedure's distances in time.
fn limits(procedure: &Procedure) -> Limits {
    let default = Limits::default();
    let length =
        |code: &str, fallback| procedure.limit(code).and_then(|limit| limit.duration).unwrap_or(fallback);
    Limits {
        after_release: length("horas_de_release", default.after_release),
        same_failure: length("dias_da_mesma_falha", default.same_failure),
        same_request: length("segundos_do_log", default.same_request),
    }
}

/// Reads a text file; the error names it.
pub fn read(path: &Path, catalogue: &Catalogue) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| catalogue.say("error-open", &[("path", &path.display().to_string())]))
}

#[expect(clippy::print_stderr, reason = "what is wrong with the input is for the person at the terminal")]
fn warn<P: std::fmt::Display>(problems: &[P]) {
    for problem in problems {
        eprintln!("balcao: {problem}");
    }
}

fn request_log(path: &Path, secret: &HashSecret, catalogue: &Catalogue) -> anyhow::Result<RequestLog> {
    let (log, problems) = RequestLog::parse(&read(path, catalogue)?, secret);
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}:{}: {}", path.display(), problem.line, problem.reason))
        .collect();
    warn(&lines);
    Ok(log)
}

/// Every file below `dir` that may be documentation: its path below it, and its text. In order of their names.
pub fn documents(dir: &Path, catalogue: &Catalogue) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let mut left = vec![dir.to_owned()];
    while let Some(folder) = left.pop() {
        let failed = || catalogue.say("error-open", &[("path", &folder.display().to_string())]);
        for entry in std::fs::read_dir(&folder).with_context(failed)? {
            let path = entry.with_context(failed)?.path();
            if path.is_dir() {
                left.push(path);
            } else if is_document(&path) {
                let below = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                files.push((below, read(&path, catalogue)?));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn is_document(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|ending| {
        ["md", "markdown", "html", "htm", "yaml", "yml", "json"].contains(&ending.as_str())
    })
}

/// The files that may hold a contract, by the names under which they are cited.
fn contract_files(files: &[(String, String)]) -> Vec<(String, String)> {
    files
        .iter()
        .filter_map(|(path, text)| {
            let (name, ending) = path.rsplit_once('.')?;
            ["yaml", "yml", "json"]
                .contains(&ending.to_ascii_lowercase().as_str())
                .then(|| (name.to_owned(), text.clone()))
        })
        .collect()
}

/// The folder of a procedure's file.
fn procedure_dir(path: Option<&Path>) -> Option<PathBuf> {
    let path = path?;
    Some(if path.is_dir() { path.to_owned() } else { path.parent().unwrap_or(Path::new(".")).to_owned() })
}

/// A file that stands beside the procedure; the program's own copy where the folder has none.
pub fn beside(dir: Option<&Path>, name: &str) -> anyhow::Result<String> {
    if let Some(path) = dir.map(|dir| dir.join(name)).filter(|path| path.exists()) {
        return std::fs::read_to_string(&path).with_context(|| path.display().to_string());
    }
    let file = DefaultProcedure::get(name).with_context(|| format!("{name}?"))?;
    String::from_utf8(file.data.into_owned()).with_context(|| name.to_owned())
}

/// The files of the procedure at `path`, or of the program's own.
fn procedure_files(path: Option<&Path>, catalogue: &Catalogue) -> anyhow::Result<ProcedureFiles> {
    let Some(path) = path else {
        let mut replies = BTreeMap::new();
        for name in DefaultProcedure::iter() {
            if let Some(reply) = name.strip_prefix("replies/") {
                replies.insert(reply.to_owned(), beside(None, &name)?);
            }
        }
        return Ok(ProcedureFiles { toml: beside(None, "procedure.toml")?, replies });
    };
    let file = if path.is_dir() { path.join("procedure.toml") } else { path.to_owned() };
    let mut replies = BTreeMap::new();
    let folder = procedure_dir(Some(path)).unwrap_or_default().join("replies");
    for entry in std::fs::read_dir(&folder).into_iter().flatten() {
        let path = entry?.path();
        if path.is_file() {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            replies.insert(name, read(&path, catalogue)?);
        }
    }
    Ok(ProcedureFiles { toml: read(&file, catalogue)?, replies })
}

/// Loads a procedure; one with a mistake is refused with every reason: a condition on a name that does not exist would
/// silently never hold. The program's own was checked when it was built.
pub fn procedure(path: Option<&Path>, catalogue: &Catalogue) -> anyhow::Result<Procedure> {
    let parsed = Procedure::parse(&procedure_files(path, catalogue)?);
    let checked = parsed.and_then(|procedure| {
        let problems = if path.is_some() { procedure.check() } else { Vec::new() };
        if problems.is_empty() { Ok(procedure) } else { Err(problems) }
    });
    checked.map_err(|problems| {
        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}\n{}", catalogue.say("error-procedure", &[]), list.join("\n"))
    })
}

/// Everything that is wrong with a procedure.
pub fn procedure_problems(
    path: Option<&Path>,
    catalogue: &Catalogue,
) -> anyhow::Result<Vec<ProcedureProblem>> {
    Ok(Procedure::problems(&procedure_files(path, catalogue)?))
}
