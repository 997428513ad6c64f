//! Microsoft.Logic/integrationAccounts.

use super::environment_link::{self, Linked};
use crate::core::call::{Call, Reply};
use crate::core::definition::{
    Behaviour, Naming, TypeDefinition, Write, Written, merge_members, unknown_below,
};
use crate::core::error::ArmError;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, set_default, text};
use crate::core::render;
use crate::core::store::Stored;
use crate::core::versions;
use crate::core::world::World;

/// Integration accounts.
pub(crate) static DEFINITION: TypeDefinition = TypeDefinition {
    name: "Microsoft.Logic/integrationAccounts",
    more_versions: versions::LOGIC,
    located: true,
    naming: Naming::Logic {
        parentheses: true,
        most: 80,
    },
    behaviour: &Accounts,
};

const LINK: Linked = Linked {
    thing: "integration account",
    mismatch: "IntegrationAccountIntegrationServiceEnvironmentMismatch",
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

    fn below(
        &self,
        world: &mut World,
        call: &Call,
        stored: &Stored,
        tail: &[&str],
    ) -> Result<Reply, ArmError> {
        let is = |word: &str| {
            call.method == "POST" && matches!(tail, [one] if one.eq_ignore_ascii_case(word))
        };
        if is("listCallbackUrl") {
            let url = callback_url(stored, &call.optional_json()?);
            return Ok(Reply::json(200, json!({ "value": url })));
        }
        if is("listKeyVaultKeys") {
            return key_vault_keys(world, &call.json()?, stored);
        }
        if is("logTrackingEvents") {
            // Tracking events are read and not kept: nothing can ask for them.
            return call.json().map(|_| Reply::empty(200));
        }
        if is("regenerateAccessKey") {
            let key = world.random.signature();
            if let Some(stored) = world.resources.get_mut(&stored.id) {
                stored.hidden["key"] = json!(key);
            }
            return Ok(Reply::json(200, render::resource(world, stored)));
        }
        Err(unknown_below(stored, tail))
    }
}

/// The keys of a vault, as far as they are known here: those that certificates of the account name.
fn key_vault_keys(world: &World, asked: &Json, account: &Stored) -> Result<Reply, ArmError> {
    let vault = text(asked, "keyVault/id").ok_or_else(|| {
        ArmError::request_content("Required property 'id' not found in JSON. Path 'keyVault'.")
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
        let since = certificate.created.unix_timestamp();
        if keys.iter().all(|known| known["kid"] != kid) {
            let attributes = json!({"enabled": true, "created": since, "updated": since});
            keys.push(json!({"kid": kid, "attributes": attributes}));
        }
    }
    Ok(Reply::json(200, json!({ "value": keys })))
}

/// The codes are ours; the rules by environment are those of the ISE's own guide and price list.
fn check_sku(world: &World, body: &Json, existing: Option<&Stored>) -> Result<(), ArmError> {
    let refuse = |message: String| Err(ArmError::new(400, "InvalidIntegrationAccountSku", message));
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

fn callback_url(stored: &Stored, asked: &Json) -> String {
    let location = text(&stored.body, "location").unwrap_or_default();
    let account = text(&stored.hidden, "account").unwrap_or_default();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("api-version", "2015-08-01-preview");
    if let Some(until) = text(asked, "notAfter") {
        query.append_pair("se", until);
    }
    query.append_pair("sp", "//*").append_pair("sv", "1.0");
    query.append_pair("sig", text(&stored.hidden, "key").unwrap_or_default());
    format!(
        "https://prod-01.{location}.logic.azure.com:443/integrationAccounts/{account}?{}",
        query.finish()
    )
}
