//! The texts of a message as they may be kept and shown: every secret masked.

use std::collections::BTreeSet;

use super::secrets_of;
use crate::evidence::candidates::may_be_key;
use crate::evidence::key::{HashSecret, KeyPrint};
use crate::evidence::reading::{self, Reading};
use crate::evidence::unpack::Origin;
use crate::facts::registry::Registry;
use crate::inbound::Inbound;
use crate::mask::{Masker, SecretKind};

/// What was written, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conversation {
    pub subject: String,
    pub body: String,
    /// Name and text of each attachment that holds text; those of archives and mails under their own names.
    pub attachments: Vec<(String, String)>,
}

/// The conversation of `inbound`: keys are known by the registry wherever they stand, all else by the one list of masks.
pub fn conversation(inbound: &Inbound, registry: &Registry, secret: &HashSecret) -> Conversation {
    masked(&reading::read(inbound, &registry.timezone), registry, secret)
}

/// The newest message of a reading, masked.
pub(super) fn masked(reading: &Reading, registry: &Registry, secret: &HashSecret) -> Conversation {
    let mut secrets: BTreeSet<(SecretKind, String)> = secrets_of(reading);
    for seen in reading.candidates.iter().filter(|seen| may_be_key(&seen.what.text)) {
        let known = KeyPrint::of(&seen.what.text, secret).is_some_and(|print| registry.key(&print).is_some());
        if known {
            let written = reading.text(seen.part).get(seen.what.span.clone());
            let all = written.map(str::to_owned).into_iter().chain([seen.what.text.clone()]);
            secrets.extend(all.map(|text| (SecretKind::ApiKey, text)));
        }
    }
    let masker = Masker::new(secrets);
    let mut masked = Conversation::default();
    for part in reading.newest() {
        let text = masker.mask(&part.text);
        match &part.origin {
            Origin::Subject => masked.subject = text,
            Origin::Body => masked.body = text,
            Origin::Attachment(name) => masked.attachments.push((masker.mask(name), text)),
            Origin::Extracted(name, by) => {
                masked.attachments.push((by.label(&masker.mask(name)), text));
            }
        }
    }
    masked
}
