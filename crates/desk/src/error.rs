//! Why the desk did not do what was asked: said to whoever asked, in Portuguese, with what to do.

use balcao_core::facts::registry::RegistryError;
use balcao_core::ticket::Refusal;
use balcao_store::StoreError;

/// Why not. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// There is no such thing, or it is not the caller's to see: both look alike from outside.
    #[error("não há {0} com este identificador, ou ele não é seu")]
    NotFound(&'static str),
    /// The caller's role or token does not reach so far.
    #[error("seu acesso não permite {0}; peça a quem administra o Balcão")]
    Forbidden(&'static str),
    /// Nobody is known by what was shown: a wrong password, an ended session, no token.
    #[error("identifique-se: o acesso apresentado não existe, terminou ou foi recusado")]
    Unknown,
    /// Too many tries; again after so many seconds.
    #[error("tentativas demais; tente de novo em {0} s")]
    TooMany(u64),
    /// A guard of the methodology refuses the step, with everything that is missing.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// What was given is well-formed but cannot be so; the text says where and what to do.
    #[error("{0}")]
    Invalid(String),
    /// What was asked does not fit what is there.
    #[error("{0}")]
    Conflict(String),
    /// Somebody else changed it since it was read.
    #[error("isto foi mudado por outra pessoa desde que você leu; leia de novo e repita")]
    Stale,
    /// The registry has mistakes; each with its place.
    #[error("o cadastro foi recusado: {0}")]
    Registry(#[from] RegistryError),
    /// A mail did not go.
    #[error("um e-mail não foi enviado")]
    Mail(#[from] crate::mail::PostError),
    /// What goes out by a chat did not go.
    #[error("o que se envia por um canal de conversa não foi enviado")]
    Chat(#[from] crate::chat::CarrierError),
    /// A tracker was not told.
    #[error("o rastreador de Code não aceitou agora: {0}")]
    Tracker(#[from] crate::tracker::TrackerError),
    /// The database could not do it.
    #[error("o banco de dados não conseguiu fazer isto agora; tente de novo em instantes")]
    Store(#[source] StoreError),
    /// Something that the desk itself wrote does not read back.
    #[error("um dado guardado não pôde ser lido ({0}); rode `balcao doctor`")]
    Damaged(&'static str),
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale { .. } => Self::Stale,
            StoreError::Cursor { .. } => {
                Self::Invalid("`cursor` não veio de uma página anterior; comece sem ele".to_owned())
            }
            other => Self::Store(other),
        }
    }
}
