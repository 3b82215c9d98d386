//! Replies of the default procedure as a partner reads them.

use std::collections::BTreeMap;

use super::{Excerpt, REPLY_VARIABLES, Replies, ReplyVariables};
use crate::procedure::{Inputs, Procedure, ProcedureFiles};

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn default_replies() -> Replies {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../procedures/api-parceiros/replies");
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the replies") {
        let entry = entry.expect("a reply");
        let text = std::fs::read_to_string(entry.path()).expect("a text");
        files.insert(entry.file_name().to_string_lossy().into_owned(), text);
    }
    Replies::parse(&files).expect("templates")
}

fn written(name: &str, variables: &ReplyVariables) -> String {
    let reply = default_replies().render(name, variables).expect("a reply");
    format!("{}\n\n{}", reply.subject, reply.body)
}

#[test]
fn an_expired_token_is_explained_with_its_times() {
    let variables = ReplyVariables {
        saudacao_nome: text("Marina"),
        protocolo: text("2026-000417"),
        remetente_identificado: true,
        endpoint: text("POST /v2/pedidos"),
        horario: text("12/05/2026 às 08:58"),
        token_emitido_em: text("11/05/2026 às 20:30"),
        token_expirou_em: text("12/05/2026 às 08:30"),
        token_idade: text("12 h 28 min"),
        validade_do_token: text("12 horas"),
        contradicao: text("a API Key estaria com defeito"),
        ..ReplyVariables::default()
    };
    insta::assert_snapshot!(written("token-expirado.md.j2", &variables), @r"
    Token de acesso vencido

    Olá, Marina.

    Entendemos a sua suspeita (a API Key estaria com defeito), mas a verificação aponta outra causa.
    O token usado na chamada POST /v2/pedidos de 12/05/2026 às 08:58 já tinha vencido.
    Foi emitido em 11/05/2026 às 20:30 e venceu em 12/05/2026 às 08:30; na hora da chamada tinha 12 h 28 min, e a validade é de 12 horas.

    Faça um novo login, use o token que ele devolver, e programe a renovação para antes do vencimento.

    Equipe de Suporte · protocolo 2026-000417
    ");
}

#[test]
fn evidence_is_asked_for_in_one_message() {
    let variables = ReplyVariables {
        mensagem_de_erro: text("Erro\n  interno"),
        faltantes: vec![
            "o método e o caminho chamados".to_owned(),
            "a data e a hora da requisição".to_owned(),
        ],
        ..ReplyVariables::default()
    };
    insta::assert_snapshot!(written("solicitar-evidencias.md.j2", &variables), @r"
    Precisamos de mais informações

    Olá.

    Para analisar o erro “Erro interno”, falta-nos parte das informações. Envie, por favor, em uma só mensagem:
    - o método e o caminho chamados
    - a data e a hora da requisição

    Não envie senhas, e mascare o que for sigiloso.

    Equipe de Suporte
    ");
}

#[test]
fn a_documented_answer_quotes_its_excerpts() {
    let excerpt =
        |titulo: &str, url, texto: &str| Excerpt { titulo: titulo.to_owned(), url, texto: texto.to_owned() };
    let variables = ReplyVariables {
        saudacao_nome: text("Davi"),
        trechos: vec![
            excerpt(
                "Webhooks",
                text("https://docs.example/webhooks"),
                "Cada evento é enviado uma vez.\nSem resposta, repete-se.",
            ),
            excerpt("Limites", None, "Cem chamadas por minuto."),
        ],
        ..ReplyVariables::default()
    };
    insta::assert_snapshot!(written("documentada.md.j2", &variables), @r"
    O que diz a documentação: Webhooks

    Olá, Davi.

    A documentação oficial responde à sua pergunta:

    Webhooks (https://docs.example/webhooks):
    Cada evento é enviado uma vez.
    Sem resposta, repete-se.

    Limites:
    Cem chamadas por minuto.

    Se a sua dúvida for outra, responda a esta mensagem.

    Equipe de Suporte
    ");
}

#[test]
fn an_unknown_sender_learns_nothing_of_a_registered_key() {
    let secret = ["Homologação", "inativa", "inativo", "bloqueado", "vinculad"];
    let known = ReplyVariables {
        remetente_identificado: true,
        chave: text("…9f3a"),
        ambiente: text("Produção"),
        ambiente_da_chave: text("Homologação"),
        usuario: text("PARC0001"),
        usuario_status: text("inativo"),
        ..ReplyVariables::default()
    };
    let unknown = ReplyVariables { remetente_identificado: false, ..known.clone() };
    let names = [
        "chave-inativa",
        "chave-de-outro-ambiente",
        "usuario-inativo",
        "usuario-bloqueado",
        "usuario-nao-vinculado",
    ];
    for name in names {
        let file = format!("{name}.md.j2");
        assert!(secret.iter().any(|word| written(&file, &known).contains(word)), "{name}");
        for word in secret {
            assert!(!written(&file, &unknown).contains(word), "{name} says {word:?}");
        }
    }
}

#[test]
fn every_reply_is_short_has_no_holes_and_needs_no_variable() {
    let replies = default_replies();
    let full = ReplyVariables::sample();
    for name in replies.names() {
        for variables in [&full, &ReplyVariables::default()] {
            let reply = replies.render(name, variables).expect(name);
            let whole = format!("{}\n{}", reply.subject, reply.body);
            let lines = reply.body.lines().filter(|line| !line.is_empty()).count();
            assert!(lines <= 12, "{name} has {lines} lines");
            for hole in ["  ", " .", " ,", "none", "()", "\n\n\n", "{", "senha:"] {
                assert!(!whole.contains(hole), "{name} has {hole:?} in:\n{whole}");
            }
            assert!(reply.body.ends_with("Suporte") || reply.body.contains("protocolo"), "{name}:\n{whole}");
        }
    }
}

#[test]
fn what_a_partner_wrote_is_never_read_as_a_template() {
    let variables = ReplyVariables {
        mensagem_de_erro: text("{{ chave }}{% for x in y %}\r\nAssunto: outro"),
        chave: text("…9f3a"),
        endpoint: text("GET /x\nAssunto: outro"),
        faltantes: vec!["a".repeat(2_000)],
        ..ReplyVariables::default()
    };
    let reply = default_replies().render("solicitar-evidencias.md.j2", &variables).expect("a reply");
    assert!(reply.body.contains("“{{ chave }}{% for x in y %} Assunto: outro”"), "{}", reply.body);
    assert!(!reply.subject.contains('\n') && reply.body.len() < 1_200, "{reply:?}");
}

#[test]
fn the_list_of_variables_is_the_list_of_values() {
    let value = serde_json::to_value(ReplyVariables::sample()).expect("a value");
    let object = value.as_object().expect("an object");
    let names: Vec<&str> = object.keys().map(String::as_str).collect();
    let listed: Vec<&str> = REPLY_VARIABLES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, listed);
    let empty: Vec<&String> =
        object.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name).collect();
    assert!(empty.is_empty(), "the sample lacks {empty:?}");
}

#[test]
fn a_decision_finds_its_reply_by_cause_and_step() {
    let reply = |text: &str| format!("Assunto: {text}\n\n{text}\n");
    let names = ["a.responder", "a", "responder"];
    let files: BTreeMap<String, String> =
        names.iter().map(|name| (format!("{name}.md.j2"), reply(name))).collect();
    let replies = Replies::parse(&files).expect("templates");
    let table = [
        ("a", "responder", Some("a.responder.md.j2")),
        ("a", "analisar", Some("a.md.j2")),
        ("b", "responder", Some("responder.md.j2")),
        ("b", "analisar", None),
    ];
    for (cause, step, expected) in table {
        assert_eq!(replies.find(cause, step), expected, "{cause} {step}");
    }
    let empty = ProcedureFiles::default();
    assert!(Procedure::parse(&empty).is_err(), "no procedure, and {:?}", Inputs::default());
}
