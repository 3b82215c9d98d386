//! A whole message, from the bytes to the line of JSON: it always gets an answer, and no answer shows a whole key.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use balcao_core::calendar::Calendar;
use balcao_core::diagnosis::{self, Desk};
use balcao_core::evidence::key::HashSecret;
use balcao_core::evidence::speech::Lexicon;
use balcao_core::facts::Limits;
use balcao_core::facts::contract::Contract;
use balcao_core::facts::documentation::Silence;
use balcao_core::facts::registry::Registry;
use balcao_core::facts::request_log::RequestLog;
use balcao_core::inbound::{Attachment, Content, Inbound, Sender};
use balcao_core::incident::RegistryNames;
use balcao_core::procedure::{Procedure, ProcedureFiles};
use balcao_wire::diagnosis::DiagnosisLine;

/// A key of the example registry. The byte 1 of an input stands for it.
const KEY: &str = "hml_WIyytAPbtnGawJsgKY0hr2OBMpRTHMSw";

const REPLIES: [(&str, &str); 4] = [
    (
        "solicitar-evidencias.md.j2",
        include_str!("../../procedures/api-parceiros/replies/solicitar-evidencias.md.j2"),
    ),
    (
        "chave-inexistente.md.j2",
        include_str!("../../procedures/api-parceiros/replies/chave-inexistente.md.j2"),
    ),
    (
        "chave-de-outro-ambiente.md.j2",
        include_str!("../../procedures/api-parceiros/replies/chave-de-outro-ambiente.md.j2"),
    ),
    (
        "requisicao-invalida.md.j2",
        include_str!("../../procedures/api-parceiros/replies/requisicao-invalida.md.j2"),
    ),
];

struct Facts {
    secret: HashSecret,
    registry: Registry,
    log: RequestLog,
    contract: Contract,
    procedure: Procedure,
    lexicon: Lexicon,
    names: RegistryNames,
    calendar: Calendar,
}

static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    let secret = HashSecret::new([7; 32]);
    let registry = Registry::parse(include_str!("../../examples/parceiros/registry.json"), &secret);
    let registry = registry.expect("the registry is right");
    let (log, _) = RequestLog::parse(include_str!("../../examples/parceiros/requests.ndjson"), &secret);
    let openapi = include_str!("../../examples/parceiros/docs/openapi-v2.yaml").to_owned();
    let (contract, _) = Contract::load(&[("openapi-v2".to_owned(), openapi)]);
    let replies: BTreeMap<String, String> =
        REPLIES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let toml = include_str!("../../procedures/api-parceiros/procedure.toml").to_owned();
    let procedure = Procedure::parse(&ProcedureFiles { toml, replies }).expect("the procedure is right");
    let lexicon = Lexicon::parse(include_str!("../../procedures/api-parceiros/speech.toml"));
    let lexicon = lexicon.expect("the lexicon is right");
    let names = RegistryNames::of(&registry, &lexicon);
    let calendar = Calendar::of(&registry);
    Facts { secret, registry, log, contract, procedure, lexicon, names, calendar }
});

/// `text` with the key wherever a byte 1 stands, as a word of its own.
fn with_key(text: &str) -> String {
    let stands_alone =
        |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "\"'`,;<>()[]{}|=:&?/".contains(c));
    let mut pieces = text.split('\u{1}');
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        if !stands_alone(whole.chars().next_back()) {
            whole.push(' ');
        }
        whole.push_str(KEY);
        if !stands_alone(piece.chars().next()) {
            whole.push(' ');
        }
        whole.push_str(piece);
    }
    whole
}

/// The first byte chooses sender, channel and kind of file; then subject, body and file, a NUL between them.
fn message(data: &[u8]) -> Inbound {
    let choice = data.first().copied().unwrap_or_default();
    let mut fields = data.get(1..).unwrap_or_default().splitn(3, |byte| *byte == 0);
    let mut text = || with_key(&String::from_utf8_lossy(fields.next().unwrap_or_default()));
    let (subject, body) = (text(), text());
    let attachments = fields.next().map(|bytes| {
        let name =
            ["a.har", "a.log", "a.json", "a.eml", "a.zip", "a.html", "a.txt", "a"][usize::from(choice >> 5)];
        let content = match choice & 16 {
            0 => Content::Text(with_key(&String::from_utf8_lossy(bytes))),
            _ => Content::Bytes(bytes.to_vec()),
        };
        Attachment { name: name.to_owned(), media_type: None, content }
    });
    let address =
        ["tiago.moura@lumicred.example", "sandro@pontocerto.example", "+5511970001101", "x@fora.example"];
    Inbound {
        id: "1".to_owned(),
        channel: ["email", "portal", "whatsapp", "phone"][usize::from(choice & 3)].to_owned(),
        received_at: "2026-05-12T09:12:40-03:00".parse().expect("an instant"),
        from: Sender { name: None, address: Some(address[usize::from(choice >> 2 & 3)].to_owned()) },
        subject: Some(subject),
        body,
        attachments: attachments.into_iter().collect(),
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let facts = &*FACTS;
    let desk = Desk {
        registry: &facts.registry,
        contract: &facts.contract,
        documentation: &Silence,
        procedure: &facts.procedure,
        lexicon: &facts.lexicon,
        names: &facts.names,
        calendar: &facts.calendar,
        secret: &facts.secret,
        limits: Limits::default(),
        anonymous: false,
    };
    let diagnosis = diagnosis::diagnose(&message(data), &desk, |inquiry, routes| {
        inquiry.rows(&facts.registry, &facts.log, routes)
    });
    let line = serde_json::to_string(&DiagnosisLine::from(&diagnosis)).expect("a diagnosis can be written");
    assert!(!line.contains(KEY), "a whole key is shown: {line}");
    assert!(
        !line.contains("54a78ad9859be8768439b96e7a45455d8ba5aa43"),
        "the registry gives a key away: {line}"
    );
});
