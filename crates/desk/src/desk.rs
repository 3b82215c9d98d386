//! The desk itself: a store, the installation's secrets, and the world that judges messages.

use std::sync::{Arc, OnceLock, RwLock};

use balcao_core::evidence::speech::Lexicon;
use balcao_core::facts::contract::Contract;
use balcao_core::facts::registry::Registry;
use balcao_core::procedure::Procedure;
use balcao_store::document_set::DocumentSet;
use balcao_store::{Conn, Store, document, document_set, procedure, registry, setting};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::bundle::Bundle;
use crate::chat::Carrier;
use crate::commercial::Office;
use crate::documentation::Pages;
use crate::elsewhere::Lookups;
use crate::error::DeskError;
use crate::files::Reader;
use crate::mail::Post;
use crate::secrets::{Secrets, hex};
use crate::tracker::Tracker;
use crate::world::{Parts, World, contract_files};

/// The setting that says whose secrets a database was written with.
const SECRETS: &str = "secrets";
/// The setting that changes with every change of what judges messages.
pub(crate) const WORLD: &str = "world";

/// A registry before any was given: it knows nobody, so it proves nothing.
pub(crate) const EMPTY_REGISTRY: &str = r#"{"timezone": "America/Sao_Paulo", "token_validity_hours": 12,
  "business_hours": [{"days": ["mon","tue","wed","thu","fri"], "from": "08:00", "to": "18:00"}],
  "holidays": [], "environments": [], "api_versions": [], "products": [], "partners": [], "users": [],
  "api_keys": [], "routines": [], "releases": []}"#;

/// The desk. A clone is another handle on the same one.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    store: Store,
    secrets: Secrets,
    settings: Settings,
    state: RwLock<Arc<State>>,
    post: OnceLock<Arc<dyn Post>>,
    carrier: OnceLock<Arc<dyn Carrier>>,
    office: OnceLock<Arc<dyn Office>>,
    lookups: OnceLock<Arc<dyn Lookups>>,
    reader: OnceLock<Arc<dyn Reader>>,
    tracker: OnceLock<Arc<dyn Tracker>>,
    /// Held by whoever changes what judges messages: one after the other, so that few changes must be made again.
    changing: tokio::sync::Mutex<()>,
}

/// What whoever runs the desk may set; lengths in days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long sealed originals are kept.
    pub keep_originals: u32,
    /// How long the request log is kept.
    pub keep_requests: u32,
    /// How long an idempotency key is remembered.
    pub keep_idempotency: u32,
    /// How mails that come are judged.
    pub mail: MailSettings,
}

/// What must be known of our own mail to judge what comes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailSettings {
    /// The name under which our own mail server writes `Authentication-Results`; without one no sender is verified.
    pub authserv_id: Option<String>,
    /// The addresses that are ours: what comes from them opens no ticket.
    pub addresses: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { keep_originals: 365, keep_requests: 90, keep_idempotency: 30, mail: MailSettings::default() }
    }
}

/// What judges messages, and which states of registry, documentation and procedure it was built from.
pub struct State {
    /// The world itself.
    pub world: World,
    /// The registry's revision; `None` before the first.
    pub registry_revision: Option<String>,
    /// The procedure's revision; `None` for the one that comes with the program.
    pub procedure_revision: Option<String>,
    /// Hash of the documentation's manifest.
    pub documents: String,
    /// What could not be read of the documentation, in words for people.
    pub problems: Vec<String>,
    /// The mark of the database's state that this was built from.
    mark: Option<String>,
}

impl State {
    /// The procedure as diagnoses name it: code and number, and the desk's own revision where there is one.
    #[must_use]
    pub fn procedure_name(&self) -> String {
        let own = self.procedure_revision.as_deref().unwrap_or("standard");
        format!("{}#{}", self.world.procedure.revision(), own)
    }
}

impl Desk {
    /// Opens the desk on `store`.
    ///
    /// # Errors
    /// If the secrets are not those that the database was written with, or what judges messages cannot be built.
    pub async fn open(store: Store, secrets: Secrets, settings: Settings) -> Result<Self, DeskError> {
        let own = secrets.fingerprint();
        let known = store
            .write(move |tx| {
                Box::pin(async move { Ok::<_, DeskError>(setting::first(tx, SECRETS, &own).await?) })
            })
            .await?;
        if known != secrets.fingerprint() {
            let text = "este banco foi escrito com outro arquivo de segredos; aponte o arquivo certo, ou as API Keys e os originais não serão reconhecidos";
            return Err(DeskError::Conflict(text.to_owned()));
        }
        let state = build(&store, &secrets).await?;
        let state = RwLock::new(Arc::new(state));
        let (post, lookups, reader) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let (tracker, carrier, office) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let changing = tokio::sync::Mutex::default();
        let inner = Inner {
            store,
            secrets,
            settings,
            state,
            post,
            lookups,
            reader,
            tracker,
            carrier,
            office,
            changing,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Sets up who takes mails, once; from then on what is decided is mailed.
    #[must_use]
    pub fn mailing_by(self, post: Arc<dyn Post>) -> Self {
        // A second one would leave it open who sends what the first was given.
        let _first_stays = self.0.post.set(post);
        self
    }

    /// Who takes mails, if anybody does.
    #[must_use]
    pub fn post(&self) -> Option<&Arc<dyn Post>> {
        self.0.post.get()
    }

    /// Sets up the way to commercial, once; from then on requests for keys are forwarded.
    #[must_use]
    pub fn forwarding_to(self, office: Arc<dyn Office>) -> Self {
        let _first_stays = self.0.office.set(office);
        self
    }

    /// The way to commercial, if there is one beside its page.
    #[must_use]
    pub fn office(&self) -> Option<&Arc<dyn Office>> {
        self.0.office.get()
    }

    /// Sets up who knows the chat tools, once; from then on what is answered there travels.
    #[must_use]
    pub fn carried_by(self, carrier: Arc<dyn Carrier>) -> Self {
        // A second one would leave it open who carries what the first was given.
        let _first_stays = self.0.carrier.set(carrier);
        self
    }

    /// Who knows the chat tools, if anybody does.
    #[must_use]
    pub fn carrier(&self) -> Option<&Arc<dyn Carrier>> {
        self.0.carrier.get()
    }

    /// Sets up who asks registries that are kept elsewhere, once.
    #[must_use]
    pub fn asking(self, lookups: Arc<dyn Lookups>) -> Self {
        let _first_stays = self.0.lookups.set(lookups);
        self
    }

    /// Who asks registries that are kept elsewhere, if there are any.
    #[must_use]
    pub fn lookups(&self) -> Option<&Arc<dyn Lookups>> {
        self.0.lookups.get()
    }

    /// Sets up who reads PDFs and pictures, once.
    #[must_use]
    pub fn reading_by(self, reader: Arc<dyn Reader>) -> Self {
        let _first_stays = self.0.reader.set(reader);
        self
    }

    /// Who reads PDFs and pictures, if anybody does.
    #[must_use]
    pub fn reader(&self) -> Option<&Arc<dyn Reader>> {
        self.0.reader.get()
    }

    /// Sets up where Code lives, once; from then on what is escalated travels.
    #[must_use]
    pub fn tracked_by(self, tracker: Arc<dyn Tracker>) -> Self {
        // A second one would leave it open who has what the first was told.
        let _first_stays = self.0.tracker.set(tracker);
        self
    }

    /// Where Code lives, if that is set up.
    #[must_use]
    pub fn tracker(&self) -> Option<&Arc<dyn Tracker>> {
        self.0.tracker.get()
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The installation's secrets.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    /// What whoever runs the desk has set.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// What judges messages now.
    #[must_use]
    pub fn state(&self) -> Arc<State> {
        // Only a whole state is ever put there, so a poisoned lock still holds one.
        self.0.state.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Builds anew what judges messages, if another server changed what it is made of. Cheap when nothing changed.
    ///
    /// # Errors
    /// If the database fails or what it holds does not read back; the old state then goes on judging.
    pub async fn refresh(&self) -> Result<(), DeskError> {
        let mut conn = self.0.store.read().await?;
        let mark = setting::get(&mut conn, WORLD).await?;
        drop(conn);
        if mark == self.state().mark {
            return Ok(());
        }
        self.rebuild().await
    }

    /// The turn of whoever changes what judges messages, among those of this program.
    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.changing.lock().await
    }

    /// Builds anew after a change that is kept already. If that fails the change stands, and the next [`Desk::refresh`] tries again.
    pub(crate) async fn follow(&self) {
        if let Err(error) = self.rebuild().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "what judges messages was not built anew"
            );
        }
    }

    /// Builds anew what judges messages.
    pub(crate) async fn rebuild(&self) -> Result<(), DeskError> {
        let state = Arc::new(build(&self.0.store, &self.0.secrets).await?);
        *self.0.state.write().unwrap_or_else(std::sync::PoisonError::into_inner) = state;
        Ok(())
    }
}

/// Fresh random bytes.
///
/// # Errors
/// If the system has none: then nothing is done that needs them.
pub fn random<const N: usize>() -> Result<[u8; N], DeskError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|_nothing_more| DeskError::Damaged("a fonte de bytes aleatórios do sistema"))?;
    Ok(bytes)
}

async fn build(store: &Store, secrets: &Secrets) -> Result<State, DeskError> {
    let mut conn = store.read().await?;
    // The mark first: what changes after it makes the next look build anew.
    let mark = setting::get(&mut conn, WORLD).await?;
    let registry = registry::current(&mut conn).await?;
    let bundle = procedure::current(&mut conn).await?;
    let documents = document::current(&mut conn).await?;
    drop(conn);
    let hash = keep_set(store, &documents).await?;
    let secret = secrets.hash_secret();
    // Indexing takes a core for a while; other requests go on meanwhile.
    let built = tokio::task::spawn_blocking(move || {
        let bundle_text = bundle.as_ref().map(|revision| revision.body.as_str());
        let files = documents.into_iter().map(|row| (row.path, row.text)).collect();
        let text = registry.as_ref().map_or(EMPTY_REGISTRY, |revision| revision.body.as_str());
        let (world, problems) = judge(text, bundle_text, files, secret)?;
        Ok::<_, DeskError>(State {
            world,
            registry_revision: registry.map(|revision| revision.id.to_string()),
            procedure_revision: bundle.map(|revision| revision.id.to_string()),
            documents: hash,
            problems,
            mark,
        })
    });
    built.await.map_err(|_panicked| DeskError::Damaged("o cadastro, a documentação ou o procedimento"))?
}

/// A world from what the database keeps, and what of it could not be read.
pub(crate) fn judge(
    registry: &str,
    bundle: Option<&str>,
    files: Vec<(String, String)>,
    secret: balcao_core::evidence::key::HashSecret,
) -> Result<(World, Vec<String>), DeskError> {
    let bundle: Bundle = match bundle {
        None => Bundle::standard(),
        Some(text) => serde_json::from_str(text).map_err(|_own_text| DeskError::Damaged("o procedimento"))?,
    };
    let registry = Registry::parse(registry, &secret)?;
    let (contract, contract_problems) = Contract::load(&contract_files(&files));
    let (pages, page_problems) = Pages::build(files, &bundle)
        .map_err(|error| DeskError::Invalid(format!("o procedimento foi recusado: {error}")))?;
    let procedure = Procedure::parse(&bundle.procedure()).map_err(|problems| {
        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
        DeskError::Invalid(format!("o procedimento foi recusado: {}", list.join("; ")))
    })?;
    let lexicon = Lexicon::parse(bundle.file("speech.toml"))
        .map_err(|error| DeskError::Invalid(format!("o procedimento foi recusado: speech.toml: {error}")))?;
    let problems = contract_problems.iter().map(ToString::to_string).chain(page_problems).collect();
    Ok((World::of(Parts { registry, contract, pages, procedure, lexicon }, secret), problems))
}

/// Keeps the list of what makes up the documentation; its hash.
async fn keep_set(store: &Store, documents: &[document::Document]) -> Result<String, DeskError> {
    let list: Vec<(&str, &str)> =
        documents.iter().map(|row| (row.path.as_str(), row.version.as_str())).collect();
    let manifest = serde_json::to_string(&list).unwrap_or_default();
    let hash = hex(&Sha256::digest(manifest.as_bytes()));
    let mut conn: Conn = store.read().await?;
    if document_set::get(&mut conn, &hash).await?.is_none() {
        drop(conn);
        let at = documents.iter().map(|row| row.at).max().unwrap_or(0);
        let set = DocumentSet { hash: hash.clone(), at, manifest };
        store
            .write(move |tx| Box::pin(async move { Ok::<_, DeskError>(document_set::keep(tx, &set).await?) }))
            .await?;
    }
    Ok(hash)
}

/// Milliseconds since 1970, as rows keep instants.
#[must_use]
pub fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The instant of a row.
#[must_use]
pub fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
