use proptest::prelude::*;

use super::{Masker, SecretKind, secrets_in};

fn mask(text: &str) -> String {
    Masker::new([]).mask(text)
}

#[test]
fn each_secret_is_cut_to_a_mark_of_its_kind() {
    let table = [
        // Documents.
        ("cpf 529.982.247-25 ok", "cpf ***.***.***-25 ok"),
        ("cpf 52998224725 ok", "cpf ***.***.***-25 ok"),
        ("cpf 529.982.247-99 errado", "cpf ***.***.***-99 errado"),
        ("número 52998224799", "número 52998224799"),
        ("\"cpf\":\"52998224799\"", "\"cpf\":\"***.***.***-99\""),
        ("cnpj 11.222.333/0001-81", "cnpj **.***.***/****-81"),
        ("11222333000181", "**.***.***/****-81"),
        ("12.ABC.345/01DE-35", "**.***.***/****-35"),
        ("12ABC34501DE35", "**.***.***/****-35"),
        ("cartão 4111 1111 1111 1111", "cartão [cartão]"),
        ("\"rg\":\"12.345.678-9\"", "\"rg\":\"[identidade]\""),
        ("\"dataNascimento\":\"1971-03-08\"", "\"dataNascimento\":\"[nascimento]\""),
        // Contact.
        ("fale com ana.silva@loja.com.br hoje", "fale com [e-mail] hoje"),
        ("ligue (12) 3600-0000", "ligue [telefone]"),
        ("+55 92 99123-0011", "[telefone]"),
        ("+5592991230011", "[telefone]"),
        ("92 99123-0011", "[telefone]"),
        ("\"telefone\": \"92991230011\"", "\"telefone\": \"[telefone]\""),
        ("\"nome\":\"Maria das Dores\",\"x\":1", "\"nome\":\"[nome]\",\"x\":1"),
        ("{\\\"nomeMae\\\":\\\"Ana Lima\\\"}", "{\\\"nomeMae\\\":\\\"[nome]\\\"}"),
        ("Nome: Maria das Dores, cliente", "Nome: [nome], cliente"),
        ("\"logradouro\":\"Rua das Flores\"", "\"logradouro\":\"[endereço]\""),
        ("\"nomeCidade\":\"Santos\"", "\"nomeCidade\":\"Santos\""),
        ("oi, meu nome é Maria das Dores e preciso", "oi, meu nome é [nome] e preciso"),
    ];
    check(&table);
}

#[test]
fn credentials_are_cut_and_common_text_is_not() {
    let table = [
        // Passwords.
        ("\"senha\":\"Ab#9 x\"", "\"senha\":\"[senha]\""),
        ("{\\\"senha\\\":\\\"Ab#9x\\\"}", "{\\\"senha\\\":\\\"[senha]\\\"}"),
        ("%22senha%22%3A%22Ab9x%22", "%22senha%22%3A%22[senha]%22"),
        ("senha=Ab%239x&login=z", "senha=[senha]&login=z"),
        ("pwd: Ab9x", "pwd: [senha]"),
        ("a senha é Segredo9", "a senha é [senha]"),
        ("curl -u maria:Ab9x https://x.example", "curl -u maria:[senha] https://x.example"),
        ("https://maria:Ab9x@x.example/a", "https://maria:[senha]@x.example/a"),
        ("senha: ***", "senha: ***"),
        ("a senha não aceita", "a senha não aceita"),
        // Keys and tokens.
        ("apiKey=a1b2c3d4e5f6", "apiKey=…e5f6"),
        ("chave 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9.", "chave …e8f9."),
        ("essa aqui: zz_live_yqFD3LvNPO0e5fUjuHCna4TPbycj", "essa aqui: …bycj"),
        ("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.abcdEFGH", "Authorization: Bearer …EFGH"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJuYW1l", "token …YW1l"),
        ("Authorization: Basic bWFyaWE6QWI5eA==", "Authorization: Basic …I5eA"),
        ("?access_token=abcd1234efgh&x=1", "?access_token=…efgh&x=1"),
        ("Cookie: sid=abc; theme=dark", "Cookie: [cookie]"),
        ("{\"name\":\"X-Api-Key\",\"value\":\"curta123\"}", "{\"name\":\"X-Api-Key\",\"value\":\"…a123\"}"),
        ("{\"key\":\"senha\",\"value\":\"Ab9\"}", "{\"key\":\"senha\",\"value\":\"[senha]\"}"),
        ("<senha>Ab9 x</senha>", "<senha>[senha]</senha>"),
        // Bank.
        ("\"agencia\":\"1234\",\"conta\": 998877", "\"agencia\":\"[conta]\",\"conta\": [conta]"),
        ("\"chavePix\":\"ana@x.com.br\"", "\"chavePix\":\"[conta]\""),
        // What is no secret.
        (
            "POST https://api.loja.example/v2/propostas/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9/itens",
            "POST https://api.loja.example/v2/propostas/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9/itens",
        ),
        (
            "org.apache.coyote.http11.Http11NioProtocolHandler",
            "org.apache.coyote.http11.Http11NioProtocolHandler",
        ),
        ("AbstractRequestLoggingFilterBean2", "AbstractRequestLoggingFilterBean2"),
        ("relatorio-de-propostas-2026-05-12", "relatorio-de-propostas-2026-05-12"),
        (
            "http-nio-8080-exec-3 inconstitucionalissimamente",
            "http-nio-8080-exec-3 inconstitucionalissimamente",
        ),
        ("proposta 184377 em 12/05/2026 08:58:07", "proposta 184377 em 12/05/2026 08:58:07"),
        ("12x de 148,90 na 2.31.0", "12x de 148,90 na 2.31.0"),
    ];
    check(&table);
}

fn check(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .filter(|(text, expected)| mask(text) != **expected)
        .map(|(text, expected)| format!("{text}\n  expected {expected}\n  found    {}", mask(text)))
        .collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), table.len(), wrong.join("\n"));
    for (text, _) in table {
        assert_eq!(mask(&mask(text)), mask(text), "twice: {text}");
    }
}

#[test]
fn known_secrets_are_cut_wherever_they_stand() {
    let masker = Masker::new([
        (SecretKind::Password, "curta1".to_owned()),
        (SecretKind::Password, "a\"b#c 9".to_owned()),
        (SecretKind::ApiKey, "minhachavesimples".to_owned()),
        (SecretKind::Name, "Ana".to_owned()),
        (SecretKind::Name, "ab".to_owned()),
    ]);
    let table = [
        ("xcurta1y", "x[senha]y"),
        ("veja minhachavesimples!", "veja …ples!"),
        ("Ana comeu banana Anatel ab", "[nome] comeu banana Anatel ab"),
        ("{\"x\":\"a\\\"b#c 9\"}", "{\"x\":\"[senha]\"}"),
        ("x=a%22b%23c+9&y", "x=[senha]&y"),
        ("x=a%22b%23c%209&y", "x=[senha]&y"),
        ("nada", "nada"),
    ];
    for (text, expected) in table {
        assert_eq!(masker.mask(text), expected);
    }
}

#[test]
fn secrets_are_told_with_their_bytes() {
    let text = "senha=Ab9x cpf 529.982.247-25";
    let found: Vec<_> =
        secrets_in(text).into_iter().map(|(kind, range)| (kind, text.get(range).unwrap_or(""))).collect();
    assert_eq!(found, [(SecretKind::Password, "Ab9x"), (SecretKind::Cpf, "529.982.247-25")]);
    assert!(secrets_in(&mask(text)).is_empty());
}

/// A sentence, a log or a payload with `{}` for the secret.
fn frame() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "{}",
        "veja {} aqui",
        "({})",
        "\"{}\"",
        "x={}&y=1",
        "\n{}\n",
        "«{}»",
        "deu erro com {}.",
        "{}, e {}",
        "[10:02:11] {} 401",
        "…{}",
        "[{}]",
    ])
}

fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9]{4}[0-9][a-z][0-9][A-Z][0-9][a-z][A-Za-z0-9]{14,30}".prop_map(|token| token),
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}",
        "eyJ[A-Za-z0-9_-]{20,60}\\.[A-Za-z0-9_-]{20,60}\\.[A-Za-z0-9_-]{20}",
        "[0-9]{3}\\.[0-9]{3}\\.[0-9]{3}-[0-9]{2}",
        "[0-9]{2}\\.[0-9]{3}\\.[0-9]{3}/0001-[0-9]{2}",
        "[a-z]{3,9}\\.[a-z]{3,9}@[a-z]{3,9}\\.com\\.br",
        "\\([1-9][0-9]\\) 9[0-9]{4}-[0-9]{4}",
    ]
}

/// A pair whose name alone makes the value a secret.
fn named() -> impl Strategy<Value = (String, String)> {
    let name = prop::sample::select(vec!["senha", "password", "pwd", "client_secret"]);
    let frame = prop::sample::select(vec![
        "{\"NAME\":\"VALUE\"}",
        "{\\\"NAME\\\":\\\"VALUE\\\"}",
        "NAME=VALUE&x=1",
        "NAME: 'VALUE'",
        "  NAME = \"VALUE\"",
        "\"NAME\" : \"VALUE\",",
    ]);
    (name, frame, "[A-Za-z0-9#!@]{3}[0-9][A-Za-z0-9#!@]{4,12}")
        .prop_map(|(name, frame, value)| (frame.replace("NAME", name).replace("VALUE", &value), value))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whatever mix of secrets a text holds: none survives whole, and masking twice is masking once.
    #[test]
    fn no_whole_secret_survives(parts in prop::collection::vec((frame(), secret()), 1..5), pairs in prop::collection::vec(named(), 0..3), words in "[ a-zç]{0,20}") {
        let mut text = words;
        for (frame, secret) in &parts {
            text.push(' ');
            text.push_str(&frame.replace("{}", secret));
        }
        for (pair, _) in &pairs {
            text.push('\n');
            text.push_str(pair);
        }
        let masked = mask(&text);
        for secret in parts.iter().map(|(_, secret)| secret).chain(pairs.iter().map(|(_, value)| value)) {
            prop_assert!(!masked.contains(secret.as_str()), "{} survives in {}", secret, masked);
        }
        prop_assert_eq!(mask(&masked), masked);
    }

    /// Known secrets of any form never survive, and nothing panics.
    #[test]
    fn no_known_secret_survives(secrets in prop::collection::vec("[!-~]{8,30}", 1..4), filler in prop::collection::vec(".{0,12}", 4)) {
        let text = filler.iter().zip(secrets.iter().cycle()).map(|(filler, secret)| format!("{filler}{secret}")).collect::<String>();
        let masker = Masker::new(secrets.iter().map(|secret| (SecretKind::Password, secret.clone())));
        let masked = masker.mask(&text);
        for secret in &secrets {
            prop_assert!(!masked.contains(secret.as_str()), "{} survives in {}", secret, masked);
        }
        prop_assert_eq!(masker.mask(&masked), masked);
    }

    /// Any text at all: no panic, sound ranges, and masking twice is masking once.
    #[test]
    fn any_text_is_masked_once(text in r#"(?s)(senha|cpf|nome|token|"|\\"|:|=|%22|\[|\]|…|\*|[0-9]{1,12}|[A-Za-z0-9]{1,24}|@|\n|.){0,30}"#) {
        let mut end = 0;
        for (_, range) in secrets_in(&text) {
            prop_assert!(range.start >= end && text.get(range.clone()).is_some());
            end = range.end;
        }
        let masked = mask(&text);
        prop_assert_eq!(mask(&masked), masked);
    }
}

#[test]
fn a_short_string_that_is_no_secret_here_hides_no_longer_one_that_begins_in_it() {
    let known =
        [(SecretKind::Password, "abcd".to_owned()), (SecretKind::ApiKey, "cd-9f8e7d6c5b4a".to_owned())];
    let masked = Masker::new(known).mask("xabcd-9f8e7d6c5b4a y");
    assert!(!masked.contains("cd-9f8e7d6c5b4a"), "{masked}");
}
