//! Mails in files: one mail, an mbox, a Maildir, or a folder of mails. Read one after the other, never all at once.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use crate::mail::MOST_KEPT;

/// One mail, or why it could not be read: where it stands, and its bytes.
pub type Found = (String, io::Result<Vec<u8>>);

/// What a path holds.
pub enum Mails {
    /// One file that holds many mails.
    Mbox(Mbox<BufReader<File>>),
    /// Files that hold one mail each.
    Files(std::vec::IntoIter<PathBuf>),
}

impl Mails {
    /// Looks at `path`: a file that begins with `From ` is an mbox, another is one mail; of a folder the mails of its Maildir (`new` and
    /// `cur`, those of its sub-folders too), else its files that end in `.eml`. In the order of their names, which in a Maildir is that
    /// of their coming.
    ///
    /// # Errors
    /// If the path cannot be read.
    pub fn at(path: &Path) -> io::Result<Self> {
        if path.is_dir() {
            return Ok(Self::Files(files(path)?.into_iter()));
        }
        let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
        if file.fill_buf()?.starts_with(b"From ") {
            return Ok(Self::Mbox(Mbox::new(file)));
        }
        Ok(Self::Files(vec![path.to_owned()].into_iter()))
    }
}

impl Iterator for Mails {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        match self {
            Self::Mbox(mbox) => mbox.next(),
            Self::Files(files) => {
                let path = files.next()?;
                Some((path.display().to_string(), one(&path)))
            }
        }
    }
}

/// One mail's bytes; of one that is larger than anything that is kept only so much that this is seen.
fn one(path: &Path) -> io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    let most = u64::try_from(MOST_KEPT).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(most).read_to_end(&mut raw)?;
    Ok(raw)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        let maildir = ["new", "cur"].iter().any(|name| folder.join(name).is_dir());
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                // What is still being delivered stands in `tmp`, and is no mail yet.
                if !(maildir && name == "tmp") {
                    left.push(path);
                }
            } else if in_maildir(&folder) && !name.starts_with('.')
                || name.to_ascii_lowercase().ends_with(".eml")
            {
                found.push((name, path));
            }
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Whether a folder is the `new` or `cur` of a Maildir.
fn in_maildir(folder: &Path) -> bool {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = if name == "new" { "cur" } else { "new" };
    (name == "new" || name == "cur") && folder.parent().is_some_and(|above| above.join(beside).is_dir())
}

/// An mbox: mails one after the other, each led in by a line `From sender date`; in their texts such a line has a `>` before it.
pub struct Mbox<R> {
    reader: R,
    number: usize,
    begun: bool,
    ended: bool,
}

impl<R: BufRead> Mbox<R> {
    /// Of a reader that stands at the first such line.
    pub fn new(reader: R) -> Self {
        Self { reader, number: 0, begun: false, ended: false }
    }

    fn mail(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut raw: Vec<u8> = Vec::new();
        let mut blank = true;
        let mut line = Vec::new();
        loop {
            line.clear();
            if self.reader.read_until(b'\n', &mut line)? == 0 {
                self.ended = true;
                return Ok(self.begun.then_some(raw));
            }
            if blank && leads_in(&line) {
                if self.begun {
                    // The blank line before it is the file's, not the mail's.
                    let end = raw
                        .strip_suffix(b"\r\n")
                        .or_else(|| raw.strip_suffix(b"\n"))
                        .map_or(raw.len(), <[u8]>::len);
                    raw.truncate(end);
                    return Ok(Some(raw));
                }
                self.begun = true;
                continue;
            }
            blank = line.trim_ascii().is_empty();
            let quoted = line.iter().take_while(|byte| **byte == b'>').count();
            let escaped = quoted > 0 && line.get(quoted..).is_some_and(|rest| rest.starts_with(b"From "));
            let words = if escaped { line.get(1..) } else { line.get(..) };
            if raw.len() <= MOST_KEPT {
                raw.extend_from_slice(words.unwrap_or_default());
            }
        }
    }
}

/// `From ana@loja.example Tue Jun  9 10:58:00 2026`: a sentence that begins so has no time of day and no year.
fn leads_in(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let text = String::from_utf8_lossy(rest.get(..rest.len().min(400)).unwrap_or_default()).into_owned();
    let year = |word: &str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let clock = |word: &str| {
        word.matches(':').count() >= 1 && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    words.iter().any(|word| year(word)) && words.iter().any(|word| clock(word))
}

impl<R: BufRead> Iterator for Mbox<R> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if self.ended {
            return None;
        }
        let read = self.mail().transpose()?;
        self.ended |= read.is_err();
        self.number += 1;
        Some((format!("#{}", self.number), read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mbox_is_cut_where_a_mail_begins_and_nowhere_else() {
        let text = "From a@b.example Tue Jun  9 10:58:00 2026\nSubject: um\n\nFrom here on, all is well.\n>From x 10:00 2026\n\n\
            From MAILER-DAEMON Tue Jun  9 11:00:00 2026\nSubject: dois\n\ntexto\n";
        let mails: Vec<String> =
            Mbox::new(text.as_bytes()).map(|(_, raw)| String::from_utf8(raw.unwrap()).unwrap()).collect();
        assert_eq!(
            mails,
            ["Subject: um\n\nFrom here on, all is well.\nFrom x 10:00 2026\n", "Subject: dois\n\ntexto\n"]
        );
        assert_eq!(Mbox::new(&b""[..]).count(), 0);
    }

    #[test]
    fn a_folder_gives_the_mails_of_its_maildir_in_the_order_of_their_coming() {
        let home = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("new/1700000002.b", "2"),
            ("cur/1700000001.a:2,S", "1"),
            ("tmp/1700000003.c", "3"),
            (".Arquivo/cur/1700000000.z:2,", "0"),
            (".Arquivo/new/1700000004.y", "4"),
            (".Arquivo/maildirfolder", "x"),
        ] {
            let path = home.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let read = |path: &Path| -> Vec<String> {
            Mails::at(path).unwrap().map(|(_, raw)| String::from_utf8(raw.unwrap()).unwrap()).collect()
        };
        assert_eq!(read(home.path()), ["0", "1", "2", "4"]);
        let single = home.path().join("new/1700000002.b");
        assert_eq!(read(&single), ["2"]);
        assert!(Mails::at(&home.path().join("nada")).is_err());
    }
}
