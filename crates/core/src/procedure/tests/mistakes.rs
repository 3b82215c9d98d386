//! Each mistake a file can have, made in the default file, and what is said about it.

use super::super::{Inputs, Procedure, ProcedureFiles};
use super::{default_files, listed};

/// The mistakes found after `change`, one a line.
fn found(change: impl FnOnce(&mut ProcedureFiles)) -> String {
    let mut files = default_files();
    change(&mut files);
    listed(&Procedure::problems(&files))
}

/// The default file with the first `from` turned into `to`.
fn found_with(from: &str, to: &str) -> String {
    found(|files| {
        assert!(files.toml.contains(from), "the file has no {from:?}");
        files.toml = files.toml.replacen(from, to, 1);
    })
}

/// What is written, what it becomes, and what is then said.
const NAMES: &[(&str, &str, &str)] = &[
    (
        "checks[\"api-key-existe\"] == \"nao\"'",
        "checks[\"api-key-exist\"] == \"nao\"'",
        "a verificação `api-key-exist` não existe; o mais próximo é `api-key-existe`",
    ),
    (
        "checks[\"api-key-ativa\"] == \"nao\"'",
        "checks[\"api-key-ativa\"] == \"não\"'",
        "o resultado `não` não existe; o mais próximo é `nao`",
    ),
    (
        "\"facts.fora_do_escopo\"",
        "\"facts.fora_de_escopo\"",
        "o fato `fora_de_escopo` não existe; o mais próximo é `fora_do_escopo`",
    ),
    (
        "\"facts.fora_do_escopo\"",
        "\"fatos.fora_do_escopo\"",
        "o nome `fatos` não existe; o mais próximo é `facts`",
    ),
    (
        "\"facts.fora_do_escopo\"",
        "\"evidence.usar\"",
        "a evidência `usar` não existe; o mais próximo é `user`",
    ),
    (
        ">= limits.recusas_do_mesmo_token",
        ">= limits.recusas_do_token",
        "o limite `recusas_do_token` não existe; o mais próximo é `recusas_do_mesmo_token`",
    ),
    (
        "code = \"requester\"",
        "code = \"requestor\"",
        "o que um pedido de chave contém `requestor` não existe; o mais próximo é `requester`",
    ),
    ("situation = \"bug\"", "situation = \"bugs\"", "a situação `bugs` não existe; o mais próximo é `bug`"),
    (
        "cause = \"token-expirado\"",
        "cause = \"token-espirado\"",
        "nesta situação, a causa `token-espirado` não existe; o mais próximo é `token-expirado`",
    ),
    (
        "actions = [\"esclarecer-vinculo\"]",
        "actions = [\"esclarecer-vinculos\"]",
        "a ação `esclarecer-vinculos` não existe; o mais próximo é `esclarecer-vinculo`",
    ),
    (
        "next_step = \"analisar\"",
        "next_step = \"analizar\"",
        "o próximo passo `analizar` não existe; o mais próximo é `analisar`",
    ),
    (
        "requires = [\"api_key\"",
        "requires = [\"api_keys\"",
        "a evidência `api_keys` não existe; o mais próximo é `api_key`",
    ),
    (
        "evidence = [\"api_key\", \"user\"]",
        "evidence = [\"api_key\", \"usuario\"]",
        "a evidência `usuario` não existe",
    ),
    (
        "check = \"usuario-existe\"",
        "check = \"usuario-exist\"",
        "a verificação `usuario-exist` não existe; o mais próximo é `usuario-existe`",
    ),
    (
        "checks = [\"versao-correta\"",
        "checks = [\"versao-certa\"",
        "a verificação `versao-certa` não existe; o mais próximo é `versao-correta`",
    ),
    ("section = \"3.9\"", "section = \"3.99\"", "a seção `3.99` não existe"),
    ("unit = \"minutos\"", "unit = \"minuto\"", "a unidade `minuto` não existe; o mais próximo é `minutos`"),
    (
        "review_period =",
        "review_perod =",
        "o campo `review_perod` não existe aqui; o mais próximo é `review_period`",
    ),
    (
        "code = \"api_key\"\nsection",
        "code = \"apikey\"\nsection",
        "falta dizer como pedir a evidência `api_key`",
    ),
    ("code = \"dias_da_mesma_falha\"", "code = \"dias_da_falha\"", "falta o limite `dias_da_mesma_falha`"),
];

#[test]
fn a_name_that_does_not_exist_is_told_with_its_nearest() {
    for (from, to, expected) in NAMES {
        let found = found_with(from, to);
        assert!(found.contains(expected), "{to:?} gives:\n{found}\nwithout {expected:?}");
    }
}

#[test]
fn a_condition_of_the_wrong_form_is_told() {
    let table = [
        ("facts.pergunta &&", "não é uma expressão CEL"),
        ("facts.produto", "falta uma comparação"),
        ("checks[\\\"usuario-ativo\\\"]", "falta dizer qual resultado"),
        ("checks", "`checks` sozinho não diz nada"),
        ("facts.produto == 3", "tipos diferentes"),
        ("facts.pergunta > 3", "só números têm maior e menor"),
        ("[1, 2].exists(n, n == 1)", "não pode ser usada"),
        ("size(facts) == 1", "`size` só conta `missing`"),
        ("facts.horas_desde_release + 1 == 2", "não pode ser usada"),
    ];
    for (condition, expected) in table {
        let found = found_with("\"facts.fora_do_escopo\"", &format!("\"{condition}\""));
        assert!(found.contains(expected), "{condition:?} gives:\n{found}\nwithout {expected:?}");
    }
    let long = "facts.pergunta && ".repeat(200) + "facts.pergunta";
    assert!(found_with("\"facts.fora_do_escopo\"", &format!("\"{long}\"")).contains("mais de 2000"));
    let deep = "(".repeat(900) + "true" + &")".repeat(900);
    assert!(found_with("\"facts.fora_do_escopo\"", &format!("\"{deep}\"")).contains("CEL"));
}

#[test]
fn an_entry_that_nothing_reaches_is_told() {
    let table = [
        // The same text, a weaker one above, one of the two halves, a contradiction, and `true`.
        (
            "\"facts.pede_chave && !facts.erro_com_chave\"",
            "\"facts.fora_do_escopo\"",
            "`parceiro-sem-chave` nunca é alcançada: a linha",
        ),
        (
            "\"facts.pede_chave && !facts.erro_com_chave\"",
            "\"facts.fora_do_escopo && facts.pergunta\"",
            "`parceiro-sem-chave` nunca é alcançada",
        ),
        (
            "== \"nao\" && facts.usuario_bloqueado",
            "== \"nao\" && !facts.usuario_bloqueado && facts.usuario_inativo",
            "`usuario-bloqueado` nunca é alcançada",
        ),
        (
            "\"facts.pede_chave && !facts.erro_com_chave\"",
            "\"facts.pede_chave && !facts.pede_chave\"",
            "a condição de `parceiro-sem-chave` nunca pode valer",
        ),
        (
            "\"facts.pede_chave && !facts.erro_com_chave\"",
            "'checks[\"usuario-ativo\"] == \"sim\" && checks[\"usuario-ativo\"] == \"nao\"'",
            "nunca pode valer",
        ),
        ("\"facts.fora_do_escopo\"", "\"true\"", "`chave-inativa` nunca é alcançada"),
        (
            "'checks[\"usuario-vinculado-a-api-key\"] == \"nao\"'",
            "'checks[\"usuario-ativo\"] in [\"nao\"]'",
            "as entradas acima, juntas",
        ),
        ("when = \"true\"", "when = \"facts.pergunta\"", "a última entrada não vale sempre"),
        ("line = 2", "line = 4", "uma entrada da linha 3 vem depois de uma da linha 4"),
    ];
    for (from, to, expected) in table {
        let found = found_with(from, to);
        assert!(found.contains(expected), "{to:?} gives:\n{found}\nwithout {expected:?}");
    }
}

#[test]
fn a_date_or_a_length_of_time_that_is_none_is_told() {
    let table = [
        ("value = \"72h\"", "value = \"72 horas\"", "`72 horas` não é uma duração"),
        ("value = \"10m\"", "value = \"90s\"", "`90s` não é um número inteiro de minutos"),
        ("value = \"72h\"", "value = 72", "um número sem unidade"),
        ("value = 2\n", "value = \"2h\"\n", "`2h` não é um número de vezes"),
        ("review_period = \"180d\"", "review_period = \"meio ano\"", "`meio ano` não é uma duração"),
        ("review_period = \"180d\"", "review_period = \"90d\"", "passa do período de `90d`"),
        ("updated = \"2026-05-06\"", "updated = \"06/05/2026\"", "`06/05/2026` não é uma data"),
        ("updated = \"2026-05-06\"", "updated = \"2026-05-01\"", "a atualização é anterior à criação"),
        (
            "next_review = \"2026-11-02\"",
            "next_review = \"2026-05-06\"",
            "não vem depois da última atualização",
        ),
    ];
    for (from, to, expected) in table {
        let found = found_with(from, to);
        assert!(found.contains(expected), "{to:?} gives:\n{found}\nwithout {expected:?}");
    }
}

#[test]
fn a_section_a_situation_or_a_cause_that_nothing_decides_is_told() {
    let table = [
        ("  \"5\", \"6\"", "  \"5\", \"5.1\", \"6\"", "nada implementa a seção 5.1"),
        ("states = [\"encerrado\"]", "states = []", ""),
        (
            "cause = \"chave-inativa\"",
            "cause = \"chave-inexistente\"",
            "nenhuma entrada decide a causa `chave-inativa`",
        ),
        (
            "[[situation.cause]]\ncode = \"parceiro-sem-chave\"\nname = \"Ainda não tem chave deste ambiente\"\nsearch = \"solicitar API Key comercial\"",
            "",
            "a situação `solicitacao-api-key` não tem nenhuma causa",
        ),
        ("checks = [\"token-na-validade\"]", "", "nada vigia este ponto de atenção"),
        ("code = \"chave-inativa\"", "code = \"chave-inexistente\"", "está declarada duas vezes"),
        (
            "next_step = \"solicitar-evidencias\", actions",
            "next_step = \"escalar-code\", actions",
            "o passo seria o mesmo",
        ),
    ];
    for (from, to, expected) in table {
        let found = found_with(from, to);
        assert!(found.contains(expected), "{to:?} gives:\n{found}\nwithout {expected:?}");
    }
    // A stage without states, and no limit of its section, implements nothing.
    let found = found_with("states = [\"com-code\", \"com-comercial\"]", "states = []");
    assert!(found.is_empty(), "the handover still implements 4.5:\n{found}");
    let found = found_with("states = [\"respondido\"]", "states = []");
    assert!(found.contains("nada implementa a seção 4.4"), "{found}");
}

#[test]
fn a_reply_that_is_missing_or_cannot_be_filled_is_told() {
    let name = "chave-inativa.md.j2";
    let set = |text: &str| {
        found(|files| {
            files.replies.insert(name.to_owned(), text.to_owned());
        })
    };
    let missing = found(|files| {
        files.replies.remove(name);
    });
    assert!(missing.contains("não há resposta para `chave-inativa` com `responder`"), "{missing}");
    let unused = found(|files| {
        files.replies.insert("chave-ativa.md.j2".to_owned(), "Assunto: x\n\ny\n".to_owned());
    });
    assert!(unused.contains("chave-ativa.md.j2: nenhuma decisão usa esta resposta"), "{unused}");
    let table = [
        ("Assunto: x\n\n{{ chavee }}\n", "linha 3: a variável `chavee` não existe; a mais próxima é `chave`"),
        ("Assunto: x\n\n{% for t in trechos %}{{ t.link }}{% endfor %}fim", "usa um nome que não existe"),
        ("Assunto: x\n\n{% if chave %}", "o modelo não foi entendido"),
        ("Assunto: x\n\n{{ chave | upper }}", "usa um filtro que não existe aqui"),
        ("Assunto: x\n\n{{ chave }}", "falta o assunto ou o texto"),
        ("Olá.\n\nTexto\n", "falta o assunto ou o texto"),
    ];
    for (text, expected) in table {
        let found = set(text);
        assert!(found.contains(expected), "{text:?} gives:\n{found}\nwithout {expected:?}");
    }
}

#[test]
fn a_file_that_is_no_procedure_is_told_in_one_line() {
    for toml in ["", "[procedure", "procedure = 3", "[procedure]\ncode = 1", "\u{0}"] {
        let problems = Procedure::problems(&ProcedureFiles { toml: toml.to_owned(), ..Default::default() });
        assert!(!problems.is_empty(), "{toml:?}");
    }
}

#[test]
fn a_mistake_is_told_with_its_line() {
    let files = default_files();
    let line = files.toml.lines().position(|line| line == "situation = \"bug\"").expect("an entry") + 1;
    let found = found_with("situation = \"bug\"", "situation = \"bugs\"");
    assert!(found.contains(&format!("procedure.toml, linha {line}: a situação `bugs`")), "{found}");
}

#[test]
fn an_entry_with_a_mistake_never_holds() {
    let mut files = default_files();
    files.toml = files.toml.replacen("\"facts.fora_do_escopo\"", "\"!facts.fora_de_escopo\"", 1);
    let procedure = Procedure::parse(&files).expect("a procedure with an unknown name");
    assert_eq!(procedure.decide(&Inputs::default()).line, 10);
    assert_eq!(procedure.decide(&Inputs::default().fact("fora_do_escopo", true)).line, 10);
}

#[test]
fn a_length_of_time_is_one_number_and_one_unit() {
    let table = [
        ("0s", Some(0)),
        ("60s", Some(60)),
        ("10m", Some(600)),
        ("12h", Some(43_200)),
        ("3d", Some(259_200)),
        ("10000d", Some(864_000_000)),
        ("10001d", None),
        ("99999999999999999999s", None),
        ("9223372036854775807d", None),
        ("-1h", None),
        ("+1h", None),
        ("1.5h", None),
        ("h", None),
        ("12", None),
        ("1h30m", None),
        ("", None),
    ];
    for (text, seconds) in table {
        let read = super::super::parse::duration(text).map(|length| length.as_secs());
        assert_eq!(read, seconds, "{text:?}");
    }
}
