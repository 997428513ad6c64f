//! What Azure does against its own documents.

use super::table::{Schema, Table};

/// A part of a model that the service reads in another way than its document says.
pub(super) struct Exception {
    /// How the document's name starts.
    pub(super) document: &'static str,
    pub(super) model: &'static str,
    pub(super) member: &'static str,
    pub(super) change: Change,
    #[cfg_attr(not(test), expect(dead_code, reason = "for people"))]
    pub(super) reason: &'static str,
}

/// How the service reads it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    /// Any JSON is taken.
    Any,
    /// Taken though the document does not know it.
    Added,
    /// Only the service sets it.
    Own,
    /// Clients set it, too.
    Writable,
    /// May be left out here: who misses it says so with a code of its own.
    Optional,
}

const fn exception(
    document: &'static str,
    model: &'static str,
    member: &'static str,
    change: Change,
    reason: &'static str,
) -> Exception {
    Exception {
        document,
        model,
        member,
        change,
        reason,
    }
}

const LOCATION: &str =
    "ARM's own front asks for it before the service does, with the code LocationRequired";
const TIMES: &str = "set by the service, as for every other artifact, whose documents say so";
const LARGE: &str =
    "the published example of a large map sends one, to a content that lies elsewhere";
const STATES: &str =
    "set by the service in every published answer, and in none of the published requests";

/// Every exception, with its reason.
pub(super) const EXCEPTIONS: &[Exception] = &[
    exception(
        "resources/",
        "ResourceGroup",
        "location",
        Change::Optional,
        LOCATION,
    ),
    exception(
        "monitor/",
        "AutoscaleSettingResource",
        "location",
        Change::Optional,
        LOCATION,
    ),
    exception(
        "logic-",
        "WorkflowParameter",
        "value",
        Change::Any,
        "the document says object; it is any JSON, as workflow definitions have it and the published examples send it",
    ),
    exception(
        "logic-2019",
        "IntegrationServiceEnvironmentProperties",
        "certificates",
        Change::Added,
        "documented for REST, and missing in the OpenAPI document",
    ),
    exception(
        "logic-2019",
        "IntegrationServiceEnvironmentProperties",
        "provisioningState",
        Change::Own,
        STATES,
    ),
    exception(
        "logic-2019",
        "IntegrationServiceEnvironmentProperties",
        "state",
        Change::Own,
        STATES,
    ),
    exception(
        "logic-2019",
        "IntegrationServiceEnvironmentProperties",
        "integrationServiceEnvironmentId",
        Change::Own,
        STATES,
    ),
    exception(
        "logic-2019",
        "IntegrationServiceEnvironmentProperties",
        "endpointsConfiguration",
        Change::Own,
        STATES,
    ),
    exception(
        "logic-",
        "IntegrationAccountMapProperties",
        "contentLink",
        Change::Writable,
        LARGE,
    ),
    exception(
        "logic-",
        "IntegrationAccountSchemaProperties",
        "contentLink",
        Change::Writable,
        LARGE,
    ),
    exception(
        "logic-",
        "AssemblyProperties",
        "createdTime",
        Change::Own,
        TIMES,
    ),
    exception(
        "logic-",
        "AssemblyProperties",
        "changedTime",
        Change::Own,
        TIMES,
    ),
    exception(
        "logic-",
        "BatchConfigurationProperties",
        "createdTime",
        Change::Own,
        TIMES,
    ),
    exception(
        "logic-",
        "BatchConfigurationProperties",
        "changedTime",
        Change::Own,
        TIMES,
    ),
];

/// Changes the tables as the exceptions say.
pub(super) fn apply(table: &mut Table) {
    for exception in EXCEPTIONS {
        for model in models(table, exception) {
            change(model, exception);
        }
    }
}

/// The models that an exception is about.
pub(super) fn models<'a>(
    table: &'a mut Table,
    exception: &'a Exception,
) -> impl Iterator<Item = &'a mut Schema> {
    table
        .models
        .iter_mut()
        .filter(|(name, _)| {
            name.split_once('#').is_some_and(|(document, model)| {
                document.starts_with(exception.document) && model == exception.model
            })
        })
        .map(|(_, model)| model)
}

fn change(model: &mut Schema, exception: &Exception) {
    let member = exception.member;
    if let Change::Optional = exception.change {
        model.required.retain(|name| name != member);
        return;
    }
    if let Change::Added = exception.change {
        model.members.push((member.to_owned(), Schema::default()));
        return;
    }
    let mut members = model.members.iter_mut();
    let Some((_, schema)) = members.find(|(name, _)| name == member) else {
        return;
    };
    match exception.change {
        Change::Any => schema.open(),
        Change::Own => schema.read_only = true,
        _ => schema.read_only = false,
    }
}
