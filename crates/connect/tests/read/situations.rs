//! One test a situation.

use balcao_connect::email::{Automatic, MailError, Outcome, Protection, read};

use crate::{OURS, corpus, mail, raw};

#[test]
fn a_mail_tells_who_to_whom_when_and_in_answer_to_what() {
    let first = mail("first");
    assert_eq!(first.message_id.as_deref(), Some("first.1@alfa.example"));
    assert_eq!(first.from[0].name.as_deref(), Some("Déa Souza"));
    assert_eq!(first.from[0].address.as_deref(), Some("dea@alfa.example"));
    assert_eq!(first.to[0].address.as_deref(), Some("suporte@balcao.example"));
    assert_eq!(first.subject, "Erro 401 ao criar proposta");
    assert_eq!(first.written_at.unwrap().to_string(), "2026-06-09T13:58:00Z");
    assert_eq!(first.arrived_at.unwrap().to_string(), "2026-06-09T13:58:02Z");
    assert_eq!((first.automatic, first.bounce, first.calendar), (None, None, None));
    let answer = mail("outlook");
    assert_eq!(answer.in_reply_to, ["first.1@alfa.example"]);
    assert_eq!(answer.references, ["first.1@alfa.example"]);
}

#[test]
fn the_new_words_stand_apart_from_quotation_and_signature() {
    let table = [
        (
            "first",
            "Bom dia, o usuário AL1 recebe 401 em POST https://api.frotasul.example/api/propostas desde as 10h12.",
        ),
        ("apple-mail", "A hora certa é 10h15, e o corpo ia vazio.\n\nDéa"),
        ("outlook", "Segue o token novo, ainda dá 401.\n\nAtenciosamente,\nCarlos"),
        ("gmail", "Anexei o HAR da chamada."),
        ("html-only", "Qual é o prazo?\n\nObrigada"),
    ];
    for (name, words) in table {
        assert_eq!(mail(name).new_words(), words, "{name}");
    }
    assert!(mail("gmail").text.contains("> Bom dia"), "nothing that was said is thrown away");
}

#[test]
fn the_sender_is_verified_by_our_own_server_alone() {
    for name in ["first", "apple-mail", "outlook", "gmail"] {
        assert_eq!(mail(name).verified_by(), Some("dmarc"), "{name}");
    }
    let forged = mail("forged");
    assert_eq!((forged.verified_by(), forged.authentication.dmarc), (None, Outcome::None));
    let untold = read(&raw("first"), None).unwrap();
    assert_eq!(untold.verified_by(), None, "without a name of ours nobody's word counts");
    let two = String::from_utf8(raw("first")).unwrap();
    let two = two.replacen("<dea@alfa.example>\r\nTo:", "<dea@alfa.example>, eva@alfa.example\r\nTo:", 1);
    assert_eq!(
        read(two.as_bytes(), Some(OURS)).unwrap().verified_by(),
        None,
        "a mail of two authors is nobody's"
    );
}

#[test]
fn what_programs_write_is_known_by_its_signs() {
    let table = [
        ("auto-reply", Some(Automatic::Answer)),
        ("bounce", Some(Automatic::Report)),
        ("newsletter", Some(Automatic::List)),
        ("invitation-answer", Some(Automatic::InvitationAnswer)),
        ("invitation", None),
        ("first", None),
        ("forwarded", None),
    ];
    for (name, expected) in table {
        assert_eq!(mail(name).automatic, expected, "{name}");
    }
    let signs = [
        ("Auto-Submitted: auto-generated", Some(Automatic::Answer)),
        ("Auto-Submitted: no", None),
        ("X-Autoreply: yes", Some(Automatic::Answer)),
        ("X-Auto-Response-Suppress: All", Some(Automatic::Answer)),
        ("X-Auto-Response-Suppress: DR, OOF", None),
        ("Precedence: auto_reply", Some(Automatic::Answer)),
        ("Precedence: list", Some(Automatic::List)),
        ("List-Id: <equipe.alfa.example>", Some(Automatic::List)),
        ("Return-Path: <>", Some(Automatic::NullSender)),
        ("Return-Path: <dea@alfa.example>", None),
        ("Subject: Resposta automática: férias", Some(Automatic::Answer)),
    ];
    for (sign, expected) in signs {
        let raw = format!("{sign}\r\nFrom: a@b.example\r\n\r\nOi\r\n");
        assert_eq!(read(raw.as_bytes(), None).unwrap().automatic, expected, "{sign}");
    }
}

#[test]
fn a_bounce_names_whom_it_did_not_reach_and_what_came_back() {
    let bounce = mail("bounce").bounce.unwrap();
    let failed: Vec<_> = bounce.recipients.iter().filter(|recipient| recipient.failed()).collect();
    assert_eq!(bounce.recipients.len(), 2);
    assert_eq!(failed.len(), 1);
    assert_eq!((failed[0].address.as_str(), failed[0].status.as_str()), ("saiu@alfa.example", "5.1.1"));
    assert!(failed[0].diagnostic.as_deref().unwrap().contains("User unknown"));
    assert_eq!(bounce.about, ["first.1@alfa.example", "our.answer.1@balcao.example"]);
}

#[test]
fn files_invitations_and_what_outlook_packs_are_found() {
    let har = &mail("gmail").files[0];
    assert_eq!((har.name.as_str(), har.media_type.as_str()), ("chamada.har", "application/json"));
    assert!(har.bytes.starts_with(b"{\"log\""));
    let forwarded = mail("forwarded");
    assert_eq!(forwarded.files[0].name, "alarme da integracao.eml");
    let inner = read(&forwarded.files[0].bytes, None).unwrap();
    assert_eq!(inner.subject, "alarme da integracao");
    assert_eq!(inner.files[0].name, "app.log");
    let winmail = mail("winmail");
    assert_eq!(winmail.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["app.log"]);
    assert_eq!(winmail.text.trim(), "Segue o log.");
    let calendar = mail("invitation").calendar.unwrap();
    assert_eq!(
        (calendar.method.as_str(), calendar.summary.as_deref()),
        ("REQUEST", Some("Reuniao de integracao"))
    );
}

#[test]
fn signed_mails_are_read_and_encrypted_ones_say_that_they_are_not() {
    let signed = mail("signed");
    assert_eq!(signed.protection, Protection::Signed);
    assert_eq!(signed.text.trim(), "Segue o CNPJ do contrato novo.");
    let encrypted = mail("encrypted");
    assert_eq!((encrypted.protection, encrypted.text.trim()), (Protection::Encrypted, ""));
    assert!(encrypted.notes.iter().any(|note| note.contains("cifrado")));
}

#[test]
fn odd_charsets_are_read() {
    let table = [
        ("windows-1252", "Devolução de crédito – erro", "A devolução não foi concluída – “erro 500”."),
        ("utf-16", "Acentuação", "não há proposta"),
        ("iso-2022-jp", "テスト", "こんにちは"),
        ("raw-latin-1", "Situacao", "A situação não mudou."),
    ];
    for (name, subject, text) in table {
        let mail = mail(name);
        assert_eq!((mail.subject.as_str(), mail.text.trim()), (subject, text), "{name}");
    }
}

#[test]
fn an_id_that_is_none_names_nothing() {
    for name in ["empty-id-1", "empty-id-2"] {
        let mail = mail(name);
        assert_eq!((mail.message_id, mail.in_reply_to, mail.references), (None, vec![], vec![]), "{name}");
    }
}

#[test]
fn huge_headers_are_bounded() {
    let ids = "<a@b.example>\r\n ".repeat(50_000);
    let people = "ana@b.example, ".repeat(50_000);
    let raw = format!(
        "From: a@b.example\r\nTo: {people}b@c.example\r\nSubject: {}\r\nReferences: {ids}\r\n\r\nOi",
        "x".repeat(1 << 20)
    );
    let mail = read(raw.as_bytes(), None).unwrap();
    assert!(mail.references.len() <= 100 && mail.to.len() <= 200 && mail.subject.len() <= 500);
    assert_eq!(mail.text, "Oi");
}

#[test]
fn what_is_no_mail_is_refused_in_words() {
    for (bytes, expected) in
        [(&b""[..], MailError::Empty), (b"\r\n\r\n", MailError::Empty), (b"\0\0\0\0", MailError::NoHeaders)]
    {
        assert_eq!(read(bytes, None).unwrap_err(), expected, "{bytes:?}");
    }
    let copied = [b"   \r\nFrom MAILER-DAEMON Tue Jun  9 10:58:00 2026\r\n".to_vec(), raw("first")].concat();
    assert_eq!(
        read(&copied, Some(OURS)).unwrap(),
        mail("first"),
        "what stands above the head is no part of it"
    );
    for kind in ["text/plain", "text/html"] {
        let zero = format!("From: a@b.example\r\nContent-Type: {kind}\r\n\r\num\0dois");
        assert!(!read(zero.as_bytes(), None).unwrap().text.contains('\0'), "{kind}");
    }
    let large = vec![b'x'; balcao_connect::email::LARGEST_MAIL + 1];
    assert_eq!(read(&large, None).unwrap_err(), MailError::TooLarge(large.len()));
}

#[test]
fn every_mail_of_the_corpus_is_read() {
    let names = corpus();
    assert!(names.len() > 25);
    for name in names {
        let mail = mail(&name);
        assert!(mail.author().is_some() && !mail.subject.is_empty(), "{name}");
    }
}
