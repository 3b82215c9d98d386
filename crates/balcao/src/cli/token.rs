//! `balcao token create`: the first way in for programs.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use balcao_desk::caller::{Permission, role_of};
use balcao_desk::people::token::{self, NewToken};
use jiff::{SignedDuration, Timestamp};

use super::serve::say;
use crate::catalogue::Catalogue;
use crate::opening;
use crate::settings::Flags;

/// Make tokens of the API
#[derive(Debug, clap::Args)]
pub struct Token {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, clap::Subcommand)]
enum TokenCommand {
    Create(Create),
}

/// Make a token and print it, once
#[derive(Debug, clap::Args)]
struct Create {
    /// What it is called
    #[arg(long, value_name = "NAME")]
    name: String,
    /// agent, lead, manager, code, commercial, administrator or partner_contact
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// The partner it belongs to, for partner_contact
    #[arg(long, value_name = "CODE")]
    partner: Option<String>,
    /// What it may do, if less than its role: `tickets:read,requests:write`
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    scopes: Vec<String>,
    /// Days after which it ends
    #[arg(long, value_name = "DAYS")]
    days: Option<u32>,
    #[command(flatten)]
    flags: Flags,
}

impl Token {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let TokenCommand::Create(create) = self.command;
        let settings = opening::settings(&create.flags, catalogue)?;
        let role =
            role_of(&create.role).with_context(|| catalogue.say("error-role", &[("value", &create.role)]))?;
        let mut scopes = Vec::new();
        for code in &create.scopes {
            match Permission::parse(code) {
                Some(permission) => scopes.push(permission),
                None => bail!(catalogue.say("error-scope", &[("value", code), ("known", &known())])),
            }
        }
        let now = Timestamp::now();
        let expires = create.days.map(|days| {
            now.saturating_add(SignedDuration::from_hours(i64::from(days) * 24)).unwrap_or(Timestamp::MAX)
        });
        let new =
            NewToken { name: create.name, role, scopes, partner: create.partner, expires, personal: false };
        let token = opening::block_on(async {
            let desk = opening::desk(&settings, catalogue).await?;
            let (_, token) = token::create_unchecked(&desk, new, now).await?;
            desk.store().close().await;
            Ok(token)
        })?;
        say(&token)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn known() -> String {
    let codes: Vec<&str> = Permission::ALL.iter().map(|permission| permission.code()).collect();
    codes.join(", ")
}
