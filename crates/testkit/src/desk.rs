//! The desk as a program: started, asked, stopped, killed.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How a desk is started: the program, and where its data is.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The `balcao` program.
    pub program: PathBuf,
    /// `--data DIR`, or `--database URL --secrets FILE`.
    pub place: Vec<String>,
}

/// A desk that is running; killed when it is dropped.
pub struct Running {
    child: Child,
    /// `http://…`.
    pub address: String,
    /// How long it took until it answered.
    pub started_in: Duration,
}

impl Desk {
    /// On the embedded database in `directory`.
    #[must_use]
    pub fn in_directory(program: &Path, directory: &Path) -> Self {
        let place = vec!["--data".to_owned(), directory.display().to_string()];
        Self { program: program.to_owned(), place }
    }

    /// On a PostgreSQL database; its secrets in `directory`.
    #[must_use]
    pub fn on_server(program: &Path, url: &str, directory: &Path) -> Self {
        let secrets = directory.join("secrets.toml").display().to_string();
        let place = vec!["--database".to_owned(), url.to_owned(), "--secrets".to_owned(), secrets];
        Self { program: program.to_owned(), place }
    }

    /// A command of the program on this desk's data.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).args(&self.place).env("BALCAO_LANG", "en");
        command
    }

    /// Starts the server on a free port and waits until it answers; what it logs goes to `log`.
    ///
    /// # Errors
    /// If it ends, or does not answer within a minute.
    pub fn start(&self, log: &Path) -> Result<Running, String> {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(log);
        let file = file.map_err(|error| format!("{}: {error}", log.display()))?;
        let start = Instant::now();
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file).spawn();
        let mut child = child.map_err(|error| format!("{}: {error}", self.program.display()))?;
        let out = child.stdout.take().ok_or("no standard output")?;
        let mut line = String::new();
        let read = BufReader::new(out).read_line(&mut line);
        let address = line.trim().strip_prefix("listening on ").map(str::to_owned);
        match (read, address) {
            (Ok(_), Some(address)) => Ok(Running { child, address, started_in: start.elapsed() }),
            _ => {
                let _gone = child.kill();
                let status = child.wait();
                let told = std::fs::read_to_string(log).unwrap_or_default();
                let last: Vec<&str> = told.lines().rev().take(5).collect();
                Err(format!("the server did not start ({status:?}): {line} {last:?}"))
            }
        }
    }

    /// A token of this role.
    ///
    /// # Errors
    /// If the program refuses.
    pub fn token(&self, role: &str) -> Result<String, String> {
        let made = self.command(&["token", "create", "--name", "test", "--role", role]).output();
        let made = made.map_err(|error| error.to_string())?;
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into_owned());
        }
        Ok(String::from_utf8_lossy(&made.stdout).trim().to_owned())
    }
}

impl Running {
    /// The id of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as when the power fails for this program.
    pub fn kill(mut self) {
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }

    /// Asks it to end, and waits.
    ///
    /// # Errors
    /// If it does not end well.
    pub fn stop(mut self) -> Result<(), String> {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        asked.map_err(|error| error.to_string())?;
        let ended = self.child.wait().map_err(|error| error.to_string())?;
        if ended.success() { Ok(()) } else { Err(format!("the server ended with {ended}")) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}
