//! ARM's errors as values; Azure's own codes and texts unless a type file says that a code is ours.

use std::borrow::Cow;

use time::Duration;

use super::id::ResourceId;
use super::json::{Json, json};

/// An error as ARM answers it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ArmError {
    pub(crate) status: u16,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
    pub(crate) details: Vec<(String, String)>,
    /// Whether ARM's front made the error, not the service behind it.
    pub(crate) gateway: bool,
    /// How long to wait, in Azure's time; only throttling answers say so.
    pub(crate) retry_after: Option<Duration>,
    /// The verbs that would have been served.
    pub(crate) allow: Option<String>,
}

impl ArmError {
    /// An error of a service.
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: Cow::Borrowed(code),
            message: message.into(),
            details: Vec::new(),
            gateway: false,
            retry_after: None,
            allow: None,
        }
    }

    /// An error of ARM's front.
    pub(crate) fn gateway(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            gateway: true,
            ..Self::new(status, code, message)
        }
    }

    /// A body that Network cannot read, and why.
    pub(crate) fn unreadable(code: &str, why: String) -> Self {
        Self {
            details: vec![(code.to_owned(), why)],
            ..Self::new(400, "InvalidRequestFormat", "Cannot parse the request.")
        }
    }

    /// The error envelope.
    pub(crate) fn envelope(&self) -> Json {
        let mut error = json!({"code": self.code, "message": self.message});
        if !self.details.is_empty() {
            let details = self
                .details
                .iter()
                .map(|(code, message)| json!({"code": code, "message": message}));
            error["details"] = details.collect();
        }
        json!({ "error": error })
    }

    /// Nothing of that name lies below a resource.
    pub(crate) fn unknown_below(namespace: &str, name: &str) -> Self {
        Self::gateway(
            404,
            "InvalidResourceType",
            format!(
                "The resource type '{name}' could not be found in the namespace '{namespace}'."
            ),
        )
    }

    /// The id of a subscription is a GUID in its common form.
    pub(crate) fn invalid_subscription(id: &str) -> Self {
        Self::gateway(
            400,
            "InvalidSubscriptionId",
            format!("The provided subscription identifier '{id}' is malformed or invalid."),
        )
    }

    /// No operation has the name.
    pub(crate) fn invalid_operation(name: &str) -> Self {
        Self::new(
            404,
            "InvalidOperationId",
            format!("The operation '{name}' could not be found."),
        )
    }

    /// Nothing is served at the path.
    pub(crate) fn no_route(path: &str) -> Self {
        Self::gateway(
            404,
            "NotFound",
            format!("No resource matches the path '{path}'."),
        )
    }

    /// No provider has the namespace.
    pub(crate) fn unknown_namespace(namespace: &str) -> Self {
        Self::gateway(
            404,
            "InvalidResourceNamespace",
            format!("The resource namespace '{namespace}' is invalid."),
        )
    }

    /// The provider has no such type.
    pub(crate) fn unknown_type(namespace: &str, kind: &str, version: &str) -> Self {
        Self::gateway(
            404,
            "InvalidResourceType",
            format!(
                "The resource type '{kind}' could not be found in the namespace '{namespace}' for api version '{version}'."
            ),
        )
    }

    /// The group is not there.
    pub(crate) fn group_not_found(name: &str) -> Self {
        Self::gateway(
            404,
            "ResourceGroupNotFound",
            format!("Resource group '{name}' could not be found."),
        )
    }

    /// A resource is not there.
    pub(crate) fn not_found(id: &ResourceId) -> Self {
        let Some(group) = &id.group else {
            return Self::group_not_found(id.name());
        };
        Self::gateway(
            404,
            "ResourceNotFound",
            format!(
                "The Resource '{}/{}' under resource group '{group}' was not found. \
                 For more details please go to https://aka.ms/ARMResourceNotFoundFix",
                id.type_name(),
                id.names()
            ),
        )
    }

    /// The parent of a nested resource is not there.
    pub(crate) fn parent_not_found(parent: &ResourceId) -> Self {
        Self::gateway(
            404,
            "ParentResourceNotFound",
            format!(
                "Can not perform requested operation on nested resource. Parent resource '{}' not found.",
                parent.names()
            ),
        )
    }

    /// The body cannot be read as the model asks.
    pub(crate) fn request_content(detail: &str) -> Self {
        Self::new(
            400,
            "InvalidRequestContent",
            format!("The request content is not valid and could not be deserialized: '{detail}'."),
        )
    }

    /// A request to the emulator itself, or a fixture, that cannot be understood.
    pub(crate) fn control(why: &str) -> Self {
        Self::new(
            400,
            "InvalidControlRequest",
            format!("The request cannot be understood: {why}."),
        )
    }

    /// A condition in the headers does not hold.
    pub(crate) fn precondition(id: &ResourceId) -> Self {
        Self::new(
            412,
            "PreconditionFailed",
            format!("Precondition failed. The condition on the etag of {id} does not hold."),
        )
    }

    /// Only these verbs are offered there.
    pub(crate) fn method(method: &str, allow: &str) -> Self {
        Self {
            allow: Some(allow.to_owned()),
            ..Self::gateway(
                405,
                "HttpMethodNotAllowed",
                format!("The HTTP method '{method}' is not supported at the target scope."),
            )
        }
    }

    /// A segment of a path that cannot be a name (the code is ours).
    pub(crate) fn bad_path(segment: &str) -> Self {
        Self::gateway(
            400,
            "InvalidRequestPath",
            format!(
                "The segment '{segment}' of the path is not valid: names have no slashes, backslashes and control characters in \
                 them and are UTF-8."
            ),
        )
    }

    /// The group is on its way out.
    pub(crate) fn being_deleted(group: &str) -> Self {
        Self::gateway(
            409,
            "ResourceGroupBeingDeleted",
            format!(
                "The resource group '{group}' is in deprovisioning state and cannot perform this operation."
            ),
        )
    }

    /// The group takes part in a move.
    pub(crate) fn being_moved(group: &str) -> Self {
        Self::gateway(
            409,
            "ResourcesBeingMoved",
            format!(
                "Cannot perform this operation because resources of the resource group '{group}' are being moved."
            ),
        )
    }
}
