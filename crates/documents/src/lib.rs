//! Documentation in, ranked exact excerpts out.
//!
//! In: files of a documentation directory (Markdown, HTML, OpenAPI), already read, and a [`Lexicon`]. Out: a [`Library`],
//! which is searched, answers questions or refuses to, and proves that an [`Excerpt`] is really in its document.
//!
//! Start at [`Library::build`] and [`Library::answer`]. `split/` cuts files into sections, `text/` turns words into terms,
//! `search/` indexes and ranks, `answer` decides whether the best section answers, `evaluation` measures all of it.
//!
//! **Invariant:** an excerpt is a byte range of one document; [`Library::verify`] re-reads it before it is used.
//! **Never here:** files, network, clock, randomness, or a sentence that no document contains.

mod answer;
mod error;
pub mod evaluation;
mod excerpt;
mod library;
mod search;
mod section;
mod settings;
mod split;
mod text;

pub use answer::{Answer, Features, QueryContext};
pub use error::LexiconError;
pub use excerpt::Excerpt;
pub use library::{Confirmed, Heard, Library};
pub use search::Hit;
pub use section::{Section, SectionKind, SourceFile};
pub use settings::Answering;
pub use split::slug;
pub use text::{Lexicon, words};
