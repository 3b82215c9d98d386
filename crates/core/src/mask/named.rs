//! Secrets that stand beside their names: in JSON, forms, headers, logs and labels.

use std::ops::Range;

use crate::evidence::fields::{self, FieldKind, pairs};

use super::SecretKind;

/// Every secret of `text` that its name betrays; ranges may overlap.
pub(super) fn find(text: &str) -> Vec<(SecretKind, Range<usize>)> {
    let mut found: Vec<(SecretKind, Range<usize>)> = Vec::new();
    let pairs = pairs::pairs(text);
    for field in fields::credentials(text, &pairs) {
        let kind = match field.kind {
            FieldKind::ApiKey => SecretKind::ApiKey,
            FieldKind::Token => SecretKind::Token,
            FieldKind::Password => SecretKind::Password,
            _ => continue,
        };
        found.push((kind, field.span));
    }
    found.extend(pairs.iter().filter_map(|pair| secret(text, pair)));
    found.extend(pairs.windows(2).filter_map(|two| in_record(text, two)));
    found
}

/// `{"name": "x-api-key", "value": "…"}`, as HAR files and Postman write headers and fields.
fn in_record(text: &str, two: &[pairs::Pair<'_>]) -> Option<(SecretKind, Range<usize>)> {
    let [first, second] = two else { return None };
    let named = matches!(first.name.as_str(), "name" | "key" | "nome" | "campo" | "chave" | "id");
    if !named || !matches!(second.name.as_str(), "value" | "valor") {
        return None;
    }
    let (name, value) = (first.value(), second.value());
    let near = second.name_start.checked_sub(name.span.end).is_some_and(|gap| gap <= 40);
    let kind = kind(&pairs::compact(text.get(name.span)?)).filter(|_| near)?;
    let shown = text.get(value.span.clone())?;
    (fits(kind, shown, false, value.quoted) && !is_masked(shown)).then_some((kind, value.span))
}

fn secret(text: &str, pair: &pairs::Pair<'_>) -> Option<(SecretKind, Range<usize>)> {
    let kind = kind(&pair.name).or_else(|| kind(pair.label().rsplit(' ').next().unwrap_or("")))?;
    let beside = pair.value();
    let whole_line = pair.is_label
        && !beside.quoted
        && matches!(kind, SecretKind::Name | SecretKind::Address | SecretKind::Cookie | SecretKind::Phone);
    // "key" and "code" name much else than secrets.
    let vague = matches!(pair.name.as_str(), "key" | "chave" | "code" | "identificador" | "sig" | "id");
    if vague
        && text
            .get(beside.span.clone())
            .is_some_and(|value| value.len() < 16 && !value.contains(|c: char| c.is_ascii_digit()))
    {
        return None;
    }
    let span = if whole_line { first_sentence(text, kind, &pair.line()) } else { beside.span };
    let value = text.get(span.clone())?;
    (fits(kind, value, pair.is_label, beside.quoted) && !is_masked(value)).then_some((kind, span))
}

/// A name or an address ends where the sentence does; a cookie goes on to the end of its line.
fn first_sentence(text: &str, kind: SecretKind, line: &Range<usize>) -> Range<usize> {
    let value = text.get(line.clone()).unwrap_or("");
    let ends: &[char] = match kind {
        SecretKind::Cookie => &['"', '\''],
        SecretKind::Address => &[';', '|', '"'],
        _ => &[',', ';', '|', '"', '(', '/', ':', '.'],
    };
    let end = value.find(ends).unwrap_or(value.len());
    line.start..line.start + value.get(..end).unwrap_or("").trim_end().len()
}

fn is_masked(value: &str) -> bool {
    let stars =
        value.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '●' | '•' | '.' | '-' | '…' | '#' | ' ' | '/'));
    stars || value.contains("***") || value.starts_with(['…', '[', '<']) || value.contains("{{")
}

fn fits(kind: SecretKind, value: &str, is_label: bool, quoted: bool) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let empty = matches!(value, "" | "null" | "true" | "false" | "undefined" | "None" | "{" | "[" | "nil");
    let spaced = value.contains(char::is_whitespace);
    if empty || value.starts_with(['{', '$']) {
        return false;
    }
    match kind {
        // "senha: não aceita" is no password; `"senha": "minha senha"` is.
        SecretKind::Password => {
            !is_label
                || quoted
                || digits > 0
                || value.contains(|c: char| c.is_ascii_punctuation())
                || value.chars().skip(1).any(char::is_uppercase)
        }
        SecretKind::ApiKey | SecretKind::Token => {
            !spaced && value.len() >= 4 && (!is_label || digits > 0 && value.len() >= 8)
        }
        SecretKind::Cookie => value.len() >= 4,
        SecretKind::Cpf => digits >= 9 && !spaced,
        SecretKind::Cnpj => digits >= 6 && !spaced,
        SecretKind::Email => value.contains('@'),
        SecretKind::Phone => (8..=15).contains(&digits),
        SecretKind::Name => value.chars().filter(|c| c.is_alphabetic()).count() >= 2 && digits == 0,
        SecretKind::BirthDate => digits >= 4,
        SecretKind::IdentityCard => digits >= 4,
        SecretKind::Address => value.len() >= 3 && !value.contains("://") && !value.starts_with('/'),
        SecretKind::BankAccount => digits >= if is_label { 3 } else { 1 } || quoted && value.contains('@'),
        SecretKind::Card => digits >= 3,
    }
}

/// What stands beside `name`, which is in lower case without accents and signs.
fn kind(name: &str) -> Option<SecretKind> {
    let password = ["senha", "password", "passwd", "passphrase", "secret"];
    if password.iter().any(|end| name.ends_with(end)) || name.starts_with("senha") && name.len() < 16 {
        return Some(SecretKind::Password);
    }
    Some(match name {
        "pwd" | "pass" | "pin" | "senhaconfirmacao" => SecretKind::Password,
        "apikey" | "xapikey" | "chaveapi" | "accesskey" | "appkey" | "subscriptionkey" | "clientkey"
        | "privatekey" | "secretkey" | "chaveprivada" | "apitoken" | "key" | "chave" | "identificador"
        | "identificadorunico" | "sig" | "signature" | "assinatura" => SecretKind::ApiKey,
        "token" | "accesstoken" | "refreshtoken" | "idtoken" | "jwt" | "authtoken" | "authorization"
        | "bearertoken" | "sessionid" | "sessiontoken" | "csrftoken" | "xcsrftoken" | "jsessionid"
        | "phpsessid" | "code" | "tokenacesso" | "tokendeacesso" | "xaccesstoken" => SecretKind::Token,
        "cookie" | "setcookie" | "cookies" => SecretKind::Cookie,
        "cpf" | "cpfcliente" | "numerocpf" | "cpfcnpj" | "cpftitular" | "documentocpf" => SecretKind::Cpf,
        "cnpj" | "numerocnpj" => SecretKind::Cnpj,
        "email" | "mail" | "emailcliente" => SecretKind::Email,
        "telefone" | "celular" | "fone" | "whatsapp" | "tel" | "phone" | "mobile" | "phonenumber"
        | "telefonecelular" | "numerotelefone" | "zap" | "telefonefixo" | "telefonecontato" | "cel" => {
            SecretKind::Phone
        }
        "nome" | "nomecompleto" | "nomecliente" | "nomedocliente" | "nomemae" | "nomedamae" | "nomepai"
        | "nomedopai" | "nomesocial" | "fullname" | "firstname" | "lastname" | "sobrenome" | "mothername"
        | "nometitular" | "titular" | "nomeconjuge" | "filiacao" | "nomebeneficiario" | "nomepagador"
        | "nomedevedor" | "nomereferencia" => SecretKind::Name,
        "nascimento" | "datanascimento" | "datadenascimento" | "dtnascimento" | "dtnasc" | "datanasc"
        | "birthdate" | "dateofbirth" | "dob" | "birthday" => SecretKind::BirthDate,
        "rg"
        | "numerorg"
        | "identidade"
        | "documentoidentidade"
        | "cnh"
        | "numerocnh"
        | "pis"
        | "nis"
        | "passaporte"
        | "tituloeleitor"
        | "documento"
        | "numerodocumento"
        | "nrdocumento"
        | "numerobeneficio"
        | "matricula" => SecretKind::IdentityCard,
        "endereco" | "logradouro" | "rua" | "bairro" | "complemento" | "cep" | "address" | "street"
        | "zipcode" | "postalcode" | "enderecocompleto" => SecretKind::Address,
        "agencia" | "conta" | "numeroconta" | "contacorrente" | "numerodaconta" | "contadigito"
        | "digitoconta" | "digito" | "agenciadigito" | "contapoupanca" | "banco" | "codigobanco"
        | "numerobanco" | "chavepix" | "pix" | "accountnumber" | "iban" | "numeroagencia" | "bankaccount" => {
            SecretKind::BankAccount
        }
        "cartao" | "numerocartao" | "numerodocartao" | "cardnumber" | "cvv" | "cvc" | "pan"
        | "codigoseguranca" => SecretKind::Card,
        _ => return None,
    })
}
