//! Whatever arrives: a value within its bounds or a refusal.

use balcao_connect::email::{read, subject};
use proptest::prelude::*;

use crate::{OURS, corpus, raw};

fn within_bounds(bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Ok(mail) = read(bytes, Some(OURS)) {
        prop_assert!(mail.files.len() <= 100 && mail.references.len() <= 100 && mail.to.len() <= 200);
        prop_assert!(mail.subject.chars().count() <= 500 && !mail.subject.contains(['\r', '\n']));
        prop_assert!(mail.new_words().len() <= mail.text.len());
        prop_assert!(
            mail.message_id.as_deref().is_none_or(|id| !id.is_empty() && !id.contains(char::is_whitespace))
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        within_bounds(&bytes)?;
    }

    /// A mail of the corpus, cut anywhere, with some bytes changed.
    #[test]
    fn a_broken_mail_is_read_or_refused(
        which in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
    ) {
        let names = corpus();
        let mut bytes = raw(&names[which.index(names.len())]);
        bytes.truncate(cut.index(bytes.len()) + 1);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        within_bounds(&bytes)?;
    }

    #[test]
    fn headers_of_any_kind_are_read(
        names in prop::collection::vec("(From|To|Subject|References|Message-ID|Date|Received|Authentication-Results|Content-Type|Content-Transfer-Encoding)", 0..8),
        values in prop::collection::vec("(multipart/(mixed|report|signed); boundary=a|message/rfc822|base64|<[a-z@<>]{0,6}>|mx.balcao.example; (dmarc|spf|dkim)=pass [a-z.=@;\"()]{0,20}|\\PC{0,20})", 8),
        body in "(--a(--)?|Content-Type: [a-z]{1,5}/[a-z]{1,5}|\n|\r\n|\\PC{0,10}){0,12}",
    ) {
        let head: String = names.iter().zip(&values).map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        within_bounds(format!("{head}\r\n{body}").as_bytes())?;
    }

    #[test]
    fn a_subject_is_its_own_answers(text in "\\PC{0,40}", mark in "(Re|RES|Fwd|ENC|\\[x\\] Re): ") {
        let marked = format!("{mark}{text}");
        prop_assert!(subject::same(&marked, &text));
        let bare = subject::bare(&text);
        prop_assert_eq!(subject::bare(&bare), bare);
    }
}
