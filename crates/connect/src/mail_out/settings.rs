//! What whoever runs the desk says about mail, read once at the start: what cannot be is said then, and not when the first mail is due.

use std::path::{Path, PathBuf};

use lettre::message::Mailbox;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::HeaderName;
use lettre::transport::smtp::client::Certificate;
use url::Url;
use zeroize::Zeroizing;

/// Characters before the `@` that an address with a token may have: the token takes 54 of the 64 that a mailbox may have.
const LONGEST_LOCAL: usize = 10;

/// What a signature covers: who writes, to whom, what about, where in a conversation. The type of the whole belongs to the body here
/// and cannot be named: named without being signed it would break the signature.
const SIGNED: [&str; 9] =
    ["From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "In-Reply-To", "References"];

/// The settings as they are written; empty is not said.
#[derive(Clone, Default)]
pub struct MailSettings {
    /// `smtp://host`, `smtps://host` or `submission://user@host`, each with a port if need be.
    pub server: String,
    /// Who the mails are from: `Suporte <suporte@empresa.example>`.
    pub from: String,
    /// Where answers go; the token is put before the `@`, after a `+`. Empty: the address of `from`.
    pub reply: String,
    /// The file of the password.
    pub password_file: String,
    /// The password from the environment.
    pub password: Option<Zeroizing<String>>,
    /// A file of certificates that are trusted beside the system's.
    pub ca_file: String,
    /// The DKIM selector.
    pub dkim_selector: String,
    /// The file of the DKIM key, PEM.
    pub dkim_key_file: String,
    /// Where people reach the desk: links begin with it.
    pub address: String,
}

/// What was read of them.
pub struct Mailed {
    pub(crate) secured: Secured,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) credentials: Option<(String, Zeroizing<String>)>,
    pub(crate) trusted: Vec<Certificate>,
    pub(crate) from: Mailbox,
    pub(crate) reply: Mailbox,
    pub(crate) dkim: Option<DkimConfig>,
    pub(crate) address: String,
}

/// How the connection is made private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secured {
    /// From the first byte.
    Always,
    /// By `STARTTLS`, without which nothing is said.
    Started,
    /// By `STARTTLS` if the server offers it: it is this very machine.
    Loopback,
}

/// Why mail cannot be sent as the settings say. No secret is in it.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// No address of a server.
    #[error(
        "`mail_server` não é um endereço como smtp://host, smtps://host ou submission://usuario@host; corrija-o ou deixe-o vazio"
    )]
    Server,
    /// A password in a setting.
    #[error(
        "`mail_server` traz uma senha; tire-a e ponha-a num arquivo (`mail_password_file`) ou em BALCAO_MAIL_PASSWORD"
    )]
    PasswordShown,
    /// A user without a password.
    #[error("`mail_server` tem um usuário e não há senha; diga `mail_password_file` ou BALCAO_MAIL_PASSWORD")]
    NoPassword,
    /// No mailbox.
    #[error("`{0}` não é uma caixa como Suporte <suporte@empresa.com.br>")]
    Mailbox(&'static str),
    /// No room for the token.
    #[error(
        "em `mail_reply`, o que vem antes da @ tem mais de 10 letras; com a senha da conversa não caberia"
    )]
    LongReply,
    /// Nothing for links to begin with.
    #[error(
        "com `mail_server`, diga em `address` como as pessoas chegam ao Balcão (https://…): os links dos e-mails começam com ele"
    )]
    NoAddress,
    /// A file that cannot be used.
    #[error("`{name}`: o arquivo {path} não pode ser lido")]
    File {
        /// Which setting names it.
        name: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// Certificates that are none.
    #[error("`mail_ca_file` não traz certificados em PEM")]
    Certificates,
    /// A key that is none, or half a signature.
    #[error(
        "para assinar com DKIM diga os dois: `mail_dkim_selector` e, em `mail_dkim_key_file`, uma chave RSA (PEM, PKCS#1) ou Ed25519 (base64)"
    )]
    Dkim,
}

impl MailSettings {
    /// Reads them; `None` where no server is named.
    ///
    /// # Errors
    /// The first thing that cannot be, with what to do.
    pub fn read(&self) -> Result<Option<Mailed>, SettingsError> {
        if self.server.is_empty() {
            return Ok(None);
        }
        let url = Url::parse(&self.server).ok().filter(Url::has_host).ok_or(SettingsError::Server)?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if url.password().is_some() {
            return Err(SettingsError::PasswordShown);
        }
        let local = ["localhost", "127.0.0.1", "::1"].contains(&host.as_str());
        let (secured, usual) = match url.scheme() {
            "smtps" => (Secured::Always, 465),
            "smtp" if local => (Secured::Loopback, 25),
            "smtp" => (Secured::Started, 25),
            "submission" => (Secured::Started, 587),
            _ => return Err(SettingsError::Server),
        };
        let from: Mailbox = self.from.parse().map_err(|_no_more| SettingsError::Mailbox("mail_from"))?;
        let reply = self.reply_to(&from)?;
        let address = self.address.trim_end_matches('/').to_owned();
        if !address.starts_with("https://") && !address.starts_with("http://") {
            return Err(SettingsError::NoAddress);
        }
        let dkim = self.dkim(&from)?;
        Ok(Some(Mailed {
            secured,
            host,
            port: url.port().unwrap_or(usual),
            credentials: self.credentials(&url)?,
            trusted: self.trusted()?,
            from,
            reply,
            dkim,
            address,
        }))
    }

    fn reply_to(&self, from: &Mailbox) -> Result<Mailbox, SettingsError> {
        let reply = match self.reply.as_str() {
            "" => Mailbox::new(from.name.clone(), from.email.clone()),
            text => text.parse().map_err(|_no_more| SettingsError::Mailbox("mail_reply"))?,
        };
        if reply.email.user().len() > LONGEST_LOCAL { Err(SettingsError::LongReply) } else { Ok(reply) }
    }

    fn credentials(&self, url: &Url) -> Result<Option<(String, Zeroizing<String>)>, SettingsError> {
        if url.username().is_empty() {
            return Ok(None);
        }
        // `%40` stands for the `@` of a user that is an address.
        let user = url.username().replace("%40", "@");
        let password = match (self.password_file.as_str(), &self.password) {
            ("", Some(password)) => password.clone(),
            ("", None) => return Err(SettingsError::NoPassword),
            (path, _) => {
                let text = Zeroizing::new(file("mail_password_file", Path::new(path))?);
                Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned())
            }
        };
        Ok(Some((user, password)))
    }

    fn trusted(&self) -> Result<Vec<Certificate>, SettingsError> {
        const END: &str = "-----END CERTIFICATE-----";
        if self.ca_file.is_empty() {
            return Ok(Vec::new());
        }
        let text = file("mail_ca_file", Path::new(&self.ca_file))?;
        let each = text.split_inclusive(END).filter(|part| part.trim_end().ends_with(END));
        let read = each.map(|part| Certificate::from_pem(part.as_bytes()));
        let read: Vec<_> = read.collect::<Result<_, _>>().map_err(|_no_more| SettingsError::Certificates)?;
        if read.is_empty() { Err(SettingsError::Certificates) } else { Ok(read) }
    }

    fn dkim(&self, from: &Mailbox) -> Result<Option<DkimConfig>, SettingsError> {
        match (self.dkim_selector.as_str(), self.dkim_key_file.as_str()) {
            ("", "") => return Ok(None),
            ("", _) | (_, "") => return Err(SettingsError::Dkim),
            _ => {}
        }
        let text = Zeroizing::new(file("mail_dkim_key_file", Path::new(&self.dkim_key_file))?);
        let kind = if text.contains("-----BEGIN") {
            DkimSigningAlgorithm::Rsa
        } else {
            DkimSigningAlgorithm::Ed25519
        };
        let key = DkimSigningKey::new(text.trim(), kind).map_err(|_shows_nothing| SettingsError::Dkim)?;
        let (selector, domain) = (self.dkim_selector.clone(), from.email.domain().to_owned());
        let headers = SIGNED.iter().map(|name| HeaderName::new_from_ascii_str(name)).collect();
        // Servers on the way fold lines anew: that must not break the signature.
        let relaxed = DkimCanonicalizationType::Relaxed;
        let form = DkimCanonicalization { header: relaxed, body: relaxed };
        Ok(Some(DkimConfig::new(selector, domain, key, headers, form)))
    }
}

fn file(name: &'static str, path: &Path) -> Result<String, SettingsError> {
    std::fs::read_to_string(path).map_err(|source| SettingsError::File {
        name,
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(server: &str) -> MailSettings {
        MailSettings {
            server: server.to_owned(),
            from: "Suporte <suporte@balcao.example>".to_owned(),
            address: "https://balcao.example/".to_owned(),
            ..MailSettings::default()
        }
    }

    #[test]
    fn the_address_says_how_the_connection_is_made_private() {
        let table = [
            ("smtp://mx.example", Secured::Started, 25),
            ("smtp://mx.example:2525", Secured::Started, 2525),
            ("smtp://localhost", Secured::Loopback, 25),
            ("smtp://[::1]:1025", Secured::Loopback, 1025),
            ("smtps://mx.example", Secured::Always, 465),
            ("smtps://127.0.0.1", Secured::Always, 465),
            ("submission://mx.example", Secured::Started, 587),
        ];
        for (server, secured, port) in table {
            let read = said(server).read().unwrap().unwrap();
            assert_eq!((read.secured, read.port), (secured, port), "{server}");
            assert_eq!(
                (read.address.as_str(), read.reply.email.to_string().as_str()),
                ("https://balcao.example", "suporte@balcao.example")
            );
        }
        assert!(said("").read().unwrap().is_none());
    }

    #[test]
    fn what_cannot_be_is_said_with_what_to_do_and_without_a_password() {
        type Change = fn(&mut MailSettings);
        let with = |change: Change| {
            let mut settings = said("submission://ana%40balcao.example@mx.example");
            settings.password = Some(Zeroizing::new("segredo".to_owned()));
            change(&mut settings);
            settings.read().err().map(|error| error.to_string())
        };
        assert_eq!(with(|_| {}), None);
        let table: [(Change, &str); 10] = [
            (|s| s.server = "mx.example".to_owned(), "mail_server"),
            (|s| s.server = "http://mx.example".to_owned(), "mail_server"),
            (|s| s.server = "smtp://ana:segredo@mx.example".to_owned(), "uma senha"),
            (|s| s.password = None, "mail_password_file"),
            (|s| s.password_file = "/nao/ha".to_owned(), "/nao/ha"),
            (|s| s.from = "suporte".to_owned(), "mail_from"),
            (|s| s.reply = "x y".to_owned(), "mail_reply"),
            (|s| s.reply = "atendimento@balcao.example".to_owned(), "mais de 10"),
            (|s| s.address = String::new(), "address"),
            (|s| s.dkim_selector = "m1".to_owned(), "mail_dkim_key_file"),
        ];
        for (change, expected) in table {
            let text = with(change).unwrap();
            assert!(text.contains(expected) && !text.contains("segredo"), "{text}");
        }
    }

    #[test]
    fn a_user_may_be_an_address_and_its_password_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("senha");
        std::fs::write(&path, "segredo\n").unwrap();
        let mut settings = said("submission://ana%40balcao.example@mx.example");
        settings.password_file = path.display().to_string();
        let (user, password) = settings.read().unwrap().unwrap().credentials.unwrap();
        assert_eq!((user.as_str(), password.as_str()), ("ana@balcao.example", "segredo"));
    }
}
