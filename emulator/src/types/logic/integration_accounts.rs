//! Microsoft.Logic/integrationAccounts.

use super::environment_link::{self, Linked};
use super::{JOIN_ENVIRONMENT, PROVIDER, VERSIONS};
use crate::core::call::{Outcome, Reply};
use crate::core::definition::{
    Behaviour, Naming, Request, TypeDefinition, Write, Written, merge_members,
};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, set_default, text};
use crate::core::render;
use crate::core::route::route;
use crate::core::store::Stored;
use crate::core::world::World;

/// Integration accounts.
pub(super) static DEFINITION: TypeDefinition = TypeDefinition {
    more_versions: VERSIONS,
    located: true,
    naming: Naming::Logic {
        parentheses: true,
        most: 80,
    },
    links: &[(
        "properties/integrationServiceEnvironment/id",
        JOIN_ENVIRONMENT,
    )],
    below: &[
        route("POST", "listCallbackUrl", callback_url),
        route("POST", "listKeyVaultKeys", key_vault_keys),
        route("POST", "logTrackingEvents", |request, _, _| {
            // Tracking events are read and not kept: nothing can ask for them.
            request.call.json().map(|_| Reply::empty(200))
        }),
        route("POST", "regenerateAccessKey", regenerate),
    ],
    ..TypeDefinition::new("Microsoft.Logic/integrationAccounts", &PROVIDER, &Accounts)
};

const LINK: Linked = Linked {
    thing: "integration account",
    mismatch: |name| errors::account_environment_mismatch(name),
};

/// The SKUs from the smallest: an account can only grow.
const SKUS: [&str; 3] = ["Free", "Basic", "Standard"];

struct Accounts;

impl Behaviour for Accounts {
    fn put(&self, world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        let body = &mut write.body;
        set_default(body, "properties/state", json!("Enabled"));
        environment_link::check(world, &LINK, body, write.existing)?;
        check_sku(world, body, write.existing)?;
        let mut hidden = write.hidden;
        if hidden.get("key").is_none() {
            hidden = json!({"account": world.random.hex32(), "key": world.random.signature()});
        }
        Ok(Written {
            body: write.body,
            hidden,
            work: None,
        })
    }

    fn patch(&self, existing: &Stored, patch: &Json) -> Result<Json, ArmError> {
        Ok(merge_members(
            existing,
            patch,
            &["tags", "sku", "properties"],
        ))
    }

    fn patch_is_put(&self) -> bool {
        true
    }

    fn may_move(&self) -> bool {
        true
    }
}

fn regenerate(request: &mut Request<'_>, account: &Stored, _: &[&str]) -> Outcome {
    let key = request.world.random.signature();
    if let Some(stored) = request.world.resources.get_mut(&account.id) {
        stored.hidden["key"] = json!(key);
    }
    let shown = render::of(&DEFINITION, request.world, account);
    Ok(Reply::json(200, shown))
}

/// The keys of a vault, as far as they are known here: those that certificates of the account name.
fn key_vault_keys(request: &mut Request<'_>, account: &Stored, _: &[&str]) -> Outcome {
    let (world, asked) = (&*request.world, request.call.json()?);
    let vault = text(&asked, "keyVault/id").ok_or_else(|| {
        errors::invalid_request_content(
            "Required property 'id' not found in JSON. Path 'keyVault'.",
        )
    })?;
    let vault = vault.trim_start_matches('/').to_lowercase();
    let name = vault.rsplit('/').next().unwrap_or_default().to_owned();
    let mut keys: Vec<Json> = Vec::new();
    for certificate in world.resources.children(&account.id, "certificates") {
        let theirs = text(&certificate.body, "properties/key/keyVault/id").unwrap_or_default();
        let key = text(&certificate.body, "properties/key/keyName");
        let Some(key) = key.filter(|_| theirs.trim_start_matches('/').to_lowercase() == vault)
        else {
            continue;
        };
        let kid = format!("https://{name}.vault.azure.net/keys/{key}");
        let since = certificate.created.as_second();
        if keys.iter().all(|known| known["kid"] != kid) {
            let attributes = json!({"enabled": true, "created": since, "updated": since});
            keys.push(json!({"kid": kid, "attributes": attributes}));
        }
    }
    Ok(Reply::json(200, json!({ "value": keys })))
}

/// The codes are ours; the rules by environment are those of the ISE's own guide and price list.
fn check_sku(world: &World, body: &Json, existing: Option<&Stored>) -> Result<(), ArmError> {
    let refuse = |message: String| Err(errors::invalid_account_sku(message));
    let name = text(body, "sku/name").unwrap_or_default();
    let Some(rank) = SKUS.iter().position(|known| *known == name) else {
        return refuse(format!(
            "The SKU '{name}' is not one of 'Free', 'Basic' and 'Standard'."
        ));
    };
    let before = existing.and_then(|old| text(&old.body, "sku/name"));
    if let Some(before) =
        before.filter(|before| SKUS.iter().position(|known| known == before) > Some(rank))
    {
        return refuse(format!(
            "The SKU of an integration account cannot go down from '{before}' to '{name}'."
        ));
    }
    let environment =
        text(body, "properties/integrationServiceEnvironment/id").and_then(ResourceId::parse);
    let environment = environment.and_then(|id| world.resources.get(&id));
    let Some(kind) = environment.and_then(|environment| text(&environment.body, "sku/name")) else {
        return Ok(());
    };
    match (kind, name) {
        ("Developer", "Free" | "Standard") | (_, "Standard") => Ok(()),
        _ => refuse(format!(
            "A {kind} integration service environment takes no integration account of the SKU '{name}'."
        )),
    }
}

fn callback_url(request: &mut Request<'_>, stored: &Stored, _: &[&str]) -> Outcome {
    let asked = request.call.optional_json()?;
    let location = text(&stored.body, "location").unwrap_or_default();
    let account = text(&stored.hidden, "account").unwrap_or_default();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("api-version", "2015-08-01-preview");
    if let Some(until) = text(&asked, "notAfter") {
        query.append_pair("se", until);
    }
    query.append_pair("sp", "//*").append_pair("sv", "1.0");
    query.append_pair("sig", text(&stored.hidden, "key").unwrap_or_default());
    let url = format!(
        "https://prod-01.{location}.logic.azure.com:443/integrationAccounts/{account}?{}",
        query.finish()
    );
    Ok(Reply::json(200, json!({ "value": url })))
}
