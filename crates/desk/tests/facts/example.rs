//! The invented company's files, taken in through the desk: every diagnosis is the one that the files in memory give.

use balcao_core::facts::contract::Contract;
use balcao_core::facts::request_log::RequestLog;
use balcao_core::ticket::Role;
use balcao_desk::documentation::Pages;
use balcao_desk::documents::{PutAll, put_all};
use balcao_desk::registry::{Change, put};
use balcao_desk::requests::{Ingested, ingest, lookup};
use balcao_desk::world::{Parts, World, contract_files, is_document};
use balcao_desk::{Desk, bundle::Bundle};

use crate::homes::{Home, caller, noon, secrets};

crate::on_both!(each_message_is_judged_as_by_the_files_themselves);

fn read(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/parceiros/");
    std::fs::read_to_string(folder.to_owned() + name).unwrap()
}

fn pages() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/parceiros/docs");
    let names =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| is_document(name)).collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), read(&format!("docs/{name}")))).collect()
}

/// The same world from the files, without a database.
fn world(files: Vec<(String, String)>) -> World {
    let (secret, bundle) = (secrets().hash_secret(), Bundle::standard());
    let (contract, _) = Contract::load(&contract_files(&files));
    let parts = Parts {
        registry: balcao_core::facts::registry::Registry::parse(&read("registry.json"), &secret).unwrap(),
        contract,
        pages: Pages::build(files, &bundle).unwrap().0,
        procedure: balcao_core::procedure::Procedure::parse(&bundle.procedure()).unwrap(),
        lexicon: balcao_core::evidence::speech::Lexicon::parse(bundle.file("speech.toml")).unwrap(),
    };
    World::of(parts, secret)
}

async fn fill(desk: &Desk) {
    let lead = caller(Role::Lead);
    let change = Change { reason: "exemplo", dry_run: false, expected: None, now: noon() };
    put(desk, &lead, &read("registry.json"), &change).await.unwrap();
    let how = PutAll { delete_missing: false, dry_run: false, now: noon() };
    put_all(desk, &lead, pages(), how).await.unwrap();
    let requests = read("requests.ndjson");
    let lines = u64::try_from(requests.lines().count()).unwrap();
    let done = ingest(desk, &lead, std::io::Cursor::new(requests), "exemplo", noon()).await.unwrap();
    assert_eq!(done, Ingested { accepted: lines, ..Ingested::default() });
}

async fn each_message_is_judged_as_by_the_files_themselves(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let world = world(pages());
    let (log, problems) = RequestLog::parse(&read("requests.ndjson"), world.secret());
    assert_eq!(problems, []);
    let state = desk.state();
    for line in read("inbound.ndjson").lines() {
        let inbound = balcao_wire::inbound::parse(line).unwrap();
        let expected =
            world.diagnose(&inbound, |inquiry, routes| inquiry.rows(&world.registry, &log, routes));
        let found = tokio::task::block_in_place(|| {
            state.world.diagnose(&inbound, |inquiry, routes| {
                let rows = lookup::rows(desk, &state.world.registry, inquiry, routes);
                tokio::runtime::Handle::current().block_on(rows).unwrap()
            })
        });
        assert_eq!(found, expected, "{}", inbound.id);
    }
}
