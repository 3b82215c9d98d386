//! Why a data file of this crate was refused.

/// Why a synonym list or an answering file was refused. Read by whoever edited it.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    /// The file is no TOML, or a key has the wrong shape; the cause names line and column.
    #[error("this is no valid list: see the cause for the line, and compare with the default file")]
    Malformed(#[source] Box<toml::de::Error>),
    /// A weight outside 0 to 1 would let a synonym count more than the word itself.
    #[error("the weight {weight} of `{theme}` must lie between 0 and 1")]
    Weight {
        /// The group that carries it.
        theme: String,
        /// The weight as written.
        weight: f32,
    },
    /// A cue expects something that the program cannot recognise in a passage.
    #[error("the cue `{cue}` expects `{expects}`; known are: {known}")]
    UnknownExpectation {
        /// The cue's name.
        cue: String,
        /// What it says.
        expects: String,
        /// All that may be said.
        known: &'static str,
    },
}
