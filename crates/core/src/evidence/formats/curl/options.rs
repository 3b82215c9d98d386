//! The words of a command read as curl reads them: which option takes a value, and what it does to the request.

use super::words::Word;

/// Long options that take a value, with the letter of their short form (`-` where there is none).
const WITH_VALUE: &[(&str, char)] = &[
    ("abstract-unix-socket", '-'),
    ("alt-svc", '-'),
    ("aws-sigv4", '-'),
    ("cacert", '-'),
    ("capath", '-'),
    ("cert", 'E'),
    ("cert-type", '-'),
    ("ciphers", '-'),
    ("config", 'K'),
    ("connect-timeout", '-'),
    ("connect-to", '-'),
    ("continue-at", 'C'),
    ("cookie", 'b'),
    ("cookie-jar", 'c'),
    ("create-file-mode", '-'),
    ("crlfile", '-'),
    ("curves", '-'),
    ("data", 'd'),
    ("data-ascii", '-'),
    ("data-binary", '-'),
    ("data-raw", '-'),
    ("data-urlencode", '-'),
    ("delegation", '-'),
    ("dns-interface", '-'),
    ("dns-ipv4-addr", '-'),
    ("dns-ipv6-addr", '-'),
    ("dns-servers", '-'),
    ("doh-url", '-'),
    ("dump-header", 'D'),
    ("egd-file", '-'),
    ("engine", '-'),
    ("etag-compare", '-'),
    ("etag-save", '-'),
    ("expect100-timeout", '-'),
    ("form", 'F'),
    ("form-string", '-'),
    ("ftp-account", '-'),
    ("ftp-method", '-'),
    ("ftp-port", 'P'),
    ("happy-eyeballs-timeout-ms", '-'),
    ("header", 'H'),
    ("hostpubmd5", '-'),
    ("hostpubsha256", '-'),
    ("hsts", '-'),
    ("interface", '-'),
    ("json", '-'),
    ("keepalive-time", '-'),
    ("key", '-'),
    ("key-type", '-'),
    ("krb", '-'),
    ("libcurl", '-'),
    ("limit-rate", '-'),
    ("local-port", '-'),
    ("login-options", '-'),
    ("mail-auth", '-'),
    ("mail-from", '-'),
    ("mail-rcpt", '-'),
    ("max-filesize", '-'),
    ("max-redirs", '-'),
    ("max-time", 'm'),
    ("netrc-file", '-'),
    ("noproxy", '-'),
    ("oauth2-bearer", '-'),
    ("output", 'o'),
    ("output-dir", '-'),
    ("parallel-max", '-'),
    ("pass", '-'),
    ("pinnedpubkey", '-'),
    ("preproxy", '-'),
    ("proto", '-'),
    ("proto-default", '-'),
    ("proto-redir", '-'),
    ("proxy", 'x'),
    ("proxy-cacert", '-'),
    ("proxy-capath", '-'),
    ("proxy-cert", '-'),
    ("proxy-cert-type", '-'),
    ("proxy-ciphers", '-'),
    ("proxy-crlfile", '-'),
    ("proxy-header", '-'),
    ("proxy-key", '-'),
    ("proxy-key-type", '-'),
    ("proxy-pass", '-'),
    ("proxy-pinnedpubkey", '-'),
    ("proxy-service-name", '-'),
    ("proxy-tls13-ciphers", '-'),
    ("proxy-tlsauthtype", '-'),
    ("proxy-tlspassword", '-'),
    ("proxy-tlsuser", '-'),
    ("proxy-user", 'U'),
    ("proxy1.0", '-'),
    ("pubkey", '-'),
    ("quote", 'Q'),
    ("random-file", '-'),
    ("range", 'r'),
    ("rate", '-'),
    ("referer", 'e'),
    ("request", 'X'),
    ("request-target", '-'),
    ("resolve", '-'),
    ("retry", '-'),
    ("retry-delay", '-'),
    ("retry-max-time", '-'),
    ("sasl-authzid", '-'),
    ("service-name", '-'),
    ("socks4", '-'),
    ("socks4a", '-'),
    ("socks5", '-'),
    ("socks5-gssapi-service", '-'),
    ("socks5-hostname", '-'),
    ("speed-limit", 'Y'),
    ("speed-time", 'y'),
    ("stderr", '-'),
    ("telnet-option", 't'),
    ("tftp-blksize", '-'),
    ("time-cond", 'z'),
    ("tls-max", '-'),
    ("tls13-ciphers", '-'),
    ("tlsauthtype", '-'),
    ("tlspassword", '-'),
    ("tlsuser", '-'),
    ("trace", '-'),
    ("trace-ascii", '-'),
    ("trace-config", '-'),
    ("unix-socket", '-'),
    ("upload-file", 'T'),
    ("url", '-'),
    ("url-query", '-'),
    ("user", 'u'),
    ("user-agent", 'A'),
    ("variable", '-'),
    ("write-out", 'w'),
];

/// Long options without a value that change the request; the others without one change nothing here.
const SWITCHES: &[(&str, char)] = &[
    ("get", 'G'),
    ("head", 'I'),
    ("next", ':'),
    ("digest", '-'),
    ("ntlm", '-'),
    ("negotiate", '-'),
    ("anyauth", '-'),
    ("basic", '-'),
    ("no-basic", '-'),
    ("silent", 's'),
    ("include", 'i'),
    ("insecure", 'k'),
    ("location", 'L'),
    ("verbose", 'v'),
    ("compressed", '-'),
    ("fail", 'f'),
    ("globoff", 'g'),
    ("show-error", 'S'),
    ("http1.1", '-'),
    ("http2", '-'),
];

/// One piece of a body, as its option means it.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Data {
    Text(String),
    File(String),
    /// `-d @file`: a file whose line breaks are left out.
    Lines(String),
    /// `--json`: pieces follow each other without `&`.
    Json(String),
    /// `--data-urlencode`, already encoded.
    Encoded(String),
}

/// One request as the options ask for it.
#[derive(Clone, Default)]
pub(super) struct Request {
    pub(super) method: Option<String>,
    /// Addresses and where they stand.
    pub(super) urls: Vec<(String, usize)>,
    pub(super) headers: Vec<String>,
    pub(super) data: Vec<Data>,
    pub(super) form: Vec<(String, String)>,
    pub(super) query: Vec<String>,
    pub(super) upload: Option<String>,
    pub(super) user: Option<String>,
    pub(super) proxy_user: Option<String>,
    pub(super) bearer: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) referer: Option<String>,
    pub(super) range: Option<String>,
    pub(super) cookies: Vec<String>,
    pub(super) json: bool,
    pub(super) get: bool,
    pub(super) head: bool,
    /// An authentication that puts no `Basic` header on the first request.
    pub(super) other_auth: bool,
    /// Words that are neither option nor address: a sign that this is prose.
    pub(super) strays: usize,
    /// Options that ask for something.
    pub(super) asked: usize,
}

impl Request {
    /// Whether this is a command at all, rather than a sentence about curl.
    pub(super) fn is_plausible(&self) -> bool {
        match (self.urls.is_empty(), self.asked) {
            (true, asked) => asked > 0 && self.strays == 0,
            (false, 0) => {
                self.strays == 0 || self.urls.iter().any(|(url, _)| url.contains("://")) && self.strays <= 1
            }
            (false, _) => true,
        }
    }
}

/// Whether `word`, an option as written, is followed by its value.
pub(super) fn takes_value(word: &str) -> bool {
    match normal(word) {
        Some(Dashed::Long(name)) => {
            !name.contains('=') && long(name).is_some_and(|(_, with_value)| with_value)
        }
        Some(Dashed::Short(letters)) => {
            let mut letters = letters.chars();
            letters.find(|letter| short_takes_value(*letter)).is_some() && letters.next().is_none()
        }
        None => false,
    }
}

enum Dashed<'a> {
    Long(&'a str),
    Short(&'a str),
}

/// An option's name; a dash made long by a word processor stands for two.
fn normal(word: &str) -> Option<Dashed<'_>> {
    let long = word.strip_prefix("--").or_else(|| word.strip_prefix('—'));
    if let Some(name) = long.filter(|name| name.starts_with(|char: char| char.is_ascii_alphabetic())) {
        return Some(Dashed::Long(name));
    }
    let short = word.strip_prefix('-').or_else(|| word.strip_prefix('–'))?;
    match short.chars().next() {
        Some(_) if word.starts_with('–') && short.len() > 2 => Some(Dashed::Long(short)),
        Some(first) if first.is_ascii_alphanumeric() || matches!(first, '#' | ':') => {
            Some(Dashed::Short(short))
        }
        _ => None,
    }
}

/// The full name of a long option, which may be shortened as far as it stays clear, and whether it takes a value.
fn long(name: &str) -> Option<(&'static str, bool)> {
    let find = |list: &'static [(&'static str, char)], exact: bool| {
        list.iter()
            .map(|(full, _)| *full)
            .find(|full| if exact { *full == name } else { full.starts_with(name) })
    };
    find(WITH_VALUE, true)
        .map(|full| (full, true))
        .or_else(|| find(SWITCHES, true).map(|full| (full, false)))
        .or_else(|| find(SWITCHES, false).map(|full| (full, false)))
        .or_else(|| find(WITH_VALUE, false).map(|full| (full, true)))
}

fn short_takes_value(letter: char) -> bool {
    WITH_VALUE.iter().any(|(_, short)| *short == letter && letter != '-')
}

fn of_letter(letter: char) -> Option<&'static str> {
    WITH_VALUE
        .iter()
        .chain(SWITCHES)
        .find(|(_, short)| *short == letter && letter != '-')
        .map(|(name, _)| *name)
}

/// The requests that the words ask for: one, or several parted by `--next`.
pub(super) fn requests(words: &[Word]) -> Vec<Request> {
    let mut all = vec![Request::default()];
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let Some(request) = all.last_mut() else { break };
        let value_follows =
            |words: &mut std::iter::Peekable<std::slice::Iter<'_, Word>>| words.next().cloned();
        match normal(&word.text).filter(|_| !word.quoted || word.text.starts_with('-')) {
            Some(Dashed::Long(name)) => {
                let (name, given) = match name.split_once('=') {
                    Some((name, value)) => (name, Some(value)),
                    None => (name, None),
                };
                match long(name) {
                    Some(("next", _)) => all.push(Request::default()),
                    Some((full, true)) => match given {
                        Some(value) => request.set(full, value, word.start),
                        None => {
                            if let Some(value) = value_follows(&mut words) {
                                request.set(full, &value.text, value.start);
                            }
                        }
                    },
                    Some((full, false)) => request.switch(full),
                    None => {}
                }
            }
            Some(Dashed::Short(letters)) => {
                for (at, letter) in letters.char_indices() {
                    if short_takes_value(letter) {
                        let glued = letters.get(at + letter.len_utf8()..).unwrap_or_default();
                        let name = of_letter(letter).unwrap_or_default();
                        if !glued.is_empty() {
                            request.set(name, glued, word.start);
                        } else if let Some(value) = value_follows(&mut words) {
                            request.set(name, &value.text, value.start);
                        }
                        break;
                    }
                    match of_letter(letter) {
                        Some("next") => {
                            all.push(Request::default());
                            break;
                        }
                        Some(name) => request.switch(name),
                        None => {}
                    }
                }
            }
            None => request.positional(word),
        }
    }
    all.retain(Request::is_plausible);
    all
}

impl Request {
    fn positional(&mut self, word: &Word) {
        let text = word.text.trim();
        if text.is_empty() || text == "-" {
            return;
        }
        if looks_like_url(text) {
            self.urls.push((address(text), word.start));
        } else {
            self.strays += 1;
        }
    }

    fn switch(&mut self, name: &str) {
        match name {
            "get" => self.get = true,
            "head" => self.head = true,
            "digest" | "ntlm" | "negotiate" | "anyauth" => self.other_auth = true,
            "basic" => self.other_auth = false,
            _ => {}
        }
    }

    fn set(&mut self, name: &str, value: &str, start: usize) {
        self.asked += 1;
        let owned = || value.to_owned();
        match name {
            "request" => {
                self.method = Some(value.trim().to_ascii_uppercase()).filter(|method| !method.is_empty())
            }
            "url" => self.urls.push((address(value), start)),
            "header" => self.headers.push(owned()),
            "data" | "data-ascii" | "data-binary" => self.data.push(match value.strip_prefix('@') {
                Some(file) if name == "data-binary" => Data::File(file.to_owned()),
                Some(file) => Data::Lines(file.to_owned()),
                None => Data::Text(owned()),
            }),
            "data-raw" => self.data.push(Data::Text(owned())),
            "data-urlencode" => self.data.push(urlencoded(value)),
            "json" => {
                self.json = true;
                self.data.push(match value.strip_prefix('@') {
                    Some(file) => Data::File(file.to_owned()),
                    None => Data::Json(owned()),
                });
            }
            "form" => self.form.push(form_part(value)),
            "form-string" => {
                let (name, content) = value.split_once('=').unwrap_or((value, ""));
                self.form.push((name.to_owned(), content.to_owned()));
            }
            "url-query" => self.query.push(match value.strip_prefix('+') {
                Some(raw) => raw.to_owned(),
                None => match urlencoded(value) {
                    Data::Text(text)
                    | Data::File(text)
                    | Data::Lines(text)
                    | Data::Json(text)
                    | Data::Encoded(text) => text,
                },
            }),
            "upload-file" => self.upload = Some(owned()),
            "user" => self.user = Some(owned()),
            "proxy-user" => self.proxy_user = Some(owned()),
            "oauth2-bearer" => self.bearer = Some(owned()),
            "user-agent" => self.agent = Some(owned()),
            "referer" => self.referer = Some(owned()),
            "range" => self.range = Some(owned()),
            "cookie" if value.contains('=') => self.cookies.push(owned()),
            _ => self.asked -= 1,
        }
    }
}

/// `--data-urlencode`: the content is encoded, the name is not.
fn urlencoded(value: &str) -> Data {
    let at = value.find(['=', '@']);
    let (name, sign, content) =
        match at.and_then(|at| Some((value.get(..at)?, value.get(at..at + 1)?, value.get(at + 1..)?))) {
            Some(parts) => parts,
            None => ("", "=", value),
        };
    let joined = |content: String| if name.is_empty() { content } else { format!("{name}={content}") };
    match sign {
        "@" if name.is_empty() => Data::File(content.to_owned()),
        "@" => Data::Encoded(joined(format!("@{content}"))),
        _ => Data::Encoded(joined(percent(content))),
    }
}

fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b' ' {
            out.push('+');
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `name=value`, `name=@file`, `name=<file`, each with `;type=…` and the like behind.
fn form_part(value: &str) -> (String, String) {
    let (name, content) = value.split_once('=').unwrap_or((value, ""));
    let inner = content.strip_prefix('"').and_then(|inner| inner.split_once('"')).map(|(inner, _)| inner);
    let bare = || {
        let end = [";type=", ";filename=", ";headers=", ";encoder="]
            .iter()
            .filter_map(|mark| content.find(mark))
            .min();
        end.and_then(|end| content.get(..end)).unwrap_or(content)
    };
    let content = inner.unwrap_or_else(bare);
    (name.to_owned(), content.strip_prefix('<').map_or_else(|| content.to_owned(), |file| format!("@{file}")))
}

/// Whether a bare word is meant as an address.
fn looks_like_url(word: &str) -> bool {
    let word = word.trim_start_matches(['<', '[', '(']);
    if word.contains("://") || word.starts_with(['$', '/', '%']) || word.starts_with("{{") {
        return true;
    }
    let host = word.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let dotted = host.rsplit_once('.').is_some_and(|(name, ending)| {
        !name.is_empty() && ending.len() >= 2 && ending.chars().all(|char| char.is_ascii_alphanumeric())
    });
    host.eq_ignore_ascii_case("localhost") || dotted && host.is_ascii()
}

/// The address freed of what chat and mail programs put around it: `<…>`, `[text](…)`.
fn address(word: &str) -> String {
    let word = word.trim().trim_matches(['<', '>']);
    match word.strip_prefix('[').and_then(|word| word.split_once("](")) {
        Some((_, target)) => target.trim_end_matches(')').to_owned(),
        None => word.to_owned(),
    }
}
