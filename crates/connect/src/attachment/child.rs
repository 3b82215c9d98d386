//! A program that reads a stranger's file: it gets the bytes, has a deadline and bounds, and is killed at any of them.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::{Instant, interval, timeout_at};

/// How often a program's memory is looked at.
const LOOK: Duration = Duration::from_millis(25);

/// What a program may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) deadline: Instant,
    /// Bytes of memory.
    pub(super) memory: u64,
    /// Bytes that it writes.
    pub(super) output: usize,
}

/// Why there is no output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Killed {
    /// It could not be started.
    NotThere,
    /// It took longer than it may.
    Late,
    /// It took more memory than it may.
    Memory,
    /// It wrote more than it may.
    Output,
    /// It ended badly by itself.
    Failed,
}

/// Runs `command` with `input` on its standard input; what it writes.
pub(super) async fn run(mut command: Command, input: &[u8], bounds: Bounds) -> Result<Vec<u8>, Killed> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|_reason| Killed::NotThere)?;
    let work = watched(&mut child, input, bounds);
    let ended = timeout_at(bounds.deadline, work).await.unwrap_or(Err(Killed::Late));
    if ended.is_err() {
        // It may have ended by itself meanwhile.
        let _gone = child.kill().await;
    }
    ended
}

async fn watched(child: &mut Child, input: &[u8], bounds: Bounds) -> Result<Vec<u8>, Killed> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else { return Err(Killed::Failed) };
    let pid = child.id();
    let feed = async {
        // Who ends before it has read everything may still have said something.
        let _closed = stdin.write_all(input).await;
        drop(stdin);
    };
    let read = async {
        let (_, output) = tokio::join!(feed, output(stdout, bounds.output));
        output
    };
    let guard = async {
        let mut look = interval(LOOK);
        loop {
            look.tick().await;
            if pid.and_then(memory).is_some_and(|bytes| bytes > bounds.memory) {
                return;
            }
        }
    };
    let output = tokio::select! {
        output = read => output?,
        () = guard => return Err(Killed::Memory),
    };
    let status = child.wait().await.map_err(|_reason| Killed::Failed)?;
    if status.success() { Ok(output) } else { Err(Killed::Failed) }
}

async fn output(stream: impl AsyncRead + Unpin, most: usize) -> Result<Vec<u8>, Killed> {
    let mut bytes = Vec::new();
    let bound = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    stream.take(bound).read_to_end(&mut bytes).await.map_err(|_reason| Killed::Failed)?;
    if bytes.len() > most { Err(Killed::Output) } else { Ok(bytes) }
}

/// Bytes of memory that a process holds, where the system tells.
fn memory(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes.saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn bounds(millis: u64) -> Bounds {
        let deadline = Instant::now() + Duration::from_millis(millis);
        Bounds { deadline, memory: 64 << 20, output: 1000 }
    }

    #[tokio::test]
    async fn a_program_that_keeps_its_bounds_is_heard_and_no_other() {
        let table = [
            ("cat", 5_000, Ok(b"abc".to_vec())),
            ("printf x", 5_000, Ok(b"x".to_vec())),
            ("cat; exit 3", 5_000, Err(Killed::Failed)),
            ("exec sleep 60", 100, Err(Killed::Late)),
            ("yes", 5_000, Err(Killed::Output)),
            ("head -c 300000000 /dev/zero | exec tail", 5_000, Err(Killed::Output)),
        ];
        for (script, millis, expected) in table {
            assert_eq!(run(shell(script), b"abc", bounds(millis)).await, expected, "{script}");
        }
        let missing = Command::new("/nowhere/such-a-program");
        assert_eq!(run(missing, b"", bounds(100)).await, Err(Killed::NotThere));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_program_that_takes_too_much_memory_is_killed_at_once() {
        // It holds what it took until it is killed: however late somebody looks, it is seen.
        let hungry = shell("x=$(head -c 100000000 /dev/zero | tr '\\0' x); while :; do :; done");
        let begun = Instant::now();
        assert_eq!(run(hungry, b"", bounds(20_000)).await, Err(Killed::Memory));
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}
