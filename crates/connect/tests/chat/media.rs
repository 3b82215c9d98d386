//! Files: fetched by Graph's API, bounded, and part of the message that they came with.

use serde_json::{Value, json};

use crate::homes::{DEA, Home, after, noon, of, work};
use crate::server::Fault;

crate::on_both!(a_file_is_part_of_its_message, a_file_that_is_not_to_be_had_is_said_to_be_missing);

fn document(id: &str, media: &str) -> Value {
    json!({"id": id, "timestamp": noon().as_second().to_string(), "type": "document",
        "document": {"id": media, "caption": "Segue o log", "filename": "log.txt", "mime_type": "text/plain"}})
}

async fn a_file_is_part_of_its_message(home: &Home) {
    home.server.state().files.insert("9001".to_owned(), b"POST /api/propostas 401".to_vec());
    // Graph is away for a moment.
    home.server.fail([Fault::Bare(503)]);
    home.delivered(&of(DEA, "Dea", &[document("wamid.in1", "9001")])).await;
    assert_eq!(work(&home.desk, noon()).await.len(), 1);
    assert_eq!(home.tickets().await.len(), 0);
    assert_eq!(work(&home.desk, after(5)).await, Vec::<String>::new());
    let whole = home.only().await;
    assert_eq!(whole.messages[0].body, "Segue o log");
    let file = &whole.attachments[0];
    assert_eq!(
        (file.name.as_str(), file.size, file.text.as_deref()),
        ("log.txt", 23, Some("POST /api/propostas 401"))
    );
    // Delivered again it is not even asked for.
    let asked = home.server.state().asked.len();
    home.dea(&[document("wamid.in1", "9001"), crate::homes::text("wamid.in2", "E então?", 1)]).await;
    assert_eq!(home.server.state().asked.len(), asked);
    assert_eq!(home.only().await.messages.len(), 2);
}

async fn a_file_that_is_not_to_be_had_is_said_to_be_missing(home: &Home) {
    home.server.state().files.insert("9002".to_owned(), vec![b'x'; 1_001]);
    home.server.state().files.insert("9003".to_owned(), b"x".to_vec());
    home.dea(&[document("wamid.in1", "9000")]).await;
    home.dea(&[document("wamid.in2", "9002")]).await;
    home.server.state().wrong_hash = true;
    home.delivered(&of(
        DEA,
        "Dea",
        &[document("wamid.in3", "9003"), crate::homes::text("wamid.in4", "E então?", 1)],
    ))
    .await;
    let mut now = noon();
    for _ in 0..3 {
        assert_eq!(work(&home.desk, now).await.len(), 1, "{now}");
        now += jiff::SignedDuration::from_hours(5);
    }
    let said: Vec<String> = home.only().await.messages.into_iter().map(|message| message.body).collect();
    assert_eq!(said.len(), 4, "{said:?}");
    for expected in ["não o tem mais", "passa de 0 MB", "o Balcão tenta de novo"] {
        let found = said
            .iter()
            .filter(|body| body.starts_with("Segue o log\n\n[o arquivo log.txt") && body.contains(expected));
        assert_eq!(found.count(), 1, "{expected}: {said:?}");
    }
    // What came with it did not wait for it, and its words only for a while.
    assert!(said.contains(&"E então?".to_owned()), "{said:?}");
    assert_eq!((home.counts().await.filed, home.counts().await.waiting), (2, 1));
    // It is tried so often, and then waits for a person.
    for _ in 0..8 {
        work(&home.desk, now).await;
        now += jiff::SignedDuration::from_hours(5);
    }
    let lead = crate::homes::caller(balcao_core::ticket::Role::Lead);
    let aside = balcao_desk::chat::list(&home.desk, &lead, ("quarantined", None), 10).await.unwrap();
    assert!(
        aside.len() == 1 && aside[0].reason.as_ref().unwrap().contains("SHA-256 não confere"),
        "{aside:?}"
    );
    home.server.state().wrong_hash = false;
    balcao_desk::chat::retry(&home.desk, &lead, &aside[0].id, now).await.unwrap();
    assert_eq!(work(&home.desk, now).await, Vec::<String>::new());
    let whole = home.only().await;
    assert_eq!((whole.messages.len(), whole.attachments.len(), home.counts().await.filed), (5, 1, 3));
    assert_eq!(whole.messages.iter().filter(|message| message.body.is_empty()).count(), 1);
}
