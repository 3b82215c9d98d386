//! `cargo xtask torture`: the desk killed, its disk filled, its database taken away, as often as asked.
//!
//! `torture PROGRAM [mail] [sqlite|postgres] [TIMES] [--seed N]`: both engines and 200 times unless said otherwise.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use balcao_testkit::desk::Desk;
use balcao_testkit::trouble::SmallDisk;
use balcao_testkit::{postgres, torture, torture_mail, trouble};

/// What was asked for.
struct Asked {
    program: PathBuf,
    engines: Vec<String>,
    times: u32,
    seed: u64,
    /// A mailbox under which everything is killed, in the place of the rest.
    mail: bool,
}

fn main() -> ExitCode {
    match asked().and_then(|asked| run(&asked)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("torture: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn asked() -> Result<Asked, String> {
    let mut words = std::env::args().skip(1);
    let program = words.next().map(PathBuf::from).ok_or("which program?")?;
    let mut asked = Asked { program, engines: Vec::new(), times: 200, seed: 20_261_125, mail: false };
    while let Some(word) = words.next() {
        let number = |word: Option<String>| {
            let word = word.ok_or("a number is missing")?;
            word.parse::<u64>().map_err(|error| format!("{word}: {error}"))
        };
        match word.as_str() {
            "mail" => asked.mail = true,
            "sqlite" | "postgres" => asked.engines.push(word),
            "--seed" => asked.seed = number(words.next())?,
            _ => asked.times = u32::try_from(number(Some(word))?).map_err(|error| error.to_string())?,
        }
    }
    if asked.engines.is_empty() {
        asked.engines = vec!["sqlite".to_owned(), "postgres".to_owned()];
    }
    Ok(asked)
}

fn run(asked: &Asked) -> Result<(), String> {
    for engine in &asked.engines {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let log = home.path().join("server.log");
        let desk = |name: &str| place(asked, engine, &home.path().join(name));
        let began = Instant::now();
        if asked.mail {
            let own = (engine == "postgres").then(|| postgres::Server::own(true));
            let desk = match &own {
                Some(server) => Desk::on_server(&asked.program, &server.new_database(), home.path()),
                None => desk("mail")?,
            };
            let summary = torture_mail::run(desk, own.as_ref(), home.path(), (asked.times, asked.seed))?;
            let took = began.elapsed();
            println!(
                "{engine}: mail: {summary:?} in {took:.0?}; none lost, none doubled, the trail is whole"
            );
            continue;
        }
        let killed = desk("killed")?;
        let summary = torture::run(&killed, home.path(), asked.times, asked.seed)?;
        println!(
            "{engine}: killed {} times in {:.0?}: {} tickets, {} further messages, {} cut off and asked again; none lost, none doubled, the trail is whole",
            asked.times,
            began.elapsed(),
            summary.tickets,
            summary.messages,
            summary.cut_off,
        );
        if engine == "sqlite" {
            match SmallDisk::new(&home.path().join("disk"), 24) {
                None => println!("{engine}: a full disk was not tried: only root can make a small one"),
                Some(disk) => {
                    let desk = Desk::in_directory(&asked.program, &disk.path().join("data"));
                    println!("{engine}: full disk: {:?}", trouble::full_disk(&desk, disk.path(), &log)?);
                }
            }
        } else {
            let seen = trouble::server_away(&desk("away")?, postgres::shared(true), &log)?;
            println!("{engine}: database away: {seen:?}");
        }
    }
    Ok(())
}

/// A desk with a fresh database, that syncs as in earnest.
fn place(asked: &Asked, engine: &str, directory: &Path) -> Result<Desk, String> {
    std::fs::create_dir_all(directory).map_err(|error| error.to_string())?;
    if engine == "sqlite" {
        return Ok(Desk::in_directory(&asked.program, &directory.join("data")));
    }
    Ok(Desk::on_server(&asked.program, &postgres::shared(true).new_database(), directory))
}
