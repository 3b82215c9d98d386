//! What arrives: once, with the headers by which programs thread it, in both forms, in the partner's language.

use balcao_desk::people::link;
use balcao_desk::{Desk, reply_token};

use crate::office::{Office, forms, header, noon, secrets, settings, subject, work};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_arrives_once_with_its_headers() {
    let office = Office::new().await;
    let ticket = office.asked("ana@alfa.example", "Re: Erro 401 na cotação").await;
    office.answered(&ticket.id, "Olá, Ana!\n\nGere outro <token> & tente de novo.").await;
    office.answered(&ticket.id, "Deu certo?").await;
    assert_eq!(work(&office.desk, noon()).await, Vec::<String>::new());
    assert_eq!(work(&office.desk, noon()).await, Vec::<String>::new());
    let mails = office.server.wait_for(2);
    assert_eq!(mails.len(), 2);
    let token = reply_token::made(&ticket.id, &secrets());
    let one = mails.iter().find(|mail| mail.contains(&format!("Message-ID: <{token}.1@"))).unwrap();
    let of = |name: &str| header(one, name);
    assert_eq!(of("Message-ID"), Some(format!("<{token}.1@respostas.balcao.example>")));
    assert_eq!(of("In-Reply-To").as_deref(), Some("<pergunta.1@correio.example>"));
    assert_eq!(of("References").as_deref(), Some("<antes.0@correio.example> <pergunta.1@correio.example>"));
    assert_eq!(of("Reply-To").as_deref(), Some(format!("ajuda+{token}@respostas.balcao.example").as_str()));
    // What cannot be delivered comes back to the ticket.
    assert_eq!(
        of("Return-Path").as_deref(),
        Some(format!("<ajuda+{token}@respostas.balcao.example>").as_str())
    );
    assert_eq!(of("To").as_deref(), Some("ana@alfa.example"));
    assert_eq!(of("From").as_deref(), Some("\"Suporte da API\" <suporte@balcao.example>"));
    assert!(of("Date").is_some() && of("Auto-Submitted").is_none() && of("List-Unsubscribe").is_none());
    assert_eq!(subject(one), format!("Re: Erro 401 na cotação [{}]", ticket.protocol));
    let (text, html) = forms(one);
    assert!(text.starts_with("Olá, Ana!") && text.contains("Gere outro <token> & tente de novo."), "{text}");
    assert!(html.contains("Gere outro &#60;token&#62; &#38; tente de novo."), "{html}");
    assert!(text.contains(&format!("https://balcao.example/portal/chamados/{}", ticket.protocol)), "{text}");
    // The second stands in the same conversation, behind the first.
    let two = mails.iter().find(|mail| mail.contains(&format!("Message-ID: <{token}.2@"))).unwrap();
    let references = header(two, "References").unwrap();
    assert!(references.contains(&format!("<{token}.1@respostas.balcao.example>")), "{references}");
    assert_eq!(subject(two), subject(one));
    assert!(office.mails(&ticket.id).await.iter().all(|mail| mail.state == "sent"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_is_written_to_in_its_language_and_a_link_says_that_no_person_wrote_it() {
    let office = Office::new().await;
    let ticket = office.asked("joe@beta.example", "401 since yesterday").await;
    office.answered(&ticket.id, "Please try again.").await;
    assert_eq!(link::ask(&office.desk, "dea@alfa.example", noon()).await.unwrap(), None);
    work(&office.desk, noon()).await;
    let mails = office.server.wait_for(2);
    let to = |name: &str| mails.iter().find(|mail| header(mail, "To").as_deref() == Some(name)).unwrap();
    let english = forms(to("joe@beta.example")).0;
    assert!(english.contains("See the ticket in the portal"), "{english}");
    let link = to("dea@alfa.example");
    assert_eq!(header(link, "Auto-Submitted").as_deref(), Some("auto-generated"));
    assert_eq!(header(link, "In-Reply-To"), None);
    assert_eq!(subject(link), "Seu link de acesso ao portal");
    let (text, _) = forms(link);
    let secret = text.split("https://balcao.example/entrar/link/").nth(1).unwrap().split_whitespace().next();
    balcao_desk::people::link::enter(&office.desk, secret.unwrap(), "Firefox", noon()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connection_is_private_and_the_server_is_who_it_says() {
    let office = Office::new().await;
    let ticket = office.asked("ana@alfa.example", "Erro").await;
    // From the first byte, by a certificate that is trusted.
    let mut always = settings(&office.server);
    always.server = format!("smtps://localhost:{}", office.server.port_tls());
    let desk: Desk = crate::office::open(office.directory.path(), &always).await;
    office.answered(&ticket.id, "Um.").await;
    assert_eq!(work(&desk, noon()).await, Vec::<String>::new());
    let mails = office.server.wait_for(1);
    assert!(mails[0].contains("with ESMTPS id"), "{}", mails[0]);
    // By STARTTLS.
    office.answered(&ticket.id, "Dois.").await;
    assert_eq!(work(&office.desk, noon()).await, Vec::<String>::new());
    assert!(office.server.wait_for(2).iter().all(|mail| mail.contains("with ESMTPS id")));
    // A certificate that nobody vouches for: nothing is said to it.
    let mut unknown = always.clone();
    unknown.ca_file = String::new();
    let desk = crate::office::open(office.directory.path(), &unknown).await;
    office.answered(&ticket.id, "Três.").await;
    let failed = work(&desk, noon()).await;
    assert!(failed.len() == 1 && failed[0].to_lowercase().contains("certificate"), "{failed:?}");
    assert_eq!(office.server.wait_for(2).len(), 2);
}
