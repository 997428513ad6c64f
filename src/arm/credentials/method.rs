//! What a way of signing in is: whether it is configured, and the credential that it makes then.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;

use crate::arm::arguments::{Argument, CLIENT_ID, TENANT_ID};
use crate::arm::cloud::Cloud;
use crate::arm::given::Given;
use crate::arm::transport::Transport;

/// A way to sign in.
pub(super) struct Method {
    /// What it is called in messages.
    pub(super) name: &'static str,
    /// Its credential, or the reason why it has none.
    pub(super) credential: fn(&Context<'_>) -> Result<Arc<dyn TokenCredential>, Unready>,
}

/// Why a way has no credential, in a clause.
#[derive(Debug)]
pub(super) enum Unready {
    /// It is switched off, or nobody thought of it: the next way is looked at.
    NotConfigured(String),
    /// Something of it is given and something is missing: the next way is looked at as well, as azurerm does.
    Half(String),
    /// It is configured, and what it needs cannot be had: any other way would sign in as somebody else.
    Broken(String),
}

/// What goes wrong with a value that is there is never a reason to take another identity.
impl From<String> for Unready {
    fn from(why: String) -> Self {
        Self::Broken(why)
    }
}

/// What a credential is made of.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) given: &'a Given,
    pub(super) cloud: &'a Cloud,
    pub(super) transport: &'a Arc<Transport>,
    pub(super) patience: &'a Patience,
    /// The directory to sign in to.
    pub(super) tenant_id: Option<&'a str>,
}

/// How long a pause becomes, unless the service asks for a longer one: a person may be waiting.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long the Azure CLI may take to tell its account, which it does without network.
pub(super) const LONGEST_ACCOUNT: Duration = Duration::from_secs(30);

/// How long a renewal may keep the one caller who does it, while the old token serves.
pub(super) const LONGEST_RENEWAL: Duration = Duration::from_secs(10);

/// How long is waited for what signs in, and where it leaves its files. Each limit holds within the next wider one: an answer, a
/// service that is asked again, a token, and around them what signing in may take in all, the tokens of further tenants included
/// (`SignIn`). A file has a limit of its own (`file`).
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    /// Before the first repetition; each further pause is twice as long.
    pub(crate) first_pause: Duration,
    /// How long a service that says it is being updated may take.
    pub(crate) update: Duration,
    /// How long a service of this machine may take to accept a connection.
    pub(crate) connect: Duration,
    /// How long any service may take to answer.
    pub(crate) answer: Duration,
    /// After which time a service that fails is not asked again.
    pub(crate) longest: Duration,
    /// How long a token may take: two services may be asked for it in turn, or one that is being updated.
    pub(crate) token: Duration,
    /// The only folder from which the keys of Azure Arc's agent are read.
    pub(crate) arc_folder: PathBuf,
}

/// Who signs in, where it is an application.
pub(super) struct Application {
    pub(super) tenant_id: String,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_secs(1),
            update: Duration::from_secs(70),
            connect: Duration::from_secs(3),
            answer: Duration::from_secs(15),
            longest: Duration::from_secs(50),
            token: Duration::from_secs(100),
            arc_folder: arc_folder(),
        }
    }
}

fn arc_folder() -> PathBuf {
    match std::env::var_os("ProgramData").filter(|_| cfg!(windows)) {
        Some(data) => PathBuf::from(data)
            .join("AzureConnectedMachineAgent")
            .join("Tokens"),
        None => PathBuf::from("/var/opt/azcmagent/tokens"),
    }
}

impl Context<'_> {
    /// The application, if it is given and everything in `needs` is as well. The reason why not tells a way that nobody
    /// thought of from one that is configured by half, which is when one of `marks` is given.
    pub(super) fn application(
        &self,
        marks: &[&Argument],
        needs: &[&Argument],
    ) -> Result<Application, Unready> {
        let mut missing = Vec::new();
        if self.tenant_id.is_none() {
            missing.push(TENANT_ID.name);
        }
        if !self.given.has(&CLIENT_ID) {
            missing.push(CLIENT_ID.name);
        }
        let needed = needs.iter().filter(|it| !self.given.has(it));
        missing.extend(needed.map(|argument| argument.name));
        self.complete(marks, &missing)?;
        Ok(Application {
            tenant_id: self.tenant_id.unwrap_or_default().to_owned(),
        })
    }

    /// An error if something is missing.
    pub(super) fn complete(&self, marks: &[&Argument], missing: &[&str]) -> Result<(), Unready> {
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        let present = marks.iter().filter_map(|mark| self.given.by(mark));
        let present: Vec<_> = present.collect();
        Err(match present.as_slice() {
            [] => Unready::NotConfigured(format!("not configured: {missing} missing")),
            present => Unready::Half(format!(
                "configured by half: {} given, but {missing} missing",
                present.join(", ")
            )),
        })
    }
}

/// An error of ours in the words of azure_core.
pub(super) fn failed(why: impl Into<String>) -> azure_core::Error {
    azure_core::Error::with_message(azure_core::error::ErrorKind::Credential, why.into())
}
