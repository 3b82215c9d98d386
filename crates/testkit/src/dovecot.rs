//! A Dovecot that lives as long as this program: on free ports of loopback, in a directory of its own, with a certificate of its own. Every
//! user's password is [`PASSWORD`]; a token is good that [`TOKEN_KEY`] signed.
//!
//! Dovecot starts as root only: its master gives its programs users of their own.

#![allow(clippy::expect_used, clippy::panic, reason = "without a server there is nothing to test")]

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::postfix::{certificate, free_port, number, run};

const PROGRAM: &str = "/usr/sbin/dovecot";

/// The password of every user.
pub const PASSWORD: &str = "senha-da-caixa";
/// With what tokens are signed (HS256), as the server's file has it: base64 of `segredo-dos-tokens-de-teste-0001`.
pub const TOKEN_KEY: &str = "c2VncmVkby1kb3MtdG9rZW5zLWRlLXRlc3RlLTAwMDE=";

/// A server that is running, or was.
pub struct Server {
    home: PathBuf,
    port: u16,
    port_tls: u16,
    count: AtomicU64,
    /// Each holds the pipe whose end tells the shell to stop the server and to clear away its files.
    shells: Mutex<Vec<Child>>,
}

impl Server {
    /// One for the caller alone, who may fail it.
    #[must_use]
    pub fn own() -> Self {
        Self::that_can("")
    }

    /// One that says it can do these things and no others; `""` for what it says by itself.
    #[must_use]
    pub fn that_can(capabilities: &str) -> Self {
        let (home, user, group) = fresh();
        Self::started(home, &format!("{user}:{group}"), ("", capabilities))
    }

    /// One that shows what this mail server received.
    #[must_use]
    pub fn of(postfix: &crate::postfix::Server) -> Self {
        let (home, user, group) = fresh();
        Self::started(home, &format!("{user}:{group}"), (&postfix.maildir().display().to_string(), ""))
    }

    fn started(home: PathBuf, owner: &str, (maildir, capabilities): (&str, &str)) -> Self {
        let (port, port_tls) = (free_port(), free_port());
        certificate(&home);
        for folder in ["mail", "keys", "keys/default", "keys/default/HS256"] {
            fs::create_dir(home.join(folder)).expect("a folder");
        }
        fs::write(home.join("keys/default/HS256/default"), TOKEN_KEY).expect("the key of tokens");
        fs::write(home.join("oauth2.conf"), oauth2(&home)).expect("oauth2.conf");
        let at = if maildir.is_empty() { format!("{}/mail/%u", home.display()) } else { maildir.to_owned() };
        let mut text = settings(&home, (port, port_tls), owner, &at);
        if !capabilities.is_empty() {
            text.push_str(&format!("protocol imap {{\n  imap_capability = {capabilities}\n}}\n"));
        }
        fs::write(home.join("dovecot.conf"), text).expect("dovecot.conf");
        run(Command::new("chown").args(["-R", owner]).arg(home.join("mail")), "give the mails an owner");
        let server = Self { home, port, port_tls, count: AtomicU64::new(0), shells: Mutex::default() };
        server.come_back();
        server
    }

    /// The port on which it speaks plainly and offers `STARTTLS`.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port on which it speaks TLS from the first byte.
    #[must_use]
    pub fn port_tls(&self) -> u16 {
        self.port_tls
    }

    /// The certificate by which it is known as `localhost`.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.home.join("cert.pem")
    }

    /// Puts a mail into a user's mailbox, as a mail server does: whole or not at all.
    pub fn deliver(&self, user: &str, raw: &[u8]) {
        let home = self.home.join("mail").join(user);
        if !home.exists() {
            for folder in ["", "cur", "new", "tmp"] {
                fs::create_dir(home.join(folder)).expect("a folder of the mailbox");
            }
            let owner = format!("{}:{}", number("-u"), number("-g"));
            run(Command::new("chown").args(["-R", &owner]).arg(&home), "give the mailbox an owner");
        }
        // Dovecot numbers mails in the order of their names.
        let name = format!("{:012}.teste", self.count.fetch_add(1, Ordering::Relaxed));
        let path = home.join("tmp").join(&name);
        fs::write(&path, raw).expect("a mail");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("rights of a mail");
        fs::rename(&path, home.join("new").join(&name)).expect("a mail arrives");
    }

    /// The mails of a user's folder (`""` for the inbox), by the names of their files: after `:2,` stand their flags.
    #[must_use]
    pub fn folder(&self, user: &str, name: &str) -> Vec<String> {
        let home = self.home.join("mail").join(user);
        let home = if name.is_empty() { home } else { home.join(format!(".{name}")) };
        let read = |part: &str| fs::read_dir(home.join(part)).into_iter().flatten().flatten();
        let files = read("new").chain(read("cur"));
        let mut names: Vec<String> =
            files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Forgets a user's numbers, as a server does whose index was lost: the same mails have others then. It must be stopped.
    pub fn renumber(&self, user: &str) {
        let home = self.home.join("mail").join(user);
        for file in fs::read_dir(home).expect("the mailbox").flatten() {
            if file.file_name().to_string_lossy().starts_with("dovecot") {
                fs::remove_file(file.path()).expect("an index");
            }
        }
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    /// Ends it at once, with every connection.
    pub fn stop(&self) {
        self.signal("-TERM");
        self.wait_until_gone();
    }

    /// Kills it and whatever it started, without a word.
    pub fn kill(&self) {
        self.family("-KILL");
        self.wait_until_gone();
        let _left = fs::remove_file(self.home.join("run/master.pid"));
    }

    /// Lets it hang: whoever connects waits for a word, and whoever is connected too.
    pub fn hang(&self) {
        self.family("-STOP");
    }

    /// Lets it go on after [`Self::hang`].
    pub fn go_on(&self) {
        self.family("-CONT");
    }

    /// Starts it, on the same ports and the same mailboxes.
    pub fn come_back(&self) {
        self.shells.lock().expect("nobody panics with it").push(serve(&self.home));
        for _ in 0..400 {
            if self.answers() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("Dovecot did not start within 20 s; its log:\n{}", self.log());
    }

    /// Tells the server and every program that it started; some may end by themselves meanwhile.
    fn family(&self, signal: &str) {
        let master = self.pid();
        let mut all = vec![master.clone()];
        for process in fs::read_dir("/proc").expect("the processes").flatten() {
            let status = fs::read_to_string(process.path().join("status")).unwrap_or_default();
            let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
            if parent.is_some_and(|parent| parent.trim() == master) {
                all.push(process.file_name().to_string_lossy().into_owned());
            }
        }
        let mut kill = Command::new("kill");
        let _told = kill.arg(signal).args(all).stderr(Stdio::null()).status().expect("`kill` runs");
    }

    fn pid(&self) -> String {
        fs::read_to_string(self.home.join("run/master.pid")).expect("it is running").trim().to_owned()
    }

    fn signal(&self, signal: &str) {
        run(Command::new("kill").args([signal, &self.pid()]), "tell Dovecot");
    }

    fn wait_until_gone(&self) {
        for _ in 0..200 {
            if !self.answers() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("Dovecot did not end within 10 s");
    }

    fn answers(&self) -> bool {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Each shell sees the end of its pipe, stops its server and clears away.
        for shell in self.shells.get_mut().expect("nobody panics with it") {
            drop(shell.stdin.take());
            let _ended = shell.wait();
        }
    }
}

/// A directory, and who owns the mails in it.
fn fresh() -> (PathBuf, String, String) {
    assert!(
        Path::new(PROGRAM).is_file(),
        "the tests need Dovecot: `apt-get install dovecot-imapd` (no {PROGRAM})"
    );
    let home =
        tempfile::Builder::new().prefix("balcao-imap-").tempdir().expect("a temporary directory").keep();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).expect("rights of the directory");
    (home, number("-u"), number("-g"))
}

/// Starts the server under a shell that stops it when this program ends, in whatever way that ends.
fn serve(home: &Path) -> Child {
    let script = r#""$0" -F -c "$HOUSE/dovecot.conf" >/dev/null 2>&1 & server=$!; cat >/dev/null
        kill -CONT $server 2>/dev/null; kill -TERM $server 2>/dev/null; wait $server; rm -rf "$HOUSE""#;
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).arg(PROGRAM).env("HOUSE", home);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.spawn().expect("a shell for Dovecot")
}

fn settings(home: &Path, (port, port_tls): (u16, u16), owner: &str, at: &str) -> String {
    let home = home.display();
    let (user, group) = owner.split_once(':').expect("a user and a group");
    format!(
        "base_dir = {home}/run\nstate_dir = {home}/run\nprotocols = imap\nlisten = 127.0.0.1\nlog_path = {home}/log\n\
         ssl = yes\nssl_cert = <{home}/cert.pem\nssl_key = <{home}/key.pem\ndisable_plaintext_auth = no\n\
         auth_mechanisms = plain login xoauth2 oauthbearer\nauth_failure_delay = 0\nmail_location = maildir:{at}\n\
         first_valid_uid = 1\nfirst_valid_gid = 1\nmail_max_userip_connections = 100\nmaildir_very_dirty_syncs = no\n\
         mailbox_idle_check_interval = 1 secs\nservice stats {{\n  unix_listener stats-writer {{\n    mode = 0666\n  }}\n}}\n\
         passdb {{\n  driver = static\n  args = password={PASSWORD}\n  mechanisms = plain login\n}}\n\
         passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {home}/oauth2.conf\n}}\n\
         userdb {{\n  driver = static\n  args = uid={user} gid={group} home={home}/mail/%u\n}}\n\
         service imap-login {{\n  process_min_avail = 1\n  inet_listener imap {{\n    port = {port}\n  }}\n  inet_listener imaps {{\n    port = {port_tls}\n    ssl = yes\n  }}\n}}\n\
         service imap {{\n  process_limit = 50\n}}\n"
    )
}

fn oauth2(home: &Path) -> String {
    let home = home.display();
    format!(
        "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={home}/keys/\nusername_attribute = email\n"
    )
}
