//! A short run of what `cargo xtask torture` does at length.

use balcao_testkit::torture;

use crate::homes::Home;

fn survives(home: &Home) {
    let summary =
        torture::run(&home.desk, home.path(), 3, 20_261_125).unwrap_or_else(|lost| panic!("{lost}"));
    assert!(summary.tickets >= 9, "{summary:?}");
}

#[test]
fn killed_three_times_on_sqlite_it_loses_and_doubles_nothing() {
    survives(&Home::sqlite());
}

#[test]
fn killed_three_times_on_postgresql_it_loses_and_doubles_nothing() {
    survives(&Home::postgres());
}
