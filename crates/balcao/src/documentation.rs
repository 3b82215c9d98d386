//! The documentation as the core asks for it, answered by the library of excerpts.

use balcao_core::facts::documentation::{Answer, Documentation, Excerpt};

/// The pages of the documentation, indexed.
pub struct Pages {}

impl Pages {
    pub fn build(_files: Vec<(String, String)>, _procedure: Option<&std::path::Path>) -> anyhow::Result<(Self, Vec<String>)> {
        Ok((Self {}, Vec::new()))
    }
    pub fn evaluate(&self, _questions: &str) -> anyhow::Result<String> {
        Ok(String::new())
    }
}

impl Documentation for Pages {
    fn answer(&self, _question: &str, _version: Option<&str>) -> Answer { Answer::default() }
    fn search(&self, _words: &str, _limit: usize) -> Vec<Excerpt> { Vec::new() }
    fn operation(&self, _document: &str, _method: &str, _template: &str) -> Option<Excerpt> { None }
}
