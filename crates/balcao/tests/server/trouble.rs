//! A full disk and a database that goes away: a short run of what `cargo xtask torture` does as well.

use balcao_testkit::desk::Desk;
use balcao_testkit::postgres::Server;
use balcao_testkit::trouble::{self, SmallDisk};

use crate::homes::{Home, program};

#[test]
fn a_full_disk_gives_errors_loses_nothing_and_heals() {
    let home = Home::sqlite();
    let Some(disk) = SmallDisk::new(&home.path().join("disk"), 24) else {
        eprintln!("only root can make a small disk: not tried");
        return;
    };
    let desk = Desk::in_directory(program(), &disk.path().join("data"));
    let seen = trouble::full_disk(&desk, disk.path(), &home.log()).unwrap_or_else(|lost| panic!("{lost}"));
    assert!(seen.acknowledged >= 21 && seen.refused >= 1, "{seen:?}");
}

#[test]
fn a_database_that_goes_away_gives_errors_loses_nothing_and_heals() {
    let home = Home::sqlite();
    let server = Server::own(true);
    let desk = Desk::on_server(program(), &server.new_database(), home.path());
    let seen = trouble::server_away(&desk, &server, &home.log()).unwrap_or_else(|lost| panic!("{lost}"));
    assert!(seen.acknowledged >= 21 && seen.refused >= 1, "{seen:?}");
}
