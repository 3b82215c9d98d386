//! Accounts: who may make and change whose, and the links that set passwords.

use balcao_core::ticket::Role;
use balcao_desk::DeskError;
use balcao_desk::caller::{Caller, Permission};
use balcao_desk::people::account::{self, Changes, NewAccount};
use balcao_desk::people::session;

use crate::homes::{Home, PASSWORD, ROLES, after, id, narrowed, new, noon};

crate::on_both!(
    nobody_makes_changes_or_invites_whoever_is_more,
    the_last_administrator_stays,
    two_administrators_who_take_each_other_down_leave_one,
    a_contact_is_of_a_known_partner_and_nobody_else_is_of_one,
    a_contact_who_changes_sides_takes_the_partner_along,
    what_is_not_fit_is_refused_with_what_to_do,
    one_sees_oneself_and_only_who_looks_after_people_sees_others,
    a_link_is_good_once_and_for_three_days,
    of_two_who_take_a_link_at_the_same_time_one_does,
    a_password_that_was_set_ends_the_other_links_and_the_sessions,
    a_link_of_a_disabled_account_sets_nothing,
    changing_a_password_needs_the_old_one,
);

/// The roles that each may give, and whose accounts it may touch.
const MANAGES: [(Role, &[Role]); 7] = [
    (Role::Administrator, &ROLES),
    (
        Role::Manager,
        &[Role::Manager, Role::Lead, Role::Agent, Role::Code, Role::Commercial, Role::PartnerContact],
    ),
    (Role::Lead, &[]),
    (Role::Agent, &[]),
    (Role::Code, &[]),
    (Role::Commercial, &[]),
    (Role::PartnerContact, &[]),
];

fn role_to(role: Role) -> Changes {
    Changes { role: Some(role), ..Changes::default() }
}

fn disabled(disabled: bool) -> Changes {
    Changes { disabled: Some(disabled), ..Changes::default() }
}

async fn nobody_makes_changes_or_invites_whoever_is_more(home: &Home) {
    let desk = &home.desk;
    for (number, (of, reach)) in MANAGES.into_iter().enumerate() {
        let caller = home.person(&format!("quem{number}"), of).await;
        for (other, role) in ROLES.into_iter().enumerate() {
            let may = reach.contains(&role);
            let case = format!("{of:?} to {role:?}");
            let target = home.person(&format!("alvo{number}.{other}"), role).await;
            let fits = |what: &str, answer: Result<(), DeskError>| match answer {
                Ok(()) => assert!(may, "{what}: {case}"),
                Err(DeskError::Forbidden(_)) => assert!(!may, "{what}: {case}"),
                Err(error) => panic!("{what}: {case}: {error:?}"),
            };
            let login = format!("novo{number}.{other}");
            fits("create", account::create(desk, &caller, new(&login, role), noon()).await.map(drop));
            fits("invite", account::invite(desk, &caller, &id(&target), noon()).await.map(drop));
            fits(
                "disable",
                account::change(desk, &caller, &id(&target), disabled(true), noon()).await.map(drop),
            );
            fits(
                "enable",
                account::change(desk, &caller, &id(&target), disabled(false), noon()).await.map(drop),
            );
            if role != Role::PartnerContact && of != Role::PartnerContact {
                // Giving the role to somebody who may be touched, and to oneself.
                let agent = home.person(&format!("agente{number}.{other}"), Role::Agent).await;
                fits(
                    "raise",
                    account::change(desk, &caller, &id(&agent), role_to(role), noon()).await.map(drop),
                );
            }
        }
        // Nobody raises himself.
        if of != Role::Administrator {
            let own = id(&caller);
            let raised = account::change(desk, &caller, &own, role_to(Role::Administrator), noon()).await;
            assert!(matches!(raised, Err(DeskError::Forbidden(_))), "{of:?}");
        }
    }
    let none = narrowed(&home.person("estreita", Role::Administrator).await, &[Permission::ReadTickets]);
    let refused = account::create(desk, &none, new("x", Role::Agent), noon()).await;
    assert!(matches!(refused, Err(DeskError::Forbidden(_))));
    let system = account::create(desk, &Caller::system(), new("y", Role::System), noon()).await;
    assert!(matches!(system, Err(DeskError::Forbidden(_))));
}

async fn the_last_administrator_stays(home: &Home) {
    let ana = home.person("ana", Role::Administrator).await;
    let bia = home.person("bia", Role::Administrator).await;
    let change = |who: &Caller, changes| {
        let (desk, ana, who) = (home.desk.clone(), ana.clone(), id(who));
        async move { account::change(&desk, &ana, &who, changes, noon()).await.map(drop) }
    };
    change(&bia, disabled(true)).await.unwrap();
    for changes in [disabled(true), role_to(Role::Manager), role_to(Role::Agent)] {
        assert!(matches!(change(&ana, changes).await, Err(DeskError::Conflict(_))));
    }
    change(&bia, disabled(false)).await.unwrap();
    change(&ana, role_to(Role::Agent)).await.unwrap();
    assert!(matches!(change(&bia, role_to(Role::Agent)).await, Err(DeskError::Conflict(_))));
}

async fn two_administrators_who_take_each_other_down_leave_one(home: &Home) {
    for round in 0..10 {
        let ana = home.person(&format!("ana{round}"), Role::Administrator).await;
        let bia = home.person(&format!("bia{round}"), Role::Administrator).await;
        let (of_ana, of_bia) = (id(&ana), id(&bia));
        let (first, second) = tokio::join!(
            account::change(&home.desk, &ana, &of_bia, disabled(true), noon()),
            account::change(&home.desk, &bia, &of_ana, disabled(true), noon()),
        );
        let done = [&first, &second].iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(done, 1, "{first:?} {second:?}");
        let left = if first.is_ok() { ana } else { bia };
        assert!(home.row(&left).await.disabled_at.is_none());
        // Another takes over, for the next round to begin with none.
        let taking = Caller::system();
        let other = home.person(&format!("meio{round}"), Role::Administrator).await;
        account::change(&home.desk, &taking, &id(&left), disabled(true), noon()).await.unwrap();
        set_agent(home, &other).await;
    }
}

/// Makes the last administrator an agent, past the verb that would refuse it.
async fn set_agent(home: &Home, of: &Caller) {
    let row = balcao_store::account::Account { role: "agent".to_owned(), ..home.row(of).await };
    home.desk
        .store()
        .write::<_, balcao_store::StoreError, _>(move |tx| {
            Box::pin(async move { balcao_store::account::update(tx, &row).await })
        })
        .await
        .unwrap();
}

async fn a_contact_is_of_a_known_partner_and_nobody_else_is_of_one(home: &Home) {
    let admin = home.person("admin", Role::Administrator).await;
    let table = [
        (Role::PartnerContact, Some("alfa"), true),
        (Role::PartnerContact, Some("gama"), false),
        (Role::PartnerContact, None, false),
        (Role::Agent, Some("alfa"), false),
        (Role::Administrator, Some("alfa"), false),
        (Role::Agent, None, true),
    ];
    for (number, (role, partner, fit)) in table.into_iter().enumerate() {
        let new = NewAccount { partner: partner.map(str::to_owned), ..new(&format!("pessoa{number}"), role) };
        let answer = account::create(&home.desk, &admin, new, noon()).await;
        assert_eq!(answer.is_ok(), fit, "{role:?} {partner:?}");
        assert!(fit || matches!(answer, Err(DeskError::Invalid(_))));
    }
}

async fn a_contact_who_changes_sides_takes_the_partner_along(home: &Home) {
    let admin = home.person("admin", Role::Administrator).await;
    let contact = home.person("contato", Role::PartnerContact).await;
    let partner = |code: &str| Some(code.to_owned());
    // What is asked in turn, and the partner that the account then has; `None`: refused.
    let table = [
        (Changes { partner: partner("beta"), ..Changes::default() }, Some(partner("beta"))),
        (Changes { partner: partner("gama"), ..Changes::default() }, None),
        (role_to(Role::Agent), Some(None)),
        (Changes { partner: partner("alfa"), ..Changes::default() }, None),
        (role_to(Role::PartnerContact), None),
        (Changes { partner: partner("alfa"), ..role_to(Role::PartnerContact) }, Some(partner("alfa"))),
        (Changes { partner: partner("beta"), ..role_to(Role::Lead) }, None),
    ];
    for (changes, expected) in table {
        let before = home.row(&contact).await.partner;
        let answer = account::change(&home.desk, &admin, &id(&contact), changes.clone(), noon()).await;
        assert!(answer.is_ok() || matches!(answer, Err(DeskError::Invalid(_))), "{changes:?}");
        assert_eq!(answer.ok().map(|row| row.partner), expected, "{changes:?}");
        assert_eq!(home.row(&contact).await.partner, expected.unwrap_or(before), "{changes:?}");
    }
}

async fn what_is_not_fit_is_refused_with_what_to_do(home: &Home) {
    let admin = home.person("admin", Role::Administrator).await;
    let long = "x".repeat(201);
    for login in ["", " ", "com espaço", "quebra\nlinha", long.as_str()] {
        let answer = account::create(&home.desk, &admin, new(login, Role::Agent), noon()).await;
        assert!(matches!(answer, Err(DeskError::Invalid(_))), "{login:?}");
    }
    let taken = account::create(&home.desk, &admin, new("ADMIN", Role::Agent), noon()).await;
    assert!(matches!(taken, Err(DeskError::Conflict(_))));
    let bad = [
        Changes { name: Some(" ".to_owned()), ..Changes::default() },
        Changes { name: Some(long.clone()), ..Changes::default() },
        Changes { team: Some(Some(String::new())), ..Changes::default() },
        Changes { team: Some(Some(long.clone())), ..Changes::default() },
        Changes { team: Some(Some("a\u{7}".to_owned())), ..Changes::default() },
    ];
    for changes in bad {
        let answer = account::change(&home.desk, &admin, &id(&admin), changes.clone(), noon()).await;
        assert!(matches!(answer, Err(DeskError::Invalid(_))), "{changes:?}");
    }
}

async fn one_sees_oneself_and_only_who_looks_after_people_sees_others(home: &Home) {
    let other = home.person("outra", Role::Agent).await;
    for (number, role) in ROLES.into_iter().enumerate() {
        let caller = home.person(&format!("quem{number}"), role).await;
        let manages = matches!(role, Role::Administrator | Role::Manager);
        assert!(account::get(&home.desk, &caller, &id(&caller)).await.is_ok(), "{role:?}");
        assert_eq!(account::get(&home.desk, &caller, &id(&other)).await.is_ok(), manages, "{role:?}");
        assert_eq!(account::list(&home.desk, &caller).await.is_ok(), manages, "{role:?}");
    }
}

async fn a_link_is_good_once_and_for_three_days(home: &Home) {
    let admin = home.person("admin", Role::Administrator).await;
    let ana = home.person("ana", Role::Agent).await;
    let link = account::invite(&home.desk, &admin, &id(&ana), noon()).await.unwrap();
    let (hour, set) = (3600, |link: String, later| {
        let desk = home.desk.clone();
        async move { account::set_password(&desk, &link, PASSWORD, after(noon(), later)).await }
    });
    assert!(matches!(set(link.clone(), 72 * hour).await, Err(DeskError::Unknown)), "too late");
    assert!(matches!(set("outro".to_owned(), 0).await, Err(DeskError::Unknown)));
    let unfit = account::set_password(&home.desk, &link, "curta", noon()).await;
    assert!(matches!(unfit, Err(DeskError::Invalid(_))), "a slip does not use the link up");
    set(link.clone(), 72 * hour - 1).await.unwrap();
    assert!(matches!(set(link, 72 * hour - 1).await, Err(DeskError::Unknown)), "again");
    home.entered("ana", noon()).await;
}

async fn of_two_who_take_a_link_at_the_same_time_one_does(home: &Home) {
    let ana = home.person("ana", Role::Agent).await;
    let link = account::invite(&home.desk, &Caller::system(), &id(&ana), noon()).await.unwrap();
    let passwords = ["primeira a chegar aqui", "segunda a chegar aqui"];
    let (first, second) = tokio::join!(
        account::set_password(&home.desk, &link, passwords[0], noon()),
        account::set_password(&home.desk, &link, passwords[1], noon()),
    );
    assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
    for (password, set) in passwords.into_iter().zip([first, second]) {
        let entered = home.enter("ana", (password, None), noon()).await;
        assert_eq!(entered.is_ok(), set.is_ok(), "{entered:?}");
    }
    assert_eq!(home.times("password_set").await, 1);
}

async fn a_password_that_was_set_ends_the_other_links_and_the_sessions(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    let bia = home.person("bia", Role::Agent).await;
    let session = home.entered("ana", noon()).await;
    let mut links = Vec::new();
    for of in [&ana, &ana, &bia] {
        links.push(account::invite(&home.desk, &Caller::system(), &id(of), noon()).await.unwrap());
    }
    account::set_password(&home.desk, &links[1], "outra senha bem longa", noon()).await.unwrap();
    let ended = session::caller_of_session(&home.desk, &session.token, noon()).await;
    assert!(matches!(ended, Err(DeskError::Unknown)));
    let older = account::set_password(&home.desk, &links[0], "senha de quem achou o link", noon()).await;
    assert!(matches!(older, Err(DeskError::Unknown)));
    account::set_password(&home.desk, &links[2], PASSWORD, noon()).await.unwrap();
}

async fn a_link_of_a_disabled_account_sets_nothing(home: &Home) {
    let admin = home.person("admin", Role::Administrator).await;
    let ana = home.person("ana", Role::Agent).await;
    let link = account::invite(&home.desk, &admin, &id(&ana), noon()).await.unwrap();
    for change in [true, false] {
        account::change(&home.desk, &admin, &id(&ana), disabled(change), noon()).await.unwrap();
        let answer = account::set_password(&home.desk, &link, PASSWORD, noon()).await;
        assert!(matches!(answer, Err(DeskError::Unknown)), "disabled: {change}");
    }
    assert_eq!(home.row(&ana).await.password_hash, None);
}

async fn changing_a_password_needs_the_old_one(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    let session = home.entered("ana", noon()).await;
    let change = |caller: Caller, old: &'static str, new: &'static str| {
        let desk = home.desk.clone();
        async move { account::change_password(&desk, &caller, (old, new), noon()).await }
    };
    let other = "outra senha bem longa";
    assert!(matches!(change(ana.clone(), "errada errada", other).await, Err(DeskError::Unknown)));
    assert!(matches!(change(ana.clone(), PASSWORD, "curta").await, Err(DeskError::Invalid(_))));
    assert!(matches!(change(Caller::system(), PASSWORD, other).await, Err(DeskError::Forbidden(_))));
    let token = narrowed(&ana, &[Permission::ReadTickets]);
    assert!(matches!(change(token, PASSWORD, other).await, Err(DeskError::Forbidden(_))));
    assert!(session::caller_of_session(&home.desk, &session.token, noon()).await.is_ok());
    change(ana.clone(), PASSWORD, other).await.unwrap();
    let ended = session::caller_of_session(&home.desk, &session.token, noon()).await;
    assert!(matches!(ended, Err(DeskError::Unknown)));
    // Guessing the old one waits like guessing at the door; one wrong guess was made above.
    for _ in 0..4 {
        assert!(matches!(change(ana.clone(), PASSWORD, other).await, Err(DeskError::Unknown)));
    }
    assert!(matches!(change(ana, other, PASSWORD).await, Err(DeskError::TooMany(_))));
}
