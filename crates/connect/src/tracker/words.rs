//! What an issue or a comment says, in the tracker's markup and Code's language.

use std::sync::LazyLock;

use balcao_desk::mail::Language;
use balcao_desk::tracker::{Comment, Dossier, Words};
use balcao_texts::Texts;

use super::markup::Markup;

const PORTUGUESE: &str = include_str!("../../locales/tracker/pt-BR.ftl");
const ENGLISH: &str = include_str!("../../locales/tracker/en.ftl");

static IN_PORTUGUESE: LazyLock<Texts> = LazyLock::new(|| Texts::new(&[("pt-BR", PORTUGUESE)]));
static IN_ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::new(&[("en", ENGLISH), ("pt-BR", PORTUGUESE)]));

/// The longest title, in characters: Jira takes 255.
const LONGEST_TITLE: usize = 200;
/// The longest body, in bytes: Jira takes 32,767 characters.
const LONGEST_BODY: usize = 30_000;

/// How one tracker is written to.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    pub(super) markup: Markup,
    pub(super) language: Language,
    /// Where the desk is reached, without a slash at its end.
    pub(super) address: String,
}

impl Writer {
    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let texts = match self.language {
            Language::Portuguese => &IN_PORTUGUESE,
            Language::English => &IN_ENGLISH,
        };
        texts.find(key, values).unwrap_or_else(|| key.to_owned())
    }

    /// Where a ticket's dossier is.
    pub(super) fn place(&self, protocol: &str) -> String {
        format!("{}/code/{protocol}", self.address)
    }

    /// The title of an issue: one line.
    pub(super) fn title(&self, dossier: &Dossier) -> String {
        let subject = dossier.subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let title = format!("[{}] {subject}", dossier.protocol);
        // A title is no markup, but a mention in it is one.
        let harmless: String = title.chars().take(LONGEST_TITLE).collect();
        harmless.replace('@', "@\u{200b}")
    }

    /// The body of an issue that carries `id`.
    pub(super) fn issue(&self, id: &str, dossier: &Dossier) -> String {
        let mut parts = self.parts(dossier);
        parts.push(self.say("tracker-foot", &[]));
        self.joined(parts, id)
    }

    /// The body of a comment that carries its id.
    pub(super) fn comment(&self, comment: &Comment) -> String {
        let protocol = [("protocol", comment.protocol.as_str())];
        let parts = match &comment.words {
            Words::Joined(dossier) => self.told("tracker-joined", dossier),
            Words::Again(dossier) => self.told("tracker-again", dossier),
            Words::Desk { author, body } => {
                let author = self.markup.plain(author);
                let values = [("author", author.as_str()), ("protocol", comment.protocol.as_str())];
                let first = self.say("tracker-desk", &values);
                vec![first, self.markup.plain(body)]
            }
            Words::Partner(body) => {
                vec![self.say("tracker-partner-said", &protocol), self.markup.fence(body)]
            }
            Words::Left => vec![self.say("tracker-left", &protocol)],
            Words::GoesOn(place) => vec![self.say("tracker-goes-on", &[("place", place.as_str())])],
        };
        self.joined(parts, &comment.id)
    }

    fn told(&self, key: &str, dossier: &Dossier) -> Vec<String> {
        let mut parts = vec![self.say(key, &[("protocol", dossier.protocol.as_str())])];
        parts.extend(self.parts(dossier));
        parts
    }

    /// The parts of a dossier, what matters most first.
    fn parts(&self, dossier: &Dossier) -> Vec<String> {
        let Dossier { protocol, analysis, evidence, checks, curl, log, messages, .. } = dossier;
        let markup = self.markup;
        let mut parts =
            vec![markup.link(&self.say("tracker-link", &[]), &self.place(protocol)), self.about(dossier)];
        let mut section = |key: &str, body: String| {
            if !body.trim().is_empty() {
                parts.push(format!("{}\n\n{body}", markup.heading(&self.say(key, &[]))));
            }
        };
        section("tracker-analysis", markup.plain(analysis));
        let facts = evidence.iter().map(|fact| match &fact.value {
            Some(value) => {
                format!(
                    "{}: {} ({})",
                    markup.plain(&fact.name),
                    markup.value(value),
                    markup.plain(&fact.place)
                )
            }
            None => format!("{}: –", markup.plain(&fact.name)),
        });
        section("tracker-evidence", markup.list(facts));
        let fenced = |text: &str| if text.is_empty() { String::new() } else { markup.fence(text) };
        section("tracker-curl", fenced(curl));
        section("tracker-checks", markup.list(checks.iter().map(|check| markup.plain(check))));
        section("tracker-log", fenced(&log.join("\n")));
        let said: Vec<String> = messages.iter().map(|message| markup.fence(message)).collect();
        section("tracker-messages", said.join("\n\n"));
        parts
    }

    fn about(&self, dossier: &Dossier) -> String {
        let mut facts = vec![
            ("tracker-partner", self.markup.plain(&dossier.partner)),
            ("tracker-diagnosis", self.markup.plain(&dossier.diagnosis)),
        ];
        if let Some((tickets, partners)) = dossier.incident {
            let (tickets, partners) = (tickets.to_string(), partners.to_string());
            let values = [("tickets", tickets.as_str()), ("partners", partners.as_str())];
            facts.push(("tracker-incident", self.say("tracker-incident-of", &values)));
        }
        if let Some(release) = &dossier.release {
            facts.push(("tracker-release", self.markup.plain(release)));
        }
        if let Some(earlier) = &dossier.earlier {
            facts.push(("tracker-earlier", earlier.clone()));
        }
        self.markup.list(facts.into_iter().map(|(key, value)| format!("{}: {value}", self.say(key, &[]))))
    }

    /// The parts that there is room for, whole, and the marker.
    fn joined(&self, parts: Vec<String>, id: &str) -> String {
        let (mut body, mut cut) = (String::new(), false);
        for part in parts {
            if body.len().saturating_add(part.len()) > LONGEST_BODY {
                cut = true;
                continue;
            }
            body.push_str(&part);
            body.push_str("\n\n");
        }
        if cut {
            body.push_str(&self.say("tracker-cut", &[]));
            body.push_str("\n\n");
        }
        body.push_str(&self.markup.marker(id));
        body
    }
}

#[cfg(test)]
mod tests {
    use balcao_texts as texts;

    use super::*;

    #[test]
    fn both_languages_say_everything_and_nothing_is_unused() {
        let known = texts::keys(PORTUGUESE).unwrap();
        assert_eq!(known, texts::keys(ENGLISH).unwrap());
        let own = include_str!("words.rs");
        for key in known {
            assert!(own.contains(&format!("\"{key}\"")), "{key} is unused");
        }
    }

    #[test]
    fn a_body_is_bounded_and_keeps_its_marker() {
        let writer = Writer {
            markup: Markup::Markdown,
            language: Language::Portuguese,
            address: "https://b.example".to_owned(),
        };
        let dossier = Dossier {
            protocol: "2026-000001".to_owned(),
            subject: "@todos\nErro".to_owned(),
            messages: vec!["x".repeat(40_000)],
            ..Dossier::default()
        };
        let id = "01900000-0000-7000-8000-000000000000";
        let body = writer.issue(id, &dossier);
        assert!(body.len() < 32_000 && body.contains("https://b.example/code/2026-000001"), "{body}");
        assert_eq!(super::super::read::marker(&body).as_deref(), Some(id));
        assert_eq!(writer.title(&dossier), "[2026-000001] @\u{200b}todos Erro");
    }
}
