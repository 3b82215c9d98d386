//! What the reader makes of a mail: a corpus of our own writing, each mail named for its situation, and everything that may be written.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets what it did not expect should stop"
)]

mod properties;
mod situations;

use balcao_connect::email::{Mail, read};

/// The server whose word on senders is believed.
pub(crate) const OURS: &str = "mx.balcao.example";

/// A mail of the corpus, as bytes.
pub(crate) fn raw(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/corpus/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A mail of the corpus, read.
pub(crate) fn mail(name: &str) -> Mail {
    read(&raw(name), Some(OURS)).unwrap()
}

/// The names of the corpus, in order.
pub(crate) fn corpus() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
    let files =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> =
        files.filter_map(|name| name.strip_suffix(".eml").map(str::to_owned)).collect();
    names.sort();
    names
}
