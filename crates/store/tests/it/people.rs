//! Accounts, sessions, tokens, sealed originals, revisions and documents: written, read back, ended.

use balcao_store::account::{self, Account};
use balcao_store::api_token::{self, ApiToken};
use balcao_store::document::{self, Document};
use balcao_store::one_time::{self, OneTime};
use balcao_store::registry::{self, Revision};
use balcao_store::sealed::{self, Sealed};
use balcao_store::session::{self, Session};
use balcao_store::{AccountId, ApiTokenId, RevisionId, SealedId, Store, StoreError};

use crate::engines::Home;
use crate::samples::NOON;

crate::on_both!(
    a_login_is_one_persons,
    sessions_and_tokens_end,
    originals_are_sealed_anew_and_expire,
    the_links_of_one_account_end_and_its_sealed_secret_is_forgotten,
    whoever_changes_accounts_alone_reads_what_the_one_before_wrote,
    the_newest_revision_and_document_are_current,
);

fn account(login: &str) -> Account {
    Account {
        id: AccountId::fresh(),
        login: login.to_owned(),
        name: "Ana".to_owned(),
        role: "agent".to_owned(),
        partner: None,
        team: Some("n1".to_owned()),
        password_hash: None,
        totp_sealed: None,
        totp_step: None,
        failures: 0,
        locked_until: None,
        disabled_at: None,
        created: NOON,
        updated: NOON,
    }
}

async fn a_login_is_one_persons(home: &Home) {
    let store = home.open().await;
    let ana = account("ana");
    let changed = Account { role: "lead".to_owned(), updated: NOON + 1, ..ana.clone() };
    let (first, then) = (ana.clone(), changed.clone());
    let failures = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            account::add(tx, &first).await?;
            assert!(account::update(tx, &then).await?);
            account::failed(tx, &first.id, None).await?;
            account::failed(tx, &first.id, Some(NOON + 60_000)).await
        })
    });
    assert_eq!(failures.await.unwrap(), 2);
    let taken = store
        .write::<_, StoreError, _>(|tx| Box::pin(async move { account::add(tx, &account("ana")).await }));
    assert!(matches!(taken.await, Err(StoreError::Taken { .. })));
    let mut conn = store.read().await.unwrap();
    let expected = Account { failures: 2, locked_until: Some(NOON + 60_000), ..changed };
    assert_eq!(account::by_login(&mut conn, "ana").await.unwrap(), Some(expected.clone()));
    assert_eq!(account::get(&mut conn, &ana.id).await.unwrap(), Some(expected.clone()));
    assert_eq!(account::list(&mut conn).await.unwrap(), vec![expected]);
    assert_eq!(account::by_login(&mut conn, "Ana").await.unwrap(), None);
}

async fn sessions_and_tokens_end(home: &Home) {
    let store = home.open().await;
    let ana = account("ana");
    let session = |hash: &str| Session {
        hash: hash.to_owned(),
        account: ana.id.clone(),
        agent: "Firefox".to_owned(),
        created: NOON,
        seen: NOON,
        expires: NOON + 10,
        revoked: None,
    };
    let token = ApiToken {
        id: ApiTokenId::fresh(),
        name: "importador".to_owned(),
        role: "agent".to_owned(),
        scopes: "[\"tickets:write\"]".to_owned(),
        partner: None,
        account: None,
        hash: "t1".to_owned(),
        last4: "9f3a".to_owned(),
        created: NOON,
        expires: None,
        revoked: None,
    };
    let rows = (ana.clone(), session("s1"), session("s2"), token.clone());
    store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                account::add(tx, &rows.0).await?;
                session::add(tx, &rows.1).await?;
                session::add(tx, &rows.2).await?;
                session::touch(tx, "s1", NOON + 3).await?;
                assert!(session::revoke(tx, "s2", NOON + 4).await?);
                assert!(!session::revoke(tx, "s2", NOON + 5).await?);
                api_token::add(tx, &rows.3).await
            })
        })
        .await
        .unwrap();
    let mut conn = store.read().await.unwrap();
    let live = session::live(&mut conn, "s1", NOON + 9).await.unwrap();
    assert_eq!(live, Some(Session { seen: NOON + 3, ..session("s1") }));
    assert_eq!(session::live(&mut conn, "s1", NOON + 10).await.unwrap(), None);
    assert_eq!(session::live(&mut conn, "s2", NOON + 1).await.unwrap(), None);
    assert_eq!(session::of_account(&mut conn, &ana.id).await.unwrap().len(), 2);
    assert_eq!(api_token::live(&mut conn, "t1", i64::MAX).await.unwrap(), Some(token.clone()));
    drop(conn);
    let ended = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            assert!(api_token::revoke(tx, &token.id, NOON).await?);
            session::revoke_all(tx, &ana.id, NOON).await
        })
    });
    assert_eq!(ended.await.unwrap(), 1);
    let mut conn = store.read().await.unwrap();
    assert_eq!(api_token::live(&mut conn, "t1", NOON).await.unwrap(), None);
    assert_eq!(api_token::list(&mut conn).await.unwrap()[0].revoked, Some(NOON));
}

async fn the_links_of_one_account_end_and_its_sealed_secret_is_forgotten(home: &Home) {
    let store = home.open().await;
    let (ana, bia) = (account("ana"), account("bia"));
    let link = |hash: &str, of: &Account| OneTime {
        hash: hash.to_owned(),
        purpose: "password".to_owned(),
        account: Some(of.id.clone()),
        expires: NOON + 10,
        used: None,
    };
    let secret = |about: &str| Sealed {
        id: SealedId::fresh(),
        about: about.to_owned(),
        key_id: "k1".to_owned(),
        nonce: vec![1; 24],
        ciphertext: vec![2; 8],
        expires_at: None,
    };
    let links = [link("l1", &ana), link("l2", &ana), link("l3", &bia)];
    let secrets = [secret("a"), secret("a"), secret("b")];
    let work = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            account::add(tx, &ana).await?;
            account::add(tx, &bia).await?;
            for link in &links {
                one_time::add(tx, link).await?;
            }
            for secret in &secrets {
                sealed::add(tx, secret).await?;
            }
            one_time::end_of(tx, &ana.id, NOON).await?;
            sealed::forget(tx, "a").await
        })
    });
    assert_eq!(work.await.unwrap(), 2);
    let mut conn = store.read().await.unwrap();
    for (hash, live) in [("l1", false), ("l2", false), ("l3", true)] {
        assert_eq!(one_time::live(&mut conn, hash, NOON).await.unwrap().is_some(), live, "{hash}");
    }
    assert!(sealed::about(&mut conn, "a").await.unwrap().is_empty());
    assert_eq!(sealed::about(&mut conn, "b").await.unwrap().len(), 1);
}

async fn whoever_changes_accounts_alone_reads_what_the_one_before_wrote(home: &Home) {
    let store = home.open().await;
    let ana = account("ana");
    let id = ana.id.clone();
    let added =
        store.write::<_, StoreError, _>(move |tx| Box::pin(async move { account::add(tx, &ana).await }));
    added.await.unwrap();
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (store, id) = (store.clone(), id.clone());
            tokio::spawn(async move {
                store
                    .write::<_, StoreError, _>(move |tx| {
                        Box::pin(async move {
                            account::alone(tx).await?;
                            let mut row = account::get(tx, &id).await?.unwrap();
                            row.failures += 1;
                            account::update(tx, &row).await
                        })
                    })
                    .await
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().unwrap());
    }
    let mut conn = store.read().await.unwrap();
    assert_eq!(account::get(&mut conn, &id).await.unwrap().unwrap().failures, 20);
}

async fn originals_are_sealed_anew_and_expire(home: &Home) {
    let store = home.open().await;
    let original = |expires_at: Option<i64>| Sealed {
        id: SealedId::fresh(),
        about: "m1".to_owned(),
        key_id: "k1".to_owned(),
        nonce: vec![1; 24],
        ciphertext: vec![0, 159, 146, 150],
        expires_at,
    };
    let (kept, old) = (original(None), original(Some(NOON)));
    let anew = Sealed { key_id: "k2".to_owned(), nonce: vec![2; 24], ciphertext: vec![9], ..kept.clone() };
    let rows = (kept.clone(), old.clone(), anew.clone());
    store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                sealed::add(tx, &rows.0).await?;
                sealed::add(tx, &rows.1).await?;
                assert_eq!(sealed::with_key(tx, "k1", 10).await?, [rows.0.clone(), rows.1.clone()]);
                assert!(sealed::reseal(tx, &rows.2).await?);
                assert_eq!(sealed::expire(tx, NOON).await?, 1);
                Ok(())
            })
        })
        .await
        .unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(sealed::get(&mut conn, &kept.id).await.unwrap(), Some(anew.clone()));
    assert_eq!(sealed::get(&mut conn, &old.id).await.unwrap(), None);
    assert_eq!(sealed::about(&mut conn, "m1").await.unwrap(), vec![anew]);
}

async fn the_newest_revision_and_document_are_current(home: &Home) {
    let store = home.open().await;
    let revision = |at: i64| Revision {
        id: RevisionId::fresh(),
        at,
        author: "ana".to_owned(),
        body: format!("{{\"at\":{at}}}"),
    };
    let (first, second) = (revision(NOON), revision(NOON + 1));
    let page = |path: &str, version: &str, at: i64| Document {
        path: path.to_owned(),
        version: version.to_owned(),
        at,
        text: "# Título".to_owned(),
        hash: "h".to_owned(),
    };
    let pages = [page("b.md", "1", NOON), page("a.md", "1", NOON), page("a.md", "2", NOON)];
    let rows = (first.clone(), second.clone(), pages.clone());
    store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                registry::add(tx, &rows.1).await?;
                registry::add(tx, &rows.0).await?;
                for page in &rows.2 {
                    document::put(tx, page).await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(registry::current(&mut conn).await.unwrap(), Some(second));
    assert_eq!(registry::get(&mut conn, &first.id).await.unwrap(), Some(first));
    assert_eq!(document::current(&mut conn).await.unwrap(), vec![pages[2].clone(), pages[0].clone()]);
    assert_eq!(document::get(&mut conn, "a.md", "1").await.unwrap(), Some(pages[1].clone()));
    assert_eq!(document::of_path(&mut conn, "a.md").await.unwrap(), Some(pages[2].clone()));
    drop(conn);
    taken_away_and_put_back(&store, &pages).await;
}

async fn taken_away_and_put_back(store: &Store, pages: &[Document; 3]) {
    let gone = store.write::<_, StoreError, _>(|tx| {
        Box::pin(async move { document::remove(tx, "a.md", NOON + 5).await })
    });
    assert!(gone.await.unwrap());
    let again = store.write::<_, StoreError, _>(|tx| {
        Box::pin(async move { document::remove(tx, "a.md", NOON + 6).await })
    });
    assert!(!again.await.unwrap(), "it is gone already");
    let mut conn = store.read().await.unwrap();
    assert_eq!(document::current(&mut conn).await.unwrap(), vec![pages[0].clone()]);
    assert_eq!(document::of_path(&mut conn, "a.md").await.unwrap(), None);
    assert_eq!(document::get(&mut conn, "a.md", "2").await.unwrap(), Some(pages[2].clone()));
    let heads = document::heads(&mut conn).await.unwrap();
    let told: Vec<_> =
        heads.iter().map(|head| (head.path.as_str(), head.version.as_str(), head.removed_at)).collect();
    assert_eq!(told, [("a.md", "2", Some(NOON + 5)), ("b.md", "1", None)]);
    assert_eq!(heads[1].length, 8);
    drop(conn);
    // An old version comes back, then the newest of before.
    for (version, at) in [(1, NOON + 7), (2, NOON + 8)] {
        let page = Document { at, ..pages[version].clone() };
        let put = page.clone();
        let done =
            store.write::<_, StoreError, _>(move |tx| Box::pin(async move { document::put(tx, &put).await }));
        done.await.unwrap();
        let mut conn = store.read().await.unwrap();
        assert_eq!(document::current(&mut conn).await.unwrap(), vec![page, pages[0].clone()]);
    }
}
