//! The connection to a server: TCP, TLS that is verified, and a login.

use std::fmt::Debug;
use std::sync::Arc;

use async_imap::Client;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, crypto};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use super::MailboxError;
use super::settings::{Privacy, Settings};

/// Whatever bytes go over.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send + Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Debug> Duplex for T {}

/// The bytes to and from a server.
pub(super) type Wire = Box<dyn Duplex>;
/// A connection that is logged in.
pub(super) type LoggedIn = async_imap::Session<Wire>;

/// What proves who logs in.
pub(super) enum Proof {
    Password(Zeroizing<String>),
    Token(Zeroizing<String>),
}

/// Connects and logs in.
pub(super) async fn open(settings: &Settings, proof: Proof) -> Result<LoggedIn, MailboxError> {
    let (host, port, privacy) = settings.place()?;
    let unreachable = |error: std::io::Error| MailboxError::NotReached {
        host: host.clone(),
        why: error.kind().to_string(),
    };
    let name = host.trim_matches(['[', ']']);
    let tcp = TcpStream::connect((name, port)).await.map_err(unreachable)?;
    tcp.set_nodelay(true).map_err(unreachable)?;
    let client = match privacy {
        Privacy::Wrapped => greeted(Box::new(tls(settings, name, tcp).await?)).await?,
        Privacy::None => greeted(Box::new(tcp)).await?,
        Privacy::Started => {
            let mut plain = greeted(Box::new(tcp)).await?;
            plain.run_command_and_check_ok("STARTTLS", None).await.map_err(|_refused| {
                MailboxError::NotPrivate("o servidor não oferece STARTTLS; use imaps://".to_owned())
            })?;
            // Whatever came before TLS is thrown away with the client.
            Client::new(Box::new(tls(settings, name, plain.into_inner()).await?) as Wire)
        }
    };
    match proof {
        Proof::Password(password) => client.login(&settings.user, password.as_str()).await,
        Proof::Token(token) => {
            let said = format!("user={}\x01auth=Bearer {}\x01\x01", settings.user, token.as_str());
            client.authenticate("XOAUTH2", Said(Some(Zeroizing::new(said)))).await
        }
    }
    .map_err(|(error, _client)| match error {
        async_imap::error::Error::No(_) | async_imap::error::Error::Bad(_) => MailboxError::Login,
        error => MailboxError::of(error),
    })
}

/// Says what proves it once; what the server asks after that is why it does not believe, and gets an empty line.
struct Said(Option<Zeroizing<String>>);

impl async_imap::Authenticator for Said {
    type Response = Vec<u8>;

    fn process(&mut self, _challenge: &[u8]) -> Self::Response {
        self.0.take().map(|said| said.as_bytes().to_vec()).unwrap_or_default()
    }
}

/// A server speaks first.
async fn greeted(wire: Wire) -> Result<Client<Wire>, MailboxError> {
    let mut client = Client::new(wire);
    match client.read_response().await {
        Ok(Some(_greeting)) => Ok(client),
        Ok(None) => Err(MailboxError::Lost),
        Err(error) => Err(MailboxError::of(error.into())),
    }
}

async fn tls<T: Duplex + 'static>(
    settings: &Settings,
    host: &str,
    wire: T,
) -> Result<impl Duplex + 'static, MailboxError> {
    let not_private = |why: String| MailboxError::NotPrivate(why);
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let trusted = match &settings.ca_file {
        None => Vec::new(),
        Some(path) => CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .ok()
            .filter(|found| !found.is_empty())
            .ok_or_else(|| {
                not_private(format!("o arquivo {} não traz certificados em PEM", path.display()))
            })?,
    };
    let verifier = Verifier::new_with_extra_roots(trusted, provider.clone());
    let verifier = verifier.map_err(|error| not_private(error.to_string()))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| not_private(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_odd| not_private(format!("`{host}` não é o nome de um servidor")))?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, wire).await;
    connected.map_err(|error| not_private(error.to_string()))
}
