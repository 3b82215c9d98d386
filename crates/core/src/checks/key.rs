//! The API Key: does it exist, is it active, is it of the environment called, is it the sender's (procedure, 3.2 and 3.7).

use super::{Proof, Statement, Subject, Verdict, decided, misread, not_applicable, unknown};
use crate::facts::elsewhere::What;
use crate::incident::Source;

/// `api-key-existe`: the registry knows the key.
pub(super) fn exists(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let Some(key) = &subject.incident.key else { return unknown() };
    if subject.incident.key_record.is_none()
        && let Some(open) =
            subject.key_silence().or_else(|| misread(key, "o valor da API Key", &key.value.to_string()))
    {
        return open;
    }
    let shown = Proof::seen(key, format!("API Key {}", key.value));
    let record = match subject.incident.key_record {
        Some(_) => format!("a chave {} está cadastrada", key.value),
        None => format!("nenhuma chave cadastrada é igual à {}", key.value),
    };
    decided(
        subject.incident.key_record.is_some(),
        vec![
            shown,
            Proof::new(Source::Registry, format!("chave {}", key.value), record)
                .saying(Statement::KeyKnown(subject.incident.key_record.is_some())),
        ],
    )
}

/// `api-key-ativa`: the registry has the key as active.
pub(super) fn is_active(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let (Some(key), Some(record)) = (&subject.incident.key, subject.incident.key_record) else {
        return subject.key_silence().unwrap_or_else(unknown);
    };
    let status = if record.active { "ativa" } else { "inativa" };
    let text = format!("a chave {} está {status}", key.value);
    let proof = Proof::new(Source::Registry, format!("chave {}", key.value), text);
    decided(record.active, vec![proof.saying(Statement::KeyActive(record.active))])
}

/// `api-key-no-ambiente-correto`: the key is of the environment whose address was called.
pub(super) fn is_of_environment(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let incident = subject.incident;
    let (Some(key), Some(record), Some(environment)) =
        (&incident.key, incident.key_record, &incident.environment)
    else {
        return subject.key_silence().filter(|_| incident.key_record.is_none()).unwrap_or_else(unknown);
    };
    // An environment that follows from the key itself, or from words alone, proves nothing of where it was sent.
    if !incident.environment_called {
        return unknown();
    }
    let right = record.environment == environment.value;
    decided(
        right,
        vec![
            Proof::seen(environment, format!("ambiente chamado: {}", environment.value))
                .saying(Statement::CalledEnvironment(environment.value.clone())),
            Proof::new(
                Source::Registry,
                format!("chave {}", key.value),
                format!("a chave {} é do ambiente {}", key.value, record.environment),
            )
            .saying(Statement::KeyOfEnvironment(record.environment.clone())),
        ],
    )
}

/// `api-key-do-parceiro`: the key is registered for the sender. Says nothing of whose it is otherwise.
pub(super) fn is_senders(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let incident = subject.incident;
    let Some(sender) = incident.sender else {
        return subject.silence(&What::Sender).unwrap_or_else(unknown);
    };
    if incident.foreign_request && incident.row.is_none() {
        let text = "a requisição informada não está no tráfego deste parceiro";
        let proof = Proof::new(Source::RequestLog, "identificador da requisição", text);
        return decided(false, vec![proof.saying(Statement::KeyOfSender(false))]);
    }
    let (Some(key), Some(record)) = (&incident.key, incident.key_record) else {
        let absent = if incident.key.is_some() { not_applicable } else { unknown };
        return subject.key_silence().unwrap_or_else(absent);
    };
    let own = record.partner == sender.code;
    let text = if own {
        format!("a chave {} é deste parceiro", key.value)
    } else {
        format!("a chave {} não é deste parceiro", key.value)
    };
    let proof = Proof::new(Source::Registry, format!("chave {}", key.value), text);
    decided(own, vec![proof.saying(Statement::KeyOfSender(own))])
}
