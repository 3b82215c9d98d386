//! What commercial decided by a mail, read so that nothing is taken for decided that a person would ask about.
//!
//! In: its own words, without what it quotes. Out: a [`Read`]. Two ways of saying it count: the word that the request asks for on a line of
//! its own (`EMITIDA`, `RECUSADA: …`), or one plain sentence, in a mail without conditions, questions, negations and the other word.

use balcao_core::evidence::fold;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// The key is issued.
    Issued,
    /// It is refused.
    Refused,
}

/// What a mail says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// What was decided, if that is clear.
    pub decided: Option<Decided>,
    /// What stands after `Ambiente:`.
    pub environment: Option<String>,
    /// What stands after `Final:`; it may be a whole key.
    pub ending: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// Words with which a line that decides begins, folded.
const ISSUED: [&str; 8] = [
    "emitida",
    "emitido",
    "chave emitida",
    "api key emitida",
    "issued",
    "key issued",
    "api key issued",
    "emitidas",
];
const REFUSED: [&str; 10] = [
    "recusada",
    "recusado",
    "pedido recusado",
    "solicitacao recusada",
    "refused",
    "request refused",
    "rejected",
    "request rejected",
    "denied",
    "request denied",
];
/// Verbs of a sentence that decides.
const GRANTS: [&str; 15] = [
    "emitida",
    "emitido",
    "emitidas",
    "emitimos",
    "liberada",
    "liberado",
    "liberamos",
    "gerada",
    "geramos",
    "criada",
    "criamos",
    "issued",
    "granted",
    "released",
    "created",
];
const REFUSES: [&str; 15] = [
    "recusada",
    "recusado",
    "recusamos",
    "negada",
    "negado",
    "negamos",
    "indeferida",
    "indeferido",
    "indeferimos",
    "reprovado",
    "reprovada",
    "refused",
    "rejected",
    "denied",
    "declined",
];
/// What is granted.
const KEYS: [&str; 4] = ["chave", "chaves", "key", "keys"];
/// What is refused, beside keys; a sentence about one of these grants nothing: a demand is opened, or goes on to somebody.
const DEMANDS: [&str; 10] = [
    "pedido",
    "pedidos",
    "solicitacao",
    "solicitacoes",
    "request",
    "requests",
    "chamado",
    "ticket",
    "protocolo",
    "demanda",
];
/// The most words of a mail that decides by a sentence.
const MOST_WORDS: usize = 80;
/// Words by which a footer is known that says to whom mails are confidential.
const FOOTERS: [&str; 6] =
    ["confidencial", "confidenciais", "destinatario", "confidential", "recipient", "privileged"];
/// Words that, behind the word asked for, take it back or put it off.
const HOLDS: [&str; 26] = [
    "nao",
    "ainda",
    "falta",
    "faltam",
    "mas",
    "porem",
    "aguarde",
    "aguardem",
    "aguardando",
    "aguardamos",
    "pendente",
    "pendencia",
    "depois",
    "apos",
    "somente",
    "exceto",
    "nenhuma",
    "not",
    "yet",
    "but",
    "pending",
    "wait",
    "waiting",
    "until",
    "unless",
    "after",
];
/// Words of which one alone makes a mail a matter for a person.
const DOUBTS: [&str; 90] = [
    "nao",
    "nem",
    "ainda",
    "se",
    "quando",
    "caso",
    "sera",
    "serao",
    "seria",
    "vai",
    "vamos",
    "iremos",
    "pode",
    "podem",
    "poderia",
    "podemos",
    "talvez",
    "aguardando",
    "aguardem",
    "aguarde",
    "aguardamos",
    "pendente",
    "pendencia",
    "antes",
    "precisa",
    "precisamos",
    "preciso",
    "falta",
    "faltam",
    "assim",
    "exceto",
    "menos",
    "mas",
    "porem",
    "not",
    "yet",
    "if",
    "when",
    "will",
    "may",
    "might",
    "could",
    "would",
    "should",
    "pending",
    "wait",
    "waiting",
    "need",
    "needs",
    "before",
    "unless",
    "but",
    "nenhum",
    "nenhuma",
    "nunca",
    "jamais",
    "sem",
    "deve",
    "devem",
    "devera",
    "deverao",
    "deveria",
    "apos",
    "depois",
    "somente",
    "apenas",
    "amanha",
    "seja",
    "sejam",
    "analise",
    "juridico",
    "assinatura",
    "previsao",
    "prazo",
    "none",
    "never",
    "cannot",
    "can",
    "be",
    "t",
    "without",
    "once",
    "after",
    "until",
    "tomorrow",
    "only",
    "soon",
    "review",
    "progress",
    "so",
];
/// Lines that only greet.
const GREETINGS: [&str; 11] =
    ["ola", "oi", "bom", "boa", "prezados", "prezado", "prezada", "caros", "hello", "hi", "dear"];

const OF_ENVIRONMENT: [&str; 2] = ["ambiente", "environment"];
const OF_ENDING: [&str; 6] = ["final", "final da chave", "termina em", "ending", "last four", "key ending"];
const OF_REASON: [&str; 4] = ["motivo", "justificativa", "razao", "reason"];
const OF_RESULT: [&str; 6] = ["resultado", "decisao", "resposta", "result", "decision", "outcome"];

/// The most lines of a mail that decides.
const MOST_LINES: usize = 200;

/// Reads a mail's own words.
#[must_use]
pub fn read(text: &str) -> Read {
    let plain = |c: char| c.is_whitespace() || matches!(c, '*' | '-' | '•' | '_' | '>' | '"');
    let lines = text.lines().map(|line| line.trim_matches(plain)).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.take(MOST_LINES + 1).collect();
    let mut read = Read::default();
    if lines.len() > MOST_LINES {
        // A decision is short; nobody reads half of it.
        return read;
    }
    let mut named = None;
    let mut prose = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let (label, value) =
            line.split_once([':', '–', '—']).map_or((*line, ""), |(label, value)| (label, value.trim()));
        let (label, kept) = (word(label), (!value.is_empty()).then(|| value.to_owned()));
        if OF_ENVIRONMENT.contains(&label.as_str()) {
            read.environment = read.environment.or(kept);
        } else if OF_ENDING.contains(&label.as_str()) {
            // A key in groups, or words, are no ending.
            read.ending = read.ending.or(kept.filter(|value| value.split_whitespace().count() == 1));
        } else if OF_REASON.contains(&label.as_str()) {
            read.reason = read.reason.or(kept);
        } else if let Some(found) = keyword(&label, value).filter(|_| !line.contains('?')) {
            if n > 0 && named.is_none() && !only_greetings(lines.get(..n).unwrap_or_default()) {
                // A word on a line of its own somewhere below is a list, or a quotation, and no decision.
                prose.push(*line);
                continue;
            }
            // Said twice and differently: a person looks.
            named =
                Some(named.map_or(Some(found), |before| if before == Some(found) { before } else { None }));
            let behind = kept.filter(|_| !OF_RESULT.contains(&label.as_str()));
            match (found, behind) {
                (_, None) => {}
                (Decided::Refused, Some(value)) if !takes_back(&value) => {
                    read.reason = read.reason.or(Some(value));
                }
                (Decided::Issued, Some(value)) if is_place(&value) => {
                    read.environment = read.environment.or(Some(value));
                }
                // What stands behind the word takes it back, or says when.
                (_, Some(_)) => named = Some(None),
            }
        } else {
            prose.push(*line);
        }
    }
    let footer = |line: &&str| words(line).iter().any(|word| FOOTERS.contains(&word.as_str()));
    let end = prose.iter().position(footer).unwrap_or(prose.len());
    let prose = prose.get(..end).unwrap_or_default().join("\n");
    read.decided = match named {
        Some(found) => found.filter(|found| !contradicts(*found, &prose)),
        None => sentence(&prose),
    };
    if read.decided == Some(Decided::Refused) && read.reason.is_none() {
        read.reason = why(&prose);
    }
    read
}

/// A label or a short line, as it is compared.
fn word(text: &str) -> String {
    let folded = fold(text);
    folded.trim_matches(|c: char| !c.is_alphanumeric()).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a line that is the word asked for decides; `value` stands behind its colon.
fn keyword(label: &str, value: &str) -> Option<Decided> {
    if OF_RESULT.contains(&label) {
        return keyword_alone(&word(value));
    }
    keyword_alone(label)
}

fn keyword_alone(text: &str) -> Option<Decided> {
    if ISSUED.contains(&text) {
        Some(Decided::Issued)
    } else if REFUSED.contains(&text) {
        Some(Decided::Refused)
    } else {
        None
    }
}

fn only_greetings(lines: &[&str]) -> bool {
    lines.iter().all(|line| {
        let words = words(line);
        words.len() <= 5 && words.first().is_some_and(|first| GREETINGS.contains(&first.as_str()))
    })
}

fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether what stands behind the word says that it is not so: "não", "não, sai amanhã".
fn takes_back(behind: &str) -> bool {
    let folded = fold(behind);
    let rest = ["nao", "not", "no"].into_iter().find_map(|word| folded.trim().strip_prefix(word));
    rest.is_some_and(|rest| !rest.trim_start().starts_with(char::is_alphanumeric))
}

/// Whether it may be a name of an environment: a few words that say nothing else.
fn is_place(behind: &str) -> bool {
    let all = words(behind);
    let says = |list: &[&str]| all.iter().any(|word| list.contains(&word.as_str()));
    (1..=4).contains(&all.len()) && !says(&DOUBTS) && !says(&GRANTS) && !says(&REFUSES) && !says(&HOLDS)
}

/// Whether the rest of a mail takes back what its first line says, or puts it off.
fn contradicts(found: Decided, prose: &str) -> bool {
    let all = words(prose);
    let has = |list: &[&str]| all.iter().any(|word| list.contains(&word.as_str()));
    prose.contains('?')
        || match found {
            Decided::Issued => has(&REFUSES) || has(&HOLDS),
            // Why it is refused may well say what is missing.
            Decided::Refused => has(&GRANTS),
        }
}

/// What a mail without the word asked for decides, if it is beyond doubt.
fn sentence(prose: &str) -> Option<Decided> {
    let all = words(prose);
    let has = |list: &[&str]| all.iter().any(|word| list.contains(&word.as_str()));
    if prose.contains('?') || all.len() > MOST_WORDS || has(&DOUBTS) || has(&GRANTS) == has(&REFUSES) {
        return None;
    }
    let decides = prose.split(['.', '!', '\n', ';']).map(words).any(|sentence| {
        let has = |list: &[&str]| sentence.iter().any(|word| list.contains(&word.as_str()));
        has(&GRANTS) && has(&KEYS) && !has(&DEMANDS) || has(&REFUSES) && (has(&KEYS) || has(&DEMANDS))
    });
    decides.then_some(if has(&GRANTS) { Decided::Issued } else { Decided::Refused })
}

/// What stands behind the word that begins a reason.
fn why(prose: &str) -> Option<String> {
    const BECAUSE: [&str; 6] = [" porque ", " pois ", " por causa d", " devido a", " because ", " due to "];
    let line = prose.lines().find(|line| {
        let words = words(line);
        words.iter().any(|word| REFUSES.contains(&word.as_str()))
    })?;
    let at = BECAUSE.iter().filter_map(|because| {
        let at = line.find(because)?;
        let keeps = because.trim_end().len() != because.len();
        Some((at, if keeps { at.saturating_add(because.len()) } else { at.saturating_add(1) }))
    });
    let (_, from) = at.min()?;
    let reason = line.get(from..)?.trim().trim_end_matches(['.', '!']);
    (!reason.is_empty()).then(|| reason.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> String {
        let read = read(text);
        let decided = read.decided.map_or("?", |decided| match decided {
            Decided::Issued => "issued",
            Decided::Refused => "refused",
        });
        let parts = [read.environment, read.ending, read.reason];
        format!("{decided} {}", parts.map(|part| part.unwrap_or_else(|| "-".to_owned())).join("|"))
    }

    #[test]
    fn what_is_clear_counts() {
        let table = [
            ("EMITIDA\nAmbiente: Produção\nFinal: 9Bn1", "issued Produção|9Bn1|-"),
            ("EMITIDA: Produção\nFinal: 9Bn1", "issued Produção|9Bn1|-"),
            ("RECUSADA: não há contrato vigente", "refused -|-|não há contrato vigente"),
            (
                "EMITIDA\nFinal: conforme o cofre\n\nEsta mensagem é confidencial. Se não é o destinatário, apague-a.",
                "issued -|-|-",
            ),
            ("Olá, time!\n\nEmitida.\nambiente: homologação\n\nCora", "issued homologação|-|-"),
            ("**ISSUED**\nEnvironment: Production", "issued Production|-|-"),
            ("Resultado: emitida\nAmbiente – Produção", "issued Produção|-|-"),
            ("RECUSADA: contrato vencido em maio.", "refused -|-|contrato vencido em maio."),
            ("Recusado\nMotivo: falta o contrato", "refused -|-|falta o contrato"),
            ("REFUSED\nReason: the contract has ended", "refused -|-|the contract has ended"),
            ("Bom dia. A chave de produção foi emitida e entregue ao Ricardo. Abraço, Cora", "issued -|-|-"),
            ("Liberamos hoje a API Key.", "issued -|-|-"),
            ("O pedido foi recusado porque o contrato venceu.", "refused -|-|o contrato venceu"),
            (
                "We have refused the request because the contract has ended.",
                "refused -|-|the contract has ended",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_clear_decides_nothing() {
        for text in [
            "",
            "Recebido, vamos analisar.",
            "A chave ainda não foi emitida.",
            "A chave será emitida amanhã.",
            "A chave foi emitida?",
            "Se o contrato voltar assinado, a chave é liberada.",
            "Emitida?",
            "Emitida: não",
            "API Key emitida: ainda não",
            "EMITIDA – só depois do contrato assinado",
            "EMITIDA: recusada pelo jurídico",
            "Recusada: não, sai amanhã",
            "EMITIDA\nMas ainda falta o contrato, não avisem.",
            "EMITIDA\nAmbiente: Produção\nAguardem a assinatura.",
            "The request wasn't granted.",
            "The API key hasn't been issued.",
            "Nenhuma chave foi emitida.",
            "A chave deverá ser emitida amanhã.",
            "Chave liberada somente após assinatura.",
            "The key can be issued once the contract is signed.",
            "Sua solicitação foi criada com o número 123.",
            "Sua solicitação de chave foi criada com o número 123.",
            "Your request has been created.",
            "O pedido foi liberado para análise do jurídico.",
            "A chave foi liberada para análise.",
            "EMITIDA\nOps, recusada: o contrato venceu.",
            "RECUSADA\nEsperem: geramos a chave por engano e ela vale.",
            "EMITIDA\nRECUSADA",
            "Responda com uma palavra:\nEMITIDA\nou\nRECUSADA",
            "Produção foi emitida, homologação foi recusada: chaves.",
            "Foi emitida a nota fiscal.",
            "Os boletos estão recusados.",
            "Segue: fsul_prod_4Hq8zLw2RtXv9Bn1",
            "The key will be issued when the contract is signed.",
            "Pode mandar o CNPJ de novo, por favor? O pedido foi recusado pelo sistema.",
        ] {
            assert_eq!(read(text).decided, None, "{text}");
        }
    }

    proptest! {
        /// Whatever is written: it is read, and a mail that says both words decides nothing.
        #[test]
        fn nothing_breaks_and_nothing_contradictory_decides(before in "(?s).{0,60}", after in "(?s).{0,60}") {
            let text = format!("{before}\nA chave foi emitida e o pedido recusado.\n{after}");
            let decided = read(&text).decided;
            let keyword = [&before].iter().any(|part| {
                part.lines().any(|line| keyword_alone(&word(line)).is_some())
            });
            prop_assert!(decided.is_none() || keyword);
            let _read = read(&before);
        }
    }
}
