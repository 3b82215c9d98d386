//! The text of PDFs and pictures that come with a message.
//!
//! In: the files that the core does not read, each told by its first bytes. Out: their texts, marked by how they were read, or notes on why
//! not. `pdf` reads what a PDF holds, `picture` judges a picture by its head, `child` runs the programs that do the reading, `reader` puts
//! them together.
//!
//! **Invariants:** what a stranger's file does to its reader ends with the reader's process: it has a deadline, a bound of memory and of
//! output, and is killed at any of them; a message waits for no more than the seconds that were set.
//! **Never here:** what the text means.

#[cfg(feature = "desk")]
mod child;
#[cfg(feature = "desk")]
mod ocr;
pub mod pdf;
pub mod picture;
#[cfg(feature = "desk")]
mod reader;
#[cfg(feature = "desk")]
mod settings;

#[cfg(feature = "desk")]
pub use reader::{Programs, Reader};
#[cfg(feature = "desk")]
pub use settings::{Ocr, Settings};
