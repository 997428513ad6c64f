//! The eight kinds of artifacts of an integration account.

use super::{PROVIDER, VERSIONS};
use crate::core::call::{Outcome, Reply};
use crate::core::clock::timestamp;
use crate::core::definition::{Behaviour, Below, Naming, Request, TypeDefinition, Write, Written};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, at, json, set, set_default, take, text};
use crate::core::route::{Route, route};
use crate::core::store::Stored;
use crate::core::world::World;

/// Agreements.
pub(super) static AGREEMENTS: TypeDefinition = kind(
    "Microsoft.Logic/integrationAccounts/agreements",
    &Artifact {
        not_found: |name, account| errors::agreement_not_found(name, account),
        linked: false,
    },
);
/// Assemblies.
pub(super) static ASSEMBLIES: TypeDefinition = kind(
    "Microsoft.Logic/integrationAccounts/assemblies",
    &Artifact {
        not_found: |name, account| errors::assembly_not_found(name, account),
        linked: true,
    },
);
/// Batch configurations.
pub(super) static BATCH_CONFIGURATIONS: TypeDefinition = kind(
    "Microsoft.Logic/integrationAccounts/batchConfigurations",
    &Artifact {
        not_found: |name, account| errors::batch_configuration_not_found(name, account),
        linked: false,
    },
);
/// Certificates.
pub(super) static CERTIFICATES: TypeDefinition = kind(
    "Microsoft.Logic/integrationAccounts/certificates",
    &Artifact {
        not_found: |name, account| errors::certificate_not_found(name, account),
        linked: false,
    },
);
/// Maps.
pub(super) static MAPS: TypeDefinition = kind(
    "Microsoft.Logic/integrationAccounts/maps",
    &Artifact {
        not_found: |name, account| errors::map_not_found(name, account),
        linked: true,
    },
);
/// Partners.
pub(super) static PARTNERS: TypeDefinition = kind(
    "Microsoft.Logic/integrationAccounts/partners",
    &Artifact {
        not_found: |name, account| errors::partner_not_found(name, account),
        linked: false,
    },
);
/// Schemas.
pub(super) static SCHEMAS: TypeDefinition = kind(
    "Microsoft.Logic/integrationAccounts/schemas",
    &Artifact {
        not_found: |name, account| errors::schema_not_found(name, account),
        linked: true,
    },
);
/// Sessions.
pub(super) static SESSIONS: TypeDefinition = kind(
    "Microsoft.Logic/integrationAccounts/sessions",
    &Artifact {
        not_found: |name, account| errors::session_not_found(name, account),
        linked: false,
    },
);

static BELOW: &[Route<Below>] = &[route("POST", "listContentCallbackUrl", callback_url)];

const fn kind(name: &'static str, behaviour: &'static Artifact) -> TypeDefinition {
    TypeDefinition {
        more_versions: VERSIONS,
        naming: Naming::Logic {
            parentheses: true,
            most: 80,
        },
        below: BELOW,
        ..TypeDefinition::new(name, &PROVIDER, behaviour)
    }
}

struct Artifact {
    /// Only `PartnerNotFound` was seen; the others follow its pattern.
    not_found: fn(&str, &str) -> ArmError,
    /// Whether answers give a link to the content in its place.
    linked: bool,
}

impl Behaviour for Artifact {
    fn put(&self, world: &mut World, mut write: Write<'_>) -> Result<Written, ArmError> {
        let body = &mut write.body;
        take(body, "location");
        let created = write.existing.map_or(world.now, |old| old.created);
        set(body, "properties/createdTime", json!(timestamp(created)));
        set(body, "properties/changedTime", json!(timestamp(world.now)));
        if self.linked
            && let Some(content) = take(body, "properties/content")
        {
            let length = content
                .as_str()
                .map_or_else(|| content.to_string().len(), str::len);
            let link = json!({
                "uri": content_url(world, write.id),
                "contentVersion": format!("\"{}\"", &world.random.hex32()[..16]),
                "contentSize": length
            });
            set(body, "properties/contentLink", link);
        } else if at(body, "properties/contentLink/uri").is_some() {
            // The content lies elsewhere: it is not fetched, so its size is not known.
            let version = format!("\"{}\"", &world.random.hex32()[..16]);
            set_default(
                body,
                "properties/contentLink/contentVersion",
                json!(version),
            );
        }
        if write
            .id
            .pairs
            .last()
            .is_some_and(|(kind, _)| kind.eq_ignore_ascii_case("assemblies"))
        {
            set_default(body, "properties/assemblyVersion", json!("0.0.0.0"));
        }
        name_key_vault(body);
        Ok(Written {
            body: write.body,
            hidden: Json::Null,
            work: None,
        })
    }

    fn not_found(&self, id: &ResourceId) -> Option<ArmError> {
        Some((self.not_found)(id.name(), id.root().name()))
    }

    fn filters(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("agreementType", "properties/agreementType"),
            ("mapType", "properties/mapType"),
            ("partnerType", "properties/partnerType"),
            ("schemaType", "properties/schemaType"),
        ]
    }
}

/// The address of the content, in parts as well.
fn callback_url(request: &mut Request<'_>, stored: &Stored, _: &[&str]) -> Outcome {
    let known = text(&stored.body, "properties/contentLink/uri").map(str::to_owned);
    let url = known.unwrap_or_else(|| content_url(request.world, &stored.id));
    let (base, query) = url.split_once('?').unwrap_or((&url, ""));
    let queries = url::form_urlencoded::parse(query.as_bytes());
    let queries: serde_json::Map<String, Json> = queries
        .map(|(name, value)| (name.into_owned(), json!(value)))
        .collect();
    let body = json!({"value": url, "method": "GET", "basePath": base, "queries": queries});
    Ok(Reply::json(200, body))
}

/// Says what the id of a certificate's key vault says.
fn name_key_vault(body: &mut Json) {
    let Some(id) = text(body, "properties/key/keyVault/id") else {
        return;
    };
    let name = id.rsplit('/').next().unwrap_or_default().to_owned();
    set(body, "properties/key/keyVault/name", json!(name));
    set(
        body,
        "properties/key/keyVault/type",
        json!("Microsoft.KeyVault/vaults"),
    );
}

/// The address of a content. Nothing is served there: no client of ours follows it.
fn content_url(world: &mut World, id: &ResourceId) -> String {
    let account = world.resources.get(&id.root());
    let location = account
        .and_then(|account| text(&account.body, "location"))
        .unwrap_or("global")
        .to_owned();
    let name = account
        .and_then(|account| text(&account.hidden, "account"))
        .unwrap_or_default()
        .to_owned();
    let kind = id.pairs.last().map_or("", |(kind, _)| kind);
    let signature = world.random.signature();
    format!(
        "https://prod-01.{location}.logic.azure.com:443/integrationAccounts/{name}/{kind}/{}/contents/Value?api-version=2015-08-01-preview&sp=%2Fread&sv=1.0&sig={signature}",
        id.name()
    )
}
