//! Tokens of the API: who may make which, and what each then is.

use balcao_core::ticket::Role;
use balcao_desk::DeskError;
use balcao_desk::caller::{Caller, Permission, role_code};
use balcao_desk::people::account::{self, Changes};
use balcao_desk::people::token::{
    NewToken, caller_of_token, create, create_unchecked, is_token, list, revoke,
};

use crate::homes::{Home, ROLES, after, id, narrowed, new_token, noon};

crate::on_both!(
    nobody_makes_or_ends_a_token_that_is_more_than_he,
    a_token_is_its_role_and_no_more_than_its_scopes,
    a_token_ends_by_itself_or_by_hand,
    what_is_kept_is_not_the_token,
    a_personal_token_follows_its_account,
    a_narrowed_token_makes_none_that_is_wider,
    a_contacts_token_is_of_a_known_partner_and_no_other_is_of_one,
    what_the_console_makes_is_checked_too,
);

const GIVES: [(Role, &[Role]); 7] = [
    (Role::Administrator, &ROLES),
    (
        Role::Manager,
        &[Role::Manager, Role::Lead, Role::Agent, Role::Code, Role::Commercial, Role::PartnerContact],
    ),
    (Role::Lead, &[Role::Lead, Role::Agent, Role::Code, Role::Commercial, Role::PartnerContact]),
    (Role::Agent, &[]),
    (Role::Code, &[]),
    (Role::Commercial, &[]),
    (Role::PartnerContact, &[]),
];

fn personal(of: &Caller) -> NewToken {
    NewToken { personal: true, partner: None, ..new_token(of.role) }
}

async fn nobody_makes_or_ends_a_token_that_is_more_than_he(home: &Home) {
    for (number, (of, reach)) in GIVES.into_iter().enumerate() {
        let caller = home.person(&format!("quem{number}"), of).await;
        for role in ROLES {
            let may = reach.contains(&role);
            let made = create(&home.desk, &caller, new_token(role), noon()).await;
            assert_eq!(made.is_ok(), may, "{of:?} makes {role:?}");
            assert!(may || matches!(made, Err(DeskError::Forbidden(_))));
            let (row, token) = create_unchecked(&home.desk, new_token(role), noon()).await.unwrap();
            let ended = revoke(&home.desk, &caller, &row.id, noon()).await;
            assert_eq!(ended.is_ok(), may, "{of:?} ends {role:?}: {ended:?}");
            assert_eq!(caller_of_token(&home.desk, &token, noon()).await.is_err(), may);
        }
        let system = create(&home.desk, &caller, new_token(Role::System), noon()).await;
        assert!(matches!(system, Err(DeskError::Forbidden(_))), "{of:?}");
    }
}

async fn a_token_is_its_role_and_no_more_than_its_scopes(home: &Home) {
    let admin = home.person("admin", Role::Administrator).await;
    let scopes = vec![Permission::ReadTickets, Permission::ManagePeople];
    for role in ROLES {
        let new = NewToken { scopes: scopes.clone(), ..new_token(role) };
        let (row, token) = create(&home.desk, &admin, new, noon()).await.unwrap();
        let caller = caller_of_token(&home.desk, &token, noon()).await.unwrap();
        assert_eq!(caller.id, format!("token:{}", row.id));
        assert_eq!((caller.role, caller.partner.clone()), (role, row.partner));
        assert_eq!(caller.narrowed, Some(scopes.clone()));
        assert!(!caller.may(Permission::ManageTokens));
        let manages = matches!(role, Role::Administrator | Role::Manager);
        assert_eq!(
            caller.may(Permission::ManagePeople),
            manages,
            "a scope gives nothing that {role:?} has not"
        );
    }
}

async fn a_token_ends_by_itself_or_by_hand(home: &Home) {
    let admin = home.person("admin", Role::Administrator).await;
    let new = NewToken { expires: Some(after(noon(), 60)), ..new_token(Role::Agent) };
    let (row, token) = create(&home.desk, &admin, new, noon()).await.unwrap();
    for (later, open) in [(0, true), (59, true), (60, false), (61, false)] {
        let answer = caller_of_token(&home.desk, &token, after(noon(), later)).await;
        assert_eq!(answer.is_ok(), open, "{later}");
        assert!(open || matches!(answer, Err(DeskError::Unknown)));
    }
    revoke(&home.desk, &admin, &row.id, noon()).await.unwrap();
    assert!(matches!(caller_of_token(&home.desk, &token, noon()).await, Err(DeskError::Unknown)));
    assert!(matches!(revoke(&home.desk, &admin, &row.id, noon()).await, Err(DeskError::NotFound(_))));
    for unknown in ["", "blc_", "blc_0000000000000000000000000000000000000000"] {
        assert!(matches!(caller_of_token(&home.desk, unknown, noon()).await, Err(DeskError::Unknown)));
    }
    let past = NewToken { expires: Some(noon()), ..new_token(Role::Agent) };
    assert!(matches!(create(&home.desk, &admin, past, noon()).await, Err(DeskError::Invalid(_))));
}

async fn what_is_kept_is_not_the_token(home: &Home) {
    let (row, token) = create_unchecked(&home.desk, new_token(Role::Agent), noon()).await.unwrap();
    assert!(is_token(&token) && token.len() == 44 && token.is_ascii());
    assert!(token.ends_with(&row.last4) && row.last4.len() == 4);
    let admin = home.person("admin", Role::Administrator).await;
    let rows = format!("{:?}", list(&home.desk, &admin).await.unwrap());
    assert!(!rows.contains(&token) && !rows.contains(token.trim_start_matches("blc_")));
    assert_eq!(row.hash.len(), 64);
    assert!(caller_of_token(&home.desk, &row.hash, noon()).await.is_err());
}

async fn a_personal_token_follows_its_account(home: &Home) {
    let ana = home.person("ana", Role::Lead).await;
    let bia = home.person("bia", Role::Agent).await;
    let (row, token) = create(&home.desk, &ana, personal(&ana), noon()).await.unwrap();
    assert_eq!(caller_of_token(&home.desk, &token, noon()).await.unwrap(), ana);
    let other_role = NewToken { role: Role::Agent, ..personal(&ana) };
    assert!(matches!(create(&home.desk, &ana, other_role, noon()).await, Err(DeskError::Invalid(_))));
    assert!(create(&home.desk, &Caller::system(), personal(&ana), noon()).await.is_err());
    // Others who look after no tokens neither see it nor end it.
    assert!(list(&home.desk, &bia).await.unwrap().is_empty());
    assert!(matches!(revoke(&home.desk, &bia, &row.id, noon()).await, Err(DeskError::NotFound(_))));
    let change = |changes| {
        let (desk, of) = (home.desk.clone(), id(&ana));
        async move { account::change(&desk, &Caller::system(), &of, changes, noon()).await.unwrap() }
    };
    change(Changes { role: Some(Role::Agent), ..Changes::default() }).await;
    let now_agent = caller_of_token(&home.desk, &token, noon()).await.unwrap();
    assert_eq!((now_agent.role, &now_agent.id), (Role::Agent, &ana.id));
    change(Changes { disabled: Some(true), ..Changes::default() }).await;
    assert!(matches!(caller_of_token(&home.desk, &token, noon()).await, Err(DeskError::Unknown)));
    change(Changes { disabled: Some(false), ..Changes::default() }).await;
    let agent = Caller { role: Role::Agent, ..ana };
    assert_eq!(list(&home.desk, &agent).await.unwrap().len(), 1);
    revoke(&home.desk, &agent, &row.id, noon()).await.unwrap();
    assert!(matches!(caller_of_token(&home.desk, &token, noon()).await, Err(DeskError::Unknown)));
}

async fn a_narrowed_token_makes_none_that_is_wider(home: &Home) {
    use Permission::{ManageTokens, ReadTickets, WriteTickets};

    let ana = home.person("ana", Role::Lead).await;
    let table: [(&[Permission], &[Permission], bool); 5] = [
        (&[ManageTokens, ReadTickets], &[], false),
        (&[ManageTokens, ReadTickets], &[ReadTickets, WriteTickets], false),
        (&[ManageTokens, ReadTickets], &[ReadTickets], true),
        (&[ManageTokens], &[ManageTokens], true),
        (&[ManageTokens], &[ReadTickets], false),
    ];
    for (own, scopes, may) in table {
        let caller = narrowed(&ana, own);
        for new in [new_token(Role::Lead), personal(&ana)] {
            let new = NewToken { scopes: scopes.to_vec(), ..new };
            let made = create(&home.desk, &caller, new.clone(), noon()).await;
            assert_eq!(made.is_ok(), may, "{own:?} makes {scopes:?}, personal: {}", new.personal);
            assert!(may || matches!(made, Err(DeskError::Forbidden(_))));
        }
    }
}

async fn a_contacts_token_is_of_a_known_partner_and_no_other_is_of_one(home: &Home) {
    let admin = home.person("admin", Role::Administrator).await;
    let table = [
        (Role::PartnerContact, Some("alfa"), true),
        (Role::PartnerContact, Some("gama"), false),
        (Role::PartnerContact, None, false),
        (Role::Agent, Some("alfa"), false),
        (Role::Agent, None, true),
    ];
    for (role, partner, fit) in table {
        let new = NewToken { partner: partner.map(str::to_owned), ..new_token(role) };
        for made in [
            create(&home.desk, &admin, new.clone(), noon()).await,
            create_unchecked(&home.desk, new, noon()).await,
        ] {
            assert_eq!(made.is_ok(), fit, "{role:?} {partner:?}");
            assert!(fit || matches!(made, Err(DeskError::Invalid(_))));
        }
    }
    // A contact's own token is of his partner, whatever was asked.
    let contact = home.person("contato", Role::PartnerContact).await;
    let new = NewToken { partner: Some("beta".to_owned()), ..personal(&contact) };
    let (row, _) = create(&home.desk, &contact, new, noon()).await.unwrap();
    assert_eq!(row.partner.as_deref(), Some("alfa"));
}

async fn what_the_console_makes_is_checked_too(home: &Home) {
    let bad = [
        NewToken { name: " ".to_owned(), ..new_token(Role::Agent) },
        NewToken { name: "x".repeat(101), ..new_token(Role::Agent) },
        NewToken { expires: Some(noon()), ..new_token(Role::Agent) },
        new_token(Role::System),
    ];
    for new in bad {
        let made = create_unchecked(&home.desk, new.clone(), noon()).await;
        assert!(matches!(made, Err(DeskError::Invalid(_))), "{new:?}");
    }
    for role in ROLES {
        let (row, _) = create_unchecked(&home.desk, new_token(role), noon()).await.unwrap();
        assert_eq!((row.role.as_str(), row.account), (role_code(role), None));
    }
    let told = home.told().await;
    let made: Vec<_> = told.iter().filter(|(what, ..)| what == "token_created").collect();
    assert_eq!(made.len(), ROLES.len());
    assert!(made.iter().all(|(_, by, _)| by == "console"));
}
