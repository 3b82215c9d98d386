//! Which mail goes where.

use balcao_core::ticket::Role;
use balcao_desk::reply_token;
use balcao_desk::verbs::link::{Kind, link};

use crate::homes::{Home, caller, now, raw, taken, told, with};

crate::on_both!(
    a_mail_becomes_a_ticket_and_its_answers_messages_of_it,
    a_token_of_ours_threads_what_a_crm_rewrote,
    another_subject_or_a_number_opens_a_ticket_with_a_link,
    of_another_partner_a_ticket_of_its_own_comes,
    empty_and_doubled_ids_thread_nothing,
    what_programs_and_we_wrote_is_only_noted,
    the_same_mail_by_two_ways_is_one,
    whoever_merely_says_to_be_a_partner_is_not_verified,
    an_answer_to_a_merged_ticket_goes_where_it_goes_on,
    nothing_that_was_kept_shows_an_address_or_an_id,
);

async fn a_mail_becomes_a_ticket_and_its_answers_messages_of_it(home: &Home) {
    let first = home.takes("first").await;
    let ticket = first.ticket.unwrap();
    assert_eq!((first.mail.state.as_str(), first.known), ("filed", false));
    assert_eq!((ticket.channel.as_str(), ticket.partner.as_deref()), ("email", Some("alfa")));
    assert_eq!(ticket.subject, "Erro 401 ao criar proposta");
    for name in ["apple-mail", "outlook", "gmail"] {
        let answer = home.takes(name).await;
        assert_eq!(
            (answer.mail.state.as_str(), answer.ticket.unwrap().id),
            ("filed", ticket.id.clone()),
            "{name}"
        );
    }
    let whole = home.whole(&ticket).await;
    assert_eq!(whole.messages.len(), 4);
    assert_eq!(whole.attachments.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["chamada.har"]);
    assert_eq!(home.tickets().await.len(), 1);
    let (what, data) =
        told(&home.desk).await.into_iter().rev().find(|(what, _)| what == "message_received").unwrap();
    assert_eq!((what.as_str(), &data["mail"]["sender_verified"]), ("message_received", &"dmarc".into()));
}

async fn a_token_of_ours_threads_what_a_crm_rewrote(home: &Home) {
    let ticket = home.takes("first").await.ticket.unwrap();
    let token = reply_token::made(&ticket.id, home.desk.secrets());
    let answer = taken(&home.desk, with("crm-rewritten", "TOKEN", &token)).await;
    assert_eq!(answer.ticket.unwrap().id, ticket.id);
    let forged = token.replace(token.get(token.len() - 3..).unwrap(), "000");
    let forged = with("crm-rewritten", "TOKEN", &forged);
    let forged = String::from_utf8(forged).unwrap().replace("crm-88213", "crm-88214");
    let other = taken(&home.desk, forged.into_bytes()).await;
    assert_ne!(other.ticket.unwrap().id, ticket.id, "nobody makes a token");
}

async fn another_subject_or_a_number_opens_a_ticket_with_a_link(home: &Home) {
    let ticket = home.takes("first").await.ticket.unwrap();
    let numbered = with("number-in-subject", "PROTOCOL", &ticket.protocol);
    for raw in [raw("changed-subject"), numbered] {
        let other = taken(&home.desk, raw).await.ticket.unwrap();
        assert_ne!(other.id, ticket.id);
        let links = home.whole(&other).await.links;
        assert_eq!((links[0].kind.as_str(), &links[0].b), ("same-thread", &ticket.id));
    }
    assert_eq!(home.whole(&ticket).await.messages.len(), 1);
}

async fn of_another_partner_a_ticket_of_its_own_comes(home: &Home) {
    let ticket = home.takes("first").await.ticket.unwrap();
    let other = home.takes("other-partner").await.ticket.unwrap();
    assert_eq!((other.partner.as_deref(), other.id == ticket.id), (Some("beta"), false));
    assert_eq!(home.whole(&other).await.links.len(), 1, "an agent sees that they hang together");
    let contact =
        balcao_desk::caller::Caller { partner: Some("beta".to_owned()), ..caller(Role::PartnerContact) };
    let theirs = balcao_desk::verbs::show::show(&home.desk, &contact, other.id.as_str()).await.unwrap();
    assert!(theirs.links.is_empty(), "a partner does not see that there is another's");
    // Each partner's next answer finds its own ticket, though it names both mails.
    let again = with("other-partner", "<beto.1@beta.example>", "<beto.2@beta.example>");
    let again = String::from_utf8(again).unwrap();
    let again = again.replace(
        "References: <first.1@alfa.example>",
        "References: <first.1@alfa.example> <beto.1@beta.example>",
    );
    assert_eq!(taken(&home.desk, again.into_bytes()).await.ticket.unwrap().id, other.id);
}

async fn empty_and_doubled_ids_thread_nothing(home: &Home) {
    let mut seen = Vec::new();
    for name in ["empty-id-1", "empty-id-2", "doubled-id-1", "doubled-id-2", "doubled-id-answer"] {
        let ticket = home.takes(name).await.ticket.unwrap();
        assert!(!seen.contains(&ticket.id), "{name}");
        seen.push(ticket.id);
    }
}

async fn what_programs_and_we_wrote_is_only_noted(home: &Home) {
    let ticket = home.takes("first").await.ticket.unwrap();
    let ours = with("forged", "Dea <dea@alfa.example>", "Suporte <suporte+x@balcao.example>");
    let table = [
        (raw("auto-reply"), "resposta automática", true),
        (raw("bounce"), "não foi entregue", true),
        (raw("newsletter"), "lista", false),
        (raw("invitation-answer"), "convite", false),
        (ours, "nós mesmos", false),
    ];
    for (raw, why, about) in table {
        let noted = taken(&home.desk, raw).await;
        let reason = noted.mail.reason.unwrap();
        assert_eq!((noted.mail.state.as_str(), noted.mail.ticket.is_some()), ("noted", about), "{reason}");
        assert!(reason.contains(why), "{reason}");
        assert!(!reason.contains("saiu@alfa.example"), "addresses are masked: {reason}");
    }
    assert_eq!(home.whole(&ticket).await.messages.len(), 1);
    assert_eq!(home.tickets().await.len(), 1);
    assert_eq!(told(&home.desk).await.iter().filter(|(what, _)| what == "mail_noted").count(), 5);
}

async fn the_same_mail_by_two_ways_is_one(home: &Home) {
    let first = home.takes("first").await;
    let again = home.takes("first").await;
    assert_eq!((again.known, again.mail), (true, first.mail));
    let copy = home.takes("copy").await;
    assert_eq!((copy.known, copy.mail.state.as_str()), (false, "noted"));
    assert_eq!(copy.ticket.unwrap().id, first.ticket.unwrap().id);
    assert_eq!(home.tickets().await.len(), 1);
}

async fn whoever_merely_says_to_be_a_partner_is_not_verified(home: &Home) {
    let taken = home.takes("forged").await;
    assert_eq!(taken.mail.verified.as_deref(), Some("none"));
    assert_eq!(taken.mail.authentication.as_deref(), Some("spf=none dkim=none dmarc=none"));
    let (_, data) = told(&home.desk).await.into_iter().find(|(what, _)| what == "received").unwrap();
    assert_eq!(data["mail"]["sender_verified"], "none");
    let whole = home.whole(&taken.ticket.unwrap()).await;
    assert!(whole.messages.iter().all(|message| message.direction == "in"), "nothing goes out by itself");
}

async fn an_answer_to_a_merged_ticket_goes_where_it_goes_on(home: &Home) {
    let one = home.takes("first").await.ticket.unwrap();
    let other = home.takes("changed-subject").await.ticket.unwrap();
    let agent = caller(Role::Agent);
    link(&home.desk, &agent, (Kind::Merged, &one.id, &other.id), "é o mesmo", now()).await.unwrap();
    let answer = with("gmail", "Re: Erro 401 ao criar proposta", "Re: Webhook de formalizacao nao chega");
    assert_eq!(taken(&home.desk, answer).await.ticket.unwrap().id, other.id);
}

async fn nothing_that_was_kept_shows_an_address_or_an_id(home: &Home) {
    for name in ["first", "bounce", "gmail", "newsletter"] {
        let row = format!("{:?}", home.takes(name).await.mail);
        for secret in ["alfa.example", "dea@", "first.1", "news.1", "saiu@"] {
            assert!(!row.contains(secret), "{name}: {row}");
        }
    }
}
