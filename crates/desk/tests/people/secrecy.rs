//! What was secret stays so: not in the trail, not in the rows, not in what is printed of a value.

use balcao_core::ticket::Role;
use balcao_desk::caller::Caller;
use balcao_desk::people::first::{NewAdministrator, claim_first, first_administrator};
use balcao_desk::people::login::Entered;
use balcao_desk::people::token::{create, revoke};
use balcao_desk::people::{account, session, totp};
use balcao_store::sealed;

use crate::homes::{Home, PASSWORD, after, authenticator, code, id, new_token, noon};

crate::on_both!(nothing_secret_is_told_kept_or_printed);

async fn nothing_secret_is_told_kept_or_printed(home: &Home) {
    let desk = &home.desk;
    let other = "outra senha bem longa";
    let first_link = first_administrator(desk, noon()).await.unwrap().unwrap();
    let claimed = NewAdministrator {
        login: "admin".to_owned(),
        name: "Primeira".to_owned(),
        password: PASSWORD.to_owned(),
    };
    let mut printed = format!("{claimed:?}");
    claim_first(desk, &first_link, claimed, noon()).await.unwrap();
    let admin = home.entered("admin", noon()).await;
    printed += &format!("{admin:?}");
    let ana = home.person("ana", Role::Agent).await;
    let link = account::invite(desk, &admin.caller, &id(&ana), noon()).await.unwrap();
    account::set_password(desk, &link, PASSWORD, noon()).await.unwrap();
    account::change_password(desk, &ana, (PASSWORD, other), noon()).await.unwrap();
    let enrolled = totp::enrol(desk, &ana).await.unwrap();
    printed += &format!("{enrolled:?}");
    let phone = authenticator(&enrolled.secret);
    totp::confirm(desk, &ana, &code(&phone, noon()), noon()).await.unwrap();
    let (now, typed) = (after(noon(), 60), "typed.by.mistake-Senha!9");
    let shown = code(&phone, now);
    let Entered::In(opened) = home.enter("ana", (other, Some(&shown)), now).await.unwrap() else {
        panic!("no code was asked for: it was given")
    };
    for _ in 0..5 {
        // Some type their password where the name belongs.
        assert!(home.enter(typed, ("x", None), now).await.is_err());
    }
    let (row, token) = create(desk, &admin.caller, new_token(Role::Agent), now).await.unwrap();
    revoke(desk, &admin.caller, &row.id, now).await.unwrap();
    totp::disable(desk, &admin.caller, (&id(&ana), None), now).await.unwrap();
    session::log_out(desk, &opened.token, now).await.unwrap();

    let secrets = [
        PASSWORD,
        other,
        typed,
        &first_link,
        &link,
        &admin.token,
        &opened.token,
        &token,
        &enrolled.secret,
        &enrolled.url,
    ];
    let told = format!("{:?}", home.told().await);
    let kept = rows(home, &[&ana, &admin.caller]).await;
    for (place, text) in [("printed", &printed), ("told", &told), ("kept", &kept)] {
        for (number, secret) in secrets.iter().enumerate() {
            assert!(!text.contains(secret), "secret {number} is {place}");
        }
    }
    assert!(!told.contains(&shown), "a code is told");
    for hash in [home.row(&ana).await.password_hash, home.row(&admin.caller).await.password_hash] {
        assert!(!told.contains(&hash.unwrap()), "the hash of a password is told");
    }
    everything_was_done(home).await;
}

/// Without this, a secret might be told of what the test no longer does.
async fn everything_was_done(home: &Home) {
    for what in [
        "account_created",
        "account_invited",
        "password_set",
        "second_factor_on",
        "second_factor_off",
        "logged_in",
        "login_locked",
        "token_created",
        "token_ended",
        "session_ended",
    ] {
        assert!(home.times(what).await > 0, "{what}");
    }
}

/// All rows of accounts, sessions, tokens and sealed secrets that there are, as text.
async fn rows(home: &Home, people: &[&Caller]) -> String {
    let mut conn = home.desk.store().read().await.unwrap();
    let mut text = format!("{:?}", balcao_store::account::list(&mut conn).await.unwrap());
    text += &format!("{:?}", balcao_store::api_token::list(&mut conn).await.unwrap());
    for person in people {
        let of = id(person);
        text += &format!("{:?}", balcao_store::session::of_account(&mut conn, &of).await.unwrap());
        text += &format!("{:?}", sealed::about(&mut conn, of.as_str()).await.unwrap());
    }
    text
}
