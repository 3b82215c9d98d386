//! Attachments: e-mail, ZIP, HTML and text of any encoding.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let name = match data.first() {
        Some(0) => "a.zip",
        Some(1) => "a.eml",
        Some(2) => "a.html",
        _ => "a.log",
    };
    let content = balcao_core::inbound::Content::Bytes(data.get(1..).unwrap_or(&[]).to_vec());
    let attachment = balcao_core::inbound::Attachment { name: name.to_owned(), media_type: None, content };
    let inbound = balcao_core::inbound::Inbound {
        id: String::new(),
        channel: "email".to_owned(),
        received_at: jiff::Timestamp::UNIX_EPOCH,
        from: balcao_core::inbound::Sender::default(),
        subject: None,
        body: String::new(),
        attachments: vec![attachment],
    };
    let (parts, _) = balcao_core::evidence::unpack::parts(&inbound);
    assert!(parts.iter().map(|part| part.text.len()).sum::<usize>() < 256 * 1024 * 1024);
});
