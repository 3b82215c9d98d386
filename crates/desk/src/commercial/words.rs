//! What the partner reads of a request for a key: the procedure's own text, else the catalogue's, in the partner's language. A person sends it.

use std::sync::LazyLock;

use balcao_core::procedure::{OF_COMMERCIAL, Procedure};
use balcao_core::reply::ReplyVariables;
use balcao_texts::Texts;

use crate::mail::Language;

const PORTUGUESE: &str = include_str!("../../locales/commercial/pt-BR.ftl");
const ENGLISH: &str = include_str!("../../locales/commercial/en.ftl");

static IN_PORTUGUESE: LazyLock<Texts> = LazyLock::new(|| Texts::new(&[("pt-BR", PORTUGUESE)]));
static IN_ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::new(&[("en", ENGLISH), ("pt-BR", PORTUGUESE)]));

fn say(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    let texts = match language {
        Language::Portuguese => &IN_PORTUGUESE,
        Language::English => &IN_ENGLISH,
    };
    texts.find(key, values).unwrap_or_else(|| key.to_owned())
}

/// What the partner is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling<'t> {
    /// The key is issued.
    Issued {
        /// For which environment, as people call it.
        environment: Option<&'t str>,
        /// Its last characters.
        tail: Option<&'t str>,
        /// By which way it reaches the partner.
        way: Option<&'t str>,
    },
    /// It is not.
    Refused {
        /// For which environment.
        environment: Option<&'t str>,
        /// Why.
        reason: &'t str,
    },
    /// Something is missing for the request.
    Lacks {
        /// What is asked for, each as the end of "envie, por favor: …".
        asked: &'t [String],
    },
}

impl Telling<'_> {
    /// The procedure's reply of this name is taken, where it has one.
    fn name(self) -> &'static str {
        let [issued, refused, lacks] = OF_COMMERCIAL;
        match self {
            Self::Issued { .. } => issued,
            Self::Refused { .. } => refused,
            Self::Lacks { .. } => lacks,
        }
    }
}

/// The text for the partner.
#[must_use]
pub fn text(
    procedure: Option<&Procedure>,
    protocol: &str,
    (telling, language): (Telling<'_>, Language),
) -> String {
    procedure
        .and_then(|procedure| own(procedure, protocol, (telling, language)))
        .unwrap_or_else(|| usual(protocol, (telling, language)))
}

/// The procedure's reply. It knows no reasons and no list: where those are needed, the catalogue's text follows.
fn own(
    procedure: &Procedure,
    protocol: &str,
    (telling, language): (Telling<'_>, Language),
) -> Option<String> {
    let name = match language {
        Language::Portuguese => telling.name().to_owned(),
        Language::English => format!("{}-en", telling.name()),
    };
    let environment = match telling {
        Telling::Issued { environment, .. } | Telling::Refused { environment, .. } => environment,
        Telling::Lacks { .. } => None,
    };
    let variables = ReplyVariables {
        protocolo: Some(protocol.to_owned()),
        ambiente: environment.map(str::to_owned),
        ..ReplyVariables::default()
    };
    let body = procedure.standard_reply(&name, &variables).map(|reply| reply.body)?;
    match told(protocol, (telling, language)) {
        Some(more) => Some(format!("{}\n\n{more}", body.trim_end())),
        None => Some(body),
    }
}

/// What no template can say: the reason, the list, the end of the key.
fn told(protocol: &str, (telling, language): (Telling<'_>, Language)) -> Option<String> {
    let say = |key: &str, values: &[(&str, &str)]| say(language, key, values);
    match telling {
        Telling::Issued { tail, .. } => tail.map(|tail| say("commercial-ending", &[("tail", tail)])),
        Telling::Refused { environment, reason } => {
            let reason = reason.trim().trim_end_matches('.');
            let key = if environment.is_some() { "commercial-refused-for" } else { "commercial-refused" };
            let values =
                [("environment", environment.unwrap_or("")), ("reason", reason), ("protocol", protocol)];
            Some(say(key, &values))
        }
        Telling::Lacks { asked } => {
            Some(asked.iter().map(|one| format!("- {one}")).collect::<Vec<_>>().join("\n"))
        }
    }
}

fn usual(protocol: &str, (telling, language): (Telling<'_>, Language)) -> String {
    let say = |key: &str, values: &[(&str, &str)]| say(language, key, values);
    let more = told(protocol, (telling, language));
    let about = [("protocol", protocol)];
    let parts = match telling {
        Telling::Issued { environment, way, .. } => {
            let issued = match environment {
                Some(environment) => say("commercial-issued-for", &[("environment", environment)]),
                None => say("commercial-issued", &[]),
            };
            let issued = [Some(issued), more].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let usual = say("commercial-way-usual", &[]);
            let way = say("commercial-way", &[("way", way.unwrap_or(&usual))]);
            vec![issued, way, say("commercial-next", &about)]
        }
        Telling::Refused { .. } => vec![more.unwrap_or_default(), say("commercial-again", &about)],
        Telling::Lacks { .. } => {
            vec![say("commercial-lacks", &[]), more.unwrap_or_default(), say("commercial-lacks-end", &[])]
        }
    };
    std::iter::once(say("commercial-greeting", &[])).chain(parts).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use balcao_texts as texts;

    use super::*;

    #[test]
    fn a_partner_reads_what_was_decided_in_his_language() {
        let (environment, tail) = (Some("Produção"), Some("9Bn1"));
        let asked = ["o ambiente".to_owned(), "o CNPJ".to_owned()];
        let table = [
            (
                Telling::Issued { environment, tail, way: None },
                [
                    "emitiu a API Key do ambiente Produção. Ela termina em …9Bn1.",
                    "diretamente pelo time comercial",
                ],
                ["issued the API key for Produção. It ends in …9Bn1.", "directly from our commercial team"],
            ),
            (
                Telling::Issued { environment: None, tail: None, way: Some("pelo cofre") },
                ["emitiu a API Key.", "chega a vocês pelo cofre."],
                ["issued the API key.", "reaches you pelo cofre."],
            ),
            (
                Telling::Refused { environment, reason: "contrato vencido." },
                ["do ambiente Produção e não o atendeu", "Motivo: contrato vencido."],
                ["for Produção and has not granted", "Reason: contrato vencido."],
            ),
            (
                Telling::Lacks { asked: &asked },
                ["ainda falta", "- o ambiente\n- o CNPJ"],
                ["we still need", "- o CNPJ"],
            ),
        ];
        for (telling, portuguese, english) in table {
            for (language, expected) in [(Language::Portuguese, portuguese), (Language::English, english)] {
                let text = text(None, "2026-000123", (telling, language));
                for words in expected {
                    assert!(text.contains(words), "{words:?} is not in: {text}");
                }
                assert!(!text.contains("commercial-") && !text.contains(".."), "{text}");
            }
        }
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(texts::keys(PORTUGUESE).unwrap(), texts::keys(ENGLISH).unwrap());
    }
}
