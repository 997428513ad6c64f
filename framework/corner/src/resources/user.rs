//! Users, which are stored in a file, since Terraform starts a process for each command.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::{fs, io};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Reported};
use tfplugin_framework::model::{Model, WholeModel as _};
use tfplugin_framework::resource::{
    CreateRequest, DeleteRequest, ImportState, ImportStateRequest, ImportStateResponse,
    ReadRequest, UpdateRequest,
};
use tfplugin_framework::schema::plan_modifier::{requires_replace, use_state_for_unknown};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::attr::Attr;
use tfplugin_framework::types::value::Object;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::echo::Echo;

/// In the working folder, where the tests remove what ends in `.tf` or `.json` between their steps.
const FILE: &str = "framework-users";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: vec![
        Attribute::string("email")
            .required()
            .plan(requires_replace()),
        Attribute::string("name").required(),
        Attribute::number("age").required(),
        Attribute::string("date_joined")
            .computed()
            .plan(use_state_for_unknown()),
        Attribute::string("language")
            .optional_computed()
            .plan(use_state_for_unknown()),
    ],
    ..Schema::default()
});

#[derive(Clone, Debug, Model)]
struct UserModel {
    email: String,
    name: String,
    age: i64,
    date_joined: Attr<String>,
    language: Attr<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stored {
    name: String,
    age: i64,
    date_joined: String,
    language: String,
}

type Users = BTreeMap<String, Stored>;

/// The resource.
pub(super) struct User;

impl Echo for User {
    fn type_name(&self) -> &'static str {
        "framework_user"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn create(&self, request: CreateRequest<'_>) -> Result<Object, Diagnostic> {
        let user: UserModel = request.plan.model()?;
        let stored = change(|users| {
            if users.contains_key(&user.email) {
                return Err(format!("There is a user {} already.", user.email));
            }
            let now = OffsetDateTime::now_utc().format(&Rfc3339);
            let stored = Stored {
                name: user.name.clone(),
                age: user.age,
                date_joined: now.map_err(|error| error.to_string())?,
                language: user
                    .language
                    .known()
                    .cloned()
                    .unwrap_or_else(|| "en".to_owned()),
            };
            users.insert(user.email.clone(), stored.clone());
            Ok(stored)
        });
        let stored = stored.map_err(|why| Diagnostic::error("Error creating user", why))?;
        Ok(state(user.email, stored))
    }

    fn update(&self, request: UpdateRequest<'_>) -> Result<Object, Diagnostic> {
        let user: UserModel = request.plan.model()?;
        let stored = change(|users| {
            let missing = || format!("There is no user {}.", user.email);
            let stored = users.get_mut(&user.email).ok_or_else(missing)?;
            (stored.name, stored.age) = (user.name.clone(), user.age);
            if let Some(language) = user.language.known() {
                stored.language.clone_from(language);
            }
            Ok(stored.clone())
        });
        let stored = stored.map_err(|why| Diagnostic::error("Error updating user", why))?;
        Ok(state(user.email, stored))
    }

    /// A user that is missing stays in the state, as it does in the original.
    fn read(&self, request: ReadRequest<'_>) -> Result<Object, Diagnostic> {
        let email = request.current.str_or_empty("email").to_owned();
        let found = change(|users| Ok(users.get(&email).cloned()));
        let found = found.map_err(|why| Diagnostic::error("Error reading user", why))?;
        Ok(found.map_or_else(|| request.current.clone(), |stored| state(email, stored)))
    }

    fn delete(&self, request: DeleteRequest<'_>) -> Result<(), Diagnostic> {
        let email = request.prior.str_or_empty("email");
        let deleted = change(|users| {
            let missing = || format!("There is no user {email}.");
            users.remove(email).map(|_| ()).ok_or_else(missing)
        });
        deleted.map_err(|why| Diagnostic::error("Error deleting user", why))
    }

    fn import_state(&self) -> Option<&dyn ImportState<()>> {
        Some(self)
    }
}

#[async_trait]
impl ImportState<()> for User {
    async fn import(
        &self,
        _: &Context<()>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        response.state.set("name", request.id);
        Ok(())
    }
}

fn state(email: String, stored: Stored) -> Object {
    let Stored {
        name,
        age,
        date_joined,
        language,
    } = stored;
    let (date_joined, language) = (Attr::Known(date_joined), Attr::Known(language));
    UserModel {
        email,
        name,
        age,
        date_joined,
        language,
    }
    .into_object()
}

/// Does something with all users, and stores them if that succeeds.
fn change<T>(change: impl FnOnce(&mut Users) -> Result<T, String>) -> Result<T, String> {
    static LOCK: Mutex<()> = Mutex::new(());
    let _lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let words = |error: io::Error| format!("{FILE}: {error}.");
    let mut users: Users = match fs::read(FILE) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| format!("{FILE}: {error}."))?,
        Err(error) if error.kind() == ErrorKind::NotFound => Users::new(),
        Err(error) => return Err(words(error)),
    };
    let result = change(&mut users)?;
    let text = serde_json::to_vec(&users).map_err(|error| error.to_string())?;
    fs::write(FILE, text).map_err(words)?;
    Ok(result)
}
