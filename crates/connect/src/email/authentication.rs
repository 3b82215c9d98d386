//! Whether the sender is who he says: what our own server wrote in `Authentication-Results` (RFC 8601). What others wrote is passed over.

/// Results of one method that are looked at.
const MOST_RESULTS: usize = 50;

/// What came of one method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It was tried and does not hold.
    Fail,
    /// It was not tried, says nothing, or nobody of ours said.
    #[default]
    None,
}

impl Outcome {
    /// The word that stands for it in the standard.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::None => "none",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "pass" => Self::Pass,
            "fail" | "softfail" | "policy" | "permerror" | "hardfail" => Self::Fail,
            _ => Self::None,
        }
    }
}

/// What our own server found out about a mail's sender.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Authentication {
    /// Whether the sending server may send for the envelope's sender.
    pub spf: Outcome,
    /// Whether a signature of the mail holds.
    pub dkim: Outcome,
    /// Whether either is of the author's own domain.
    pub dmarc: Outcome,
    /// The domain that SPF passed for.
    spf_domain: Option<String>,
    /// The domains whose signatures hold.
    dkim_domains: Vec<String>,
    /// The author's domain as DMARC saw it.
    dmarc_domain: Option<String>,
}

impl Authentication {
    /// Reads the headers (top first) of the server called `trusted`.
    pub(super) fn of(headers: Vec<String>, trusted: Option<&str>) -> Self {
        let mut found = Self::default();
        let Some(trusted) = trusted.map(str::trim).filter(|name| !name.is_empty()) else { return found };
        for header in headers {
            let bare = without_comments(&header);
            let mut results = split(&bare, ';').into_iter();
            let server = results.next().unwrap_or_default();
            let server = server.split_whitespace().next().unwrap_or_default();
            if server.trim_matches('"').eq_ignore_ascii_case(trusted) {
                results.take(MOST_RESULTS).for_each(|result| found.add(&result));
            }
        }
        found
    }

    fn add(&mut self, result: &str) {
        let mut method = None;
        let mut properties = Vec::new();
        for word in split(result, ' ') {
            let Some((name, value)) = word.split_once('=') else { continue };
            let (name, value) =
                (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_ascii_lowercase());
            if method.is_none() {
                // A method may carry its version: `dkim/1`.
                let name = name.split('/').next().unwrap_or_default().to_owned();
                method = Some((name, Outcome::of(&value)));
            } else {
                properties.push((name, value));
            }
        }
        let Some((method, outcome)) = method else { return };
        let of =
            |name: &str| properties.iter().find(|(own, _)| own == name).map(|(_, value)| domain_of(value));
        match method.as_str() {
            "spf" => {
                self.spf = outcome;
                if outcome == Outcome::Pass {
                    self.spf_domain = of("smtp.mailfrom").or_else(|| of("smtp.helo"));
                }
            }
            // One good signature is enough, whatever became of others.
            "dkim" => {
                if outcome == Outcome::Pass {
                    self.dkim = Outcome::Pass;
                    self.dkim_domains.extend(of("header.d").or_else(|| of("header.i")));
                } else if self.dkim != Outcome::Pass {
                    self.dkim = outcome;
                }
            }
            "dmarc" => {
                self.dmarc = outcome;
                self.dmarc_domain = of("header.from");
            }
            _ => {}
        }
    }

    /// What proves that a mail is of `domain`: `dmarc`, `dkim` or `spf`.
    pub(super) fn verifies(&self, domain: String) -> Option<&'static str> {
        let domain = domain.as_str();
        if self.dmarc == Outcome::Pass && self.dmarc_domain.as_deref().is_none_or(|own| own == domain) {
            return Some("dmarc");
        }
        // A domain that forbids what is not its own was asked, and said no.
        if self.dmarc == Outcome::Fail {
            return None;
        }
        if self.dkim_domains.iter().any(|own| aligned(own, domain)) {
            return Some("dkim");
        }
        self.spf_domain.as_deref().is_some_and(|own| aligned(own, domain)).then_some("spf")
    }

    /// All three results in one line: `spf=pass dkim=none dmarc=fail`.
    #[must_use]
    pub fn line(&self) -> String {
        format!("spf={} dkim={} dmarc={}", self.spf.code(), self.dkim.code(), self.dmarc.code())
    }
}

/// Whether two domains are one organisation's: the same, or one below the other. Below a public ending (`com.br`) nobody is anybody's.
fn aligned(proven: &str, domain: &str) -> bool {
    let (shorter, longer) = if proven.len() <= domain.len() { (proven, domain) } else { (domain, proven) };
    if shorter == longer {
        return !shorter.is_empty();
    }
    let below = longer.strip_suffix(shorter).is_some_and(|rest| rest.ends_with('.'));
    below && !public(shorter)
}

fn public(domain: &str) -> bool {
    const SECOND: [&str; 16] = [
        "com", "net", "org", "gov", "edu", "co", "ac", "art", "eco", "emp", "ind", "inf", "adv", "eng",
        "blog", "app",
    ];
    match domain.rsplit_once('.') {
        None => true,
        Some((second, ending)) => ending.len() == 2 && SECOND.contains(&second),
    }
}

fn domain_of(value: &str) -> String {
    value.rsplit('@').next().unwrap_or_default().trim_end_matches('.').to_owned()
}

/// A header's text without what stands in brackets.
fn without_comments(text: &str) -> String {
    let (mut depth, mut quoted) = (0_usize, false);
    let mut bare = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if quoted || depth > 0 => {
                let escaped = characters.next();
                if depth == 0 {
                    bare.extend(escaped);
                }
            }
            '"' if depth == 0 => {
                quoted = !quoted;
                bare.push('"');
            }
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            other if depth == 0 => bare.push(other),
            _ => {}
        }
    }
    bare
}

/// The pieces between separators that stand in no quotation marks.
fn split(text: &str, separator: char) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut quoted = false;
    for character in text.chars() {
        quoted ^= character == '"';
        if character == separator && !quoted {
            pieces.push(String::new());
        } else if let Some(last) = pieces.last_mut() {
            last.push(character);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Authentication {
        Authentication::of(vec![header.to_owned()], Some("mx.balcao.example"))
    }

    #[test]
    fn only_our_own_server_is_believed_and_only_what_is_aligned_verifies() {
        let table = [
            ("mx.balcao.example; dmarc=pass (p=reject) header.from=lumicred.example", Some("dmarc")),
            ("mx.balcao.example 1; dkim=pass header.d=lumicred.example", Some("dkim")),
            ("mx.balcao.example; dkim=pass header.d=mail.lumicred.example", Some("dkim")),
            (
                "mx.balcao.example; dkim=fail header.d=lumicred.example; dkim=pass header.d=outra.example",
                None,
            ),
            ("mx.balcao.example; spf=pass smtp.mailfrom=ana@lumicred.example", Some("spf")),
            ("mx.balcao.example; spf=pass smtp.mailfrom=bounces.other.example", None),
            (
                "mx.balcao.example; dmarc=fail header.from=lumicred.example; spf=pass smtp.mailfrom=lumicred.example",
                None,
            ),
            ("mx.balcao.example; dmarc=pass header.from=outra.example", None),
            ("mx.balcao.example; spf=pass (\"x;\" dkim=pass) smtp.mailfrom=example", None),
            ("mx.forged.example; dmarc=pass header.from=lumicred.example", None),
            ("mx.balcao.example; none", None),
            ("mx.balcao.example (comment; dmarc=pass) ; reason=\"dmarc=pass; x\"", None),
            ("", None),
        ];
        for (header, expected) in table {
            assert_eq!(read(header).verifies("lumicred.example".to_owned()), expected, "{header}");
        }
        let untold = Authentication::of(vec!["a; dmarc=pass".to_owned()], None);
        assert_eq!(untold.verifies("lumicred.example".to_owned()), None);
    }

    #[test]
    fn nobody_is_anybodys_below_a_public_ending() {
        assert!(aligned("loja.com.br", "mail.loja.com.br"));
        assert!(!aligned("com.br", "loja.com.br"));
        assert!(!aligned("br", "com.br"));
        assert!(!aligned("xloja.com.br", "loja.com.br"));
        assert!(!aligned("", ""));
    }

    #[test]
    fn the_results_are_told_in_one_line() {
        let read = read("mx.balcao.example; spf=softfail smtp.mailfrom=x; dkim=pass header.d=y; dmarc=none");
        assert_eq!(read.line(), "spf=fail dkim=pass dmarc=none");
    }
}
