//! Files that other readers get: told by their bytes, picked out of archives, and what those readers answer.
#![no_main]

use balcao_connect::attachment::{pdf, picture};
use balcao_core::evidence::unpack;
use balcao_core::inbound::{Attachment, Content, Extracted, Inbound, ReadBy};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = picture::fit(data);
    if let Some((text, note)) = pdf::answered(data) {
        assert!(text.len() + note.map_or(0, |note| note.len()) <= data.len(), "more than was said");
    }
    const NAMES: [&str; 4] = ["a.pdf", "b.zip", "c.png", "d.eml"];
    let name = NAMES[data.first().map_or(0, |byte| usize::from(*byte) % NAMES.len())];
    let rest = data.get(1..).unwrap_or_default();
    let file = Attachment { name: name.to_owned(), media_type: None, content: Content::Bytes(rest.to_vec()) };
    let mut inbound = Inbound {
        id: "m".to_owned(),
        channel: "api".to_owned(),
        received_at: jiff::Timestamp::UNIX_EPOCH,
        from: Default::default(),
        subject: None,
        body: String::new(),
        attachments: vec![file],
    };
    let files = unpack::unread(&inbound);
    assert!(files.len() <= 20, "more than the bounds allow");
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    for file in files {
        let read = Extracted { by: ReadBy::Ocr, text: "Erro 500".to_owned(), note: None };
        inbound.attachments.push(Attachment { name: file.name, media_type: None, content: Content::Extracted(read) });
    }
    let left = unpack::unread(&inbound);
    assert!(!left.iter().any(|file| names.contains(&file.name)), "a file is handed on twice");
});
