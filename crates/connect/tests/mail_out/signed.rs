//! A signature that another program accepts, with the keys that it would find in the DNS.

use std::io::Write as _;
use std::process::{Command, Stdio};

use balcao_testkit::postfix::Server;

use crate::office::{Office, noon, work};

/// Checks a mail from standard input with the record given as an argument.
const CHECK: &str = "import sys, dkim
record = sys.argv[1].encode()
mail = sys.stdin.buffer.read()
asked = []
def dns(name, timeout=5):
    asked.append(name.decode().rstrip('.'))
    return record
good = dkim.verify(mail, dnsfunc=dns)
bad = dkim.verify(mail.replace(b'Subject: ', b'Subject: x'), dnsfunc=dns)
print(good, bad, asked[0])
";

fn openssl(words: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new("openssl");
    let child =
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = child.unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {words:?}");
    output.stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_accepted_by_another_program() {
    let key = openssl(&["genrsa", "-traditional", "2048"], b"");
    let public = openssl(&["rsa", "-pubout"], &key);
    let public: String =
        String::from_utf8(public).unwrap().lines().filter(|line| !line.starts_with('-')).collect();
    let server = tokio::task::spawn_blocking(Server::own).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dkim.pem");
    std::fs::write(&path, key).unwrap();
    let office = Office::with(server, |settings| {
        settings.dkim_selector = "m2026".to_owned();
        settings.dkim_key_file = path.display().to_string();
    });
    let office = office.await;
    let ticket = office.asked("ana@alfa.example", "Reclamação: erro 401").await;
    office
        .answered(&ticket.id, "Olá!\n\nO token expirou.  \nGere outro; está na página \"Autenticação\".\n.\n")
        .await;
    assert_eq!(work(&office.desk, noon()).await, Vec::<String>::new());
    let mails = office.server.wait_for(1);
    let mut check = Command::new("/usr/bin/python3");
    let check = check.args(["-c", CHECK, &format!("v=DKIM1; k=rsa; p={public}")]);
    let mut check = check.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    check.stdin.take().unwrap().write_all(mails[0].replace('\n', "\r\n").as_bytes()).unwrap();
    let said = check.wait_with_output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said.trim(), "True False m2026._domainkey.balcao.example");
}
