//! Another company, with its own procedure, registry and log: data alone.

use super::{balcao, err, fed, json_lines, root};

const REGISTRY: &str = r#"{
  "timezone": "America/Manaus", "token_validity_hours": 1,
  "business_hours": [{"days": ["mon","tue","wed","thu","fri"], "from": "07:00", "to": "16:00"}],
  "environments": [{"code": "real", "name": "Real", "base_urls": ["https://api.barcos.example"]}],
  "api_versions": [{"code": "v3", "path_prefix": "/v3"}],
  "products": [],
  "partners": [{"code": "rio-negro", "name": "Rio Negro Navegação", "email_domains": ["rionegro.example"], "contacts": []}],
  "users": [{"login": "rn.integra", "partner": "rio-negro", "status": "ativo"}],
  "api_keys": [{"key": "brc-live-7Qm2x9Lk4tZp8W", "partner": "rio-negro", "environment": "real", "status": "ativa", "users": ["rn.integra"]}],
  "routines": [], "releases": []
}"#;
const LOG: &str = r#"{"at": "2026-06-09T09:12:00-04:00", "request_id": "bq-77120", "environment": "real", "method": "POST", "path": "/v3/viagens/reservar", "status": 404, "api_key": "brc-live-7Qm2x9Lk4tZp8W", "user": "rn.integra", "error": "no such route"}"#;
const OPENAPI: &str = "openapi: 3.0.3\ninfo: {title: Barcos, version: '3'}\nservers: [{url: 'https://api.barcos.example/v3'}]\npaths:\n  /viagens:\n    get:\n      summary: Lista as viagens\n      responses: {'200': {description: ok}}\n";

#[test]
fn a_situation_of_another_procedure_is_decided_without_touching_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("registry.json"), REGISTRY).unwrap();
    std::fs::write(path("requests.ndjson"), LOG).unwrap();
    std::fs::create_dir(path("docs")).unwrap();
    std::fs::write(path("docs/openapi.yaml"), OPENAPI).unwrap();
    let message = serde_json::json!({
        "id": "b1", "channel": "email", "received_at": "2026-06-09T09:30:00-04:00",
        "from": {"address": "dev@rionegro.example"}, "subject": "Erro 404",
        "body": "Bom dia, hoje às 09h12 a chamada POST https://api.barcos.example/v3/viagens/reservar devolveu 404 \"no such route\". Usuário rn.integra, request id bq-77120.",
    });
    let mut command = balcao(&["diagnose", "--procedure"]);
    command.arg(root().join("crates/core/tests/second-procedure"));
    command.arg("--registry").arg(path("registry.json")).arg("--requests").arg(path("requests.ndjson"));
    command.arg("--docs").arg(path("docs"));
    let output = fed(command, message.to_string().as_bytes());
    assert!(output.status.success(), "{}", err(&output));
    let line = &json_lines(&output)[0];
    assert_eq!(
        (
            line["section"].as_str(),
            line["cause"].as_str(),
            line["next_step"].as_str(),
            line["partner"].as_str()
        ),
        (Some("B.3"), Some("rota-sem-documentacao"), Some("analisar"), Some("rio-negro")),
        "{line}"
    );
    assert!(!line.to_string().contains("brc-live-7Qm2x9Lk4tZp8W"));
}
