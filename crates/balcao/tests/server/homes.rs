//! A desk with a place of its own.

use std::path::{Path, PathBuf};

use balcao_testkit::desk::Desk;
use balcao_testkit::postgres;
use tempfile::TempDir;

/// A desk that is not running, and its directory.
pub(crate) struct Home {
    pub(crate) desk: Desk,
    directory: TempDir,
}

pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_balcao"))
}

/// A file of the example company.
pub(crate) fn example(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/parceiros").join(name);
    std::fs::read_to_string(path).unwrap()
}

impl Home {
    pub(crate) fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { desk: Desk::in_directory(program(), &directory.path().join("data")), directory }
    }

    pub(crate) fn postgres() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = postgres::shared(false).new_database();
        Self { desk: Desk::on_server(program(), &url, directory.path()), directory }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.directory.path().join("server.log")
    }
}
