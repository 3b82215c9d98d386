//! PDFs and pictures that other programs made, read in processes of their own.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use balcao_connect::attachment::{Ocr, Programs, Reader, Settings, pdf};
use balcao_connect::mail::{Arrived, take_in};
use balcao_core::evidence::unpack::{Kind, Unread};
use balcao_core::inbound::{Extracted, ReadBy};
use balcao_core::ticket::Role;
use balcao_desk::Desk;
use balcao_desk::files::Reader as _;
use balcao_desk::verbs::show;
use balcao_store::ticket::{self, Filter};
use balcao_store::{Page, Scope};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::homes::{Home, caller, check, message, now, proves_itself, received};

crate::on_both!(
    a_user_who_was_read_of_a_picture_is_not_said_to_be_unknown,
    a_screenshot_is_read_and_what_was_read_is_not_taken_for_certain,
    a_mail_with_a_pdf_is_found_by_its_words_and_judged_by_them_again,
);

/// No test: what the reader starts, as the desk starts itself.
#[test]
fn child() {
    if std::env::var(pdf::PAGES).is_ok() {
        pdf::serve(std::io::stdin().lock(), std::io::stdout().lock()).unwrap();
        std::process::exit(0);
    }
}

fn programs() -> Programs {
    let arguments = ["--exact", "attachments::child", "--nocapture"].map(str::to_owned).to_vec();
    Programs { pdf: (std::env::current_exe().unwrap(), arguments) }
}

fn settings() -> Settings {
    Settings { ocr: Ocr::Tesseract, seconds: 30, memory_mib: 200, ..Settings::default() }
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/world/files/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

async fn read(settings: Settings, name: &str, kind: Kind, bytes: Vec<u8>) -> Option<Extracted> {
    let reader = Reader::new(settings, programs());
    let read = reader.read(vec![Unread { name: name.to_owned(), kind, bytes }]).await;
    read.into_iter().next().map(|(_, read)| read)
}

async fn read_pdf(bytes: Vec<u8>) -> Extracted {
    read(settings(), "a.pdf", Kind::Pdf, bytes).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_text_of_a_pdf_is_read_line_by_line_whoever_made_it() {
    for (name, expected) in [
        ("office.pdf", &["request_id: req-550012", "usuário: AL1", "529.982.247-25"][..]),
        ("print-only.pdf", &["request_id: req-550012"]),
        ("browser.pdf", &["POST /api/propostas", "X-Request-Id: req-7731904"]),
    ] {
        let read = read_pdf(file(name)).await;
        assert_eq!((read.by, read.note), (ReadBy::Pdf, None), "{name}");
        for words in expected {
            assert!(read.text.lines().any(|line| line.contains(words)), "{name}: {words} in\n{}", read.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pdf_that_cannot_be_read_is_a_note_and_harms_nobody() {
    let whole = file("office.pdf");
    let mut changed = whole.clone();
    let at = changed.windows(6).position(|window| window == b"/Pages").unwrap();
    changed[at..at + 6].copy_from_slice(b"/Nages");
    let table = [
        ("locked", file("locked.pdf"), "protegido por senha"),
        ("scanned", file("scanned.pdf"), "sem texto"),
        ("cut", whole[..whole.len() / 3].to_vec(), "danificado"),
        ("no pages", changed, "danificado"),
        ("only its name", b"%PDF-1.7".to_vec(), "danificado"),
        ("nested", nested(), "não lido"),
    ];
    for (what, bytes, why) in table {
        let read = read_pdf(bytes).await;
        let note = read.note.unwrap_or_default();
        assert!(read.text.is_empty() && note.contains(why), "{what}: {note} {}", read.text);
    }
}

/// Arrays within each other until the reader's stack is full.
fn nested() -> Vec<u8> {
    let deep = "[".repeat(300_000);
    format!("%PDF-1.7\n1 0 obj\n{deep}\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF").into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pdf_that_unpacks_without_end_is_stopped() {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..600 {
        packed.write_all(&[b' '; 1 << 20]).unwrap();
    }
    let packed = packed.finish().unwrap();
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    let stream = format!("<< /Length {} /Filter /FlateDecode >>\nstream\n", packed.len());
    for (number, object) in (1..).zip([
        &b"<< /Type /Catalog /Pages 2 0 R >>"[..],
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> /Contents 4 0 R >>",
        &[stream.as_bytes(), &packed, b"\nendstream"].concat(),
    ]) {
        places.push(bytes.len());
        bytes.extend(format!("{number} 0 obj\n").bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let start = bytes.len();
    bytes.extend(b"xref\n0 5\n0000000000 65535 f \n");
    for place in places {
        bytes.extend(format!("{place:010} 00000 n \n").bytes());
    }
    bytes.extend(format!("trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").bytes());
    let begun = Instant::now();
    let read = read_pdf(bytes).await;
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(read.text.is_empty() && read.note.is_some(), "{:?}", read.note);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_longer_than_the_seconds_that_were_set() {
    let slow = tempfile::tempdir().unwrap();
    let program = slow.path().join("slow");
    std::fs::write(&program, "#!/bin/sh\nexec sleep 60\n").unwrap();
    let mode: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    let settings = Settings { seconds: 1, program: Some(program), at_once: 1, ..settings() };
    let reader = Reader::new(settings, programs());
    let picture = |name: &str| Unread { name: name.to_owned(), kind: Kind::Picture, bytes: file("tela.png") };
    let begun = Instant::now();
    let read = reader.read(vec![picture("a.png"), picture("b.png"), picture("c.png")]).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(read.len(), 3);
    for (name, read) in read {
        assert!(read.note.is_some_and(|note| note.contains("passou do tempo")), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_reads_pictures_that_is_said() {
    let off = Settings { ocr: Ocr::Off, ..settings() };
    assert_eq!(read(off, "a.png", Kind::Picture, file("tela.png")).await, None);
    let missing = Settings { program: Some("/nowhere/tesseract".into()), ..settings() };
    let read = read(missing, "a.png", Kind::Picture, file("tela.png")).await.unwrap();
    assert_eq!(read.note.as_deref(), Some("imagem não lida: o programa de OCR não está instalado"));
}

/// A reader that reads a user whom nobody knows.
async fn a_user_who_was_read_of_a_picture_is_not_said_to_be_unknown(home: Home) {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("reader");
    std::fs::write(&program, "#!/bin/sh\ncat > /dev/null\necho 'usuario: AL7'\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    let desk = reading(&home.desk, Settings { program: Some(program), ..settings() });
    let picture = BASE64_STANDARD.encode(file("tela.png"));
    let sent = message(1, "dev@alfa.example", "Segue o erro, em anexo.", &[("tela.png", picture)]);
    let new = received(&desk, &sent).await;
    let (verdict, proof) = check(&new.diagnosis, "usuario-existe");
    assert_eq!(verdict, "indeterminado", "{}", new.diagnosis);
    assert!(proof.contains("AL7 foi lido por OCR e pode ter letras trocadas"), "{proof}");
}

fn reading(desk: &Desk, settings: Settings) -> Desk {
    desk.clone().reading_by(Arc::new(Reader::new(settings, programs())))
}

fn zipped(files: &[&str]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&file(name)).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

async fn a_screenshot_is_read_and_what_was_read_is_not_taken_for_certain(home: Home) {
    let desk = reading(&home.desk, settings());
    let packed = BASE64_STANDARD.encode(zipped(&["tela.png"]));
    let sent = message(1, "dev@alfa.example", "Segue o erro, em anexo.", &[("prints.zip", packed)]);
    let new = received(&desk, &sent).await;
    let line: serde_json::Value = serde_json::from_str(&new.diagnosis).unwrap();
    let error = &line["evidence"]["error_message"];
    assert_eq!(error["source"], "ocr", "{}", new.diagnosis);
    let place = error["where"].as_str().unwrap();
    assert!(place.starts_with("prints.zip/tela.png (lido por OCR), linha "), "{place}");
    assert!(line["notes"].to_string().contains("lida por OCR"), "{}", line["notes"]);
    // The picture says AL1; a reader of letters may take the last one for another.
    assert_ne!(check(&new.diagnosis, "usuario-existe").0, "nao");
    let whole = show::show(&desk, &caller(Role::Agent), new.ticket.id.as_str()).await.unwrap();
    let kept =
        whole.attachments.iter().find(|file| file.name == "prints.zip/tela.png (lido por OCR)").unwrap();
    assert!(kept.text.as_ref().unwrap().contains("req-7731904"), "{:?}", kept.text);
    // Once it was read it stays as it was read, whatever reads next.
    proves_itself(&home.desk, &new, &[]).await;
    assert_eq!(found(&desk, "7731904").await, 1);
}

async fn a_mail_with_a_pdf_is_found_by_its_words_and_judged_by_them_again(home: Home) {
    let desk = reading(&home.desk, settings());
    let pdf = BASE64_STANDARD.encode(file("office.pdf"));
    let mail = format!(
        "From: Dea <dea@alfa.example>\r\nTo: suporte@balcao.example\r\nSubject: Erro\r\nMessage-ID: <pdf@alfa.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSegue.\r\n\
         --b\r\nContent-Type: application/octet-stream; name=\"relatorio.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"relatorio.pdf\"\r\n\r\n{pdf}\r\n--b--\r\n"
    );
    let arrived = Arrived { raw: mail.into_bytes(), mailbox: "teste".to_owned(), uid: None };
    let taken = take_in(&desk, &caller(Role::Agent), arrived, now()).await.unwrap();
    let ticket = taken.ticket.unwrap();
    let whole = show::show(&desk, &caller(Role::Agent), ticket.id.as_str()).await.unwrap();
    let names: Vec<&str> = whole.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["relatorio.pdf", "relatorio.pdf (texto do PDF)"]);
    let text = whole.attachments[1].text.as_ref().unwrap();
    assert!(text.contains("req-550012") && !text.contains("529.982"), "{text}");
    assert_eq!(found(&desk, "550012").await, 1);
    let received = balcao_desk::verbs::receive::Received {
        ticket,
        diagnosis: String::new(),
        known: false,
        similar: Vec::new(),
    };
    proves_itself(&home.desk, &received, &["529.982"]).await;
}

/// How many tickets are found by this word.
async fn found(desk: &Desk, word: &str) -> usize {
    let mut conn = desk.store().read().await.unwrap();
    let filter = Filter { words: Some(word.to_owned()), ..Filter::default() };
    ticket::list(&mut conn, &Scope::All, &filter, &Page::first(10)).await.unwrap().items.len()
}
