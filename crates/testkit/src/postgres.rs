//! A PostgreSQL server that lives as long as this program: on a free port of loopback, in a directory of its own.

#![allow(clippy::expect_used, clippy::panic, reason = "without a server there is nothing to test")]

use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

/// A server that is running.
pub struct Server {
    port: u16,
    programs: PathBuf,
    databases: AtomicU32,
    home: PathBuf,
    user: Option<String>,
    durable: bool,
    /// Each holds the pipe whose end tells the shell to stop the server and to clear away its files.
    shells: Mutex<Vec<Child>>,
}

/// The one server of this program, started by whoever asks first. With `durable` it syncs as in earnest.
pub fn shared(durable: bool) -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(durable))
}

impl Server {
    /// One for the caller alone, who may fail it.
    #[must_use]
    pub fn own(durable: bool) -> Self {
        Self::start(durable)
    }

    fn start(durable: bool) -> Self {
        let programs = programs();
        let home =
            tempfile::Builder::new().prefix("balcao-pg-").tempdir().expect("a temporary directory").keep();
        fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).expect("rights of the directory");
        let user = server_user();
        if let Some(user) = &user {
            run(Command::new("chown").arg(user).arg(&home), "give the directory to the server's user");
        }
        let data = home.join("data");
        let mut init = as_user(user.as_deref(), &programs.join("initdb"));
        init.arg("-D").arg(&data).args(["-U", "balcao", "-A", "trust", "-E", "UTF8", "--locale", "C", "-N"]);
        run(init.current_dir(&home), "make the PostgreSQL cluster");
        let port = free_port();
        let shell = serve(&programs, &home, user.as_deref(), port, durable);
        let shells = Mutex::new(vec![shell]);
        let server = Self { port, programs, databases: AtomicU32::new(0), home, user, durable, shells };
        server.wait();
        server
    }

    /// Ends the server at once, as when its machine fails: whoever is connected is cut off.
    pub fn fail(&self) {
        let lock = fs::read_to_string(self.home.join("data/postmaster.pid")).expect("the server is running");
        let process = lock.lines().next().unwrap_or_default().to_owned();
        run(Command::new("kill").args(["-QUIT", &process]), "end the server");
        for _ in 0..600 {
            if !self.answers() && !self.home.join("data/postmaster.pid").exists() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the PostgreSQL server did not end within 30 s");
    }

    /// Kills one of the processes that serve connections, as when memory runs out: the server ends all others, loses what it had not yet
    /// written, and serves again at once. `false` where nobody was connected.
    pub fn crash(&self) -> bool {
        let lock = fs::read_to_string(self.home.join("data/postmaster.pid")).unwrap_or_default();
        let parent = lock.lines().next().unwrap_or_default().to_owned();
        let found = Command::new("pgrep").args(["-P", &parent, "-f", "postgres: balcao"]).output();
        let found = String::from_utf8(found.expect("pgrep runs").stdout).unwrap_or_default();
        let Some(one) = found.lines().next() else { return false };
        Command::new("kill").args(["-KILL", one]).status().is_ok_and(|status| status.success())
    }

    /// Starts it again after [`Self::fail`], on the same port and the same data.
    pub fn come_back(&self) {
        let shell = serve(&self.programs, &self.home, self.user.as_deref(), self.port, self.durable);
        self.shells.lock().expect("nobody panics with it").push(shell);
        self.wait();
    }

    /// A fresh, empty database; its address.
    pub fn new_database(&self) -> String {
        let name = format!("desk{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut create = self.client("createdb");
        run(create.args(["-T", "template0", &name]), "make a database");
        format!("postgres://balcao@127.0.0.1:{}/{name}", self.port)
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.args(["-h", "127.0.0.1", "-U", "balcao", "-p"]).arg(self.port.to_string());
        command
    }

    fn answers(&self) -> bool {
        let ready = self.client("pg_isready").stdout(Stdio::null()).status();
        ready.is_ok_and(|status| status.success())
    }

    fn wait(&self) {
        for _ in 0..600 {
            if self.answers() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.home.join("log")).unwrap_or_default();
        panic!("the PostgreSQL server did not start within 30 s; its log:\n{log}");
    }
}

/// Starts the server under a shell that stops it when this program ends, in whatever way it ends.
fn serve(programs: &Path, home: &Path, user: Option<&str>, port: u16, durable: bool) -> Child {
    let script =
        r#""$@" >"$LOG" 2>&1 & server=$!; cat >/dev/null; kill -INT $server; wait $server; rm -rf "$HOUSE""#;
    let server = as_user(user, &programs.join("postgres"));
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(server.get_program()).args(server.get_args());
    shell.arg("-D").arg(home.join("data")).args(["-h", "127.0.0.1", "-k", "", "-p"]).arg(port.to_string());
    shell.args(["-c", "max_connections=300"]);
    if !durable {
        shell.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
    }
    shell.env("LOG", home.join("log")).env("HOUSE", home).current_dir(home);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.spawn().expect("a shell for the PostgreSQL server")
}

/// PostgreSQL refuses to run as root: then it runs as the user that its package made.
fn server_user() -> Option<String> {
    let id = Command::new("id").arg("-u").output().expect("`id` says who runs the tests");
    let root = String::from_utf8_lossy(&id.stdout).trim() == "0";
    root.then(|| "postgres".to_owned())
}

fn as_user(user: Option<&str>, program: &Path) -> Command {
    match user {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", user, "--regid", user, "--clear-groups"]).arg(program);
            command
        }
    }
}

/// The folder of the server's programs.
fn programs() -> PathBuf {
    let debian = PathBuf::from("/usr/lib/postgresql/15/bin");
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut folders = std::iter::once(debian).chain(on_path);
    folders.find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file()).unwrap_or_else(|| {
        panic!("the tests need a PostgreSQL server: `apt-get install postgresql-15` (no initdb in /usr/lib/postgresql/15/bin nor on PATH)")
    })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}

fn run(command: &mut Command, what: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("could not {what}: {command:?}: {error}"));
    if !output.status.success() {
        let _shown = std::io::stderr().write_all(&output.stderr);
        panic!("could not {what}: {command:?} ended with {}", output.status);
    }
}
