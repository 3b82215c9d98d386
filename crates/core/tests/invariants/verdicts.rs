//! For each check one message for each verdict that it can give.

use balcao_core::checks::Verdict::{self, No, Unknown, Yes};

use crate::world::{OLD, OTHERS, PRODUCTION, STAGING, World, message};

const HOST: &str = "https://api.frotasul.example";

fn quote(key: &str, user: &str, body: &str) -> String {
    format!(
        "Hoje às 09h20 deu erro:\ncurl -X POST {HOST}/api/v2/cotacoes -H 'X-Api-Key: {key}' -H 'usuario: {user}' -d '{body}'\nHTTP/1.1 400 Bad Request\n{{\"erro\": \"não foi possível\"}}"
    )
}

fn delivery(when: &str, token: &str) -> String {
    format!(
        "{when} deu 401:\ncurl {HOST}/api/v2/entregas/7 -H 'Authorization: {token}'\nHTTP/1.1 401 Unauthorized"
    )
}

/// A JWT issued at 2026-06-08T20:10:00-03:00.
const EVENING: &str = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3ODA5NjAyMDB9.c2lnbmF0dXJl";

#[test]
fn every_check_gives_each_of_its_verdicts() {
    let whole = r#"{"peso": 12.5, "destino": "Lages"}"#;
    let good = || quote(PRODUCTION, "AL1029384", whole);
    let none = || "Está dando erro, podem ver?".to_owned();
    let table: Vec<(&str, String, Verdict)> = vec![
        ("api-key-existe", good(), Yes),
        ("api-key-existe", quote("fsul_prod_9Xx8Yy7Zz6Ww5Vv4", "AL1029384", whole), No),
        ("api-key-existe", none(), Unknown),
        ("api-key-ativa", good(), Yes),
        ("api-key-ativa", quote(OLD, "AL1029384", whole), No),
        ("api-key-ativa", none(), Unknown),
        ("api-key-no-ambiente-correto", good(), Yes),
        ("api-key-no-ambiente-correto", quote(STAGING, "AL1029384", whole), No),
        ("api-key-no-ambiente-correto", none(), Unknown),
        ("api-key-do-parceiro", good(), Yes),
        ("api-key-do-parceiro", quote(OTHERS, "AL1029384", whole), No),
        ("api-key-do-parceiro", none(), Unknown),
        ("usuario-existe", good(), Yes),
        ("usuario-existe", quote(PRODUCTION, "AL9999999", whole), No),
        ("usuario-existe", none(), Unknown),
        ("usuario-ativo", good(), Yes),
        ("usuario-ativo", quote(PRODUCTION, "AL5647382", whole), No),
        ("usuario-ativo", quote(PRODUCTION, "AL7788990", whole), No),
        ("usuario-ativo", none(), Unknown),
        ("usuario-vinculado-a-api-key", good(), Yes),
        ("usuario-vinculado-a-api-key", quote(PRODUCTION, "AL3344556", whole), No),
        ("usuario-vinculado-a-api-key", none(), Unknown),
        ("token-bem-formado", delivery("Hoje às 09h20", EVENING), Yes),
        ("token-bem-formado", delivery("Hoje às 09h20", "Bearer abc.123"), No),
        // Blacked out by whoever pasted it: nothing can be said.
        ("token-bem-formado", delivery("Hoje às 09h20", "Bearer x.y.z"), Unknown),
        ("token-bem-formado", delivery("Hoje às 09h20", "Bearer <token>"), Unknown),
        ("token-bem-formado", none(), Unknown),
        ("token-na-validade", delivery("Hoje às 08h09", EVENING), Yes),
        ("token-na-validade", delivery("Hoje às 08h11", EVENING), No),
        ("token-na-validade", none(), Unknown),
        ("versao-correta", good(), Yes),
        ("versao-correta", good().replace("/api/v2/cotacoes", "/api/v2/cotacao"), No),
        ("versao-correta", none(), Unknown),
        ("requisicao-valida", good(), Yes),
        ("requisicao-valida", quote(PRODUCTION, "AL1029384", r#"{"peso": "doze"}"#), No),
        ("requisicao-valida", none(), Unknown),
        ("produto-na-versao", "O Frete Rápido está disponível na v2?".to_owned(), Yes),
        ("produto-na-versao", "O Frete Rápido está disponível na v1?".to_owned(), No),
        ("produto-na-versao", "Consigo vender a Balsa Noturna pela API?".to_owned(), No),
        ("produto-na-versao", none(), Unknown),
        ("fora-de-rotina-programada", good(), Yes),
        ("fora-de-rotina-programada", good().replace("Hoje às 09h20", "Ontem às 23h30"), No),
        ("fora-de-rotina-programada", none(), Unknown),
        ("no-horario-comercial", good(), Yes),
        ("no-horario-comercial", good().replace("Hoje às 09h20", "No domingo, 07/06, às 14h00"), No),
        ("no-horario-comercial", none(), Unknown),
        ("sem-release-recente", delivery("Hoje às 09h20", EVENING), Yes),
        ("sem-release-recente", good(), No),
        ("sem-release-recente", none(), Unknown),
    ];
    let world = World::new();
    let mut wrong = Vec::new();
    for (check, body, expected) in &table {
        let diagnosis = world.diagnose(&message(body));
        let finding = diagnosis.findings.iter().find(|finding| finding.check == *check);
        let verdict = finding.map_or(Unknown, |finding| finding.verdict);
        let open = |verdict: Verdict| matches!(verdict, Unknown | Verdict::NotApplicable);
        if verdict != *expected && !(open(verdict) && open(*expected)) {
            wrong.push(format!("{check}: expected {expected:?}, got {verdict:?} for: {body}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn another_partners_traffic_is_not_shown() {
    let diagnosis = World::new().diagnose(&message("A requisição fs-90004 deu 500, o que houve?"));
    let told = format!("{diagnosis:?}");
    for hidden in ["BE1122334", "Beta Mudanças", "beta", "entregas/43", "Lp4"] {
        assert!(!told.contains(hidden), "{hidden} is shown: {told}");
    }
}
