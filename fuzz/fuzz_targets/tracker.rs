//! What a tracker delivers.
#![no_main]

use balcao_connect::tracker::read::{Kind, read};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for kind in Kind::ALL {
        for event in read(kind, data).into_iter().flatten() {
            assert!(!event.issue.is_empty() && event.issue.len() <= 80, "a key out of bounds");
            assert!(event.remark.is_none_or(|remark| !remark.body.is_empty() && remark.id.len() <= 80), "no comment");
        }
    }
});
