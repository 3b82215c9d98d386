//! Ids: UUIDv7 as text, one type for each kind of thing, so that no two can be confused.

use sqlx::any::{Any, AnyTypeInfo, AnyValueRef};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// A new one, later in order than every earlier one.
            #[must_use]
            pub fn fresh() -> Self {
                Self(uuid::Uuid::now_v7().to_string())
            }

            /// `None` if `text` is no UUID in its usual form.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let id = uuid::Uuid::try_parse(text).ok()?.to_string();
                (id == text).then_some(Self(id))
            }

            /// As it is written everywhere.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Type<Any> for $name {
            fn type_info() -> AnyTypeInfo {
                <str as Type<Any>>::type_info()
            }
        }

        impl Encode<'_, Any> for $name {
            fn encode_by_ref(&self, buffer: &mut <Any as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                <String as Encode<'_, Any>>::encode_by_ref(&self.0, buffer)
            }
        }

        impl<'r> Decode<'r, Any> for $name {
            fn decode(value: AnyValueRef<'r>) -> Result<Self, BoxDynError> {
                <String as Decode<'r, Any>>::decode(value).map(Self)
            }
        }
    )*};
}

ids! {
    /// A demand.
    TicketId,
    /// A message of a conversation.
    MessageId,
    /// A mail, as it came.
    MailId,
    /// A file that came with a message.
    AttachmentId,
    /// An encrypted original.
    SealedId,
    /// One run of the procedure.
    DiagnosisId,
    /// One value of one evidence.
    EvidenceId,
    /// An immutable state of the registry.
    RevisionId,
    /// A line of an import that could not be read.
    RejectedId,
    /// A person who can log in.
    AccountId,
    /// A token of the API.
    ApiTokenId,
    /// A piece of background work.
    JobId,
    /// A mail that is to go out.
    OutboxId,
    /// What a chat tool sent, as it came.
    ChatDeliveryId,
    /// A conversation of a chat tool.
    ConversationId,
    /// What goes out by another way than mail.
    ErrandId,
    /// An issue in a tracker of others.
    EscalationId,
    /// What goes to a tracker, or came from one.
    TrackerItemId,
}
