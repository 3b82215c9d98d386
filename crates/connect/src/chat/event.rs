//! What a chat tool tells, whichever it is: somebody wrote, or put a sign on something, or something of ours stands otherwise.

use jiff::Timestamp;

/// One thing told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Somebody wrote.
    Message(Box<Message>),
    /// Somebody put a sign on a message.
    Reaction(Reaction),
    /// How something that we sent stands.
    Status(Status),
    /// Nothing comes of it; why.
    Ignored(&'static str),
    /// Somebody wrote to another number of ours.
    Elsewhere,
    /// Somebody wrote, and it cannot be told who or what; why.
    Unreadable(&'static str),
}

/// A message. Its `Debug` is for tests: it holds what is nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// Its own id there.
    pub id: String,
    /// Where it is answered: a telephone, or a conversation's id there.
    pub conversation: String,
    /// Who wrote, by which the registry may know the partner: an e-mail, or a telephone with `+`.
    pub address: Option<String>,
    /// What that person calls itself.
    pub name: Option<String>,
    /// When it was written.
    pub at: Option<Timestamp>,
    /// The id of the message that it answers.
    pub answers: Option<String>,
    /// What it is about.
    pub subject: Option<String>,
    /// What it says; of what is no text a note in brackets.
    pub text: String,
    /// The files that came with it.
    pub files: Vec<File>,
    /// The file that is still to be fetched.
    pub media: Option<Media>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What it is called.
    pub name: String,
    /// Its media type, as it was said.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A file that is still to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// The chat tool's id of it.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its SHA-256, as it was given: hexadecimal or base64.
    pub sha256: Option<String>,
}

/// A sign on a message, such as a thumb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// Its own id there.
    pub id: String,
    /// Where.
    pub conversation: String,
    /// The id of the message that it is on.
    pub about: String,
    /// The sign; empty where it was taken back.
    pub sign: String,
    /// When.
    pub at: Option<Timestamp>,
}

/// How something that we sent stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The message's id there.
    pub id: String,
    /// Our own id, if it comes back.
    pub own: Option<String>,
    /// `sent`, `delivered`, `read` or `failed`.
    pub state: &'static str,
    /// Of WhatsApp: why it failed.
    pub code: Option<i64>,
    /// Of others: why it failed, in their words.
    pub reason: Option<String>,
}

/// A text without signs that are not shown, at most `longest` characters.
pub(crate) fn short(text: &str, longest: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(longest).collect()
}

/// The same of a text that says something.
pub(crate) fn some(text: Option<&str>, longest: usize) -> Option<String> {
    text.map(|text| short(text.trim(), longest)).filter(|text| !text.is_empty())
}
