use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::parse(include_str!("../../../../../procedures/api-parceiros/speech.toml")).unwrap()
});

fn read(body: &str) -> Speech {
    LEXICON.read(&SpeechInput {
        own_words: body,
        channel: "email",
        sender_known: true,
        ..SpeechInput::default()
    })
}

#[test]
fn the_cue_that_decided_is_shown_where_it_stands() {
    let body = "Olá, tudo bem?\nDesde ontem NÃO   aceita mais o nosso token.";
    let cue = read(body).reports_error.unwrap();
    assert_eq!(
        (cue.place, body.get(cue.span.clone()).unwrap(), cue.text.as_str()),
        (Place::Body, "NÃO   aceita", "NÃO   aceita")
    );
}

#[test]
fn a_failure_is_reported_told_or_asked_about() {
    let table = [
        ("o login deu 401 hoje", true, false),
        ("em que situações o login responde 401?", false, true),
        ("o que significa a mensagem \"acesso negado\"?", false, true),
        ("se o meu servidor cair, vocês mandam de novo?", false, true),
        ("caiu de novo??", true, false), // Asks for help, not about the API.
        ("vocês bloquearam meu usuário, qual o canal de suporte?", true, true),
        ("timeuot em tudo desde cedo", true, false),
        ("obrigado, funcionou!", false, false),
        ("", false, false),
    ];
    for (body, error, question) in table {
        let speech = read(body);
        assert_eq!(
            (speech.reports_error.is_some(), speech.asks_question.is_some()),
            (error, question),
            "{body}"
        );
    }
}

#[test]
fn a_key_is_asked_for_per_environment() {
    let table: [(&str, Option<&[&str]>); 6] = [
        ("Solicitamos a chave de produção.", Some(&["producao"])),
        ("Já temos a de homologação, falta a chave de prd.", Some(&["producao"])),
        ("Precisamos das chaves de homolog e de prod.", Some(&["homologacao", "producao"])),
        ("Gostaria de pedir uma API key para começar.", Some(&[])),
        ("A chave não funciona, podem gerar outra?", None),
        ("Onde coloco a chave, no header?", None),
    ];
    for (body, expected) in table {
        let found = read(body).asks_key.map(|key| key.environments);
        let expected = expected.map(|codes| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>());
        assert_eq!(found, expected, "{body}");
    }
}

#[test]
fn the_words_for_a_failure_and_its_status_are_kept() {
    let speech = read("a consulta tomou timeout e depois erro 503, fora do ar, 500 reais parados");
    assert_eq!(speech.reports_timeout.unwrap().text, "timeout");
    assert_eq!(speech.reports_unavailable.unwrap().text, "fora do ar");
    assert_eq!(speech.status_in_words, Some(503));
    assert!(read("o saldo subiu 500 reais").status_in_words.is_none());
    assert!(read("a integração parou. podem verificar?").vague);
    assert!(!read("a integração parou às 10h").vague);
}

#[test]
fn a_message_about_something_else_is_out_of_scope() {
    let table = [
        (
            "Segue a nota fiscal de maio para pagamento.",
            "ana@parceiro.example",
            Some(ReasonKind::CommercialMatter),
        ),
        (
            "A fatura de outubro veio com valor diferente do contrato.",
            "ana@parceiro.example",
            Some(ReasonKind::CommercialMatter),
        ),
        ("Não recebi o boleto deste mês.", "ana@parceiro.example", Some(ReasonKind::CommercialMatter)),
        ("A API devolveu a fatura com valor errado no GET /faturas, erro 500.", "ana@parceiro.example", None),
        ("Segue a nota fiscal que a API recusou com erro 500.", "ana@parceiro.example", None),
        (
            "Estarei em férias até segunda. Mensagem automática.",
            "ana@parceiro.example",
            Some(ReasonKind::AutomaticReply),
        ),
        ("Erro 554 ao entregar", "MAILER-DAEMON@mx.example", Some(ReasonKind::Bounce)),
    ];
    for (body, address, expected) in table {
        let input = SpeechInput {
            own_words: body,
            channel: "email",
            sender_address: Some(address),
            ..SpeechInput::default()
        };
        let speech =
            LEXICON.read(&SpeechInput { sender_known: expected != Some(ReasonKind::Bounce), ..input });
        assert_eq!(speech.out_of_scope.map(|reason| reason.kind), expected, "{body}");
    }
}

#[test]
fn a_broken_lexicon_is_refused_with_its_line() {
    let head = include_str!("../../../../../procedures/api-parceiros/speech.toml");
    let lines = head.lines().count();
    let cue =
        |phrase: &str| format!("{head}\n[[cue]]\nmeaning = \"api\"\nweight = 1\nphrases = [\"{phrase}\"]\n");
    let table = [
        (cue("_ erro"), 5, "must begin"),
        (cue(""), 5, "no words"),
        (cue("a*"), 5, "two letters"),
        (cue("dois|"), 5, "no letters"),
        (format!("{head}\n[[cue]]\nmeaning = \"apy\"\nweight = 1\nphrases = []\n"), 3, "unknown variant"),
    ];
    for (text, line, reason) in table {
        let error = Lexicon::parse(&text).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(error.to_string().starts_with(&format!("line {}:", lines + line)), "{error}");
        assert!(source.contains(reason), "{source}");
    }
}

fn cues(speech: &Speech) -> Vec<&Cue> {
    let reason = speech.out_of_scope.as_ref().map(|reason| &reason.cue);
    let key = speech.asks_key.as_ref().map(|key| &key.cue);
    let others = [
        &speech.reports_error,
        &speech.asks_question,
        &speech.product_availability,
        &speech.reports_timeout,
        &speech.reports_unavailable,
        &speech.reports_unauthorised,
    ];
    reason.into_iter().chain(key).chain(others.into_iter().flatten()).collect()
}

proptest! {
    /// Whatever is written: no panic, and every cue is the text at its span.
    #[test]
    fn every_cue_is_what_stands_at_its_span(
        subject in "(erro|chave|\\?|é| |\\PC){0,12}",
        body in "(não|nao|deu|erro 500|chave de prod|solicito|qual|posso|newsletter|nota fiscal|segue|, |\\. |\\?|\"|\n| |é|́|\\PC){0,60}",
    ) {
        let input = SpeechInput { subject: Some(&subject), own_words: &body, ..SpeechInput::default() };
        for cue in cues(&LEXICON.read(&input)) {
            let text = if cue.place == Place::Subject { &subject } else { &body };
            prop_assert_eq!(text.get(cue.span.clone()), Some(cue.text.as_str()));
        }
    }
}
