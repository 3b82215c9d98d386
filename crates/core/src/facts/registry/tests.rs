//! The rules of the registry, by table and by property.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::problem::MOST_PROBLEMS;
use super::*;
use crate::evidence::key::{HashSecret, KeyPrint};

fn secret() -> HashSecret {
    HashSecret::new([7; 32])
}

/// A whole registry of an invented company.
fn file() -> Value {
    json!({
        "timezone": "America/Sao_Paulo", "token_validity_hours": 8, "some_new_part": {"x": 1},
        "business_hours": [{"days": ["mon", "fri"], "from": "08:00", "to": "18:00"}],
        "holidays": [{"date": "2026-07-09", "name": "Dia da Cidade"}],
        "environments": [
            {"code": "teste", "name": "Teste", "base_urls": ["https://api.frete.example/teste/v1/", "http://127.0.0.1:8080/api"]},
            {"code": "real", "name": "Real", "base_urls": ["https://api.frete.example/real/v1", "https://frete.example/api", "http://127.0.0.1:9090/api"]}],
        "api_versions": [{"code": "v9", "path_prefix": "/api"}, {"code": "v10", "path_prefix": "/api/v10/"}],
        "products": [{"code": "expresso", "name": "Expresso", "aliases": ["rápido"], "api_versions": ["v10"]}],
        "partners": [
            {"code": "loja-a", "name": "Loja A", "email_domains": ["loja-a.example", "Ambas.Example"],
             "contacts": [{"name": "Ana", "address": "Ana@fora.example"}, {"address": "(11) 97000-1101"}]},
            {"code": "loja-b", "name": "Loja B", "tax_id": null, "email_domains": ["loja-b.example", "ambas.example"], "contacts": []}],
        "users": [{"login": "Caixa1", "partner": "loja-a", "status": "ativo"},
                  {"login": "rui", "partner": "loja-b", "status": "bloqueado"},
                  {"login": "RUI", "partner": "loja-b", "status": "inativo"}],
        "api_keys": [{"key": "segredo-da-loja-a-9f3a", "partner": "loja-a", "environment": "teste", "status": "ativa", "users": ["Caixa1"]}],
        "routines": [{"code": "noite", "name": "Noite", "environment": "real", "days": ["fri"], "from": "22:00", "to": "02:00",
                      "routes": ["* /api/v10/fretes/*"]}],
        "releases": [{"version": "1.2", "environment": "real", "deployed_at": "2026-05-11T20:00:00-03:00",
                      "routes": ["PUT /api/v10/fretes/{id}"], "notes": "Preço"}]
    })
}

fn parse(value: &Value) -> Result<Registry, RegistryError> {
    Registry::parse(&value.to_string(), &secret())
}

fn example() -> Registry {
    parse(&file()).unwrap_or_else(|error| panic!("{error}"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_sound_file_is_read_whole() {
    let registry = example();
    assert_eq!(registry.token_validity, SignedDuration::from_hours(8));
    assert_eq!(registry.environments[0].base_urls[0], "https://api.frete.example/teste/v1");
    assert_eq!(registry.api_versions[1].path_prefix, "/api/v10");
    assert_eq!(registry.newest_version().unwrap().code, "v10");
    let print = KeyPrint::of("segredo-da-\u{200b}loja-a-9f3a", &secret()).unwrap();
    assert_eq!(registry.key(&print).unwrap().users, ["Caixa1"]);
    assert_eq!(registry.keys_of_partner("loja-b").count(), 0);
    assert!(!format!("{registry:?}").contains("segredo"));
}

/// Each mistake: where it is made, what is written there, and what the reader is told.
#[expect(clippy::too_many_lines, reason = "a table, one row a mistake")]
#[test]
fn each_mistake_is_told_with_its_place_and_the_nearest_name() {
    let table = [
        (
            "/timezone",
            json!("America/Sao_Paolo"),
            "timezone: `America/Sao_Paolo` não é um fuso horário conhecido; o mais parecido é `America/Sao_Paulo`",
        ),
        (
            "/token_validity_hours",
            json!(0),
            "token_validity_hours: deve ser um número de horas maior que zero e de no máximo 8760",
        ),
        (
            "/business_hours/0/days/1",
            json!("fry"),
            "business_hours[0].days[1]: `fry` não é um valor aceito; use mon, tue, wed, thu, fri, sat ou sun; o mais parecido é `fri`",
        ),
        ("/business_hours/0/days", json!([]), "business_hours[0].days: está vazio; preencha ou retire"),
        (
            "/business_hours/0/to",
            json!("25:00"),
            "business_hours[0].to: `25:00` não é uma hora; escreva como `08:00` ou `22:30`",
        ),
        (
            "/business_hours/0/to",
            json!("08:00"),
            "business_hours[0]: a janela começa e termina às 08:00; para o dia inteiro escreva de `00:00` a `24:00`",
        ),
        (
            "/holidays/0/date",
            json!("2026-02-30"),
            "holidays[0].date: `2026-02-30` não é uma data; escreva como `2026-07-09`",
        ),
        (
            "/environments/0/base_urls/0",
            json!("api.frete.example"),
            "environments[0].base_urls[0]: `api.frete.example` não é uma URL; escreva como `https://api.empresa.com.br/api`",
        ),
        ("/environments/1/base_urls", json!([]), "environments[1].base_urls: está vazio; preencha ou retire"),
        ("/environments/1/name", json!(5), "environments[1].name: deve ser um texto"),
        (
            "/api_versions/0/path_prefix",
            json!("api"),
            "api_versions[0].path_prefix: `api` não é um prefixo de rota; comece com `/`, como em `/api/v2`",
        ),
        (
            "/products/0/api_versions/0",
            json!("v11"),
            "products[0].api_versions[0]: a versão `v11` não está no cadastro; o mais parecido é `v10`",
        ),
        (
            "/partners/1/code",
            json!("loja-a"),
            "partners[1].code: o código `loja-a` repete partners[0].code; deixe um só",
        ),
        (
            "/partners/1/contacts",
            json!([{"address": "+55 11 97000 1101"}]),
            "partners[1].contacts[0].address: o contato `+55 11 97000 1101` repete partners[0].contacts[1].address; deixe um só",
        ),
        (
            "/users/1/partner",
            json!("loja-c"),
            "users[1].partner: o parceiro `loja-c` não está no cadastro; o mais parecido é `loja-a`",
        ),
        (
            "/users/1/status",
            json!("ativa"),
            "users[1].status: `ativa` não é um valor aceito; use ativo, inativo ou bloqueado; o mais parecido é `ativo`",
        ),
        (
            "/users/1/login",
            json!("Caixa1"),
            "users[1].login: o login `Caixa1` repete users[0].login; deixe um só",
        ),
        (
            "/users/1",
            json!({"logn": "x", "partner": "loja-a", "status": "ativo"}),
            "users[1].logn: campo desconhecido; o nome certo é `login`",
        ),
        ("/users/1", json!({"partner": "loja-a", "status": "ativo"}), "users[1]: falta o campo `login`"),
        (
            "/api_keys/0/users/0",
            json!("caixa2"),
            "api_keys[0].users[0]: o usuário `caixa2` não está no cadastro; o mais parecido é `Caixa1`",
        ),
        (
            "/api_keys/0/users/0",
            json!("segredo-da-loja-a-9f3a"),
            "api_keys[0].users[0]: o usuário `…9f3a` não está no cadastro",
        ),
        (
            "/api_keys/0/environment",
            json!("rael"),
            "api_keys[0].environment: o ambiente `rael` não está no cadastro",
        ),
        (
            "/api_keys/0/key",
            json!("curta"),
            "api_keys[0].key: a API Key tem menos de 8 caracteres; confira se foi copiada inteira",
        ),
        ("/api_keys", json!({}), "api_keys: deve ser uma lista"),
        (
            "/routines/0/routes/0",
            json!("/api/x"),
            "routines[0].routes[0]: `/api/x` não é uma rota; escreva `MÉTODO /caminho`, como em `PUT /api/v2/propostas/{id}` ou `* /api/v2/*`",
        ),
        (
            "/releases/0/deployed_at",
            json!("2026-05-11T20:00:00"),
            "releases[0].deployed_at: `2026-05-11T20:00:00` não é um instante com fuso; escreva como `2026-05-11T20:00:00-03:00`",
        ),
    ];
    for (pointer, value, message) in table {
        let mut file = file();
        *file.pointer_mut(pointer).unwrap() = value.clone();
        let told = parse(&file).map(|_| ()).unwrap_err();
        let told: Vec<String> = told.problems().iter().map(ToString::to_string).collect();
        assert!(told.contains(&message.to_owned()), "{pointer} = {value}: {told:#?}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_and_no_key_among_them() {
    let mut file = file();
    let key = file["api_keys"][0].clone();
    file["api_keys"] = Value::Array(vec![key; 80]);
    file["timezone"] = json!(null);
    let error = parse(&file).map(|_| ()).unwrap_err();
    assert_eq!(error.problems().len(), MOST_PROBLEMS);
    let text = error.to_string();
    assert!(text.starts_with("o cadastro tem 80 problemas:\n- falta o campo `timezone`\n- api_keys[1].key: a API Key `…9f3a` repete api_keys[0].key"), "{text}");
    assert!(text.ends_with("- e mais 30, não listados aqui"), "{text}");
    assert!(!text.contains("segredo"), "{text}");
    let syntax = Registry::parse("{\n  \"timezone\": ,\n}", &secret()).map(|_| ()).unwrap_err();
    assert!(syntax.to_string().contains("linha 2, coluna 15"), "{syntax}");
}

#[test]
fn a_sender_is_known_by_contact_else_by_the_domain_of_one_partner() {
    let table = [
        ("ana@FORA.example", Some("loja-a")),
        ("+55 11 97000-1101", Some("loja-a")),
        ("5511970001101@c.us", Some("loja-a")),
        ("whatsapp:+551170001101", Some("loja-a")), // Without the ninth digit.
        ("qualquer@loja-b.example", Some("loja-b")),
        ("Rui <rui@loja-b.example>", Some("loja-b")),
        ("x@ambas.example", None), // Of two partners.
        ("x@sub.loja-b.example", None),
        ("outro@fora.example", None),
        ("+55 11 97000-1102", None),
        ("", None),
    ];
    let registry = example();
    for (address, expected) in table {
        assert_eq!(registry.partner_of_address(address).map(|one| one.code.as_str()), expected, "{address}");
    }
}

#[test]
fn a_login_is_found_exactly_else_by_case_if_that_is_one() {
    let registry = example();
    for (login, expected) in
        [("rui", Some("rui")), ("RUI", Some("RUI")), ("Rui", None), (" CAIXA1 ", Some("Caixa1")), ("x", None)]
    {
        assert_eq!(registry.user(login).map(|user| user.login.as_str()), expected, "{login}");
    }
}

#[test]
fn a_host_says_the_environment_and_its_path_where_two_share_it() {
    let table = [
        ("https://FRETE.example/api/v10/x?y#z", Some(("real", "/api/v10/x"))),
        ("frete.example:8443/api", Some(("real", "/api"))),
        ("http://frete.example", Some(("real", "/"))),
        ("https://api.frete.example/teste/v1/x", Some(("teste", "/teste/v1/x"))),
        ("https://api.frete.example/real/v1/x", Some(("real", "/real/v1/x"))),
        ("https://api.frete.example/x", None), // Either.
        ("http://127.0.0.1:8080/api/x", Some(("teste", "/api/x"))),
        ("127.0.0.1:9090/api/x", Some(("real", "/api/x"))),
        ("https://usuario:senha@frete.example/x", Some(("real", "/x"))),
        ("/api/x", None),
        ("https://outra.example/api", None),
        ("{{url}}/api", None),
    ];
    let registry = example();
    for (url, expected) in table {
        let found = registry.environment_of_url(url);
        let found = found.as_ref().map(|(environment, path)| (environment.code.as_str(), path.as_str()));
        assert_eq!(found, expected, "{url}");
    }
}

#[test]
fn the_longest_prefix_says_the_version() {
    let registry = example();
    let table = [
        ("/api/v10/x", Some("v10")),
        ("/API/V10", Some("v10")),
        ("/api/v100/x", Some("v9")),
        ("/apis", None),
        ("", None),
    ];
    for (path, expected) in table {
        assert_eq!(registry.version_of_path(path).map(|one| one.code.as_str()), expected, "{path}");
    }
}

#[test]
fn a_routine_past_midnight_belongs_to_the_day_it_starts_on() {
    let registry = example();
    let table = [
        ("2026-05-15T21:59:59-03:00", false), // Friday.
        ("2026-05-15T22:00:00-03:00", true),
        ("2026-05-16T01:59:59-03:00", true),
        ("2026-05-16T02:00:00-03:00", false),
        ("2026-05-15T01:00:00-03:00", false),
        ("2026-05-16T04:30:00Z", true),
    ];
    for (time, expected) in table {
        let found = registry.routines_at("real", "GET", "/api/v10/fretes/1", at(time));
        assert_eq!(!found.is_empty(), expected, "{time}");
        assert!(registry.routines_at("teste", "GET", "/api/v10/fretes/1", at(time)).is_empty());
        assert!(registry.routines_at("real", "GET", "/api/v10/fretes", at(time)).is_empty());
    }
}

#[test]
fn a_release_counts_up_to_the_end_of_its_time() {
    let registry = example();
    let table = [
        ("2026-05-11T19:59:59-03:00", 0),
        ("2026-05-11T20:00:00-03:00", 1),
        ("2026-05-14T20:00:00-03:00", 1),
        ("2026-05-14T20:00:01-03:00", 0),
    ];
    for (time, expected) in table {
        let route = ("PUT", "/api/v10/fretes/9");
        let found = registry.releases_before("real", route, at(time), SignedDuration::from_hours(72));
        assert_eq!(found.len(), expected, "{time}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,200}") {
        let _ = Registry::parse(&text, &secret());
    }

    /// A sound file with any one value replaced is read or refused, and a refusal shows no key.
    #[test]
    fn a_changed_file_shows_no_key(n in 0usize..200, junk in prop::sample::select(vec![
        json!(null), json!(-1), json!([]), json!({}), json!("x"), json!(["segredo-da-loja-a-9f3a"]), json!("segredo-da-loja-a-9f3a"),
    ])) {
        let mut file = file();
        replace(&mut file, &mut { n }, &junk);
        if let Err(error) = parse(&file) {
            let (shown, debug) = (error.to_string(), format!("{error:?}"));
            prop_assert!(!shown.contains("segredo-da"), "{}", shown);
            prop_assert!(!debug.contains("segredo-da"), "{}", debug);
        }
    }

    /// A window is taken exactly if both times are times and they differ, or it is the whole day.
    #[test]
    fn a_window_is_sound_or_refused(h in 0u8..30, m in 0u8..70, h2 in 0u8..30, m2 in 0u8..70) {
        let mut file = file();
        file["business_hours"][0]["from"] = json!(format!("{h:02}:{m:02}"));
        file["business_hours"][0]["to"] = json!(format!("{h2:02}:{m2:02}"));
        let time = |h: u8, m: u8| (h < 24 && m < 60) || (h == 24 && m == 0);
        let differ = (h % 24, m) != (h2 % 24, m2) || (h % 24, m) == (0, 0);
        prop_assert_eq!(parse(&file).is_ok(), time(h, m) && time(h2, m2) && differ);
    }
}

/// Replaces the value that is `n`th in reading order.
fn replace(value: &mut Value, n: &mut usize, junk: &Value) {
    if *n == 0 {
        *value = junk.clone();
        *n = usize::MAX;
        return;
    }
    *n -= 1;
    match value {
        Value::Array(list) => list.iter_mut().for_each(|one| replace(one, n, junk)),
        Value::Object(object) => object.values_mut().for_each(|one| replace(one, n, junk)),
        _ => {}
    }
}

#[test]
fn a_kept_registry_shows_no_key_and_is_the_same_registry() {
    let secret = secret();
    let json = file().to_string();
    let keys: Vec<String> = file()["api_keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["key"].as_str().unwrap().to_owned())
        .collect();
    let kept = Registry::stored(&json, &secret).unwrap();
    assert!(!keys.is_empty() && keys.iter().all(|key| !kept.contains(key)), "{kept}");
    let (first, again) = (Registry::parse(&json, &secret).unwrap(), Registry::parse(&kept, &secret).unwrap());
    assert_eq!(first.api_keys, again.api_keys);
    assert_eq!(Registry::stored(&kept, &secret).unwrap(), kept);
    let print = KeyPrint::of("chave-secreta-0001", &secret).unwrap();
    assert_eq!(KeyPrint::from_stored(&print.stored()), Some(print));
    let signed = format!("hmac-sha256:{}:abcd", "+f".repeat(32));
    for text in [&signed, "", "hmac-sha256:", "hmac-sha256:00:abcd", "chave-secreta-0001"] {
        assert_eq!(KeyPrint::from_stored(text), None, "{text}");
    }
}
