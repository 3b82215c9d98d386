//! `balcao user`: who may come in, from the machine of the desk itself.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use balcao_desk::caller::{Caller, role_of};
use balcao_desk::people::account::{self, Changes, NewAccount};
use balcao_desk::{Desk, people};
use balcao_store::account::Account;
use jiff::Timestamp;

use super::serve::say;
use crate::catalogue::Catalogue;
use crate::opening;
use crate::settings::Flags;

/// Work with the accounts of people
#[derive(Debug, clap::Args)]
pub struct User {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, clap::Subcommand)]
enum UserCommand {
    Create(Create),
    List(List),
    Invite(Named),
    Disable(Named),
    Enable(Named),
}

/// Make an account, and print the invitation with which the person sets the password
#[derive(Debug, clap::Args)]
struct Create {
    /// What is typed to log in
    #[arg(long, value_name = "LOGIN")]
    login: String,
    /// The person's name
    #[arg(long, value_name = "NAME")]
    name: String,
    /// agent, lead, manager, code, commercial, administrator or partner_contact
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// The partner of a partner_contact
    #[arg(long, value_name = "CODE")]
    partner: Option<String>,
    #[command(flatten)]
    flags: Flags,
}

/// List the accounts
#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    flags: Flags,
}

/// Somebody, by login
#[derive(Debug, clap::Args)]
struct Named {
    /// What the person types to log in
    #[arg(value_name = "LOGIN")]
    login: String,
    #[command(flatten)]
    flags: Flags,
}

impl User {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let now = Timestamp::now();
        let flags = match &self.command {
            UserCommand::Create(create) => &create.flags,
            UserCommand::List(list) => &list.flags,
            UserCommand::Invite(named) | UserCommand::Disable(named) | UserCommand::Enable(named) => {
                &named.flags
            }
        };
        let settings = opening::settings(flags, catalogue)?;
        let said = opening::block_on(async {
            let desk = opening::desk(&settings, catalogue).await?;
            let said = done(&desk, &self.command, catalogue, now).await;
            desk.store().close().await;
            said
        })?;
        said.iter().try_for_each(|line| say(line))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Does it; the lines to be said.
async fn done(
    desk: &Desk,
    command: &UserCommand,
    catalogue: &Catalogue,
    now: Timestamp,
) -> anyhow::Result<Vec<String>> {
    let system = Caller::system();
    match command {
        UserCommand::Create(create) => {
            let role = role_of(&create.role)
                .with_context(|| catalogue.say("error-role", &[("value", &create.role)]))?;
            let new = NewAccount {
                login: create.login.clone(),
                name: create.name.clone(),
                role,
                partner: create.partner.clone(),
                team: None,
            };
            let made = account::create(desk, &system, new, now).await?;
            invited(desk, &made, catalogue, now).await
        }
        UserCommand::List(_) => {
            let all = account::list(desk, &system).await?;
            Ok(all.iter().map(|account| line(account, catalogue)).collect())
        }
        UserCommand::Invite(named) => {
            invited(desk, &known(desk, &named.login, catalogue).await?, catalogue, now).await
        }
        UserCommand::Disable(named) => turned(desk, named, true, (catalogue, now)).await,
        UserCommand::Enable(named) => turned(desk, named, false, (catalogue, now)).await,
    }
}

async fn invited(
    desk: &Desk,
    account: &Account,
    catalogue: &Catalogue,
    now: Timestamp,
) -> anyhow::Result<Vec<String>> {
    let invitation = people::account::invite(desk, &Caller::system(), &account.id, now).await?;
    Ok(vec![catalogue.say("user-invited", &[("login", &account.login), ("invitation", &invitation)])])
}

async fn turned(
    desk: &Desk,
    named: &Named,
    off: bool,
    (catalogue, now): (&Catalogue, Timestamp),
) -> anyhow::Result<Vec<String>> {
    let account = known(desk, &named.login, catalogue).await?;
    let changes = Changes { disabled: Some(off), ..Changes::default() };
    let account = account::change(desk, &Caller::system(), &account.id, changes, now).await?;
    Ok(vec![line(&account, catalogue)])
}

async fn known(desk: &Desk, login: &str, catalogue: &Catalogue) -> anyhow::Result<Account> {
    let all = account::list(desk, &Caller::system()).await?;
    match all.into_iter().find(|account| account.login == login.trim().to_lowercase()) {
        Some(account) => Ok(account),
        None => bail!(catalogue.say("user-unknown", &[("login", login)])),
    }
}

/// Login, role, partner, name, and whether the account is of use.
fn line(account: &Account, catalogue: &Catalogue) -> String {
    let state = match (account.disabled_at, &account.password_hash) {
        (Some(_), _) => "user-disabled",
        (None, None) => "user-without-password",
        (None, Some(_)) => "user-active",
    };
    let partner = account.partner.as_deref().unwrap_or("-");
    format!("{}\t{}\t{partner}\t{}\t{}", account.login, account.role, account.name, catalogue.say(state, &[]))
}
