use std::io::{Cursor, Write};

use proptest::prelude::*;

use super::*;
use crate::inbound::{Attachment, Sender};

fn inbound(body: &str, files: Vec<(&str, Option<&str>, Content)>) -> Inbound {
    Inbound {
        id: "m1".to_owned(),
        channel: "email".to_owned(),
        received_at: jiff::Timestamp::UNIX_EPOCH,
        from: Sender::default(),
        subject: None,
        body: body.to_owned(),
        attachments: files
            .into_iter()
            .map(|(name, media, content)| Attachment {
                name: name.to_owned(),
                media_type: media.map(str::to_owned),
                content,
            })
            .collect(),
    }
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The text of the only attachment, or the only note.
fn read(name: &str, media: Option<&str>, bytes: &[u8]) -> String {
    let (parts, notes) = parts(&inbound("", vec![(name, media, Content::Bytes(bytes.to_vec()))]));
    let texts: Vec<String> = parts.into_iter().skip(1).map(|part| part.text).collect();
    [texts, notes].concat().join("|")
}

#[test]
fn bytes_become_text_or_a_note() {
    let utf16: Vec<u8> = "olá, mundo".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a.txt", "olá".as_bytes().to_vec(), "olá"),
        ("a.txt", b"ol\xe1, n\xe3o vai".to_vec(), "olá, não vai"),
        ("a.txt", utf16, "olá, mundo"),
        ("a.txt", b"\xef\xbb\xbfoi".to_vec(), "oi"),
        ("foto.png", b"\x89PNG\r\n\x1a\n\0\0".to_vec(), "anexo foto.png: imagem, não lida"),
        ("a.pdf", b"%PDF-1.7".to_vec(), "anexo a.pdf: PDF, não lido"),
        ("a.bin", vec![0, 1, 2, 3], "anexo a.bin: arquivo binário, não lido"),
        ("a.zip", b"PK\x03\x04nada".to_vec(), "anexo a.zip: ZIP danificado, não lido"),
        ("a.txt", vec![], "anexo a.txt: vazio"),
    ];
    for (name, bytes, expected) in table {
        assert_eq!(read(name, None, &bytes), expected, "{name}");
    }
}

#[test]
fn archives_are_opened_under_safe_names() {
    let inner = zipped(&[("../../etc/log.txt", b"linha")]);
    let outer = zipped(&[("dentro.zip", &inner)]);
    let (parts, notes) = parts(&inbound("", vec![("fora.zip", None, Content::Bytes(outer))]));
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(parts[1].origin, Origin::Attachment("fora.zip/dentro.zip/etc/log.txt".to_owned()));
    assert_eq!(parts[1].text, "linha");
}

#[test]
fn bombs_are_refused() {
    let bomb = zipped(&[("zeros.txt", &vec![b'0'; 20 << 20])]);
    assert!(read("b.zip", None, &bomb).contains("grande demais"));
    let mut nested = zipped(&[("a.txt", b"fundo")]);
    for _ in 0..4 {
        nested = zipped(&[("n.zip", &nested)]);
    }
    assert!(read("n.zip", None, &nested).contains("arquivo dentro de arquivo demais"));
}

#[test]
fn an_email_gives_headers_text_and_attachments() {
    let mail = "From: Alarme <a@loja.example>\r\nSubject: =?utf-8?Q?falha_na_integra=C3=A7=C3=A3o?=\r\n\
        Date: Sat, 16 May 2026 15:21:02 -0300\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\ncaiu\r\n\
        --x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=app.log\r\n\r\nGET /a 500\r\n--x--\r\n";
    let (parts, _) = parts(&inbound("", vec![("a.eml", None, Content::Text(mail.to_owned()))]));
    assert!(parts[1].text.starts_with("Date: 2026-05-16T15:21:02-03:00\nSubject: falha na integração\n"));
    assert!(parts[1].text.contains("caiu"));
    assert_eq!(parts[2].origin, Origin::Attachment("a.eml/app.log".to_owned()));
}

#[test]
fn html_is_laid_out_without_breaking_long_words() {
    let key = "k".repeat(300);
    let page = format!("<html><body><p>chave {key}</p><p>fim</p></body></html>");
    let (parts, _) = parts(&inbound(&page, vec![]));
    assert!(parts[0].text.contains(&key) && !parts[0].text.contains('<'), "{}", parts[0].text);
    assert!(read("p.html", None, page.as_bytes()).contains("fim"));
    assert_eq!(read("x.xml", None, b"<a>1</a>"), "<a>1</a>");
}

proptest! {
    #[test]
    fn unpacking_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), start in 0..6_usize, name in "\\PC{0,8}(\\.eml|\\.html|\\.zip)?") {
        let starts: [&[u8]; 6] = [b"", b"PK\x03\x04", &[0x1f, 0x8b, 8], b"From: a\n\n", b"<html>", b"\xff\xfe"];
        let content = [starts[start], &bytes].concat();
        let (parts, _) = parts(&inbound(&String::from_utf8_lossy(&bytes), vec![(&name, None, Content::Bytes(content))]));
        prop_assert!(parts.len() <= MOST_PARTS);
    }
}
