//! `balcao docs search`: the documentation alone.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use balcao_core::facts::documentation::{Documentation as _, Excerpt};
use clap::Subcommand;
use serde_json::json;

use super::FOUND_PROBLEMS;
use crate::catalogue::Catalogue;
use crate::setup;
use balcao_desk::bundle::Bundle;
use balcao_desk::documentation::Pages;

/// Search the official documentation
#[derive(Debug, clap::Args)]
pub struct Docs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Answer a question with the excerpt that answers it, and list what else comes near
    Search {
        /// The official documentation: Markdown, HTML and OpenAPI files
        #[arg(long, value_name = "DIR")]
        docs: PathBuf,
        /// Version of the API that the question is about
        #[arg(long, value_name = "CODE")]
        api_version: Option<String>,
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
        /// The question, as a partner would ask it
        #[arg(value_name = "QUESTION", required = true)]
        question: Vec<String>,
    },
}

impl Docs {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let What::Search { docs, api_version, json, question } = self.what;
        let (pages, problems) = Pages::build(setup::documents(&docs, catalogue)?, &Bundle::standard())?;
        for problem in problems {
            writeln!(anstream::stderr(), "balcao: {problem}")?;
        }
        let answer = pages.answer(&question.join(" "), api_version.as_deref());
        let mut out = anstream::AutoStream::auto(io::stdout());
        if json {
            let line = |e: &Excerpt| json!({"document": e.document, "heading": e.heading, "url": e.url, "excerpt": e.text});
            let suggestions: Vec<_> = answer.suggestions.iter().map(line).collect();
            writeln!(
                out,
                "{}",
                json!({"answered": answer.answered.as_ref().map(line), "suggestions": suggestions})
            )?;
        } else {
            match &answer.answered {
                Some(excerpt) => {
                    let address = excerpt.url.as_deref().unwrap_or("");
                    writeln!(
                        out,
                        "{}#{} {address}\n\n{}\n",
                        excerpt.document, excerpt.heading, excerpt.text
                    )?;
                }
                None => writeln!(out, "{}\n", catalogue.say("docs-silent", &[]))?,
            }
            for excerpt in &answer.suggestions {
                writeln!(out, "  {}#{}  {}", excerpt.document, excerpt.heading, excerpt.title)?;
            }
        }
        Ok(if answer.answered.is_some() { ExitCode::SUCCESS } else { ExitCode::from(FOUND_PROBLEMS) })
    }
}
