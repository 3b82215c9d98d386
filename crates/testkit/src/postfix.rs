//! A Postfix that lives as long as this program: on free ports of loopback, in a directory of its own, with a certificate of its own; what
//! it is sent for whatever address ends in one mailbox, and rules that a test writes say whom it turns away.
//!
//! Postfix starts as root only: its master gives its programs users of their own.

#![allow(clippy::expect_used, clippy::panic, reason = "without a server there is nothing to test")]

use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

const PROGRAMS: &str = "/usr/lib/postfix/sbin";
/// The folders that Postfix wants to find in its queue.
const QUEUE: [&str; 13] = [
    "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "public",
    "pid", "saved", "trace",
];

/// A server that is running, or was.
pub struct Server {
    home: PathBuf,
    port: u16,
    port_tls: u16,
    /// Each holds the pipe whose end tells the shell to stop the server and to clear away its files.
    shells: Mutex<Vec<Child>>,
}

impl Server {
    /// One for the caller alone, who may fail it.
    #[must_use]
    pub fn own() -> Self {
        let master = Path::new(PROGRAMS).join("master");
        assert!(
            master.is_file(),
            "the tests need Postfix: `apt-get install postfix` (no {})",
            master.display()
        );
        let home =
            tempfile::Builder::new().prefix("balcao-mx-").tempdir().expect("a temporary directory").keep();
        fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).expect("rights of the directory");
        let (port, port_tls) = (free_port(), free_port());
        for folder in ["conf", "data", "mail", "queue"] {
            fs::create_dir(home.join(folder)).expect("a folder");
        }
        for folder in QUEUE {
            fs::create_dir(home.join("queue").join(folder)).expect("a folder of the queue");
        }
        certificate(&home);
        fs::write(home.join("rules"), "").expect("rules");
        let user = number("-u");
        let group = number("-g");
        fs::write(home.join("conf/main.cf"), main(&home, &user, &group)).expect("main.cf");
        fs::write(home.join("conf/master.cf"), services(port, port_tls)).expect("master.cf");
        run(Command::new("chown").args(["-R", "postfix:postfix"]).arg(&home), "give Postfix its directory");
        let server = Self { home, port, port_tls, shells: Mutex::new(Vec::new()) };
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

    /// What it says to those addresses, one rule a line: `ana@x.example 450 4.2.0 later`; no rule, no refusal.
    pub fn rules(&self, lines: &[&str]) {
        fs::write(self.home.join("rules"), lines.join("\n") + "\n").expect("rules");
    }

    /// The Maildir in which whatever arrives ends.
    #[must_use]
    pub fn maildir(&self) -> PathBuf {
        self.home.join("mail/all")
    }

    /// Every mail that arrived, as it stands in the mailbox, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<String> {
        let Ok(folder) = fs::read_dir(self.maildir().join("new")) else { return Vec::new() };
        let mut files: Vec<PathBuf> = folder.filter_map(|file| Some(file.ok()?.path())).collect();
        files.sort();
        files.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
    }

    /// Waits until so many mails have arrived, and a moment more; all of them.
    #[must_use]
    pub fn wait_for(&self, count: usize) -> Vec<String> {
        for _ in 0..400 {
            if self.mails().len() >= count {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        // One too many would come now.
        std::thread::sleep(Duration::from_millis(300));
        self.mails()
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    /// Ends it: whoever asks is refused.
    pub fn stop(&self) {
        self.signal("-TERM");
        for _ in 0..200 {
            if !self.answers() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("Postfix did not end within 10 s");
    }

    /// Lets it hang: whoever connects waits for a word.
    pub fn hang(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on after [`Self::hang`].
    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    /// Starts it, on the same ports and the same mailbox.
    pub fn come_back(&self) {
        self.shells.lock().expect("nobody panics with it").push(serve(&self.home));
        for _ in 0..400 {
            if self.answers() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("Postfix did not start within 20 s; its log:\n{}", self.log());
    }

    fn signal(&self, signal: &str) {
        let pid = fs::read_to_string(self.home.join("queue/pid/master.pid")).expect("it is running");
        run(Command::new("kill").args([signal, pid.trim()]), "tell Postfix");
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

/// Starts the server under a shell that stops it when this program ends, in whatever way it ends.
fn serve(home: &Path) -> Child {
    let script = r#""$0" -c "$HOUSE/conf" -d >/dev/null 2>&1 & server=$!; cat >/dev/null
        kill -CONT $server 2>/dev/null; kill -TERM $server 2>/dev/null; wait $server; rm -rf "$HOUSE""#;
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).arg(Path::new(PROGRAMS).join("master")).env("HOUSE", home);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.spawn().expect("a shell for Postfix")
}

fn main(home: &Path, user: &str, group: &str) -> String {
    let home = home.display();
    format!(
        "compatibility_level = 3.6\nqueue_directory = {home}/queue\ndata_directory = {home}/data\nmail_owner = postfix\n\
         setgid_group = postdrop\nmyhostname = mx.balcao.test\nmydestination =\ninet_interfaces = 127.0.0.1\n\
         inet_protocols = ipv4\nmynetworks = 127.0.0.0/8\nvirtual_mailbox_domains = static:all\n\
         virtual_mailbox_base = {home}/mail\nvirtual_mailbox_maps = static:all/\nvirtual_uid_maps = static:{user}\n\
         virtual_gid_maps = static:{group}\nvirtual_minimum_uid = 1\nvirtual_alias_maps =\nalias_maps =\n\
         maillog_file = {home}/log\nmaillog_file_prefixes = {home}\nsmtpd_error_sleep_time = 0\n\
         smtpd_recipient_restrictions = check_recipient_access texthash:{home}/rules, permit_mynetworks, reject\n\
         smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {home}/cert.pem\nsmtpd_tls_key_file = {home}/key.pem\n\
         smtpd_client_connection_count_limit = 0\nsmtpd_peername_lookup = no\nin_flow_delay = 0\n"
    )
}

fn services(port: u16, port_tls: u16) -> String {
    format!(
        // Each connection has a program of its own, which reads the rules anew.
        "127.0.0.1:{port} inet n - n - 20 smtpd\n  -o max_use=1\n\
         127.0.0.1:{port_tls} inet n - n - 20 smtpd\n  -o max_use=1 -o smtpd_tls_wrappermode=yes\n\
         cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\nrewrite unix - n n - - trivial-rewrite\n\
         bounce unix - n n - 0 bounce\ndefer unix - n n - 0 bounce\ntrace unix - n n - 0 bounce\n\
         tlsmgr unix - n n 1000? 1 tlsmgr\nproxymap unix - n n - - proxymap\nerror unix - n n - - error\n\
         retry unix - n n - - error\nvirtual unix - n n - - virtual\nanvil unix - n n - 1 anvil\n\
         postlog unix-dgram n n n - 1 postlogd\n"
    )
}

/// A certificate for `localhost` that vouches for itself.
pub(crate) fn certificate(home: &Path) {
    let mut make = Command::new("openssl");
    make.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]);
    make.args([
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    ]);
    make.arg("-keyout").arg(home.join("key.pem")).arg("-out").arg(home.join("cert.pem"));
    run(&mut make, "make a certificate");
}

/// The number of Postfix's own user or group.
pub(crate) fn number(which: &str) -> String {
    let said = Command::new("id").args([which, "postfix"]).output().expect("`id` knows Postfix's user");
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}

pub(crate) fn run(command: &mut Command, what: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("could not {what}: {command:?}: {error}"));
    if !output.status.success() {
        let _shown = std::io::stderr().write_all(&output.stderr);
        panic!("could not {what}: {command:?} ended with {}", output.status);
    }
}
