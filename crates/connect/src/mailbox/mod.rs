//! Mail in over IMAP: mailboxes are watched, and every mail of theirs is taken in once or refused with a reason.
//!
//! In: the settings of each mailbox, and a desk. Out: mails taken in by [`crate::mail`], and a row for each that says so. Start at [`run`].
//! `wire` connects, `token` asks for OAuth2 tokens, `session` speaks IMAP with time-outs, `threads` keeps the order of a conversation,
//! `round` takes what is not taken yet, `run` goes on doing so, `shown` is for whoever looks after it.
//!
//! **Invariants:** a mail's row is written after the mail is stored, and what is done with it on the server comes after that: wherever it is
//! interrupted, the next round begins with what has no row, and taking in what is stored already changes nothing. What is to be taken is what
//! the server has and no row names; nothing rests on a highest number. One program reads a mailbox at a time.
//! **Never here:** what a mail means, the clock.

mod round;
mod run;
mod session;
mod settings;
mod shown;
mod threads;
mod token;
mod wire;

use balcao_core::mask::Masker;
use balcao_desk::DeskError;

use crate::outside::OutsideError;

pub use run::{Clock, Pace, Reader, run};
pub use settings::{After, Oauth, Settings};
pub use shown::{Shown, forget, shown};

/// Characters of what a server says.
const LONGEST_WORDS: usize = 200;

/// Why a mailbox cannot be read now. No secret, and nothing of a mail, is in it.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The settings do not fit together.
    #[error("{0}")]
    Settings(String),
    /// No connection.
    #[error("{host} não respondeu ({why}); confira o endereço, a porta e a rede")]
    NotReached {
        /// Which host.
        host: String,
        /// Why not.
        why: String,
    },
    /// The connection cannot be made private.
    #[error("a conexão não pôde ser protegida: {0}")]
    NotPrivate(String),
    /// The server does not believe who logs in.
    #[error("o servidor recusou o usuário ou a senha (ou o token); confira `user` e o segredo")]
    Login,
    /// No token.
    #[error("o servidor de tokens recusou: {0}; confira `client_id`, os segredos e `scope`")]
    Token(String),
    /// The server of tokens cannot be asked.
    #[error("o servidor de tokens: {0}")]
    Outside(#[from] OutsideError),
    /// The server says no.
    #[error("o servidor recusou {what}: {said}")]
    Refused {
        /// What was asked of it.
        what: &'static str,
        /// What it said, masked.
        said: String,
    },
    /// It says what is no IMAP.
    #[error("o servidor respondeu o que não se entende; a conexão é refeita")]
    Unreadable,
    /// It went away.
    #[error("a conexão com o servidor caiu; é refeita")]
    Lost,
    /// It says nothing.
    #[error("o servidor não respondeu em {seconds} s")]
    TimedOut {
        /// How long was waited.
        seconds: u64,
    },
    /// Another program reads it now.
    #[error("outro servidor passou a ler esta caixa")]
    NotOurs,
    /// The desk could not keep a mail.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl MailboxError {
    /// What the library tells: what it quotes of the server's bytes may be a mail, and stays behind.
    fn of(error: async_imap::error::Error) -> Self {
        use async_imap::error::Error;
        match error {
            Error::No(said) | Error::Bad(said) => {
                let masked = Masker::new([]).mask(&said);
                Self::Refused { what: "um pedido", said: masked.chars().take(LONGEST_WORDS).collect() }
            }
            Error::ConnectionLost => Self::Lost,
            Error::Io(error) if error.kind() != std::io::ErrorKind::Other => Self::Lost,
            _ => Self::Unreadable,
        }
    }

    /// The same, with what was asked.
    fn on(self, asked: &'static str) -> Self {
        match self {
            Self::Refused { said, .. } => Self::Refused { what: asked, said },
            other => other,
        }
    }
}
