//! What a mail says, as plain text and as HTML, in the addressee's language: words from the catalogues, form from the templates.

use std::sync::LazyLock;

use askama::Template;
use balcao_desk::mail::{Kind, Language, Letter, Thread};
use balcao_texts::Texts;

const PORTUGUESE: &str = include_str!("../../locales/pt-BR.ftl");
const ENGLISH: &str = include_str!("../../locales/en.ftl");

static IN_PORTUGUESE: LazyLock<Texts> = LazyLock::new(|| Texts::new(&[("pt-BR", PORTUGUESE)]));
static IN_ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::new(&[("en", ENGLISH), ("pt-BR", PORTUGUESE)]));

/// The longest subject that is repeated, in characters.
const LONGEST_SUBJECT: usize = 150;

/// Where the desk is reached.
#[derive(Debug, Clone, Copy)]
pub struct Place<'p> {
    /// Without a slash at its end.
    pub address: &'p str,
}

/// A mail's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The subject.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// The same as HTML: escaped text and nothing else.
    pub html: String,
}

#[derive(Template)]
#[template(path = "mail/mail.html")]
struct Html<'v> {
    v: &'v View,
}

#[derive(Template)]
#[template(path = "mail/mail.txt")]
struct Plain<'v> {
    v: &'v View,
}

/// What both forms show.
struct View {
    lang: &'static str,
    subject: String,
    /// Each paragraph by its lines.
    paragraphs: Vec<Vec<String>>,
    /// What a link is for, and where it leads.
    link: Option<(String, String)>,
    foot: Vec<String>,
}

/// The words of a letter.
///
/// # Errors
/// If a template does not fill, which it does for every text.
pub fn words(letter: &Letter, place: Place<'_>) -> Result<Words, askama::Error> {
    let view = view(letter, place);
    let text = Plain { v: &view }.render()?;
    let html = Html { v: &view }.render()?;
    Ok(Words { subject: view.subject, text, html })
}

fn view(letter: &Letter, place: Place<'_>) -> View {
    let say = |key: &str, values: &[(&str, &str)]| say(letter.language, key, values);
    let code = letter.kind.code();
    let protocol = letter.thread.as_ref().map_or("", |thread| thread.protocol.as_str());
    let secret = letter.secret.as_ref().map_or("", |secret| secret.as_str());
    let body = match letter.kind {
        Kind::Answer => letter.body.clone(),
        Kind::Commercial => format!("{}\n\n{}", letter.body, say("mail-commercial", &[])),
        _ => say(&format!("mail-{code}"), &[("protocol", protocol)]),
    };
    let path = match letter.kind {
        Kind::Link => format!("/entrar/link/{secret}"),
        Kind::Invitation => format!("/convite/{secret}"),
        Kind::Answer | Kind::Reminder | Kind::Closing => format!("/portal/chamados/{protocol}"),
        Kind::Commercial => "/comercial".to_owned(),
    };
    let mut foot = match letter.kind {
        Kind::Link | Kind::Invitation => vec![say("mail-foot-link", &[])],
        Kind::Answer | Kind::Reminder | Kind::Closing | Kind::Commercial => {
            vec![say("mail-foot-ticket", &[("protocol", protocol)])]
        }
    };
    if letter.kind.is_automatic() {
        foot.push(say("mail-foot-automatic", &[]));
    }
    let subject = match &letter.thread {
        // Commercial knows the request, not the partner's words.
        Some(_) if letter.kind == Kind::Commercial => {
            format!("{} [{protocol}]", say("mail-subject-commercial", &[]))
        }
        Some(thread) => subject(thread),
        None => say(&format!("mail-subject-{code}"), &[]),
    };
    View {
        lang: letter.language.code(),
        subject,
        paragraphs: paragraphs(&body),
        link: Some((say(&format!("mail-go-{code}"), &[]), format!("{}{path}", place.address))),
        foot,
    }
}

/// What the catalogues say; a text that none has is its key.
pub(crate) fn say(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    let texts = match language {
        Language::Portuguese => &IN_PORTUGUESE,
        Language::English => &IN_ENGLISH,
    };
    texts.find(key, values).unwrap_or_else(|| key.to_owned())
}

/// The subject of a conversation, the same for every mail of it: programs put together what is called alike.
fn subject(thread: &Thread) -> String {
    const MARKS: [&str; 6] = ["re:", "res:", "enc:", "fwd:", "fw:", "resp:"];
    let ours = format!("[{}]", thread.protocol);
    let plain = thread.subject.replace(&ours, " ");
    // A subject is one line, and no sign in it begins another header.
    let plain: Vec<&str> =
        plain.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let known = |word: &&&str| MARKS.contains(&word.to_lowercase().as_str());
    let marks = plain.iter().take_while(known).count();
    let words: Vec<&str> = plain.into_iter().skip(marks).collect();
    let short: String = words.join(" ").chars().take(LONGEST_SUBJECT).collect();
    format!("Re: {} {ours}", short.trim_end()).replace("  ", " ")
}

/// The paragraphs of a text, each by its lines.
fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    for line in text.lines().map(str::trim_end) {
        match all.last_mut() {
            Some(last) if !line.is_empty() => last.push(line.to_owned()),
            Some(last) if !last.is_empty() => all.push(Vec::new()),
            _ => {}
        }
    }
    all.retain(|lines| !lines.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use balcao_texts as texts;
    use zeroize::Zeroizing;

    use super::*;

    fn letter(kind: Kind, language: Language) -> Letter {
        let about = !matches!(kind, Kind::Link | Kind::Invitation);
        Letter {
            kind,
            to: "ana@alfa.example".to_owned(),
            language,
            message_id: "<1@balcao.example>".to_owned(),
            thread: about.then(|| Thread {
                protocol: "2026-000123".to_owned(),
                subject: "RES: Re: Erro 401".to_owned(),
                ..Thread::default()
            }),
            body: "Olá, Ana!\n\nO token expirou.\nGere outro: <b>POST</b> /token & pronto.".to_owned(),
            secret: (!about).then(|| Zeroizing::new("s3gr3d0".to_owned())),
        }
    }

    #[test]
    fn every_mail_says_what_it_is_in_both_forms_and_languages() {
        let mut all = String::new();
        for language in Language::ALL {
            for kind in Kind::ALL {
                let words =
                    words(&letter(kind, language), Place { address: "https://balcao.example" }).unwrap();
                let title = format!("=== {} {}: {}", kind.code(), language.code(), words.subject);
                all.push_str(&format!(
                    "{title}\n{}\n--- html\n{}\n\n",
                    words.text.trim_end(),
                    words.html.trim_end()
                ));
            }
        }
        insta::assert_snapshot!(all);
    }

    #[test]
    fn what_a_person_wrote_is_text_in_html() {
        let mut hostile = letter(Kind::Answer, Language::Portuguese);
        hostile.body = "<script>alert(1)</script> <img src=x onerror=1> \" ' &".to_owned();
        let words = words(&hostile, Place { address: "https://balcao.example" }).unwrap();
        assert!(!words.html.contains("<script") && !words.html.contains("<img"), "{}", words.html);
        assert!(words.text.contains("<script>alert(1)</script>"));
    }

    #[test]
    fn a_conversation_keeps_one_subject() {
        let table = [
            ("Erro 401", "Re: Erro 401 [2026-000123]"),
            ("Re: RES: Erro 401 [2026-000123]", "Re: Erro 401 [2026-000123]"),
            ("fwd: Erro\r\nBcc: x@y", "Re: Erro Bcc: x@y [2026-000123]"),
            ("", "Re: [2026-000123]"),
            ("Reclamação", "Re: Reclamação [2026-000123]"),
        ];
        for (given, expected) in table {
            let thread =
                Thread { protocol: "2026-000123".to_owned(), subject: given.to_owned(), ..Thread::default() };
            assert_eq!(subject(&thread), expected);
        }
        let long = Thread { subject: "x".repeat(900), ..Thread::default() };
        assert!(subject(&long).len() < 180);
    }

    #[test]
    fn both_languages_say_everything_and_nothing_is_unused() {
        let known = texts::keys(PORTUGUESE).unwrap();
        assert_eq!(known, texts::keys(ENGLISH).unwrap());
        let mut wanted = vec![
            "mail-foot-link".to_owned(),
            "mail-foot-ticket".to_owned(),
            "mail-foot-automatic".to_owned(),
            "chat-reminder".to_owned(),
            "chat-closing".to_owned(),
        ];
        for kind in Kind::ALL {
            wanted.push(format!("mail-go-{}", kind.code()));
            if kind != Kind::Answer {
                wanted.push(format!("mail-{}", kind.code()));
            }
            if kind == Kind::Commercial || letter(kind, Language::English).thread.is_none() {
                wanted.push(format!("mail-subject-{}", kind.code()));
            }
        }
        wanted.sort();
        let mut known = known;
        known.sort();
        assert_eq!(known, wanted);
    }
}
