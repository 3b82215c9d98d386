//! Who asks, and how far that reaches. Every verb takes a [`Caller`].

use balcao_core::ticket::{Actor, Role};
use balcao_store::Scope;

use crate::error::DeskError;

/// A person or program that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// As the trail names it: `account:…`, `token:…`, `system`.
    pub id: String,
    /// As people read it.
    pub name: String,
    /// What it is to the desk.
    pub role: Role,
    /// The partner it belongs to, for a partner's contact.
    pub partner: Option<String>,
    /// What a token was narrowed to; `None`: all that the role may.
    pub narrowed: Option<Vec<Permission>>,
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $words:literal;)*) => {
        /// What may be allowed. A token's scopes are these codes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $($(#[$doc])* $name,)*
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code that a token's scope has.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// As the end of "seu acesso não permite …".
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words),* }
            }

            /// The permission with this code.
            #[must_use]
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|permission| permission.code() == code)
            }
        }
    };
}

permissions! {
    /// Register a demand and send messages to it.
    CreateTickets = "tickets:create", "registrar chamados";
    /// See the tickets of one's scope.
    ReadTickets = "tickets:read", "ver chamados";
    /// Answer, note, assign, tag, link, correct evidence.
    WriteTickets = "tickets:write", "mudar chamados";
    /// Ask for a step of the methodology; which ones, the core says.
    MoveTickets = "tickets:move", "mudar o estado de chamados";
    /// Say what Code says of its escalations.
    AnswerForCode = "tickets:code", "responder pelo time de Code";
    /// Open a sealed original, with a reason.
    OpenOriginals = "originals:open", "abrir originais selados";
    /// See the registry (keys as fingerprints).
    ReadRegistry = "registry:read", "ver o cadastro";
    /// Change the registry.
    WriteRegistry = "registry:write", "mudar o cadastro";
    /// See the request log and what was kept aside of it.
    ReadRequests = "requests:read", "ver o log de requisições";
    /// Feed the request log.
    WriteRequests = "requests:write", "enviar o log de requisições";
    /// Read and search the documentation.
    ReadDocuments = "documents:read", "ler a documentação";
    /// Change the documentation.
    WriteDocuments = "documents:write", "mudar a documentação";
    /// Read the procedure.
    ReadProcedure = "procedure:read", "ler o procedimento";
    /// Put a new revision of the procedure into force.
    WriteProcedure = "procedure:write", "mudar o procedimento";
    /// See and change accounts, and end their sessions.
    ManagePeople = "people:manage", "administrar pessoas";
    /// Make and end tokens of others.
    ManageTokens = "tokens:manage", "administrar tokens";
    /// See quarantined work and let it be tried again.
    ManageJobs = "jobs:manage", "administrar tarefas";
    /// Read the whole trail.
    ReadTrail = "trail:read", "ler a trilha de auditoria";
}

impl Caller {
    /// The desk itself: timers and diagnosis.
    #[must_use]
    pub fn system() -> Self {
        Self {
            id: "system".to_owned(),
            name: "Balcão".to_owned(),
            role: Role::System,
            partner: None,
            narrowed: None,
        }
    }

    /// Whether it may.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        let narrowed = self.narrowed.as_ref().is_none_or(|list| list.contains(&permission));
        narrowed && granted(self.role, permission)
    }

    /// # Errors
    /// [`DeskError::Forbidden`] if it may not.
    pub fn must(&self, permission: Permission) -> Result<(), DeskError> {
        if self.may(permission) { Ok(()) } else { Err(DeskError::Forbidden(permission.words())) }
    }

    /// Whose tickets it sees.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self.role {
            Role::Agent | Role::Lead | Role::Manager | Role::Administrator | Role::System => Scope::All,
            Role::Code => Scope::Team("code".to_owned()),
            Role::Commercial => Scope::Team("commercial".to_owned()),
            // A contact without a partner sees the tickets of the partner without a name: none.
            Role::PartnerContact => Scope::Partner(self.partner.clone().unwrap_or_default()),
        }
    }

    /// As the core's rules take it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { id: self.id.clone(), role: self.role }
    }

    /// Whether it belongs to the company and not to a partner.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.role != Role::PartnerContact
    }
}

/// What each role may.
fn granted(role: Role, permission: Permission) -> bool {
    use Permission::{
        AnswerForCode, CreateTickets, ManageJobs, ManagePeople, ManageTokens, MoveTickets, OpenOriginals,
        ReadDocuments, ReadProcedure, ReadRegistry, ReadRequests, ReadTickets, ReadTrail, WriteDocuments,
        WriteProcedure, WriteRegistry, WriteRequests, WriteTickets,
    };
    let agents = [
        CreateTickets,
        ReadTickets,
        WriteTickets,
        MoveTickets,
        OpenOriginals,
        ReadRegistry,
        ReadRequests,
        ReadDocuments,
        ReadProcedure,
    ];
    let leads = [
        WriteRegistry,
        WriteRequests,
        WriteDocuments,
        WriteProcedure,
        ReadTrail,
        ManageJobs,
        ManageTokens,
        AnswerForCode,
    ];
    let teams =
        [ReadTickets, WriteTickets, MoveTickets, ReadRegistry, ReadRequests, ReadDocuments, ReadProcedure];
    match role {
        Role::Administrator | Role::System => true,
        Role::Manager => {
            agents.contains(&permission) || leads.contains(&permission) || permission == ManagePeople
        }
        Role::Lead => agents.contains(&permission) || leads.contains(&permission),
        Role::Agent => agents.contains(&permission),
        Role::Code => teams.contains(&permission) || permission == AnswerForCode,
        Role::Commercial => teams.contains(&permission),
        Role::PartnerContact => {
            [CreateTickets, ReadTickets, MoveTickets, ReadDocuments].contains(&permission)
        }
    }
}

/// The code of a role, as accounts and tokens keep it.
#[must_use]
pub fn role_code(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Lead => "lead",
        Role::Manager => "manager",
        Role::Code => "code",
        Role::Commercial => "commercial",
        Role::Administrator => "administrator",
        Role::PartnerContact => "partner_contact",
        Role::System => "system",
    }
}

/// The role with this code; `admin` and `partner` are taken too. The desk itself is nobody's role.
#[must_use]
pub fn role_of(code: &str) -> Option<Role> {
    let code = match code {
        "admin" => "administrator",
        "partner" => "partner_contact",
        other => other,
    };
    Role::ALL.into_iter().find(|role| *role != Role::System && role_code(*role) == code)
}
