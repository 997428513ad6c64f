//! What this is and how clients are pointed at it: open while nothing is there, a line below the rest afterwards.

use maud::{Markup, html};

use crate::page::example;
use crate::page::parts;
use crate::page::scene::Scene;

/// Names that any client may use while no application is registered.
const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";
const TENANT: &str = "00000000-0000-0000-0000-0000000000aa";
const CLIENT: &str = "00000000-0000-0000-0000-0000000000bb";

/// The panel.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let is_empty = scene.is_empty();
    html! {
        section.start #start aria-labelledby="start-title" {
            h2 #start-title tabindex="-1" { @if is_empty { "Start here" } @else { "Connect a client" } }
            @if is_empty {
                p {
                    "This is an Azure Resource Manager of your own: networks, subnets and integration service environments (ISE) with their "
                    "workflows and integration accounts. It answers as Azure does, takes as long as Azure does, and its clock is yours: "
                    "two hours of deployment pass at the press of a button."
                }
            }
            @if !example::is_there(scene.world) { (example_form(is_empty)) }
            p { "Any client id and secret sign in while no application is registered, and every subscription exists. Copy one of these:" }
            div.snippets {
                @for (place, (title, note, text)) in snippets(scene).into_iter().enumerate() {
                    details name="snippet" open[is_empty && place == 0] data-key={ "snippet-" (place) } {
                        summary { (title) }
                        @if !note.is_empty() { p.in { (note) } }
                        (parts::copyable(title, &text))
                    }
                }
            }
            p.retired {
                "Azure has taken no new integration service environments since November 2022 and ended the service on 31 August 2024; "
                "here they still deploy, change, fail and go as they did there."
            }
        }
    }
}

fn example_form(is_empty: bool) -> Markup {
    html! {
        form.example method="post" action="/_emulator/page/example" data-key="example" {
            button.primary[is_empty].small[!is_empty] data-done="The example is there." { "Load the example" }
            span.in { "A network with rules and routes, an environment that is just growing, an account and two workflows." }
        }
    }
}

/// A client, what it wants besides, and what points it at this address.
fn snippets(scene: &Scene<'_>) -> Vec<(&'static str, &'static str, String)> {
    let base = scene.base;
    let subscription = scene.world.resources.all().next();
    let subscription = subscription.map_or(SUBSCRIPTION, |stored| stored.id.subscription.as_str());
    let identity = format!(
        "  subscription_id = \"{subscription}\"\n  tenant_id       = \"{TENANT}\"\n  client_id       = \"{CLIENT}\"\n  client_secret   = \"any\"\n"
    );
    let (host, is_secure) = match base.strip_prefix("https://") {
        Some(host) => (host, true),
        None => (base.trim_start_matches("http://"), false),
    };
    let https = format!("https://{host}");
    let secure = if is_secure {
        "With SSL_CERT_FILE set to what --ca-out wrote."
    } else {
        "It insists on https: start the emulator with --tls --ca-out ca.pem, or use the first way."
    };
    let request = format!(
        "TOKEN=$(curl -s{ca} -d 'grant_type=client_credentials&client_id={CLIENT}&client_secret=any' \\\n  \
         --data-urlencode 'scope=https://management.azure.com/.default' \\\n  {base}/{TENANT}/oauth2/v2.0/token | jq -r .access_token)\n\
         curl{ca} -H \"Authorization: Bearer $TOKEN\" '{base}/subscriptions/{subscription}/resources?api-version=2021-04-01'",
        ca = if is_secure { " --cacert ca.pem" } else { "" }
    );
    vec![
        (
            "Any command, without a setting",
            "An emulator of its own, for as long as the command runs; azurerm, azapi, az and the SDKs find it.",
            "arm-emulator run --time-scale 3600 -- terraform apply".to_owned(),
        ),
        (
            "Terraform: ise",
            if is_secure { secure } else { "" },
            format!(
                "provider \"ise\" {{\n  resource_manager_endpoint       = \"{base}\"\n  active_directory_authority_host = \"{base}\"\n\n{identity}}}"
            ),
        ),
        (
            "Terraform: azapi",
            secure,
            format!(
                "provider \"azapi\" {{\n  endpoint = [{{\n    resource_manager_endpoint       = \"{https}\"\n    active_directory_authority_host = \"{https}\"\n    \
                 resource_manager_audience       = \"https://management.azure.com\"\n  }}]\n  disable_instance_discovery = true\n  skip_provider_registration = true\n\n{identity}}}"
            ),
        ),
        (
            "Terraform: azurerm",
            secure,
            format!(
                "provider \"azurerm\" {{\n  features {{}}\n  metadata_host              = \"{host}\"\n  environment                = \"public\"\n  \
                 skip_provider_registration = true\n\n{identity}}}"
            ),
        ),
        (
            "Azure CLI",
            secure,
            format!(
                "export REQUESTS_CA_BUNDLE=ca.pem AZURE_CORE_INSTANCE_DISCOVERY=false\n\
                 az cloud register --name emulator --endpoint-resource-manager {https} \\\n  --endpoint-active-directory {https} \\\n  \
                 --endpoint-active-directory-resource-id https://management.azure.com/ \\\n  \
                 --endpoint-active-directory-graph-resource-id https://graph.microsoft.com/\n\
                 az cloud set --name emulator\n\
                 az login --service-principal --username {CLIENT} --password any --tenant {TENANT}"
            ),
        ),
        (
            "Python SDK",
            secure,
            format!(
                "base, ca = \"{https}\", \"ca.pem\"\n\
                 credential = ClientSecretCredential(\"{TENANT}\", \"{CLIENT}\", \"any\",\n    \
                 authority=base, disable_instance_discovery=True, connection_verify=ca)\n\
                 logic = LogicManagementClient(credential, \"{subscription}\", base_url=base,\n    \
                 credential_scopes=[\"https://management.azure.com/.default\"], connection_verify=ca)"
            ),
        ),
        ("curl", "", request),
    ]
}
