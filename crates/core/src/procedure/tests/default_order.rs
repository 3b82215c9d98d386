//! The default procedure's decision order, a row per line and per precedence between two lines.

use super::super::vocabulary::{CHECKS, FACTS};
use super::super::{Inputs, Procedure};
use super::{default_files, inputs, parsed};

/// Decides, and says it in one line: `line situation/cause next_step actions`.
fn decided(procedure: &Procedure, inputs: &Inputs) -> String {
    let d = procedure.decide(inputs);
    format!("{} {}/{} {} {}", d.line, d.situation, d.cause, d.next_step, d.actions.join(","))
        .trim()
        .to_owned()
}

fn expect(table: &[(&str, &str)]) {
    let procedure = parsed(&default_files());
    for (words, expected) in table {
        assert_eq!(decided(&procedure, &inputs(words)), *expected, "given {words:?}");
    }
}

#[test]
fn each_line_decides_what_it_says() {
    expect(&[
        ("fora_do_escopo", "1 fora-do-escopo/fora-do-escopo analisar"),
        ("pede_chave", "2 solicitacao-api-key/parceiro-sem-chave encaminhar-comercial encaminhar-comercial"),
        ("api-key-existe=nao", "3 api-key-invalida/chave-inexistente responder orientar-uso-da-chave"),
        ("api-key-ativa=nao", "3 api-key-invalida/chave-inativa responder orientar-uso-da-chave"),
        (
            "api-key-no-ambiente-correto=nao",
            "3 api-key-invalida/chave-de-outro-ambiente responder orientar-uso-da-chave",
        ),
        ("api-key-do-parceiro=nao", "4 usuario-e-chave/chave-de-outro-parceiro responder esclarecer-vinculo"),
        ("usuario-existe=nao", "4 usuario-e-chave/usuario-inexistente responder esclarecer-vinculo"),
        (
            "usuario-ativo=nao usuario_inativo",
            "4 usuario-e-chave/usuario-inativo responder esclarecer-vinculo",
        ),
        (
            "usuario-ativo=nao usuario_bloqueado",
            "4 usuario-e-chave/usuario-bloqueado responder esclarecer-vinculo",
        ),
        (
            "usuario-vinculado-a-api-key=nao",
            "4 usuario-e-chave/usuario-nao-vinculado responder esclarecer-vinculo",
        ),
        ("versao-correta=nao", "5 bug/versao-incorreta responder orientar-correcao-da-requisicao"),
        ("produto-na-versao=nao", "5 duvida-produto/produto-somente-v2 responder orientar-migracao-v2"),
        (
            "produto-na-versao=nao produto_fora_da_api",
            "5 duvida-produto/produto-sem-api responder orientar-canal-correto",
        ),
        (
            "token-bem-formado=nao",
            "6 token-acesso/token-malformado responder orientar-correcao-da-requisicao",
        ),
        ("token-na-validade=nao", "6 token-acesso/token-expirado responder orientar-renovacao-do-token"),
        ("requisicao-valida=nao", "7 bug/requisicao-invalida responder orientar-correcao-da-requisicao"),
        (
            "falha_temporaria fora-de-rotina-programada=nao",
            "8 fora-do-horario/rotina-programada responder orientar-reprocessamento",
        ),
        (
            "falha_temporaria no-horario-comercial=nao",
            "8 fora-do-horario/fora-do-horario-comercial responder orientar-reprocessamento",
        ),
        (
            "pergunta pergunta_produto produto_fora_da_api",
            "10 duvida-produto/produto-sem-api responder orientar-canal-correto",
        ),
        ("pergunta pergunta_produto produto-na-versao=sim", "10 duvida-produto/produto-disponivel responder"),
        ("pergunta resposta_documentada", "10 duvida-api/documentada responder citar-documentacao"),
        ("pergunta", "10 duvida-api/nao-documentada analisar"),
        ("", "10 duvida-api/nao-documentada analisar"),
    ]);
}

#[test]
fn a_case_is_handed_over_only_with_all_seven_evidences() {
    let six = "+api_key +user +environment +endpoint +payload +occurred_at";
    let release = "erro_relatado verificavel sem-release-recente=nao horas_desde_release=5";
    let token = "erro_relatado token_recusado token_emitido_no_log token-na-validade=sim";
    let asked = "solicitar-evidencias solicitar-evidencias";
    let table = [
        (format!("{token} +all"), "6 token-acesso/token-invalido escalar-code acionar-code".to_owned()),
        (format!("{token} {six}"), format!("6 token-acesso/token-invalido {asked}")),
        (format!("{release} +all"), "9 bug/falha-apos-release escalar-code escalar-code".to_owned()),
        (format!("{release} {six}"), format!("9 bug/falha-apos-release {asked}")),
        (
            "erro_relatado verificavel +all".to_owned(),
            "9 erro-sem-causa/sem-causa-aparente escalar-code escalar-code".to_owned(),
        ),
        (format!("erro_relatado verificavel {six}"), format!("9 erro-sem-causa/sem-causa-aparente {asked}")),
        // So vague that nothing can be checked: asked, whatever was found.
        ("erro_relatado +all".to_owned(), format!("9 erro-sem-causa/sem-causa-aparente {asked}")),
    ];
    let procedure = parsed(&default_files());
    for (words, expected) in table {
        assert_eq!(decided(&procedure, &inputs(&words)), expected, "given {words:?}");
    }
}

#[test]
fn a_token_not_renewed_needs_two_refusals_ten_minutes_apart() {
    let expired = "6 token-acesso/token-expirado responder orientar-renovacao-do-token";
    let repeated = "6 token-acesso/token-nao-renovado responder orientar-renovacao-do-token";
    expect(&[
        ("token-na-validade=nao recusas_com_o_mesmo_token=2 minutos_entre_recusas=10", repeated),
        ("token-na-validade=nao recusas_com_o_mesmo_token=1 minutos_entre_recusas=10", expired),
        ("token-na-validade=nao recusas_com_o_mesmo_token=2 minutos_entre_recusas=9", expired),
        (
            "recusas_com_o_mesmo_token=5 minutos_entre_recusas=60 erro_relatado verificavel +all",
            "9 erro-sem-causa/sem-causa-aparente escalar-code escalar-code",
        ),
    ]);
}

#[test]
fn an_earlier_line_goes_before_a_later_one() {
    expect(&[
        ("fora_do_escopo pede_chave", "1 fora-do-escopo/fora-do-escopo analisar"),
        // A first key is asked for, but an error with a key is reported along: the key decides.
        (
            "pede_chave erro_com_chave api-key-no-ambiente-correto=nao",
            "3 api-key-invalida/chave-de-outro-ambiente responder orientar-uso-da-chave",
        ),
        (
            "pede_chave api-key-existe=nao",
            "2 solicitacao-api-key/parceiro-sem-chave encaminhar-comercial encaminhar-comercial",
        ),
        (
            "api-key-ativa=nao usuario-ativo=nao",
            "3 api-key-invalida/chave-inativa responder orientar-uso-da-chave",
        ),
        (
            "api-key-do-parceiro=nao usuario-ativo=nao usuario_inativo",
            "4 usuario-e-chave/chave-de-outro-parceiro responder esclarecer-vinculo",
        ),
        (
            "usuario-ativo=nao usuario_bloqueado versao-correta=nao",
            "4 usuario-e-chave/usuario-bloqueado responder esclarecer-vinculo",
        ),
        (
            "produto-na-versao=nao token-na-validade=nao",
            "5 duvida-produto/produto-somente-v2 responder orientar-migracao-v2",
        ),
        (
            "token-bem-formado=nao token-na-validade=nao",
            "6 token-acesso/token-malformado responder orientar-correcao-da-requisicao",
        ),
        (
            "token-na-validade=nao requisicao-valida=nao",
            "6 token-acesso/token-expirado responder orientar-renovacao-do-token",
        ),
        (
            "requisicao-valida=nao falha_temporaria no-horario-comercial=nao",
            "7 bug/requisicao-invalida responder orientar-correcao-da-requisicao",
        ),
        // A routine goes before the clock, and both before the release.
        (
            "falha_temporaria fora-de-rotina-programada=nao no-horario-comercial=nao",
            "8 fora-do-horario/rotina-programada responder orientar-reprocessamento",
        ),
        (
            "erro_relatado falha_temporaria no-horario-comercial=nao sem-release-recente=nao +all",
            "8 fora-do-horario/fora-do-horario-comercial responder orientar-reprocessamento",
        ),
        // An error that the documentation explains is still an error.
        (
            "erro_relatado verificavel pergunta resposta_documentada +all",
            "9 erro-sem-causa/sem-causa-aparente escalar-code escalar-code",
        ),
    ]);
}

#[test]
fn the_same_failure_in_business_hours_cancels_line_eight() {
    let seen = "erro_relatado verificavel falha_temporaria mesma_falha_em_horario +all";
    let unexplained = "9 erro-sem-causa/sem-causa-aparente escalar-code escalar-code";
    let after_release = "9 bug/falha-apos-release escalar-code escalar-code";
    let procedure = parsed(&default_files());
    for (more, expected) in [
        ("no-horario-comercial=nao", unexplained),
        ("fora-de-rotina-programada=nao", unexplained),
        ("no-horario-comercial=nao sem-release-recente=nao horas_desde_release=72", after_release),
        ("no-horario-comercial=nao sem-release-recente=nao horas_desde_release=73", unexplained),
    ] {
        let words = format!("{seen} {more}");
        assert_eq!(decided(&procedure, &inputs(&words)), expected, "given {words:?}");
    }
}

#[test]
fn a_line_whose_facts_are_not_known_does_not_hold() {
    let procedure = parsed(&default_files());
    for verdict in ["indeterminado", "nao-se-aplica", "sim"] {
        let all = CHECKS.iter().fold(Inputs::default(), |inputs, code| inputs.check(code, verdict));
        assert_eq!(decided(&procedure, &all), "10 duvida-api/nao-documentada analisar", "{verdict}");
    }
    // A fact of the wrong type is no fact.
    let wrong = FACTS.iter().fold(Inputs::default(), |inputs, fact| match fact.name {
        "recusas_com_o_mesmo_token" => inputs.fact(fact.name, "muitas"),
        _ => inputs.fact(fact.name, 1_i64),
    });
    assert_eq!(decided(&procedure, &wrong), "10 duvida-api/nao-documentada analisar");
}
