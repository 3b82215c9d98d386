//! What the commands load: registry, request log, documentation, contract, procedure and words, from files or from the
//! copies that the program carries.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use balcao_core::diagnosis::Diagnosis;
use balcao_core::evidence::key::HashSecret;
use balcao_core::evidence::speech::Lexicon;
use balcao_core::facts::contract::Contract;
use balcao_core::facts::registry::Registry;
use balcao_core::facts::request_log::RequestLog;
use balcao_core::inbound::Inbound;
use balcao_core::procedure::{Procedure, ProcedureProblem};
use balcao_desk::bundle::Bundle;
use balcao_desk::documentation::Pages;
use balcao_desk::world::{Parts, World, contract_files, is_document};
use balcao_documents::evaluation;

use crate::catalogue::Catalogue;

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
    pub world: World,
    log: RequestLog,
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
        let bundle = bundle(self.procedure.as_deref(), catalogue)?;
        let (pages, problems) = Pages::build(files, &bundle)?;
        warn(&problems);
        let procedure = procedure(self.procedure.as_deref(), catalogue)?;
        let lexicon = Lexicon::parse(bundle.file("speech.toml"))
            .with_context(|| catalogue.say("error-words", &[("file", "speech.toml")]))?;
        let parts = Parts { registry, contract, pages, procedure, lexicon };
        Ok(Loaded { world: World::of(parts, secret), log })
    }
}

impl Loaded {
    /// Diagnoses one message from what was loaded.
    pub fn diagnose(&self, inbound: &Inbound) -> Diagnosis {
        self.world.diagnose(inbound, |inquiry, routes| inquiry.rows(&self.world.registry, &self.log, routes))
    }

    /// The figures of labelled questions on the documentation alone.
    pub fn evaluate_questions(
        &self,
        questions: &str,
        json: bool,
        catalogue: &Catalogue,
    ) -> anyhow::Result<String> {
        measured(&self.world.pages, questions, json).with_context(|| catalogue.say("error-questions", &[]))
    }
}

/// The figures of labelled questions (`questions.jsonl`), and the questions that went wrong.
fn measured(pages: &Pages, questions: &str, json: bool) -> anyhow::Result<String> {
    let questions = evaluation::read_questions(questions)?;
    let (figures, outcomes) = evaluation::evaluate(pages.library(), &questions);
    if json {
        return Ok(serde_json::to_string_pretty(&figures)? + "\n");
    }
    let mut page = String::new();
    let mut line = |name: &str, share: f32| writeln!(page, "{:>5.1} %  {name}", share * 100.0);
    line("answerable: a right place comes first", figures.first)?;
    line("answerable: among the first three", figures.top3)?;
    line("answerable: among the first ten", figures.top10)?;
    line("answered: right, with what it must contain", figures.precision)?;
    line("answerable: answered", figures.answered)?;
    line("unanswerable: refused", figures.refused)?;
    for (question, outcome) in questions.iter().zip(&outcomes) {
        let wrong = if question.answerable { outcome.rank != Some(1) } else { outcome.answered };
        if wrong {
            let rank = outcome.rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string());
            let answered = if outcome.answered { "answered" } else { "refused" };
            writeln!(
                page,
                "  {}  {answered}, right place at {rank}, first was {}",
                outcome.id, outcome.first
            )?;
        }
    }
    Ok(page)
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
            } else {
                let below = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                if is_document(&below) {
                    files.push((below, read(&path, catalogue)?));
                }
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The files of the procedure at `path` (the file or its folder), or of the program's own.
pub fn bundle(path: Option<&Path>, catalogue: &Catalogue) -> anyhow::Result<Bundle> {
    let Some(path) = path else { return Ok(Bundle::standard()) };
    let main = if path.is_dir() { path.join("procedure.toml") } else { path.to_owned() };
    let folder = main.parent().unwrap_or(Path::new(".")).to_owned();
    let mut files = BTreeMap::from([("procedure.toml".to_owned(), read(&main, catalogue)?)]);
    for (below, prefix) in [(folder.clone(), ""), (folder.join("replies"), "replies/")] {
        for entry in std::fs::read_dir(&below).into_iter().flatten() {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let wanted = prefix == "replies/" || BESIDE.contains(&name.as_str());
            if path.is_file() && wanted {
                files.insert(format!("{prefix}{name}"), read(&path, catalogue)?);
            }
        }
    }
    Ok(Bundle::of(files))
}

/// What may stand beside `procedure.toml`.
const BESIDE: [&str; 3] = ["speech.toml", "synonyms.toml", "answering.toml"];

/// Loads a procedure; one with a mistake is refused with every reason: a condition on a name that does not exist would
/// silently never hold. The program's own was checked when it was built.
pub fn procedure(path: Option<&Path>, catalogue: &Catalogue) -> anyhow::Result<Procedure> {
    let parsed = Procedure::parse(&bundle(path, catalogue)?.procedure());
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
    Ok(Procedure::problems(&bundle(path, catalogue)?.procedure()))
}
