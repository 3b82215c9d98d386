//! What the tests need beside the Rust toolchain: there, or brought from Debian's packages.

use std::path::Path;
use std::process::Command;

/// One program, and the Debian package that brings it.
struct Need {
    /// Looked for on the path, or in an absolute place; one of them is enough.
    programs: &'static [&'static str],
    package: &'static str,
    what_for: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        programs: &["c++"],
        package: "g++",
        what_for: "the fuzz targets are linked with a library in C++",
    },
    Need {
        programs: &["/usr/lib/postgresql/15/bin/initdb", "initdb"],
        package: "postgresql-15",
        what_for: "the tests of the store run on a server of their own",
    },
    Need {
        programs: &["/usr/lib/postfix/sbin/master"],
        package: "postfix",
        what_for: "the tests of mail send to a server of their own",
    },
    Need {
        programs: &["/usr/sbin/dovecot"],
        package: "dovecot-imapd",
        what_for: "the tests of mail read mailboxes of a server of their own",
    },
    Need {
        programs: &["openssl"],
        package: "openssl",
        what_for: "the tests' own mail server has a certificate and signatures a key",
    },
    Need {
        programs: &["/usr/lib/python3/dist-packages/dkim"],
        package: "python3-dkim",
        what_for: "signatures of mails are checked by another program",
    },
    Need {
        programs: &["/usr/share/doc/python3-venv"],
        package: "python3-venv",
        what_for: "the API is tried against its own description by a package from PyPI",
    },
    Need {
        programs: &["tesseract"],
        package: "tesseract-ocr",
        what_for: "letters in pictures are recognised by another program",
    },
    Need {
        programs: &[
            "/usr/share/tesseract-ocr/5/tessdata/por.traineddata",
            "/usr/share/tesseract-ocr/4.00/tessdata/por.traineddata",
        ],
        package: "tesseract-ocr-por",
        what_for: "letters in pictures are recognised in Portuguese",
    },
    Need { programs: &["chromium"], package: "chromium", what_for: "the pages are tried in a real browser" },
    Need {
        programs: &["chromedriver"],
        package: "chromium-driver",
        what_for: "the pages are tried in a real browser",
    },
    Need {
        programs: &["npm"],
        package: "npm",
        what_for: "the accessibility checks are a package from the npm registry",
    },
];

/// Makes sure that everything is there. As root on Debian what is missing is installed; elsewhere the error says what to install.
pub(crate) fn ensure() -> Result<(), String> {
    let missing: Vec<&Need> =
        NEEDS.iter().filter(|need| !need.programs.iter().any(|program| is_there(program))).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    let list: Vec<String> =
        missing.iter().map(|need| format!("{} ({})", need.package, need.what_for)).collect();
    let advice = format!("missing: {}. Install: apt-get install {}", list.join("; "), packages.join(" "));
    if !is_there("apt-get") || !is_root() {
        return Err(advice);
    }
    eprintln!("xtask: apt-get install {}", packages.join(" "));
    apt(&["update", "-qq"]).map_err(|error| format!("{error}; {advice}"))?;
    let install = [&["install", "-y", "-qq", "--no-install-recommends"], packages.as_slice()].concat();
    apt(&install).map_err(|error| format!("{error}; {advice}"))
}

fn is_there(program: &str) -> bool {
    if program.starts_with('/') {
        return Path::new(program).exists();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn is_root() -> bool {
    let said = Command::new("id").arg("-u").output();
    said.is_ok_and(|said| said.stdout.trim_ascii() == b"0")
}

fn apt(args: &[&str]) -> Result<(), String> {
    let status = Command::new("apt-get").args(args).env("DEBIAN_FRONTEND", "noninteractive").status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`apt-get {}` failed with {status}", args.join(" "))),
        Err(error) => Err(format!("`apt-get` could not be started: {error}")),
    }
}
