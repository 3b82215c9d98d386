//! Words to terms: what makes "Situações", "situacao" and "situação" one thing.
//!
//! In: any text. Out: [`Token`]s, in order, each with the bytes it was read from. The [`Lexicon`] adds what a language and a trade know.
//!
//! **Invariant:** with or without accents, a word has the same stem.

mod lexicon;
mod stem;
mod tokens;

pub use lexicon::Lexicon;
pub(crate) use lexicon::{Cue, Expectation};
pub(crate) use stem::{fold, stem};
pub use tokens::words;
pub(crate) use tokens::{Token, stems, tokens};
