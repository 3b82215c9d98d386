//! The user: does he exist, is he active, is he linked to the key (procedure, 3.7).

use super::{Proof, Statement, Subject, Verdict, decided, misread, not_applicable, unknown};
use crate::facts::registry::UserStatus;
use crate::incident::Source;

/// `usuario-existe`: the registry knows the login.
pub(super) fn exists(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let Some(user) = &subject.incident.user else { return unknown() };
    let known = subject.incident.user_record.is_some();
    if !known && let Some(open) = subject.user_silence().or_else(|| misread(user, "o login", &user.value)) {
        return open;
    }
    let text = if known {
        format!("o usuário {} está cadastrado", user.value)
    } else {
        format!("não há usuário cadastrado com o login {}", user.value)
    };
    decided(
        known,
        vec![
            Proof::seen(user, format!("usuário {}", user.value)),
            Proof::new(Source::Registry, format!("usuário {}", user.value), text)
                .saying(Statement::UserKnown(known)),
        ],
    )
}

/// `usuario-ativo`: neither inactive nor blocked. Of another partner's user nothing is told.
pub(super) fn is_active(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let (Some(user), Some(record)) = (&subject.incident.user, subject.incident.user_record) else {
        return subject.user_silence().unwrap_or_else(unknown);
    };
    if subject.incident.user_is_foreign() {
        return unknown();
    }
    let status = match record.status {
        UserStatus::Active => "ativo",
        UserStatus::Inactive => "inativo",
        UserStatus::Blocked => "bloqueado",
    };
    let text = format!("o usuário {} está {status}", user.value);
    let active = record.status == UserStatus::Active;
    let proof = Proof::new(Source::Registry, format!("usuário {}", user.value), text);
    decided(active, vec![proof.saying(Statement::UserUsable(active))])
}

/// `usuario-vinculado-a-api-key`: the key's record lists the login.
pub(super) fn is_linked(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let incident = subject.incident;
    let (Some(user), Some(key)) = (&incident.user, &incident.key) else { return unknown() };
    let (Some(user_record), Some(key_record)) = (incident.user_record, incident.key_record) else {
        let user_silence = || subject.user_silence().filter(|_| incident.user_record.is_none());
        let key_silence = || subject.key_silence().filter(|_| incident.key_record.is_none());
        return user_silence().or_else(key_silence).unwrap_or_else(not_applicable);
    };
    // Whose users another partner's key has is not ours to tell.
    if incident.sender.is_some_and(|sender| sender.code != key_record.partner) {
        return unknown();
    }
    let linked = key_record.users.iter().any(|login| login.eq_ignore_ascii_case(&user_record.login));
    let not = if linked { "" } else { "não " };
    let text = format!("o usuário {} {not}está vinculado à chave {}", user.value, key.value);
    let proof = Proof::new(Source::Registry, format!("chave {}", key.value), text);
    decided(linked, vec![proof.saying(Statement::UserLinked(linked))])
}
