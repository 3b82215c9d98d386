//! A value with where it was found.

use std::ops::Range;

/// What a value or a proof rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Registry,
    RequestLog,
    Message,
    Attachment,
    /// Letters that were recognised in a picture.
    Ocr,
    Calendar,
    Release,
    Documentation,
    Contract,
}

impl Source {
    /// The code of the public format.
    pub fn code(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::RequestLog => "request-log",
            Self::Message => "message",
            Self::Attachment => "attachment",
            Self::Ocr => "ocr",
            Self::Calendar => "calendar",
            Self::Release => "release",
            Self::Documentation => "documentation",
            Self::Contract => "contract",
        }
    }
}

/// Where a value was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whence {
    pub source: Source,
    /// For people: `corpo, linha 3`; `requisicao.har, entrada 1`; `requisição req_2cf3b8e6`.
    pub place: String,
    /// Index of the part of the message and the bytes in it, where there are such.
    pub span: Option<(usize, Range<usize>)>,
}

/// A value with where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    pub value: T,
    pub whence: Whence,
}

impl<T> Found<T> {
    pub fn new(value: T, whence: Whence) -> Self {
        Self { value, whence }
    }

    /// The same place with another value.
    pub fn with<U>(&self, value: U) -> Found<U> {
        Found { value, whence: self.whence.clone() }
    }
}
