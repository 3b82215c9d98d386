//! Where a mail goes: to the ticket that it answers, to a new one, or nowhere.
//!
//! In: the mail and what is known of it. Out: a [`Decision`] with its reason in words.
//! A number in a subject is only ever a hint for a person; what threads is a token of ours or the id of a mail that was filed, and only
//! where the sender may see the ticket.

use super::{Mail, subject};

/// A ticket that a mail seems to belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Its id.
    pub ticket: String,
    /// Its partner.
    pub partner: Option<String>,
    /// Its subject, masked.
    pub subject: String,
    /// Whether this very address wrote in it before.
    pub wrote: bool,
}

/// A request to commercial that a mail answers by its token, which only commercial was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its ticket.
    pub ticket: String,
    /// Whether the sender's address is commercial's, and no partner's.
    pub from_commercial: bool,
    /// Which of its requests, by the id of the note with it, if it answers the mail of one.
    pub note: Option<String>,
}

/// What the desk knows of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The partner that the sender's address is of.
    pub partner: Option<String>,
    /// Whether we wrote it ourselves.
    pub ours: bool,
    /// The same mail came before: the ticket that it is in, if in one.
    pub copy: Option<Option<String>>,
    /// The tickets that it answers by a token of ours, nearest first.
    pub by_token: Vec<Thread>,
    /// The tickets of mails that it answers by their ids, nearest first; an id that several tickets have names none.
    pub by_id: Vec<Thread>,
    /// The request to commercial that it answers.
    pub request: Option<Request>,
    /// The ticket whose number stands in the subject.
    pub by_number: Option<Thread>,
    /// The subject, masked as those of tickets are.
    pub subject: String,
}

/// What becomes of a mail. `why` is in words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It opens a ticket; `link` is the one that an agent should look at with it.
    New {
        /// The ticket that it may have been meant for.
        link: Option<String>,
        /// Why so.
        why: &'static str,
    },
    /// It goes on in a ticket.
    FollowUp {
        /// Which.
        ticket: String,
        /// Why so.
        why: &'static str,
    },
    /// It is commercial's answer to a request.
    Commercial {
        /// The request's ticket.
        ticket: String,
        /// Which of its requests, if it answers the mail of one.
        note: Option<String>,
        /// Why so.
        why: &'static str,
    },
    /// It is kept, and nothing comes of it.
    Noted {
        /// The ticket that it speaks of, if one.
        ticket: Option<String>,
        /// Why so.
        why: &'static str,
    },
}

impl Decision {
    /// The reason, in words for people.
    #[must_use]
    pub fn why(&self) -> &'static str {
        match self {
            Self::New { why, .. }
            | Self::FollowUp { why, .. }
            | Self::Commercial { why, .. }
            | Self::Noted { why, .. } => why,
        }
    }
}

/// Decides; the first rule that holds counts.
#[must_use]
pub fn decide(mail: &Mail, known: &Known) -> Decision {
    let answered: Vec<&Thread> = known.by_token.iter().chain(&known.by_id).collect();
    let asked = known.request.as_ref();
    let of_request = || asked.map(|request| request.ticket.clone());
    let nearest = || answered.first().map(|thread| thread.ticket.clone()).or_else(of_request);
    let commercial = asked.filter(|request| request.from_commercial);
    if let Some(ticket) = &known.copy {
        return noted(ticket.clone(), "é a cópia de um e-mail já recebido");
    }
    if known.ours {
        return noted(nearest(), "foi escrito por nós mesmos");
    }
    if mail.bounce.is_some() {
        return noted(nearest(), "é o aviso de que um e-mail não foi entregue");
    }
    if let Some(automatic) = mail.automatic {
        // A person may answer through a list; a list does not know our token.
        let answers =
            automatic == super::Automatic::List && known.by_token.iter().any(|thread| fits(thread, known));
        let through_a_list = automatic == super::Automatic::List && commercial.is_some();
        if !answers && !through_a_list {
            return noted(nearest(), automatic.words());
        }
    }
    if let Some(request) = commercial {
        return Decision::Commercial {
            ticket: request.ticket.clone(),
            note: request.note.clone(),
            why: "responde ao pedido que foi ao comercial",
        };
    }
    if let (Some(request), true) = (asked, answered.is_empty()) {
        return Decision::New {
            link: Some(request.ticket.clone()),
            why: "responde a um pedido que foi ao comercial, mas não vem dele: nada foi decidido",
        };
    }
    let Some(nearest) = nearest() else { return alone(known) };
    match answered.into_iter().find(|thread| fits(thread, known)) {
        Some(thread) if subject::same(&known.subject, &thread.subject) => {
            Decision::FollowUp { ticket: thread.ticket.clone(), why: "responde a este chamado" }
        }
        Some(thread) => Decision::New {
            link: Some(thread.ticket.clone()),
            why: "responde a um chamado, mas com outro assunto: veja se é o mesmo",
        },
        None => Decision::New {
            link: Some(nearest),
            why: "responde a um chamado que não é deste remetente: nada dele foi mostrado",
        },
    }
}

/// A mail that answers nothing we know.
fn alone(known: &Known) -> Decision {
    match known.by_number.as_ref().filter(|thread| fits(thread, known)) {
        Some(thread) => Decision::New {
            link: Some(thread.ticket.clone()),
            why: "traz no assunto o número de um chamado, o que sozinho nada prova: veja se é o mesmo",
        },
        None => Decision::New { link: None, why: "não responde a nenhum chamado" },
    }
}

/// Whether the sender is of the ticket: its partner's, or, where neither has a partner, somebody who wrote in it before.
fn fits(thread: &Thread, known: &Known) -> bool {
    match (&thread.partner, &known.partner) {
        (Some(one), Some(other)) => one == other,
        (None, _) => thread.wrote,
        (Some(_), None) => false,
    }
}

fn noted(ticket: Option<String>, why: &'static str) -> Decision {
    Decision::Noted { ticket, why }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Automatic, Bounce};
    use super::*;

    fn thread(ticket: &str, partner: Option<&str>, wrote: bool) -> Thread {
        Thread {
            ticket: ticket.to_owned(),
            partner: partner.map(str::to_owned),
            subject: "Erro 401 na proposta".to_owned(),
            wrote,
        }
    }

    fn known(partner: Option<&str>, by_id: Vec<Thread>) -> Known {
        Known {
            partner: partner.map(str::to_owned),
            by_id,
            subject: "Re: Erro 401 na proposta".to_owned(),
            ..Known::default()
        }
    }

    /// `ticket`, `+ticket` (new with a link), `new`, `(noted)`.
    fn told(mail: &Mail, known: &Known) -> String {
        match decide(mail, known) {
            Decision::FollowUp { ticket, .. } => ticket,
            Decision::Commercial { ticket, .. } => format!("!{ticket}"),
            Decision::New { link: Some(link), .. } => format!("+{link}"),
            Decision::New { link: None, .. } => "new".to_owned(),
            Decision::Noted { ticket, .. } => format!("({})", ticket.unwrap_or_default()),
        }
    }

    #[test]
    fn an_answer_goes_to_its_ticket_only_where_the_sender_may_see_it() {
        let table = [
            (known(Some("alfa"), vec![thread("t1", Some("alfa"), true)]), "t1"),
            (known(Some("alfa"), vec![thread("t1", Some("alfa"), false)]), "t1"),
            (known(Some("beta"), vec![thread("t1", Some("alfa"), false)]), "+t1"),
            (known(None, vec![thread("t1", Some("alfa"), true)]), "+t1"),
            (known(None, vec![thread("t1", None, true)]), "t1"),
            (known(None, vec![thread("t1", None, false)]), "+t1"),
            (known(Some("alfa"), vec![thread("t1", None, false)]), "+t1"),
            (known(Some("alfa"), vec![]), "new"),
            // Two partners in one thread: each finds its own ticket.
            (
                known(
                    Some("beta"),
                    vec![thread("t1", Some("alfa"), false), thread("t2", Some("beta"), true)],
                ),
                "t2",
            ),
        ];
        for (known, expected) in table {
            assert_eq!(told(&Mail::default(), &known), expected, "{known:?}");
        }
    }

    #[test]
    fn another_subject_or_a_number_alone_only_proposes() {
        let mut other = known(Some("alfa"), vec![thread("t1", Some("alfa"), true)]);
        other.subject = "Fatura de maio".to_owned();
        assert_eq!(told(&Mail::default(), &other), "+t1");
        let mut numbered = known(Some("alfa"), vec![]);
        numbered.by_number = Some(thread("t1", Some("alfa"), true));
        assert_eq!(told(&Mail::default(), &numbered), "+t1");
        numbered.by_number = Some(thread("t1", Some("beta"), false));
        assert_eq!(told(&Mail::default(), &numbered), "new", "of another's ticket nothing is said");
    }

    #[test]
    fn what_a_program_or_we_wrote_opens_nothing() {
        let answered = known(Some("alfa"), vec![thread("t1", Some("alfa"), true)]);
        let automatic = |why| Mail { automatic: Some(why), ..Mail::default() };
        for why in [
            Automatic::Answer,
            Automatic::NullSender,
            Automatic::Report,
            Automatic::InvitationAnswer,
            Automatic::List,
        ] {
            assert_eq!(told(&automatic(why), &answered), "(t1)", "{why:?}");
        }
        let through_a_list = Known { by_token: answered.by_id.clone(), ..answered.clone() };
        assert_eq!(told(&automatic(Automatic::List), &through_a_list), "t1");
        assert_eq!(told(&automatic(Automatic::Answer), &through_a_list), "(t1)");
        let bounced = Mail { bounce: Some(Bounce::default()), ..Mail::default() };
        assert_eq!(told(&bounced, &answered), "(t1)");
        assert_eq!(told(&Mail::default(), &Known { ours: true, ..answered.clone() }), "(t1)");
        assert_eq!(told(&Mail::default(), &Known { copy: Some(None), ..answered }), "()");
    }

    #[test]
    fn only_commercial_answers_its_requests() {
        let of = |from_commercial| Known {
            request: Some(Request { ticket: "t9".to_owned(), from_commercial, note: None }),
            ..Known::default()
        };
        assert_eq!(told(&Mail::default(), &of(true)), "!t9");
        assert_eq!(told(&Mail::default(), &of(false)), "+t9");
        let theirs = Known { by_token: vec![thread("t1", Some("alfa"), true)], ..of(false) };
        let theirs = Known {
            partner: Some("alfa".to_owned()),
            subject: "Re: Erro 401 na proposta".to_owned(),
            ..theirs
        };
        assert_eq!(told(&Mail::default(), &theirs), "t1");
        let automatic = |why| Mail { automatic: Some(why), ..Mail::default() };
        assert_eq!(told(&automatic(Automatic::Answer), &of(true)), "(t9)");
        assert_eq!(told(&automatic(Automatic::List), &of(true)), "!t9");
        assert_eq!(told(&automatic(Automatic::List), &of(false)), "(t9)");
        let bounced = Mail { bounce: Some(Bounce::default()), ..Mail::default() };
        assert_eq!(told(&bounced, &of(true)), "(t9)");
    }

    fn some_thread() -> impl Strategy<Value = Thread> {
        let partner = prop::option::of(prop::sample::select(vec!["alfa".to_owned(), "beta".to_owned()]));
        ("t[0-9]", partner, "(Erro 401|Fatura|)", any::<bool>())
            .prop_map(|(ticket, partner, subject, wrote)| Thread { ticket, partner, subject, wrote })
    }

    proptest! {
        /// Whatever is known: nothing goes into a ticket of another partner, and nothing by its number alone.
        #[test]
        fn no_mail_enters_anothers_ticket(
            by_token in prop::collection::vec(some_thread(), 0..3),
            by_id in prop::collection::vec(some_thread(), 0..3),
            by_number in prop::option::of(some_thread()),
            partner in prop::option::of(prop::sample::select(vec!["alfa".to_owned(), "beta".to_owned()])),
            subject in "(Re: |)(Erro 401|Fatura|)",
        ) {
            let known = Known { partner: partner.clone(), by_token, by_id, by_number, subject, ..Known::default() };
            if let Decision::FollowUp { ticket, .. } = decide(&Mail::default(), &known) {
                let into = known.by_token.iter().chain(&known.by_id).find(|thread| thread.ticket == ticket && fits(thread, &known));
                prop_assert!(into.is_some());
                let theirs = into.is_some_and(|thread| thread.partner.is_none() && thread.wrote || thread.partner == partner);
                prop_assert!(theirs);
            }
        }
    }
}
