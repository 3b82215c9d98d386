use proptest::prelude::*;

use super::{FieldKind, find};

fn shown(text: &str) -> Vec<(FieldKind, String)> {
    find(text).into_iter().map(|field| (field.kind, field.value)).collect()
}

fn of(text: &str, kind: FieldKind) -> Vec<String> {
    shown(text).into_iter().filter(|(found, _)| *found == kind).map(|(_, value)| value).collect()
}

fn check(kind: FieldKind, table: &[(&str, &[&str])]) {
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(text, expected)| {
            let found = of(text, kind);
            (found != *expected).then(|| format!("{text:?}\n  expected {expected:?}\n  found    {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

#[test]
fn keys_stand_beside_their_names() {
    check(
        FieldKind::ApiKey,
        &[
            ("API Key: prd_a1B2c3D4e5", &["prd_a1B2c3D4e5"]),
            ("*API Key*: prd_a1B2c3D4e5", &["prd_a1B2c3D4e5"]),
            ("**API Key:** prd_a1B2c3D4e5", &["prd_a1B2c3D4e5"]),
            ("2) API Key: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", &["0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"]),
            ("- Chave: 0a1b2c3d4e5f60718293.", &["0a1b2c3d4e5f60718293"]),
            ("Chave de homologação: hml_a1B2c3D4e5", &["hml_a1B2c3D4e5"]),
            ("{\"apiKey\":\"a1b2c3d4e5f6\"}", &["a1b2c3d4e5f6"]),
            ("{\"usuario\":{\"login\":\"x1\",\"api_key\": \"a1b2c3d4e5f6\"}}", &["a1b2c3d4e5f6"]),
            ("\"text\":\"{\\\"apiKey\\\":\\\"a1b2c3d4e5f6\\\"}\"", &["a1b2c3d4e5f6"]),
            ("%7B%22apiKey%22%3A%22a1b2c3d4e5f6%22%7D", &["a1b2c3d4e5f6"]),
            ("X-Api-Key: a1b2c3d4e5f6", &["a1b2c3d4e5f6"]),
            ("X-Api-Key=a1b2c3d4e5f6", &["a1b2c3d4e5f6"]),
            ("usuario.apiKey=a1b2c3d4e5f6 ok", &["a1b2c3d4e5f6"]),
            ("api-key: 'a1b2c3d4e5f6'", &["a1b2c3d4e5f6"]),
            ("  api_key = a1b2c3d4e5f6", &["a1b2c3d4e5f6"]),
            ("?apikey=a1b2c3d4e5f6&x=1", &["a1b2c3d4e5f6"]),
            ("usuário joao2 / chave a1b2c3d4e5f6", &["a1b2c3d4e5f6"]),
            ("A chave configurada é a1b2c3d4e5f6 — a única", &["a1b2c3d4e5f6"]),
            ("key a1b2c3d4e5f6", &["a1b2c3d4e5f6"]),
            ("com a chave de produção a1b2c3d4e5f6, deu erro", &["a1b2c3d4e5f6"]),
            ("(POST, chave a1b2c3d4e5f6).", &["a1b2c3d4e5f6"]),
            ("identificador único: a1b2c3d4e5f6", &["a1b2c3d4e5f6"]),
            ("Chave a1b2c3d4e5f6; chave b1b2c3d4e5f6", &["a1b2c3d4e5f6", "b1b2c3d4e5f6"]),
            ("“chave: a1b2c3d4e5f6”", &["a1b2c3d4e5f6"]),
            ("x%26apikey%3Da1b2c3d4e5f6", &["a1b2c3d4e5f6"]),
            ("chave (homologação): a1b2c3d4e5f6", &["a1b2c3d4e5f6"]),
            ("<apiKey>a1b2c3d4e5f6</apiKey>", &["a1b2c3d4e5f6"]),
            ("apiKey: ***", &[]),
            ("apiKey: <sua-chave>", &[]),
            ("\"apiKey\": \"{{apiKey}}\"", &[]),
            ("\"apiKey\": KEY", &[]),
            ("\"apiKey\": \"SUA_CHAVE\"", &[]),
            ("chave: inválida", &[]),
            ("a chave de produção não funciona", &[]),
            ("chave: 1234", &[]),
            ("a chave é a mesma do AB03013786 que funciona", &[]),
            ("a chave do AB03013786", &[]),
            ("a mesma chave de sempre (zz-a1b2c3d4e5f6), só", &["zz-a1b2c3d4e5f6"]),
            ("chave pix: 12345678901", &[]),
            ("apiKey: https://x.example/a1b2c3d4", &[]),
            ("virar a chave em 01/06/2026", &[]),
        ],
    );
}

#[test]
fn users_stand_beside_their_names() {
    check(
        FieldKind::User,
        &[
            ("Usuário: AB0123", &["AB0123"]),
            ("1) Usuário: AB0123", &["AB0123"]),
            ("- Login: AB0123", &["AB0123"]),
            ("• *Login:* AB0123", &["AB0123"]),
            ("user AB0123, produçao", &["AB0123"]),
            ("usuário \"treinamento\" em produção", &["treinamento"]),
            ("o usuário que muda: AB0123.", &["AB0123"]),
            ("o meu usuário é o AB0123, e agora", &["AB0123"]),
            ("com o usuário AB0123 voltou", &["AB0123"]),
            ("O login deles lá é o AB0123.", &["AB0123"]),
            ("user integrador.xy", &["integrador.xy"]),
            ("usuario = alfa_api", &["alfa_api"]),
            ("base=https://x.example user=AB0123", &["AB0123"]),
            ("usuario.login=treinamento  usuario.apiKey=a1b2c3d4e5f6", &["treinamento"]),
            ("host: srv-01 | usuario: AB0123 | ambiente: PRODUCAO", &["AB0123"]),
            ("{\"login\":\"AB0123\",\"senha\":\"x\"}", &["AB0123"]),
            ("\\\"login\\\":\\\"AB0123\\\"", &["AB0123"]),
            ("\"Login\": \"AB0123\",", &["AB0123"]),
            ("username: maria", &["maria"]),
            ("Usuário: maria@loja.example", &["maria@loja.example"]),
            ("<ns:usuario>AB0123</ns:usuario>", &["AB0123"]),
            ("Usuário utilizado na chamada: AB0123", &["AB0123"]),
            ("Nosso usuário de integração é o int_loja", &["int_loja"]),
            ("usuário bloqueado", &[]),
            ("usuário: bloqueado", &[]),
            ("login: não funciona", &[]),
            ("Login: parou de funcionar ontem", &[]),
            ("usuário inativo desde 2024", &[]),
            ("\"login\": USER", &[]),
            ("{\"login\": \"***\"}", &[]),
            ("usuário novo", &[]),
            ("User-Agent: curl", &[]),
            ("login na api.loja.com.br", &[]),
            ("erro de login: Unauthorized", &[]),
            ("o usuário de sempre", &[]),
            ("usuários/login", &[]),
            ("/api/usuarios/login {\"x\":1}", &[]),
        ],
    );
}

#[test]
fn other_values_stand_beside_their_names() {
    check(
        FieldKind::RequestId,
        &[
            ("request id req_41aa", &["req_41aa"]),
            ("X-Request-Id: 7f3a-99b1", &["7f3a-99b1"]),
            ("\"requestId\":\"req_41aa77\"", &["req_41aa77"]),
            ("correlation id 0a1b2c3d", &["0a1b2c3d"]),
            ("correlation-id=0a1b2c3d", &["0a1b2c3d"]),
            ("request id não veio", &[]),
        ],
    );
    check(
        FieldKind::Environment,
        &[
            ("Ambiente: produção", &["produção"]),
            ("ambiente: PRODUCAO", &["PRODUCAO"]),
            ("prod", &["prod"]),
            ("em homologação e em produção", &["homologação", "produção"]),
            ("job=x env=stg", &["stg"]),
            ("chave prd_a1B2c3D4", &[]),
            ("https://api-stag.loja.example/x", &[]),
            ("reproduzir o produto", &[]),
        ],
    );
    check(
        FieldKind::Endpoint,
        &[
            ("Endpoint: GET https://x.example/api/v2/a/1", &["GET https://x.example/api/v2/a/1"]),
            ("4) Endpoint: /v1/pedidos", &["/v1/pedidos"]),
            ("Endereço: https://x.example/login", &["https://x.example/login"]),
            ("Endereço: Rua A/B, 10", &[]),
        ],
    );
    check(
        FieldKind::OccurredAt,
        &[
            ("Data/hora: 28/05/2026 às 15h58min20s", &["28/05/2026 às 15h58min20s"]),
            ("6) Data/hora: 28/05/2026 15:58", &["28/05/2026 15:58"]),
            ("Quando: 21/05/2026 13:55", &["21/05/2026 13:55"]),
            ("\"quando\": \"2026-05-29T00:12:55Z\"", &["2026-05-29T00:12:55Z"]),
            ("> x-sent-at: 2026-05-18T10:31:16-03:00", &["2026-05-18T10:31:16-03:00"]),
            ("Horário: sempre", &[]),
        ],
    );
    check(
        FieldKind::Payload,
        &[
            ("5) Payload: não se aplica (GET)", &["não se aplica (GET)"]),
            ("Body: {\"a\":1}", &["{\"a\":1}"]),
            ("corpo: {\"success\":false,\"errors\":[]}", &[]),
        ],
    );
    check(
        FieldKind::Token,
        &[
            ("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc", &["eyJhbGciOiJIUzI1NiJ9.e30.abc"]),
            ("\"access_token\":\"eyJhbGciOiJIUzI1NiJ9.e30.abc\"", &["eyJhbGciOiJIUzI1NiJ9.e30.abc"]),
            ("token: expirado", &[]),
        ],
    );
    check(
        FieldKind::Password,
        &[
            ("{\"senha\":\"Ab#9 x\"}", &["Ab#9 x"]),
            ("a senha é Segredo9", &["Segredo9"]),
            ("senha=Segredo9&x=1", &["Segredo9"]),
            ("senha: ***", &[]),
            ("a senha não aceita", &[]),
        ],
    );
}

#[test]
fn error_messages_are_what_came_back() {
    check(
        FieldKind::ErrorMessage,
        &[
            ("{\"success\":false,\"data\":null,\"errors\":[\"Chave recusada!\"]}", &["Chave recusada!"]),
            ("{\"errors\":[\"Um erro\",\"Outro erro\"]}", &["Um erro"]),
            ("retorna 400 com mensagem 'destino é obrigatório'", &["destino é obrigatório"]),
            ("o campo 'destino' é obrigatório?", &[]),
            ("{\"errors\": [\n  \"Um erro\"\n]}", &["Um erro"]),
            ("{\"message\":\"Token vencido\"}", &["Token vencido"]),
            ("{\"mensagem\":\"Token vencido\",\"codigo\":3}", &["Token vencido"]),
            ("{\"error\":\"invalid_grant\",\"error_description\":\"Login recusado\"}", &["Login recusado"]),
            ("{\"erro\":{\"codigo\":\"E1\",\"descricao\":\"Login recusado\"}}", &["Login recusado"]),
            (
                "{\"type\":\"about:blank\",\"title\":\"Invalid\",\"status\":400,\"detail\":\"CPF em branco\"}",
                &["CPF em branco"],
            ),
            ("{\\\"errors\\\":[\\\"Chave recusada!\\\"]}", &["Chave recusada!"]),
            ("{\"message\":\"N\\u00e3o achei\"}", &["Não achei"]),
            ("{\"produto\":{\"descricao\":\"Caneta azul\"}}", &[]),
            ("{\"title\":\"Meu livro\"}", &[]),
            ("deu \"Usuário sem cadastro\"", &["Usuário sem cadastro"]),
            ("aparece \"Tente de novo mais tarde.\"", &["Tente de novo mais tarde."]),
            ("aparece “Tente de novo mais tarde.”", &["Tente de novo mais tarde."]),
            ("retorno (20/05, 15h36): \"Usuário sem cadastro\"", &["Usuário sem cadastro"]),
            ("o retorno é \"Falha geral.\":", &["Falha geral."]),
            ("está vindo com \"Falha geral.\" para", &["Falha geral."]),
            ("a msg é Unauthorized\nhj mesmo", &["Unauthorized"]),
            ("Mensagem que volta: Usuário sem cadastro", &["Usuário sem cadastro"]),
            ("Erro: Usuário sem cadastro", &["Usuário sem cadastro"]),
            ("7) Erro: HTTP 500 - {\"errors\":[\"Falha geral.\"]}", &["Falha geral."]),
            ("Resposta: HTTP 500 {\"errors\":[\"Falha geral.\"]}", &["Falha geral."]),
            ("[10:02:12] <-- 400 Usuário sem cadastro", &["Usuário sem cadastro"]),
            ("POST /x -> 400 [\"Chave recusada!\"]", &["Chave recusada!"]),
        ],
    );
}

#[test]
fn a_status_counts_with_its_text_and_a_paraphrase_never() {
    check(
        FieldKind::ErrorMessage,
        &[
            ("devolveu \"504 Gateway Time-out\" em POST", &["504 Gateway Time-out"]),
            ("HTTP/1.1 404 Not Found", &["404 Not Found"]),
            ("POST /x -> 500 Internal Server Error", &["500 Internal Server Error"]),
            ("does not indicate success: 401 (Unauthorized).", &["401 (Unauthorized)"]),
            ("502 Bad Gateway", &["502 Bad Gateway"]),
            ("status=503 rt=0.2 \"Service Unavailable\"", &["Service Unavailable"]),
            ("404 Not Found\n{\"errors\":[\"Nada achado!\"]}", &["Nada achado!"]),
            ("java.net.SocketTimeoutException: Read timed out", &["Read timed out"]),
            ("Connect to x.example:443 failed: Connection refused", &["Connection refused"]),
            (
                "até dar \"The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing.\"",
                &[
                    "The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing.",
                ],
            ),
            ("<faultstring>Saldo baixo</faultstring>", &["Saldo baixo"]),
            ("Retornou: Saldo baixo", &["Saldo baixo"]),
            ("o erro que aparece é 'Saldo baixo'", &["Saldo baixo"]),
            ("volta com a mensagem Saldo baixo.", &["Saldo baixo."]),
            ("fala que \"Saldo baixo\"", &["Saldo baixo"]),
            ("erro: Bad Request. Alguém sabe o motivo?", &["Bad Request"]),
            ("foi recusado", &[]),
            ("a chave não aceita", &[]),
            ("diz que nao autorizado", &[]),
            ("401", &[]),
            ("erro 500 na consulta", &[]),
            ("Erro: 500", &[]),
            ("Erro: foi recusado de novo", &[]),
            ("não consegue consultar, \"não autorizado\".", &[]),
            ("me responderam \"reprocesse pela manhã\"", &[]),
            ("um tal de \"identificador único\"", &[]),
            ("erro no campo \"cpf\"", &[]),
            ("Erro 404 ao consultar ofertas do produto \"Caneta Azul\"", &[]),
            (
                "{\"status\":400,\"statusText\":\"Bad Request\",\"errors\":[\"Falha geral.\"]}",
                &["Falha geral."],
            ),
            ("www-authenticate: Bearer error=\"invalid_token\"", &[]),
            ("{\"mensagem\": \"API fora (401)\",\"request\":{\"method\":\"POST\"}}", &[]),
        ],
    );
}

#[test]
fn fields_come_in_the_order_of_the_text() {
    let text = "1) Usuário: AB0123\n2) API Key: a1b2c3d4e5f6\n3) Ambiente: produção\n4) Endpoint: GET /v1/a\n5) Erro: Falha geral";
    let kinds: Vec<FieldKind> = find(text).into_iter().map(|field| field.kind).collect();
    let expected = [
        FieldKind::User,
        FieldKind::ApiKey,
        FieldKind::Environment,
        FieldKind::Endpoint,
        FieldKind::ErrorMessage,
    ];
    assert_eq!(kinds, expected);
}

proptest! {
    /// Whatever is written: no panic, and every span is in the text on character boundaries, in order.
    #[test]
    fn spans_are_sound(text in r#"(?s)(senha|usuário|chave é|"|\\"|\\|:|=|%22|%3A|erro|\{|\}|\[|401|\n|deu|“|[a-z0-9]{1,9}|.){0,40}"#) {
        let mut start = 0;
        for field in find(&text) {
            prop_assert!(field.span.start >= start);
            prop_assert!(text.get(field.span.clone()).is_some_and(|value| !value.is_empty()), "{:?}", field);
            start = field.span.start;
        }
    }
}
