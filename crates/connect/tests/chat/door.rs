//! Who is heard: whoever has the secret, and nobody else.

use balcao_desk::DeskError;
use balcao_desk::chat::{self, Delivered, WHATSAPP};
use serde_json::json;

use crate::homes::{APP_SECRET, DEA, Home, VERIFY, noon, of, signature, tell, text};

crate::on_both!(whoever_signs_otherwise_is_not_heard);

async fn whoever_signs_otherwise_is_not_heard(home: &Home) {
    let body = of(DEA, "Dea", &[text("wamid.in1", "Erro 401", 0)]).to_string().into_bytes();
    let good = signature(APP_SECRET, &body);
    let table: [(&str, Option<String>, &[u8]); 6] = [
        (WHATSAPP, None, &body),
        (WHATSAPP, Some(String::new()), &body),
        (WHATSAPP, Some(signature("outro-segredo-qualquer", &body)), &body),
        (WHATSAPP, Some(good.clone()), b"{}"),
        (WHATSAPP, Some(good.replace("sha256=", "sha1=")), &body),
        ("chat:ninguem", Some(good.clone()), &body),
    ];
    for (channel, signature, body) in table {
        let header = |name: &str| signature.clone().filter(|_| name == "x-hub-signature-256");
        let heard = chat::hook(&home.desk, channel, &Delivered { header: &header, body }, noon()).await;
        assert!(matches!(heard, Err(DeskError::Unknown)), "{channel} {signature:?} {heard:?}");
    }
    let nobody = tell(&home.desk, "ninguem", &json!({"type": "message.created"})).await;
    assert!(matches!(nobody, Err(DeskError::Unknown)));
    assert_eq!(home.counts().await.seen, 0);
    assert!(chat::challenged(&home.desk, VERIFY).is_ok());
    for word in ["", "outra-palavra-qualquer", VERIFY.trim_start_matches('p')] {
        assert!(matches!(chat::challenged(&home.desk, word), Err(DeskError::Unknown)), "{word}");
    }
}
