//! Handing mails to a server by SMTP.

use std::time::{Duration, SystemTime};

use balcao_desk::mail::{Letter, Post, PostError, Sending};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::compose::compose;
use super::settings::{Mailed, Secured};

/// How long a server may take until it is connected.
const CONNECT: Duration = Duration::from_secs(30);
/// How long the whole may take: less than a worker has the mail.
const WHOLE: Duration = Duration::from_secs(240);
/// What is kept of what a server says, in characters.
const LONGEST_REASON: usize = 300;
/// Of a name before the `@` this short, common words would be cut too.
const SHORTEST_NAME: usize = 3;

/// A server that takes mails.
pub struct Smtp {
    mailed: Mailed,
    whole: Duration,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Smtp {
    /// Nothing is connected yet: each mail has a connection of its own, and the server may be away at the start.
    ///
    /// # Errors
    /// If the machine has no certificates to trust.
    pub fn new(mailed: Mailed) -> Result<Self, lettre::transport::smtp::Error> {
        let mut parameters = TlsParameters::builder(mailed.host.clone());
        for certificate in &mailed.trusted {
            parameters = parameters.add_root_certificate(certificate.clone());
        }
        let parameters = parameters.build_rustls()?;
        let tls = match mailed.secured {
            Secured::Always => Tls::Wrapper(parameters),
            Secured::Started => Tls::Required(parameters),
            Secured::Loopback => Tls::Opportunistic(parameters),
        };
        Ok(Self { transport: transport(&mailed, tls), mailed, whole: WHOLE })
    }

    /// With another patience for the whole of a mail.
    #[must_use]
    pub fn waiting(self, whole: Duration) -> Self {
        Self { whole: whole.min(WHOLE), ..self }
    }
}

fn transport(mailed: &Mailed, tls: Tls) -> AsyncSmtpTransport<Tokio1Executor> {
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(mailed.host.clone())
        .port(mailed.port)
        .tls(tls)
        .timeout(Some(CONNECT))
        .hello_name(ClientId::Domain(mailed.from.email.domain().to_owned()));
    let transport = match &mailed.credentials {
        Some((user, password)) => transport.credentials(Credentials::new(user.clone(), password.to_string())),
        None => transport,
    };
    transport.build()
}

impl Post for Smtp {
    fn domain(&self) -> &str {
        self.mailed.reply.email.domain()
    }

    fn send<'l>(&'l self, letter: &'l Letter) -> Sending<'l> {
        Box::pin(async move {
            let mail = compose(&self.mailed, letter, SystemTime::now())
                .map_err(|error| PostError::Never(error.to_string()))?;
            match tokio::time::timeout(self.whole, self.transport.send(mail)).await {
                Ok(Ok(_taken)) => Ok(()),
                Ok(Err(error)) => Err(refused(&error, letter)),
                Err(_late) => Err(PostError::Later("o servidor demorou demais".to_owned())),
            }
        })
    }
}

fn refused(error: &lettre::transport::smtp::Error, letter: &Letter) -> PostError {
    let code = error.status().map(|code| code.to_string());
    let text = without_address(&chain(error), &letter.to);
    if error.is_permanent() && !code.as_deref().is_some_and(is_about_us) {
        PostError::Never(text)
    } else {
        PostError::Later(text)
    }
}

/// Answers that say nothing of the addressee: who asks is not let in, or a command was not understood. Whoever looks after the desk
/// puts that right, and the mail goes.
fn is_about_us(code: &str) -> bool {
    ["500", "502", "503", "504", "521", "523", "524", "525", "530", "534", "535", "538"].contains(&code)
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut said = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        // Some errors repeat their cause.
        if !said.iter().any(|before| before.contains(&error.to_string())) {
            said.push(error.to_string());
        }
        cause = error.source();
    }
    said.join(": ")
}

/// What a server said without the address that it quotes: neither whole nor what stands before the `@`.
fn without_address(text: &str, address: &str) -> String {
    let name = address.split('@').next().unwrap_or_default().to_lowercase();
    let words = text.split_whitespace().map(|word| {
        let names = name.chars().count() >= SHORTEST_NAME && word.to_lowercase().contains(&name);
        if word.contains('@') || names { "…" } else { word }
    });
    let words: Vec<&str> = words.collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_names_nobody() {
        let table = [
            ("550 5.1.1 <ana@x.example>: unknown", "550 5.1.1 … unknown"),
            ("550 user Ana.Silva@X.example has none", "550 user … has none"),
            ("550 mailbox 'ana' is full", "550 mailbox … is full"),
            ("connection refused", "connection refused"),
        ];
        for (said, expected) in table {
            assert_eq!(without_address(said, "ana@x.example"), expected);
        }
        assert_eq!(without_address(&"x ".repeat(1_000), "a@b").len(), LONGEST_REASON);
    }
}
