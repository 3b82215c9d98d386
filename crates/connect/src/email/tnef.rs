//! `winmail.dat`: what Outlook packs a mail's files in (TNEF). Read as far as its files and its plain text go.

/// What every such file begins with.
const SIGNATURE: [u8; 4] = 0x223e_9f78_u32.to_le_bytes();
const BODY: u32 = 0x0002_800c;
const ATTACHMENT_TITLE: u32 = 0x0001_8010;
const ATTACHMENT_DATA: u32 = 0x0006_800f;
const ATTACHMENT_BEGINS: u32 = 0x0006_9002;
/// Records of one file that are looked at.
const MOST_RECORDS: usize = 5_000;

/// What was packed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Packed {
    /// The plain text, if there is one.
    pub(super) text: Option<String>,
    /// Names and bytes of the files.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

/// Unpacks; `None` if it is no such file. What is cut off in the middle gives what came before.
pub(super) fn unpack(bytes: &[u8]) -> Option<Packed> {
    let mut rest = bytes.strip_prefix(&SIGNATURE)?.get(2..)?;
    let mut packed = Packed::default();
    let mut title: Option<String> = None;
    for _ in 0..MOST_RECORDS {
        let Some((id, data, after)) = record(rest) else { break };
        rest = after;
        match id {
            ATTACHMENT_BEGINS => title = None,
            ATTACHMENT_TITLE => title = Some(words(data)),
            ATTACHMENT_DATA => {
                let number = packed.files.len() + 1;
                let name = title
                    .take()
                    .filter(|name| !name.is_empty())
                    .unwrap_or_else(|| format!("arquivo-{number}"));
                packed.files.push((name, data.to_vec()));
            }
            BODY => packed.text = Some(words(data)),
            _ => {}
        }
    }
    Some(packed)
}

/// The id and bytes of the first record, and what follows it: level, id, length, bytes, checksum.
fn record(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (_level, rest) = bytes.split_first()?;
    let (id, rest) = rest.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (data, rest) = rest.split_at_checked(length)?;
    Some((u32::from_le_bytes(*id), data, rest.get(2..).unwrap_or_default()))
}

/// A text that ends with zero bytes, in UTF-8 or else taken byte for letter.
fn words(data: &[u8]) -> String {
    let end = data.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    let data = data.get(..end).unwrap_or_default();
    match std::str::from_utf8(data) {
        Ok(text) => text.to_owned(),
        Err(_) => data.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn made(records: &[(u32, &[u8])]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([1, 0]);
        for (id, data) in records {
            bytes.push(1);
            bytes.extend(id.to_le_bytes());
            bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
            bytes.extend_from_slice(data);
            bytes.extend([0, 0]);
        }
        bytes
    }

    #[test]
    fn files_and_text_are_unpacked_and_a_cut_one_gives_its_beginning() {
        let whole = made(&[
            (BODY, b"segue o log\0"),
            (ATTACHMENT_BEGINS, b""),
            (ATTACHMENT_TITLE, b"app.log\0"),
            (ATTACHMENT_DATA, b"GET /a 500"),
            (ATTACHMENT_BEGINS, b""),
            (ATTACHMENT_DATA, b"x"),
        ]);
        let packed = unpack(&whole).unwrap();
        assert_eq!(packed.text.as_deref(), Some("segue o log"));
        assert_eq!(
            packed.files,
            [("app.log".to_owned(), b"GET /a 500".to_vec()), ("arquivo-2".to_owned(), b"x".to_vec())]
        );
        assert_eq!(unpack(&whole[..whole.len() - 3]).unwrap().files.len(), 1);
        assert_eq!(unpack(b"PK"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_unpacked_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _read = unpack(&[&SIGNATURE[..], &bytes].concat());
        }
    }
}
