//! The answer to the partner as a person may begin with it, once Code has closed its issue: the procedure's own text, else the catalogue's, in
//! the partner's language; and below it Code's last words, which no partner is to read as they are.

use std::sync::LazyLock;

use balcao_core::procedure::{AFTER_CODE, Procedure};
use balcao_core::reply::ReplyVariables;
use balcao_store::ticket::Ticket;
use balcao_texts::Texts;

use super::Ending;
use crate::mail::Language;

const PORTUGUESE: &str = include_str!("../../locales/pt-BR.ftl");
const ENGLISH: &str = include_str!("../../locales/en.ftl");

static IN_PORTUGUESE: LazyLock<Texts> = LazyLock::new(|| Texts::new(&[("pt-BR", PORTUGUESE)]));
static IN_ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::new(&[("en", ENGLISH), ("pt-BR", PORTUGUESE)]));

fn say(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    let texts = match language {
        Language::Portuguese => &IN_PORTUGUESE,
        Language::English => &IN_ENGLISH,
    };
    texts.find(key, values).unwrap_or_else(|| key.to_owned())
}

/// Whether a reply still has the words that are to be revised.
pub(crate) fn is_unrevised(body: &str) -> bool {
    Language::ALL.iter().any(|language| body.contains(&say(*language, "closed-review", &[])))
}

/// The draft; `last` is what Code wrote last.
pub(super) fn text(
    procedure: &Procedure,
    row: &Ticket,
    (ending, language): (Option<Ending>, Language),
    last: Option<&str>,
) -> String {
    let mut text = own(procedure, row, (ending, language)).unwrap_or_else(|| usual(row, (ending, language)));
    if let Some(last) = last {
        text = format!("{}\n\n{}\n{last}", text.trim_end(), say(language, "closed-review", &[]));
    }
    text
}

/// The procedure's reply, where it has one for this end.
fn own(
    procedure: &Procedure,
    row: &Ticket,
    (ending, language): (Option<Ending>, Language),
) -> Option<String> {
    let [done, not_a_bug, not_planned, unsaid] = AFTER_CODE;
    let name = match ending {
        Some(Ending::Done) => done,
        Some(Ending::NotABug) => not_a_bug,
        Some(Ending::NotPlanned) => not_planned,
        None => unsaid,
    };
    let name = match language {
        Language::Portuguese => name.to_owned(),
        Language::English => format!("{name}-en"),
    };
    let variables = ReplyVariables { protocolo: Some(row.protocol.clone()), ..ReplyVariables::default() };
    procedure.standard_reply(&name, &variables).map(|reply| reply.body)
}

fn usual(row: &Ticket, (ending, language): (Option<Ending>, Language)) -> String {
    let result = match ending {
        Some(Ending::Done) => "closed-done",
        Some(Ending::NotABug) => "closed-not-a-bug",
        Some(Ending::NotPlanned) => "closed-not-planned",
        None => "closed-unsaid",
    };
    let about = [("protocol", row.protocol.as_str()), ("subject", row.subject.as_str())];
    let parts = [
        say(language, "closed-greeting", &[]),
        say(language, "closed-about", &about),
        say(language, result, &[]),
    ];
    parts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use balcao_core::procedure::ProcedureFiles;
    use balcao_texts as texts;

    use super::*;

    fn read(name: &str) -> String {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../procedures/api-parceiros/");
        std::fs::read_to_string(folder.to_owned() + name).unwrap()
    }

    fn procedure(replies: &[(&str, &str)]) -> Procedure {
        let replies: BTreeMap<String, String> =
            replies.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Procedure::parse(&ProcedureFiles { toml: read("procedure.toml"), replies }).unwrap()
    }

    fn row() -> Ticket {
        Ticket { protocol: "2026-000001".to_owned(), ..Ticket::received("email", "Erro 500", 0) }
    }

    const ENDINGS: [Option<Ending>; 4] =
        [Some(Ending::Done), Some(Ending::NotABug), Some(Ending::NotPlanned), None];

    #[test]
    fn both_languages_say_everything_and_nothing_is_unused() {
        let known = texts::keys(PORTUGUESE).unwrap();
        assert_eq!(known, texts::keys(ENGLISH).unwrap());
        let own = include_str!("drafted.rs");
        for key in known {
            assert!(own.contains(&format!("\"{key}\"")), "{key} is unused");
        }
    }

    #[test]
    fn every_end_is_told_in_both_languages_and_is_to_be_revised() {
        let procedure = procedure(&[]);
        let mut seen = BTreeSet::new();
        for language in Language::ALL {
            for ending in ENDINGS {
                let text = text(&procedure, &row(), (ending, language), Some("corrigido na 2.4"));
                assert!(text.contains("2026-000001") && text.ends_with("corrigido na 2.4"), "{text}");
                assert!(is_unrevised(&text) && !text.contains("closed-"), "{text}");
                seen.insert(text);
            }
        }
        assert_eq!(seen.len(), 8);
        let alone = text(&procedure, &row(), (None, Language::Portuguese), None);
        assert!(!is_unrevised(&alone), "{alone}");
    }

    #[test]
    fn the_procedure_has_the_first_word() {
        let ours = "Assunto: x\n\nBoas notícias ({{ protocolo }}).\n";
        let theirs = "Assunto: x\n\nGood news ({{ protocolo }}).\n";
        let procedure = procedure(&[("code-corrigiu.md.j2", ours), ("code-corrigiu-en.md.j2", theirs)]);
        let said = |ending, language| text(&procedure, &row(), (ending, language), None);
        assert_eq!(said(Some(Ending::Done), Language::Portuguese), "Boas notícias (2026-000001).");
        assert_eq!(said(Some(Ending::Done), Language::English), "Good news (2026-000001).");
        assert!(said(None, Language::Portuguese).contains("concluiu"));
    }
}
