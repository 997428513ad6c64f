//! `ise_subnet`: a subnet that an environment can live in.
//!
//! ARM type `Microsoft.Network/virtualNetworks/subnets`. Writes in one virtual network never run two at a time, because
//! Azure refuses the second.

mod creation;
mod model;
mod network;
mod planning;
mod schema;

use std::time::Duration;

use async_trait::async_trait;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Reported, sentence};
use tfplugin_framework::resource::plan::Plan;
use tfplugin_framework::resource::{
    UpdateRequest, UpgradeState, UpgradeStateRequest, UpgradeStateResponse,
};
use tfplugin_framework::schema::duration;
use tfplugin_framework::types::attr::Attr;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::{Object, Value};
use tokio::time::Instant;

use crate::arm::{self, ResourceId};
use crate::azure::arm_resource::ArmResource;
use crate::azure::arm_type::{ArmType, known, preserve_id};
use crate::azure::body::{self, Change, Overwritten};
use crate::azure::claims::Claim;
use crate::azure::types::{SUBNETS, VIRTUAL_NETWORKS};
use crate::azure::wait::{self, Interrupted};
use crate::azure::work::Work;
use crate::azure::write::Failure;
use crate::azure::{Azure, grace_session, plan_session, report, subnet};
use crate::validate::cidr;
use model::{Subnet, in_form_of_one};
use network::{lock, network};
use schema::{ARM, SCHEMA};

/// The resource.
#[derive(Debug)]
pub(crate) struct IseSubnet;

#[async_trait]
impl ArmResource for IseSubnet {
    fn arm(&self) -> &'static ArmType {
        &ARM
    }

    fn upgrade_state(&self) -> Option<&dyn UpgradeState> {
        Some(self)
    }

    /// The network may be in another subscription than the environment.
    fn is_of_any_subscription(&self) -> bool {
        true
    }

    fn check_config(&self, config: &Object, diagnostics: &mut Diagnostics) {
        let subnet = Subnet::of(config);
        let class = match &subnet.address_class {
            Attr::Known(class) => class,
            Attr::Null => "warn",
            Attr::Unknown => "ignore",
        };
        // What is wrong in any case is told by the attribute's own rule.
        let is_right = |text: &String| cidr::subnet_prefix(text).is_ok();
        let cidr = match subnet.address_prefix.known().is_some_and(is_right) {
            true => subnet.range(),
            false => None,
        };
        let Some((cidr, Err(finding))) = cidr.map(|cidr| (cidr, cidr::class_b(&cidr))) else {
            return;
        };
        let (path, finding) = (Path::attribute("address_prefix"), sentence(&finding));
        match class {
            "enforce" => {
                diagnostics.add_attribute_error(path, "Invalid address_prefix", finding);
            }
            "warn" => {
                let summary = format!("Address range {cidr} is not in Class B space");
                diagnostics.add_attribute_warning(path, summary, finding);
            }
            _ => {}
        }
    }

    fn derive(&self, object: &mut Object) {
        let subnet = Subnet::of(object);
        if let Some(network) = subnet.network() {
            object.set("resource_group_name", network.resource_group());
            object.set("virtual_network_name", network.name());
        }
        if let Some(range) = subnet.range() {
            object.set("address_count", i64::try_from(range.address_count()).ok());
        }
    }

    fn planned_id(&self, _: &Azure, planned: &Object) -> Result<ResourceId, Diagnostic> {
        let path = "virtual_network_id";
        let network = ResourceId::parse_as(known(planned, path)?, VIRTUAL_NETWORKS.name);
        let network = network.map_err(|error| {
            let summary = "Invalid virtual_network_id";
            Diagnostic::error(summary, error.to_string()).at(Path::attribute(path))
        })?;
        Ok(network.child("subnets", known(planned, "name")?))
    }

    /// The addresses of a subnet cannot be changed while an environment uses it.
    async fn check_replacement(
        &self,
        context: &Context<Azure>,
        prior: &ResourceId,
        plan: &mut Plan<'_>,
    ) {
        if plan.changes("address_prefix")
            && let Some(session) = plan_session(context, plan).await
        {
            planning::check_unused(&session, prior, plan).await;
        }
    }

    async fn check_plan(
        &self,
        context: &Context<Azure>,
        claim: Option<&Claim>,
        plan: &mut Plan<'_>,
    ) {
        if plan.is_create() {
            // Whatever will hold the subnet does not do so at once.
            plan.planned.set("used_by", Value::Null);
        }
        planning::check(context, claim, plan).await;
    }

    fn read_body(&self, context: &Context<Azure>, body: &Json, object: &Object) -> Object {
        let body = in_form_of_one(body, object);
        let mut found = ARM.read(context, &body, object);
        if let Some(imported) = preserve_id(object, &mut found) {
            let network = imported.parent().map(|network| network.to_string());
            found.set("virtual_network_id", network);
        }
        self.derive(&mut found);
        found.set("used_by", subnet::holder(&body));
        found
    }

    /// The range of a subnet stays in the form that Azure gave it: it cannot change.
    fn write(&self, _: &Object, change: Change<'_>, body: &mut Json) -> Vec<Overwritten> {
        let in_form_of_many = body["properties"]["addressPrefix"].is_null()
            && body["properties"]["addressPrefixes"].is_array();
        let overwritten = ARM.write(change, body);
        if in_form_of_many && let Some(properties) = body["properties"].as_object_mut() {
            properties.shift_remove("addressPrefix");
        }
        overwritten
    }

    async fn send_create(
        &self,
        work: Work<'_>,
        planned: &Object,
        body: &Json,
    ) -> Result<Result<Json, arm::Error>, Diagnostic> {
        creation::create(work, planned, body).await
    }

    /// Gives the subnet once the network has taken the change over. Until then nothing else is written there.
    async fn send_update(
        &self,
        work: Work<'_>,
        update: UpdateRequest<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Json, Failure> {
        let write = |change: Change<'_>, body: &mut Json| self.write(update.config, change, body);
        let change = Change::between(update.prior, update.plan);
        let put = |body: &mut Json, _: &mut Diagnostics| Ok(write(change, body));
        let network = network(work.id);
        let modified = ARM.put_change(work, Some(&network), put, diagnostics);
        let modified = modified.await?;
        let api = work.session.of(&SUBNETS);
        match modified.accepted {
            Some(accepted) => {
                let body = wait::finish(api, accepted, work.id).await?;
                Ok(ARM.confirm(work, update, body, write).await?)
            }
            None => Ok(api.get(work.id).await?),
        }
    }

    /// Waits while something holds the subnet.
    async fn send_delete(&self, work: Work<'_>) -> Result<(), Diagnostic> {
        let Work {
            context,
            session,
            id,
        } = work;
        let started = Instant::now();
        let mut intervals = wait::intervals();
        let mut waits = false;
        loop {
            let result = {
                let _lock = lock(session, id).await?;
                session.of(&SUBNETS).delete_for_good(id).await
            };
            let error = match result {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let is_in_use = error.code() == Some("InUseSubnetCannotBeDeleted");
            waits |= is_in_use;
            // Hours of waiting are not lost to a trouble that passes.
            let passes = is_in_use || (waits && error.is_transient());
            if !passes {
                return Err(ARM.failed("deleting", id)(error));
            }
            let waited = started.elapsed();
            tracing::info!(
                subnet = id.name(),
                waited_s = waited.as_secs(),
                "waiting until the subnet is released"
            );
            if let Err(ended) = session.sleep(intervals.pause()).await {
                let last = grace_session(context)?.of(&SUBNETS).get(id).await;
                let holder = last.ok().and_then(|body| subnet::holder(&body));
                let waited = started.elapsed();
                return Err(still_in_use(id, holder.as_deref(), waited, &ended, &error));
            }
        }
    }
}

impl UpgradeState for IseSubnet {
    /// Version 0 had no `provisioning_state`; a refresh finds it.
    fn upgrade(
        &self,
        _: UpgradeStateRequest,
        response: &mut UpgradeStateResponse,
    ) -> Result<(), Reported> {
        let state = &mut response.state;
        state.insert("provisioning_state".to_owned(), RawValue::NULL.to_owned());
        Ok(())
    }
}

/// The body that a subnet will have when its plan is applied to what is there now.
///
/// A security group or a route table of which nothing is known yet is one without an ID, and a service endpoint or a delegation
/// one without the name of its service.
pub(crate) fn body_as_planned(current: Option<Json>, planned: &Object) -> Json {
    let planned_prefix = Subnet::of(planned).range();
    // Another prefix makes another subnet, with nothing in it.
    let stays =
        |body: &Json| planned_prefix.is_some_and(|prefix| subnet::prefixes(body) == [prefix]);
    let mut body = current
        .filter(stays)
        .unwrap_or_else(|| json!({ "properties": {} }));
    let current = body::read(&SCHEMA, &body, &SCHEMA.null_object());
    body::write(&SCHEMA, Change::between(&current, planned), &mut body);
    for (name, member) in [
        ("network_security_group_id", "networkSecurityGroup"),
        ("route_table_id", "routeTable"),
    ] {
        if planned.get(name).is_unknown() {
            body["properties"][member] = json!({});
        }
    }
    let endpoints = planned.get("service_endpoints");
    if !endpoints.is_wholly_known() {
        let known = endpoints.as_elements().unwrap_or_default().iter();
        let known = known.filter_map(|it| Some(json!({ "service": it.as_str()? })));
        let all = known.chain([json!({})]);
        body["properties"]["serviceEndpoints"] = all.collect();
    }
    if planned.get("delegate_to_ise").is_unknown() {
        body["properties"]["delegations"] = json!([{}]);
    }
    body
}

fn still_in_use(
    id: &ResourceId,
    holder: Option<&str>,
    waited: Duration,
    ended: &arm::Error,
    error: &arm::Error,
) -> Diagnostic {
    let why = Interrupted::by(ended)
        .unwrap_or(Interrupted::Stopped)
        .why("delete");
    let detail = format!(
        "{why} after waiting {} for the subnet to be released. It is still held by {}. Azure releases the subnets of an environment \
         an hour or more after the environment is gone. The subnet stays in the state; run the destroy again to go on waiting.\n\n{}",
        duration::format(waited),
        holder.unwrap_or("something that ARM does not name"),
        report::explanation(error),
    );
    Diagnostic::error(
        format!("Subnet {:?} is in use and was not deleted", id.name()),
        detail,
    )
}

#[cfg(test)]
mod tests;
