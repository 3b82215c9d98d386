//! Which mails must be taken one after the other: those of one conversation, in the order in which they came.

use std::collections::HashMap;

use mail_parser::{HeaderValue, MessageParser};

/// Puts mails that name one another, or the same third one, into one chain; each chain keeps their order.
pub(super) fn chains<T>(mails: Vec<(T, Vec<u8>)>) -> Vec<Vec<(T, Vec<u8>)>> {
    let mut chains: Vec<Vec<(T, Vec<u8>)>> = Vec::new();
    // Where the mails that name an id are.
    let mut places: HashMap<String, usize> = HashMap::new();
    for mail in mails {
        let ids = ids(&mail.1);
        let mut found: Vec<usize> = ids.iter().filter_map(|id| places.get(id).copied()).collect();
        found.sort_unstable();
        found.dedup();
        let place = found.first().copied().unwrap_or_else(|| {
            chains.push(Vec::new());
            chains.len().saturating_sub(1)
        });
        // It joins what was apart; an emptied chain stays where it is, so that places stay true.
        for other in found.iter().skip(1) {
            let moved = chains.get_mut(*other).map(std::mem::take).unwrap_or_default();
            if let Some(chain) = chains.get_mut(place) {
                chain.extend(moved);
            }
            for of in places.values_mut().filter(|of| *of == other) {
                *of = place;
            }
        }
        places.extend(ids.into_iter().map(|id| (id, place)));
        if let Some(chain) = chains.get_mut(place) {
            chain.push(mail);
        }
    }
    chains.retain(|chain| !chain.is_empty());
    chains
}

/// The ids that stand in the head of a mail: its own and those it answers. A mail on which its reader fails stands alone: it is found out
/// where it is filed, and holds no other up here.
fn ids(raw: &[u8]) -> Vec<String> {
    std::panic::catch_unwind(|| read(raw)).unwrap_or_default()
}

fn read(raw: &[u8]) -> Vec<String> {
    let Some(head) = MessageParser::new().parse_headers(raw) else { return Vec::new() };
    let values = [head.header("Message-ID"), head.header("In-Reply-To"), head.header("References")];
    let texts = values.into_iter().flatten().filter_map(HeaderValue::as_text_list);
    texts.flatten().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mail(id: &str, answers: &[&str]) -> Vec<u8> {
        let named: Vec<String> = answers.iter().map(|id| format!("<{id}@x.example>")).collect();
        format!("Message-ID: <{id}@x.example>\r\nReferences: {}\r\n\r\nx\r\n", named.join(" ")).into_bytes()
    }

    fn told(mails: Vec<(u32, Vec<u8>)>) -> Vec<Vec<u32>> {
        let chains = chains(mails);
        chains.into_iter().map(|chain| chain.into_iter().map(|(uid, _)| uid).collect()).collect()
    }

    #[test]
    fn what_names_one_another_comes_one_after_the_other() {
        let mails = vec![
            (1, mail("a", &[])),
            (2, mail("b", &[])),
            (3, mail("c", &["a"])),
            (4, b"Subject: alone\r\n\r\nx".to_vec()),
            (5, mail("d", &["elsewhere"])),
            (6, mail("e", &["elsewhere"])),
            // It makes one of two.
            (7, mail("f", &["b", "c"])),
            (8, mail("g", &["b"])),
        ];
        assert_eq!(told(mails), [vec![1, 3, 2, 7, 8], vec![4], vec![5, 6]]);
    }

    proptest! {
        /// Whatever the heads say, every mail is in one chain, and two that name the same id are in the same one.
        #[test]
        fn none_is_lost_and_none_parted(all in prop::collection::vec((0_u8..12, prop::collection::vec(0_u8..12, 0..3)), 0..20)) {
            let mails: Vec<(u32, Vec<u8>)> = all.iter().zip(0_u32..).map(|((id, answers), uid)| {
                let answers: Vec<String> = answers.iter().map(u8::to_string).collect();
                let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
                (uid, mail(&id.to_string(), &answers))
            }).collect();
            let chains = told(mails);
            let mut uids: Vec<u32> = chains.iter().flatten().copied().collect();
            uids.sort_unstable();
            prop_assert_eq!(uids, (0..u32::try_from(all.len()).unwrap()).collect::<Vec<_>>());
            let of = |uid: usize| chains.iter().position(|chain| chain.contains(&u32::try_from(uid).unwrap()));
            for (one, (id, named)) in all.iter().enumerate() {
                for (other, (other_id, other_named)) in all.iter().enumerate() {
                    let same = id == other_id || named.contains(other_id) || other_named.contains(id) || named.iter().any(|id| other_named.contains(id));
                    prop_assert!(!same || of(one) == of(other));
                }
            }
        }
    }
}
