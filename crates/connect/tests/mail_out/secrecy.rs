//! Nothing of an addressee or a link stands in the database, while a mail waits and after it went.

use std::path::Path;

use balcao_core::ticket::Role;
use balcao_desk::caller::Caller;
use balcao_desk::people::account::{NewAccount, create, invite};
use balcao_desk::people::link;
use jiff::SignedDuration;

use crate::office::{Office, forms, header, noon, work};

/// Where a text stands in the files of a folder.
fn places(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        if bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes())) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_the_address_nor_the_link_stands_in_the_clear() {
    const ADDRESS: &str = "fulana.de.tal@desconhecida.example";
    let office = Office::new().await;
    office.server.rules(&[
        "fulana.de.tal@desconhecida.example 450 4.2.1 <fulana.de.tal@desconhecida.example> is busy",
        "dea@alfa.example 450 4.2.1 later",
        "nova@balcao.example 450 4.2.1 later",
    ]);
    let ticket = office.asked(ADDRESS, "Erro").await;
    office.answered(&ticket.id, "Olá!").await;
    assert_eq!(link::ask(&office.desk, "dea@alfa.example", noon()).await.unwrap(), None);
    let new = NewAccount {
        login: "nova@balcao.example".to_owned(),
        name: "Nova".to_owned(),
        role: Role::Agent,
        partner: None,
        team: None,
    };
    let made = create(&office.desk, &Caller::system(), new, noon()).await.unwrap();
    let invitation = invite(&office.desk, &Caller::system(), &made.id, noon()).await.unwrap();
    assert_eq!(work(&office.desk, noon()).await.len(), 3);
    let scan = |texts: &[&str]| {
        for text in texts {
            assert_eq!(places(office.directory.path(), text), Vec::<String>::new(), "{text}");
        }
    };
    scan(&[ADDRESS, "fulana.de.tal", &invitation]);
    // The scan looks at what is there.
    assert!(!places(office.directory.path(), "Recebo 401 desde ontem").is_empty());
    office.server.rules(&[]);
    assert_eq!(work(&office.desk, noon() + SignedDuration::from_mins(1)).await, Vec::<String>::new());
    let mails = office.server.wait_for(3);
    assert_eq!(mails.len(), 3);
    let entry = mails.iter().find(|mail| header(mail, "To").as_deref() == Some("dea@alfa.example")).unwrap();
    let text = forms(entry).0;
    let secret = text.split("/entrar/link/").nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(secret.len() > 20);
    scan(&[ADDRESS, "fulana.de.tal", &invitation, secret]);
}
