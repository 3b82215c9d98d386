//! Another company's procedure: other limits, other evidences, a situation of its own. No Rust for it.

use super::super::Inputs;
use super::{files, inputs, parsed};

fn decided(inputs: &Inputs) -> String {
    let d = parsed(&files("tests/second-procedure")).decide(inputs);
    format!("{} {}/{} {} {}", d.line, d.section, d.cause, d.next_step, d.actions.join(",")).trim().to_owned()
}

#[test]
fn the_second_procedure_decides_by_its_own_rules() {
    let table = [
        ("fora_do_escopo", "1 A/outro-assunto analisar"),
        ("api-key-existe=nao", "2 B.1/credencial-desconhecida responder revisar-credencial"),
        // Its own situation: a route that its documents do not have.
        ("erro_relatado rota_documentada=0 requisicao_no_log", "3 B.3/rota-sem-documentacao analisar"),
        (
            "erro_relatado requisicao_no_log rota_documentada token-na-validade=nao",
            "4 B.2/token-vencido responder renovar-token",
        ),
        // Three refusals within five minutes are enough here, two are not.
        (
            "token-na-validade=nao recusas_com_o_mesmo_token=3 minutos_entre_recusas=5",
            "4 B.2/token-reaproveitado responder renovar-token",
        ),
        (
            "token-na-validade=nao recusas_com_o_mesmo_token=2 minutos_entre_recusas=90",
            "4 B.2/token-vencido responder renovar-token",
        ),
        // One day after a release, not three; and two evidences are enough to hand over.
        (
            "erro_relatado sem-release-recente=nao horas_desde_release=24 +endpoint +occurred_at",
            "5 C/falha-de-publicacao escalar-code chamar-plantao",
        ),
        (
            "erro_relatado sem-release-recente=nao horas_desde_release=24 +endpoint",
            "5 C/falha-de-publicacao solicitar-evidencias",
        ),
        (
            "erro_relatado sem-release-recente=nao horas_desde_release=25 +endpoint +occurred_at",
            "6 C/inexplicada analisar",
        ),
        ("", "6 C/inexplicada analisar"),
    ];
    for (words, expected) in table {
        assert_eq!(decided(&inputs(words)), expected, "given {words:?}");
    }
}

#[test]
fn its_limits_are_read_in_their_own_units() {
    let procedure = parsed(&files("tests/second-procedure"));
    let token = procedure.limit("validade_do_token").expect("a limit");
    assert_eq!((token.value, token.duration), (60, Some(jiff::SignedDuration::from_hours(1))));
    let refusals = procedure.limit("recusas_do_mesmo_token").expect("a limit");
    assert_eq!((refusals.value, refusals.duration), (3, None));
    assert_eq!(procedure.limit("outro"), None);
    assert_eq!(procedure.ask_for(&["endpoint"]), ["a rota chamada"]);
    assert_eq!(procedure.handover_requires(), ["endpoint", "occurred_at"]);
}
