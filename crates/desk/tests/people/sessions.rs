//! Sessions: how long they last, who sees them, and what ends them.

use balcao_core::ticket::Role;
use balcao_desk::DeskError;
use balcao_desk::caller::{Caller, Permission};
use balcao_desk::people::account::{self, Changes};
use balcao_desk::people::session;

use crate::homes::{Home, ROLES, after, id, narrowed, noon};

crate::on_both!(
    a_session_lasts_twelve_hours_whatever_is_done_with_it,
    its_use_is_noted_at_most_once_a_minute,
    a_session_is_ended_by_its_owner_or_by_whoever_looks_after_people,
    all_sessions_of_one_end_together,
    a_disabled_account_has_no_session_even_when_it_is_enabled_again,
    a_session_has_the_role_that_its_account_has_now,
);

async fn is_open(home: &Home, token: &str, later: i64) -> bool {
    match session::caller_of_session(&home.desk, token, after(noon(), later)).await {
        Ok(_) => true,
        Err(DeskError::Unknown) => false,
        Err(other) => panic!("{other:?}"),
    }
}

async fn a_session_lasts_twelve_hours_whatever_is_done_with_it(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    let opened = home.entered("ana", noon()).await;
    assert_eq!((opened.caller.id.as_str(), opened.token.len()), (ana.id.as_str(), 43));
    let half_a_day = 12 * 3600;
    assert_eq!(opened.expires, after(noon(), half_a_day));
    for (later, open) in [(0, true), (half_a_day - 1, true), (half_a_day, false), (half_a_day + 1, false)] {
        assert_eq!(is_open(home, &opened.token, later).await, open, "{later}");
    }
    assert!(!is_open(home, "", 0).await);
    let kept = session::list(&home.desk, &ana, &id(&ana)).await.unwrap();
    // What is kept opens nothing.
    assert_ne!(kept[0].hash, opened.token);
    assert!(!is_open(home, &kept[0].hash, 0).await);
}

async fn its_use_is_noted_at_most_once_a_minute(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    let opened = home.entered("ana", noon()).await;
    let mut noted = Vec::new();
    for later in [0, 30, 60, 61, 90, 121, 122] {
        assert!(is_open(home, &opened.token, later).await);
        let seen = session::list(&home.desk, &ana, &id(&ana)).await.unwrap()[0].seen;
        noted.push((seen - noon().as_millisecond()) / 1000);
    }
    assert_eq!(noted, [0, 0, 0, 61, 61, 61, 122]);
}

async fn a_session_is_ended_by_its_owner_or_by_whoever_looks_after_people(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    for (number, role) in ROLES.into_iter().enumerate() {
        let other = home.person(&format!("outra{number}"), role).await;
        let may = matches!(role, Role::Administrator | Role::Manager);
        let opened = home.entered("ana", noon()).await;
        let known = session::list(&home.desk, &ana, &id(&ana)).await.unwrap();
        let newest = known.iter().find(|row| row.revoked.is_none()).unwrap();
        let named = session::id_of(newest);
        assert_eq!(session::list(&home.desk, &other, &id(&ana)).await.is_ok(), may, "{role:?}");
        let ended = session::revoke(&home.desk, &other, (&id(&ana), &named), noon()).await;
        assert_eq!(ended.is_ok(), may, "{role:?}: {ended:?}");
        assert_eq!(is_open(home, &opened.token, 0).await, !may, "{role:?}");
        if !may {
            session::revoke(&home.desk, &ana, (&id(&ana), &named), noon()).await.unwrap();
        }
        let again = session::revoke(&home.desk, &ana, (&id(&ana), &named), noon()).await;
        assert!(matches!(again, Err(DeskError::NotFound(_))));
    }
    let opened = home.entered("ana", noon()).await;
    let token = narrowed(&ana, &[Permission::ReadTickets]);
    assert!(matches!(session::list(&home.desk, &token, &id(&ana)).await, Err(DeskError::Forbidden(_))));
    session::log_out(&home.desk, &opened.token, noon()).await.unwrap();
    assert!(!is_open(home, &opened.token, 0).await);
    let twice = session::log_out(&home.desk, &opened.token, noon()).await;
    assert!(matches!(twice, Err(DeskError::Unknown)));
}

async fn all_sessions_of_one_end_together(home: &Home) {
    let (ana, bia) = (home.member("ana", Role::Agent).await, home.member("bia", Role::Agent).await);
    let manager = home.person("gestora", Role::Manager).await;
    let of_bia = home.entered("bia", noon()).await;
    for (caller, may) in [(&ana, true), (&bia, false), (&manager, true), (&Caller::system(), true)] {
        let (one, two) = (home.entered("ana", noon()).await, home.entered("ana", noon()).await);
        let answer = session::revoke_all(&home.desk, caller, &id(&ana), noon()).await;
        assert_eq!(answer.is_ok(), may, "{}: {answer:?}", caller.id);
        for opened in [one, two] {
            assert_eq!(is_open(home, &opened.token, 0).await, !may, "{}", caller.id);
        }
    }
    assert!(is_open(home, &of_bia.token, 0).await);
    // Nobody ends the session of whoever may do more.
    let ada = home.member("ada", Role::Administrator).await;
    let of_ada = home.entered("ada", noon()).await;
    let named = session::id_of(&session::list(&home.desk, &ada, &id(&ada)).await.unwrap()[0]);
    let one = session::revoke(&home.desk, &manager, (&id(&ada), &named), noon()).await;
    let all = session::revoke_all(&home.desk, &manager, &id(&ada), noon()).await;
    assert!(matches!((one, all), (Err(DeskError::Forbidden(_)), Err(DeskError::Forbidden(_)))));
    assert!(is_open(home, &of_ada.token, 0).await);
}

async fn a_disabled_account_has_no_session_even_when_it_is_enabled_again(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    let opened = home.entered("ana", noon()).await;
    for disabled in [true, false] {
        let changes = Changes { disabled: Some(disabled), ..Changes::default() };
        account::change(&home.desk, &Caller::system(), &id(&ana), changes, noon()).await.unwrap();
        assert!(!is_open(home, &opened.token, 0).await, "disabled: {disabled}");
    }
    home.entered("ana", noon()).await;
}

async fn a_session_has_the_role_that_its_account_has_now(home: &Home) {
    let ana = home.member("ana", Role::Lead).await;
    let opened = home.entered("ana", noon()).await;
    let changes = Changes { role: Some(Role::Agent), ..Changes::default() };
    account::change(&home.desk, &Caller::system(), &id(&ana), changes, noon()).await.unwrap();
    let caller = session::caller_of_session(&home.desk, &opened.token, noon()).await.unwrap();
    assert_eq!(caller, Caller { role: Role::Agent, ..ana });
}
