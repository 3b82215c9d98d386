//! What a name means, and whether the value beside it fits.

use std::ops::Range;

use super::pairs::{Pair, fold};
use super::{Field, FieldKind, shape};

/// The field that `pair` is. Error messages are read elsewhere.
pub(super) fn field(text: &str, pair: &Pair<'_>) -> Option<Field> {
    let kind = kind(pair)?;
    let (beside, line) = (pair.value(), pair.line());
    let span = match kind {
        FieldKind::Endpoint | FieldKind::Payload | FieldKind::OccurredAt | FieldKind::Environment
            if pair.is_label =>
        {
            line.clone()
        }
        _ => beside.span.clone(),
    };
    let span = if kind == FieldKind::Token { without_scheme(text, span, &line) } else { span };
    let span = unwrapped(text, span);
    let value = text.get(span.clone())?;
    let fits = match kind {
        FieldKind::ApiKey => shape::is_key(value),
        FieldKind::User => {
            shape::is_user(value, true)
                && !(pair.is_label && !beside.quoted && is_sentence(text, &beside.span, &line))
        }
        FieldKind::RequestId => {
            (6..=128).contains(&value.len())
                && !value.contains(char::is_whitespace)
                && value.contains(|c: char| c.is_ascii_digit())
        }
        FieldKind::Token => {
            value.len() >= 16 && !value.contains(char::is_whitespace) && !shape::is_placeholder(value)
        }
        FieldKind::Password => !value.is_empty() && !shape::is_placeholder(value),
        FieldKind::Endpoint => value.contains('/') && !value.contains(['{', '"']) && is_call(value),
        FieldKind::OccurredAt => value.contains(|c: char| c.is_ascii_digit()) && value.len() <= 120,
        FieldKind::Environment => {
            value.len() <= 60 && value.chars().any(char::is_alphabetic) && !value.contains("://")
        }
        FieldKind::Payload => value.len() >= 2 && !is_answer(value),
        FieldKind::ErrorMessage => false,
    };
    fits.then(|| Field { kind, span: span.clone(), value: value.to_owned() })
}

fn kind(pair: &Pair<'_>) -> Option<FieldKind> {
    let name = pair.name.as_str();
    let label = pair.label();
    let words: Vec<&str> = label.split(' ').collect();
    let about = ["erro", "error", "status", "tipo", "perfil", "mensagem", "agent", "pix", "host"];
    let talks_about = words.iter().any(|word| about.contains(word));
    if let Some(kind) =
        exact(name).filter(|kind| !talks_about || !matches!(kind, FieldKind::User | FieldKind::ApiKey))
    {
        return Some(kind);
    }
    if talks_about {
        return None;
    }
    // "API Key de homologação", "o usuário que muda", "3) Ambiente": by the words of the label, last ones first.
    let (last, before) = words.split_last()?;
    // "Usuário utilizado na chamada" is the user, not the call.
    let of_thing = before.last().is_some_and(|word| ["na", "no", "da", "do", "de", "em"].contains(word));
    let two = before.last().map(|word| format!("{word}{last}"));
    let three = before
        .len()
        .checked_sub(2)
        .and_then(|at| before.get(at..))
        .map(|words| format!("{}{last}", words.concat()));
    let by_end = [three, two]
        .into_iter()
        .flatten()
        .find_map(|name| exact(&name))
        .or_else(|| if of_thing { None } else { exact(last) });
    if by_end.is_some() {
        return by_end;
    }
    if !pair.is_label || words.len() > 6 {
        return None;
    }
    words.iter().find_map(|word| match *word {
        "chave" | "key" | "apikey" => Some(FieldKind::ApiKey),
        "usuario" | "login" | "user" => Some(FieldKind::User),
        "data" | "hora" | "horario" => Some(FieldKind::OccurredAt),
        "endpoint" | "rota" | "url" => Some(FieldKind::Endpoint),
        "corpo" | "payload" | "body" => Some(FieldKind::Payload),
        "ambiente" => Some(FieldKind::Environment),
        _ => None,
    })
}

fn exact(name: &str) -> Option<FieldKind> {
    Some(match name {
        "apikey"
        | "xapikey"
        | "chave"
        | "key"
        | "chaveapi"
        | "apichave"
        | "chavedeacesso"
        | "chavedeapi"
        | "chavedaapi"
        | "identificador"
        | "identificadorunico"
        | "accesskey"
        | "appkey"
        | "subscriptionkey"
        | "ocpapimsubscriptionkey"
        | "xkey"
        | "apitoken"
        | "clientkey"
        | "integrationkey"
        | "chaveintegracao"
        | "xchave"
        | "xapichave" => FieldKind::ApiKey,
        "login" | "usuario" | "user" | "username" | "usr" | "userlogin" | "usuariologin" | "loginusuario"
        | "userid" | "nomeusuario" | "nomedeusuario" | "usuarioapi" | "apiuser" | "xuser" | "xusuario"
        | "operador" => FieldKind::User,
        "senha" | "password" | "passwd" | "pwd" | "pass" | "senhausuario" | "userpassword" | "secret"
        | "clientsecret" | "pin" => FieldKind::Password,
        "token" | "accesstoken" | "jwt" | "bearertoken" | "authtoken" | "tokenacesso" | "tokendeacesso"
        | "authorization" | "idtoken" | "xaccesstoken" | "refreshtoken" | "bearer" => FieldKind::Token,
        "requestid" | "xrequestid" | "correlationid" | "xcorrelationid" | "traceid" | "xtraceid"
        | "reqid" | "idrequisicao" | "iddarequisicao" | "idrequest" | "transactionid" | "xamznrequestid"
        | "rid" => FieldKind::RequestId,
        "ambiente" | "environment" | "env" | "stage" => FieldKind::Environment,
        "endpoint" | "rota" | "url" | "uri" | "chamada" | "requisicao" | "metodo" | "endereco"
        | "recurso" | "path" | "rotachamada" => FieldKind::Endpoint,
        "payload" | "body" | "corpo" | "requestbody" | "corpoenviado" | "jsonenviado" | "bodyenviado" => {
            FieldKind::Payload
        }
        "datahora" | "dataehora" | "quando" | "horario" | "datadoteste" | "datahorario" | "ocorreuem"
        | "occurredat" | "timestamp" | "xsentat" | "datadoerro" | "horadoerro" | "horariodoerro"
        | "momento" | "data" | "hora" | "date" | "when" | "horadoteste" => FieldKind::OccurredAt,
        _ => return None,
    })
}

/// The token behind `Bearer`, if the value is only its scheme.
fn without_scheme(text: &str, span: Range<usize>, line: &Range<usize>) -> Range<usize> {
    let value = text.get(span.start..line.end.max(span.end)).unwrap_or("");
    let mut rest = value;
    for scheme in ["Bearer ", "bearer ", "BEARER ", "Bearer ", "Token ", "JWT "] {
        rest = rest.strip_prefix(scheme).unwrap_or(rest).trim_start();
    }
    if rest.len() == value.len() {
        return span;
    }
    let start = span.start + value.len() - rest.len();
    let length = rest
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '}' | '\\'))
        .unwrap_or(rest.len());
    start..start + length
}

/// Without quotes, backticks or sentence ends around.
fn unwrapped(text: &str, span: Range<usize>) -> Range<usize> {
    let value = text.get(span.clone()).unwrap_or("");
    let inner = value
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '*' | '\u{201c}'));
    let start = span.end - inner.len();
    let inner = inner.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '*' | ',' | ';' | '\u{201d}')
    });
    let inner = if inner.ends_with("..") { inner } else { inner.strip_suffix('.').unwrap_or(inner) };
    start..start + inner.len()
}

/// Whether a person goes on in words after the value ("Login: não funciona mais desde ontem").
fn is_sentence(text: &str, value: &Range<usize>, line: &Range<usize>) -> bool {
    let rest = text.get(value.end..line.end).unwrap_or("");
    let value = text.get(value.clone()).unwrap_or("");
    let plain = value.chars().all(char::is_alphabetic) && value.chars().skip(1).all(char::is_lowercase);
    plain && rest.starts_with(' ') && rest.split_whitespace().count() >= 2
}

fn is_call(value: &str) -> bool {
    let methods = ["get ", "post ", "put ", "patch ", "delete ", "http", "/"];
    let folded: String = value.chars().take(8).map(fold).collect();
    methods.iter().any(|start| folded.starts_with(start))
}

/// An API's answer stands beside "corpo", not what was sent.
fn is_answer(value: &str) -> bool {
    value.starts_with('{')
        && ["\"success\"", "\"errors\"", "\"erro\"", "\"error\"", "\"erros\""]
            .iter()
            .any(|name| value.contains(name))
}
