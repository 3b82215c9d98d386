//! What kind of file some bytes are, by what they begin with; a name or a media type alone proves nothing.

use super::decode;

/// A file that is not read as text here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Pdf,
    /// PNG, JPEG or WebP: a reader of letters takes these.
    Picture,
    /// Another picture.
    OtherPicture,
    Office,
    Packed,
    Audio,
    Video,
    /// A program: it is never opened.
    Program,
}

/// Pictures that no reader of letters is given.
const OTHER_PICTURES: &[&[u8]] = &[b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\x01\0", b"\0\0\0\x18ftyphei"];

/// How programs begin: Windows, Linux, macOS, Java.
const PROGRAMS: &[&[u8]] = &[
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xca\xfe\xba\xbe",
];

impl Kind {
    /// What a file is, by its first bytes, then by the media type that it claims; `None` for what may be text.
    pub(super) fn of(media: Option<&str>, bytes: &[u8]) -> Option<Self> {
        let media = media.unwrap_or_default().to_ascii_lowercase();
        let begins = |magic: &[u8]| bytes.starts_with(magic);
        let is_text = || decode::text(bytes).is_some();
        if begins(b"%PDF") {
            return Some(Self::Pdf);
        }
        if is_picture(bytes) && !is_text() {
            return Some(Self::Picture);
        }
        if PROGRAMS.iter().any(|magic| begins(magic)) || begins(b"MZ") && !is_text() {
            return Some(Self::Program);
        }
        if (OTHER_PICTURES.iter().any(|magic| begins(magic)) || media.starts_with("image/")) && !is_text() {
            return Some(Self::OtherPicture);
        }
        if begins(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Some(Self::Office);
        }
        if begins(b"Rar!") || begins(b"7z\xbc\xaf") {
            return Some(Self::Packed);
        }
        if media.starts_with("audio/") || begins(b"OggS") || begins(b"ID3") {
            return Some(Self::Audio);
        }
        (media.starts_with("video/") || bytes.get(4..8) == Some(b"ftyp".as_slice())).then_some(Self::Video)
    }

    /// Whether another reader may be asked.
    pub(super) fn is_for_others(self) -> bool {
        matches!(self, Self::Pdf | Self::Picture)
    }

    /// That it was not read, in words for people.
    pub(super) fn unread(self) -> &'static str {
        match self {
            Self::Pdf => "PDF, não lido",
            Self::Picture | Self::OtherPicture => "imagem, não lida",
            Self::Office => "documento do Office, não lido",
            Self::Packed => "arquivo compactado em formato que não se abre aqui (RAR ou 7z), não lido",
            Self::Audio => "áudio, não ouvido",
            Self::Video => "vídeo, não visto",
            Self::Program => "programa executável, não aberto",
        }
    }
}

fn is_picture(bytes: &[u8]) -> bool {
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP".as_slice());
    webp || bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xff\xd8\xff")
}

/// That a file is something else than its name says, where both are certain; in words for people.
pub(super) fn mismatch(name: &str, bytes: &[u8]) -> Option<String> {
    const ENDINGS: &[(&str, &str)] = &[
        ("pdf", "PDF"),
        ("png", "imagem"),
        ("jpg", "imagem"),
        ("jpeg", "imagem"),
        ("webp", "imagem"),
        ("zip", "ZIP"),
    ];
    let (_, ending) = name.rsplit_once('.')?;
    let (_, said) = ENDINGS.iter().find(|(own, _)| own.eq_ignore_ascii_case(ending))?;
    let is = match Kind::of(None, bytes) {
        Some(Kind::Pdf) => "PDF",
        Some(Kind::Picture | Kind::OtherPicture) => "imagem",
        Some(Kind::Program) => "programa executável",
        _ if bytes.starts_with(b"PK\x03\x04") => "ZIP",
        _ => return None,
    };
    (is != *said).then(|| format!("o nome diz {said}, mas o conteúdo é {is}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_it_begins_with_and_a_name_that_says_otherwise_is_noted() {
        type Case = (&'static str, &'static [u8], Option<Kind>, Option<&'static str>);
        let table: &[Case] = &[
            ("a.pdf", b"%PDF-1.7", Some(Kind::Pdf), None),
            ("a.png", b"%PDF-1.7", Some(Kind::Pdf), Some("o nome diz imagem, mas o conteúdo é PDF")),
            (
                "a.pdf",
                b"MZ\x90\0\x03\0\0\0",
                Some(Kind::Program),
                Some("o nome diz PDF, mas o conteúdo é programa executável"),
            ),
            ("nota.txt", b"MZ e outros", None, None),
            ("a.zip", b"PK\x03\x04", None, None),
            ("a.jpg", b"\x89PNG\r\n\x1a\n\0\0", Some(Kind::Picture), None),
            ("a", b"RIFF\x10\0\0\0WEBPVP8 \0", Some(Kind::Picture), None),
            ("a.pdf", b"texto", None, None),
        ];
        for (name, bytes, kind, lie) in table {
            assert_eq!(Kind::of(None, bytes), *kind, "{name}");
            assert_eq!(mismatch(name, bytes).as_deref(), *lie, "{name}");
        }
    }
}
