//! What every page has: who reads it, in which language and theme, and the words for dates and codes.

use std::sync::Arc;

use balcao_desk::caller::{Caller, Permission, role_code};
use balcao_desk::{State, instant};
use jiff::{SignedDuration, Timestamp};

use super::assets;
use super::words::{self, Language};

/// The frame of one page.
pub(crate) struct Frame {
    pub(crate) language: Language,
    /// `auto`, `light` or `dark`.
    pub(crate) theme: &'static str,
    pub(crate) who: Option<Caller>,
    /// Path and query of the page.
    pub(crate) here: String,
    /// What was just done, by the code in the address.
    pub(crate) notice: Option<String>,
    pub(crate) now: Timestamp,
    pub(crate) state: Arc<State>,
}

impl Frame {
    /// The text of `key`.
    pub(crate) fn t(&self, key: &str) -> String {
        words::say(self.language, key, &[])
    }

    /// The text of `key` with one value.
    pub(crate) fn tv(&self, key: &str, name: &str, value: impl ToString) -> String {
        words::say(self.language, key, &[(name, &value.to_string())])
    }

    /// The text of a code: `state-closed`. A code without a text is shown as it is.
    pub(crate) fn code(&self, family: &str, code: &str) -> String {
        let key = format!("{family}-{code}");
        let said = words::say(self.language, &key, &[]);
        if said == key { code.to_owned() } else { said }
    }

    /// A number for one form of one page, by which a second click is known.
    pub(crate) fn once(&self) -> String {
        balcao_store::MessageId::fresh().to_string()
    }

    pub(crate) fn lang(&self) -> &'static str {
        self.language.code()
    }

    pub(crate) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    pub(crate) fn is_staff(&self) -> bool {
        self.who.as_ref().is_some_and(Caller::is_staff)
    }

    /// Whether the reader sees everybody's tickets, and so the figures of all.
    pub(crate) fn sees_all(&self) -> bool {
        self.who.as_ref().is_some_and(|who| who.scope() == balcao_store::Scope::All)
    }

    pub(crate) fn name(&self) -> &str {
        self.who.as_ref().map_or("", |who| who.name.as_str())
    }

    pub(crate) fn role(&self) -> &'static str {
        self.who.as_ref().map_or("", |who| role_code(who.role))
    }

    /// Whether the reader has this permission, by its code.
    pub(crate) fn may(&self, permission: &str) -> bool {
        let permission = Permission::parse(permission);
        self.who.as_ref().zip(permission).is_some_and(|(who, permission)| who.may(permission))
    }

    /// `page` or nothing, for `aria-current`.
    pub(crate) fn at(&self, place: &str) -> bool {
        let path = self.here.split('?').next().unwrap_or_default();
        path == place || path.starts_with(&format!("{place}/"))
    }

    /// The value, or an empty text.
    pub(crate) fn or_empty<'t>(&self, text: &'t Option<String>) -> &'t str {
        or_empty(text)
    }

    /// Date and time in the company's zone.
    pub(crate) fn when(&self, millis: &i64) -> String {
        let zone = self.state.world.registry.timezone.clone();
        let form = if self.language == Language::English { "%Y-%m-%d %H:%M" } else { "%d/%m/%Y %H:%M" };
        instant(*millis).to_zoned_datetime(zone).strftime(form).to_string()
    }

    /// The same of an instant.
    pub(crate) fn moment(&self, at: &Timestamp) -> String {
        self.when(&at.as_millisecond())
    }

    /// The time of the day, to the second.
    pub(crate) fn clock(&self, at: &Timestamp) -> String {
        let zone = self.state.world.registry.timezone.clone();
        at.to_zoned_datetime(zone).strftime("%d/%m %H:%M:%S").to_string()
    }

    /// The names of the evidences in a list of codes with spaces between.
    pub(crate) fn evidences(&self, codes: &str) -> String {
        codes.split_whitespace().map(|code| self.evidence(code)).collect::<Vec<_>>().join(", ")
    }

    /// A day.
    pub(crate) fn day(&self, day: &jiff::civil::Date) -> String {
        let form = if self.language == Language::English { "%Y-%m-%d" } else { "%d/%m/%Y" };
        day.strftime(form).to_string()
    }

    /// For machines.
    pub(crate) fn iso(&self, millis: &i64) -> String {
        instant(*millis).to_string()
    }

    /// "3 min", "2 h", "5 d": since then.
    pub(crate) fn age(&self, millis: &i64) -> String {
        self.length(self.now.duration_since(instant(*millis)))
    }

    /// "2 h" before a deadline, "−2 h" after it.
    pub(crate) fn left(&self, millis: &i64) -> String {
        let left = instant(*millis).duration_since(self.now);
        let sign = if left < SignedDuration::ZERO { "−" } else { "" };
        format!("{sign}{}", self.length(left.abs()))
    }

    pub(crate) fn is_past(&self, millis: &i64) -> bool {
        instant(*millis) < self.now
    }

    fn length(&self, length: SignedDuration) -> String {
        let minutes = length.as_mins().max(0);
        match minutes {
            0 => self.t("now"),
            1..60 => format!("{minutes} min"),
            60..2_880 => format!("{} h", minutes / 60),
            _ => format!("{} d", minutes / 1_440),
        }
    }

    /// The name of a partner.
    pub(crate) fn partner(&self, code: &str) -> String {
        let known = self.state.world.registry.partner(code);
        known.map_or_else(|| code.to_owned(), |partner| partner.name.clone())
    }

    /// The name of a product.
    pub(crate) fn product(&self, code: &str) -> String {
        let known = self.state.world.registry.products.iter().find(|product| product.code == code);
        known.map_or_else(|| code.to_owned(), |product| product.name.clone())
    }

    pub(crate) fn situation(&self, code: &str) -> String {
        self.state.world.procedure.situation_name(code).to_owned()
    }

    pub(crate) fn cause(&self, situation: &str, code: &str) -> String {
        self.state.world.procedure.cause_name(situation, code).to_owned()
    }

    pub(crate) fn next_step(&self, code: &str) -> String {
        self.state.world.procedure.next_step_name(code).to_owned()
    }

    pub(crate) fn evidence(&self, code: &str) -> String {
        self.state.world.procedure.evidence_name(code).to_owned()
    }
}

/// The value, or an empty text.
pub(crate) fn or_empty(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}
