//! Look-ups in the registry: each by what a message shows, each `None` where nothing certain is known.

use jiff::civil::{DateTime, Time};
use jiff::{SignedDuration, Timestamp};

use super::telephone::{normal_address, normal_telephone, other_spelling};
use super::{ApiKey, ApiVersion, Environment, Partner, Registry, Release, Routine, User};
use crate::calendar::Window;
use crate::evidence::key::KeyPrint;
use crate::facts::paths;

impl Registry {
    /// The partner of this code.
    pub fn partner(&self, code: &str) -> Option<&Partner> {
        self.partners.get(*self.index.partners.get(code)?)
    }

    /// The environment of this code.
    pub fn environment(&self, code: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.code == code)
    }

    /// The version of this code.
    pub fn version(&self, code: &str) -> Option<&ApiVersion> {
        self.api_versions.iter().find(|version| version.code == code)
    }

    /// The partner whom a sender's address says: a contact's own address or telephone, else the e-mail
    /// domain of exactly one partner. A sub-domain is another domain. A Brazilian mobile is known with and without its ninth digit.
    pub fn partner_of_address(&self, address: &str) -> Option<&Partner> {
        let normal = normal_address(address);
        let held = |address: &str| self.index.addresses.get(address).copied();
        if normal_telephone(address).is_some() {
            let other = other_spelling(&normal).and_then(|other| held(&other));
            return match (held(&normal), other) {
                (Some(one), Some(other)) if one != other => None,
                (one, other) => self.partners.get(one.or(other)??),
            };
        }
        if let Some(held) = held(&normal) {
            return self.partners.get(held?);
        }
        let (_, domain) = normal.rsplit_once('@')?;
        let held = self.index.domains.get(domain.trim_end_matches('.'))?;
        self.partners.get((*held)?)
    }

    /// The key of this print.
    pub fn key(&self, print: &KeyPrint) -> Option<&ApiKey> {
        self.api_keys.get(*self.index.keys.get(print)?)
    }

    /// All keys of a partner, in the order of the file.
    pub fn keys_of_partner<'r>(&'r self, code: &'r str) -> impl Iterator<Item = &'r ApiKey> {
        self.api_keys.iter().filter(move |key| key.partner == code)
    }

    /// The user of this login: exactly as written, else the only one that differs in ASCII case alone.
    pub fn user(&self, login: &str) -> Option<&User> {
        let login = login.trim();
        let exact = self.index.logins.get(login).copied();
        let found = exact.or_else(|| *self.index.lower_logins.get(&login.to_ascii_lowercase())?)?;
        self.users.get(found)
    }

    /// The environment whose base URL has the host of `url`, and the path called, without query.
    ///
    /// `url` may lack the scheme (`api.empresa.com.br/api/x`). Where environments share a host, the port
    /// and then the longest base path decide; `None` if they leave two.
    pub fn environment_of_url(&self, url: &str) -> Option<(&Environment, String)> {
        let called = Address::of(url)?;
        let mut best: Option<((bool, usize), &Environment, bool)> = None;
        for environment in &self.environments {
            for base in environment.base_urls.iter().filter_map(|base| Address::of(base)) {
                if base.host != called.host {
                    continue;
                }
                let depth =
                    paths::below(called.path, base.path).map_or(0, |_| 1 + paths::segments(base.path).len());
                let fit = (base.port == called.port, depth);
                best = match best {
                    Some((held, one, _)) if held == fit && one.code != environment.code => {
                        Some((held, one, true))
                    }
                    Some(kept) if kept.0 >= fit => Some(kept),
                    _ => Some((fit, environment, false)),
                };
            }
        }
        let (_, environment, tied) = best?;
        (!tied).then(|| (environment, called.path.to_owned()))
    }

    /// The version whose prefix `path` starts with, the longest of several.
    pub fn version_of_path(&self, path: &str) -> Option<&ApiVersion> {
        let path = paths::bare(path);
        let under =
            self.api_versions.iter().filter(|version| paths::below(path, &version.path_prefix).is_some());
        // `rev`, since `max_by_key` keeps the last of equals.
        under.rev().max_by_key(|version| paths::segments(&version.path_prefix).len())
    }

    /// The newest version: the highest numbers in the code, else the last of the list.
    pub fn newest_version(&self) -> Option<&ApiVersion> {
        self.api_versions.iter().max_by_key(|version| numbers(&version.code))
    }

    /// The routines running at `at` that touch the route.
    pub fn routines_at(&self, environment: &str, method: &str, path: &str, at: Timestamp) -> Vec<&Routine> {
        let local = at.to_zoned_datetime(self.timezone.clone()).datetime();
        let of_route = |routine: &&Routine| {
            routine.environment == environment
                && routine.routes.iter().any(|route| route.matches(method, path))
        };
        self.routines.iter().filter(|routine| covers(&routine.window, local)).filter(of_route).collect()
    }

    /// The releases that changed the route in the time `within` before `at`, the latest first.
    /// One at `at` itself counts, and one exactly `within` before it.
    pub fn releases_before(
        &self,
        environment: &str,
        route: (&str, &str),
        at: Timestamp,
        within: SignedDuration,
    ) -> Vec<&Release> {
        let (method, path) = route;
        let recent = |release: &&Release| {
            let age = at.duration_since(release.deployed_at);
            release.environment == environment && age >= SignedDuration::ZERO && age <= within
        };
        let of_route = |release: &&Release| release.routes.iter().any(|route| route.matches(method, path));
        let mut found: Vec<&Release> = self.releases.iter().filter(recent).filter(of_route).collect();
        found.sort_by_key(|release| std::cmp::Reverse(release.deployed_at));
        found
    }
}

/// Whether a weekly window covers a local time: its start is inside, its end is not.
fn covers(window: &Window, local: DateTime) -> bool {
    let (today, time): (_, Time) = (local.date().weekday(), local.time());
    let starts_today = window.days.contains(&today) && time >= window.from;
    if window.from < window.to {
        return starts_today && time < window.to;
    }
    let since_yesterday = window.days.contains(&today.previous()) && time < window.to;
    starts_today || since_yesterday
}

/// The numbers in a code, so that `v10` is after `v9`.
fn numbers(code: &str) -> Vec<u64> {
    code.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

/// Host, port and path of a URL with or without a scheme.
struct Address<'u> {
    host: String,
    port: Option<u16>,
    path: &'u str,
}

impl<'u> Address<'u> {
    /// `None` where there is no host, as in a mere path.
    fn of(url: &'u str) -> Option<Self> {
        let url = url.trim();
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme, rest)) if scheme.chars().all(|c| c.is_ascii_alphanumeric()) => (scheme, rest),
            _ => ("https", url.strip_prefix("//").unwrap_or(url)),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = (rest.get(..end)?, rest.get(end..)?);
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (place, None),
        };
        let usual = if scheme.eq_ignore_ascii_case("http") { 80 } else { 443 };
        let host = host.trim_end_matches('.').to_lowercase();
        let plain = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "{}<>\"'".contains(c));
        plain.then(|| Self { host, port: port.filter(|port| *port != usual), path: paths::bare(tail) })
    }
}
