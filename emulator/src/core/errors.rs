//! Every error: its code, its status and its text in one place. Azure's own unless it says when ours is given; the README's
//! table of those is made from here.

use std::fmt::Display;

use super::error::ArmError;
use super::id::ResourceId;

/// An error that can be answered.
#[cfg(test)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    /// When a code is given that is ours, since the service's is not known.
    pub(crate) ours: Option<&'static str>,
}

/// `name(arguments) = front STATUS "CODE", "when, if the code is ours": "TEXT";`, with `service` for an error that does not come
/// from ARM's front.
macro_rules! catalogue {
    ($($name:ident($($argument:ident),*) = $from:ident $status:literal $code:literal $(, $ours:literal)?: $text:literal;)*) => {
        $(
            #[doc = concat!("The error `", $code, "`.")]
            pub(crate) fn $name($($argument: impl Display),*) -> ArmError {
                ArmError::$from($status, $code, format!($text))
            }
        )*

        /// All of them.
        #[cfg(test)]
        pub(crate) const CATALOGUE: &[Entry] = &[$(Entry {
            status: $status,
            code: $code,
            ours: [$(Some($ours),)? None][0],
        }),*];
    };
}

catalogue! {
    // ARM's front, and what all types share.
    canceled(target) = service 409 "Canceled": "The resource {target} was deleted while the operation was running.";
    delegation_without_service() = service 400 "InvalidRequestFormat": "A delegation names no service.";
    empty_content() = front 400 "InvalidRequestContent":
        "The request content was invalid and could not be deserialized: 'The request body is empty.'.";
    http_method_not_allowed(method) = front 405 "HttpMethodNotAllowed":
        "The HTTP method '{method}' is not supported at the target scope.";
    invalid_api_version_parameter(version, supported) = front 400 "InvalidApiVersionParameter":
        "The api-version '{version}' is invalid. The supported versions are '{supported}'.";
    invalid_content(why) = front 400 "InvalidRequestContent": "The request content was invalid: {why}";
    invalid_expand_in_query_string(name, known) = front 400 "InvalidExpandInQueryString":
        "Invalid $expand '{name}' specified in the query string. The supported values are '{known}'.";
    invalid_filter_in_query_string(text, fields) = front 400 "InvalidFilterInQueryString":
        "Invalid $filter '{text}' specified in the query string. The supported fields are '{fields}'.";
    invalid_lock_name(name) = front 400 "InvalidLockName", "the name of a lock against the published rule":
        "The lock name '{name}' is not valid: it has 1 to 260 characters and none of '<', '>', '%', '&', ':', '\\', \
         '?', '/' and control characters.";
    invalid_operation_id(name) = service 404 "InvalidOperationId": "The operation '{name}' could not be found.";
    invalid_parameter(value, name) = front 400 "InvalidParameter":
        "The value '{value}' of the query parameter '{name}' is invalid.";
    invalid_request_content(detail) = service 400 "InvalidRequestContent":
        "The request content is not valid and could not be deserialized: '{detail}'.";
    invalid_request_path(segment) = front 400 "InvalidRequestPath", "a segment of a path that cannot be a name":
        "The segment '{segment}' of the path is not valid: names have no slashes, backslashes and control characters in them \
         and are UTF-8.";
    invalid_resource_group(name) = front 400 "InvalidResourceGroup":
        "The provided resource group name '{name}' has invalid characters or is too long. The name can only be a letter, \
         digit, '-', '.', '(', ')' or '_' and must not end with '.'.";
    invalid_resource_group_location(new, old) = front 409 "InvalidResourceGroupLocation":
        "Invalid resource group location '{new}'. The Resource group already exists in location '{old}'.";
    invalid_resource_location(name, old, group, new) = front 409 "InvalidResourceLocation":
        "The resource '{name}' already exists in location '{old}' in resource group '{group}'. A resource with the same name \
         cannot be created in location '{new}'. Please select a new resource name.";
    invalid_resource_name(name) = front 400 "InvalidResourceName":
        "The provided resource name '{name}' has these invalid characters or is too long.";
    invalid_resource_namespace(namespace) = front 404 "InvalidResourceNamespace":
        "The resource namespace '{namespace}' is invalid.";
    invalid_resource_type(namespace, kind, version) = front 404 "InvalidResourceType":
        "The resource type '{kind}' could not be found in the namespace '{namespace}' for api version '{version}'.";
    invalid_subscription_id(id) = front 400 "InvalidSubscriptionId":
        "The provided subscription identifier '{id}' is malformed or invalid.";
    invalid_tag_name_characters(name) = front 400 "InvalidTagNameCharacters": "The tag name '{name}' is not valid.";
    invalid_tag_value_length(name) = front 400 "InvalidTagValueLength": "The value of tag '{name}' is not valid.";
    location_not_available_for_resource_group(location, regions) = front 400 "LocationNotAvailableForResourceGroup":
        "The provided location '{location}' is not available for resource group. List of available regions is '{regions}'.";
    location_not_available_for_resource_type(location, definition, regions) = front 400 "LocationNotAvailableForResourceType":
        "The provided location '{location}' is not available for resource type '{definition}'. List of available regions for \
         the resource type is '{regions}'.";
    location_required() = front 400 "LocationRequired": "The location property is required for this definition.";
    lock_not_found(name) = front 404 "LockNotFound", "a lock that is not there": "The lock '{name}' could not be found.";
    missing_api_version_parameter() = front 400 "MissingApiVersionParameter":
        "The api-version query parameter (?api-version=) is required for all requests.";
    missing_subscription_registration(namespace) = front 409 "MissingSubscriptionRegistration":
        "The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to \
         register subscriptions.";
    no_registered_provider_found(location, version, kind, supported) = front 400 "NoRegisteredProviderFound":
        "No registered resource provider found for location '{location}' and API version '{version}' for type '{kind}'. The \
         supported api-versions are '{supported}'. The supported locations are ''.";
    no_route(path) = front 404 "NotFound": "No resource matches the path '{path}'.";
    parent_resource_not_found(parent) = front 404 "ParentResourceNotFound":
        "Can not perform requested operation on nested resource. Parent resource '{parent}' not found.";
    precondition_failed(id) = service 412 "PreconditionFailed":
        "Precondition failed. The condition on the etag of {id} does not hold.";
    request_content_too_large() = front 413 "RequestContentTooLarge", "a body that is too large":
        "The request content is too large: the maximum size is 4 MB.";
    unsupported_media_type(kind) = front 415 "UnsupportedMediaType":
        "The content media type '{kind}' is not supported. Only 'application/json' is supported.";
    request_timeout() = front 408 "RequestTimeout", "a body that is too slow":
        "The request content was not there within a minute.";
    resource_group_being_deleted(group) = front 409 "ResourceGroupBeingDeleted":
        "The resource group '{group}' is in deprovisioning state and cannot perform this operation.";
    resource_group_deletion_blocked(group, left) = front 409 "ResourceGroupDeletionBlocked":
        "Deletion of resource group '{group}' failed as resources with identifiers '{left}' could not be deleted. The \
         provisioning state of the resource group will be rolled back.";
    resource_group_not_found(name) = front 404 "ResourceGroupNotFound": "Resource group '{name}' could not be found.";
    resource_move_not_in_group(wanted, group) = front 409 "ResourceMoveNotInGroup", "moves between groups":
        "'{wanted}' is no resource of the resource group '{group}'.";
    resource_move_not_supported(kind) = front 409 "ResourceMoveNotSupported", "moves between groups":
        "Resource move is not supported for resource types '{kind}'.";
    resource_move_same_group() = front 409 "ResourceMoveSameGroup", "moves between groups":
        "The source and the target of a move cannot be the same resource group.";
    resource_move_target_exists(group, kind, name) = front 409 "ResourceMoveTargetExists", "moves between groups":
        "The resource group '{group}' has a resource '{kind}/{name}'.";
    resource_not_found(kind, names, group) = front 404 "ResourceNotFound":
        "The Resource '{kind}/{names}' under resource group '{group}' was not found. For more details please go to \
         https://aka.ms/ARMResourceNotFoundFix";
    resource_provider_in_use(namespace) = front 409 "ResourceProviderInUse", "a provider is unregistered while the subscription has resources of it":
        "The subscription still has resources of the namespace '{namespace}'.";
    resources_being_moved(group) = front 409 "ResourcesBeingMoved":
        "Cannot perform this operation because resources of the resource group '{group}' are being moved.";
    scope_locked(id, verb, locked) = front 409 "ScopeLocked":
        "The scope '{id}' cannot perform {verb} operation because following scope(s) are locked: '{locked}'. Please remove the \
         lock and try again.";
    tags_not_supported(kind) = front 400 "TagsNotSupported", "tags of a type that has none":
        "The resource type '{kind}' does not support tags.";
    too_many_tags(tags) = front 400 "TooManyTags": "The resource has {tags} tags. The maximum number of tags is 50.";
    unknown_below(namespace, name) = front 404 "InvalidResourceType":
        "The resource type '{name}' could not be found in the namespace '{namespace}'.";
    unreadable_content(detail) = front 400 "InvalidRequestContent":
        "The request content was invalid and could not be deserialized: '{detail}'.";
    // Who may do what.
    authentication_failed(what) = front 401 "AuthenticationFailed":
        "Authentication failed. The 'Authorization' header is {what}.";
    authorization_failed(client, object, action, scope) = front 403 "AuthorizationFailed":
        "The client '{client}' with object id '{object}' does not have authorization to perform action '{action}' over scope \
         '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.";
    deny_assignment_authorization_failed(client, object, action, scope, assignment, id, denied) = front 403 "DenyAssignmentAuthorizationFailed":
        "The client '{client}' with object id '{object}' has permission to perform action '{action}' on scope '{scope}'; \
         however, the access is denied because of the deny assignment with name '{assignment}' and Id '{id}' at scope \
         '{denied}'.";
    deny_assignment_not_found(name) = front 404 "DenyAssignmentNotFound": "The deny assignment '{name}' is not found.";
    expired_authentication_token(expires, now) = front 401 "ExpiredAuthenticationToken":
        "The access token expiry UTC time '{expires}' is earlier than current UTC time '{now}'.";
    invalid_authentication_token() = front 401 "InvalidAuthenticationToken": "The access token is invalid.";
    invalid_authentication_token_audience(audience, allowed) = front 401 "InvalidAuthenticationTokenAudience":
        "The access token has been obtained for wrong audience or resource '{audience}'. It should exactly match with one of \
         the allowed audiences '{allowed}'.";
    invalid_authentication_token_tenant(tenant, home, authority) = front 401 "InvalidAuthenticationTokenTenant":
        "The access token is from the wrong issuer '{tenant}'. It must match the tenant '{home}' associated with this \
         subscription. Please use the authority (URL) '{authority}' to get the token. Note, if the subscription is transferred \
         to another tenant there is no impact to the services, but information about new tenant could take time to propagate \
         (up to an hour). If you just transferred your subscription and see this error message, please try back later.";
    invalid_deny_assignment_id(name) = front 400 "InvalidDenyAssignmentId":
        "The deny assignment ID '{name}' is not valid. The deny assignment ID must be a GUID.";
    invalid_role_assignment_id(name) = front 400 "InvalidRoleAssignmentId":
        "The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID.";
    invalid_role_definition_id(name) = front 400 "InvalidRoleDefinitionId":
        "The role definition ID '{name}' is not valid. The role definition ID must be a GUID.";
    linked_authorization_failed(client, object, action, scope, wanted, linked) = front 403 "LinkedAuthorizationFailed":
        "The client '{client}' with object id '{object}' has permission to perform action '{action}' on scope '{scope}'; \
         however, it does not have permission to perform action(s) '{wanted}' on the linked scope(s) '{linked}' (respectively) or \
         the linked scope(s) are invalid.";
    linked_authorization_of_tenant(wanted, scope, tenant, linked) = front 403 "LinkedAuthorizationFailed":
        "The client has permission to perform action '{wanted}' on scope '{scope}', however the current tenant '{tenant}' is \
         not authorized to access linked subscription '{linked}'.";
    role_assignment_exists() = front 409 "RoleAssignmentExists": "The role assignment already exists.";
    role_assignment_not_found(name) = front 404 "RoleAssignmentNotFound": "The role assignment '{name}' is not found.";
    role_assignment_update_not_permitted() = front 400 "RoleAssignmentUpdateNotPermitted":
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.";
    role_definition_does_not_exist(name) = front 404 "RoleDefinitionDoesNotExist":
        "The specified role definition with ID '{name}' does not exist.";
    role_definition_has_assignments() = front 400 "RoleDefinitionHasAssignments":
        "There are existing role assignments referencing role (code: RoleDefinitionHasAssignments).";
    role_definition_not_found(name) = front 404 "RoleDefinitionDoesNotExist": "The role definition '{name}' is not found.";
    // Networks.
    another_peering_already_references_remote_vnet(id, other, remote) = service 400 "AnotherPeeringAlreadyReferencesRemoteVnet":
        "Peering {id} cannot be created or updated: peering {other} of the same virtual network references the remote virtual \
         network {remote} already.";
    peered_spaces_overlap(id, own, remote) = service 400 "VnetAddressSpacesOverlap":
        "Cannot create or update peering {id}. Virtual networks {own} and {remote} cannot be peered because their address \
         spaces overlap.";
    remote_network_is_local(id) = service 400 "RemoteVirtualNetworkIsLocal", "networks":
        "Peering {id} references its own virtual network.";
    remote_peering_is_disconnected(id, other, own) = service 400 "RemotePeeringIsDisconnected":
        "Cannot create or update peering {id}. Remote peering {other} referencing parent virtual network {own} is in \
         Disconnected state. Update or re-create the remote peering to get it back to Initiated state.";
    address_prefix_reserved(space, id, forbidden) = service 400 "AddressPrefixReserved", "networks":
        "Address prefix {space} of virtual network {id} overlaps with the reserved range {forbidden}.";
    address_prefix_string_cannot_be_null_or_empty(id) = service 400 "AddressPrefixStringCannotBeNullOrEmpty":
        "Address prefix string for resource {id} cannot be null or empty.";
    another_operation_in_progress(url) = service 409 "AnotherOperationInProgress":
        "Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: {url}.";
    child_not_found(id) = service 404 "NotFound": "Resource {id} not found.";
    in_use_network_security_group_cannot_be_deleted(id, users) = service 400 "InUseNetworkSecurityGroupCannotBeDeleted":
        "Network security group {id} cannot be deleted because it is in use by the following resources: {users}.";
    in_use_route_table_cannot_be_deleted(id, users) = service 400 "InUseRouteTableCannotBeDeleted":
        "Route table {id} cannot be deleted because it is in use by the following resources: {users}.";
    in_use_subnet_cannot_be_deleted(name, user) = service 400 "InUseSubnetCannotBeDeleted":
        "Subnet {name} is in use by {user} and cannot be deleted. In order to delete the subnet, delete all the resources \
         within the subnet. See aka.ms/deletesubnet.";
    in_use_subnet_cannot_be_updated(name, user) = service 400 "InUseSubnetCannotBeUpdated":
        "Subnet {name} is in use by {user} and cannot be updated.";
    invalid_address_prefix_format(prefix, id) = service 400 "InvalidAddressPrefixFormat":
        "Address prefix {prefix} of resource {id} is not formatted correctly. It should follow CIDR notation, for example \
         10.0.0.0/24.";
    invalid_cidr_notation(prefix, id, own) = service 400 "InvalidCIDRNotation":
        "The address prefix {prefix} in resource {id} has an invalid CIDR notation. For the given prefix length, the address \
         prefix should be {own}.";
    invalid_ip_address(asked) = service 400 "InvalidIPAddress", "networks": "The IP address '{asked}' is not valid.";
    invalid_network_name(name, most) = service 400 "InvalidResourceName":
        "Resource name {name} is invalid. The name can be up to {most} characters long. It must begin with a word character, \
         and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.";
    invalid_next_hop_ip_address(id) = service 400 "InvalidNextHopIpAddress", "networks":
        "Route {id}: a next hop address goes with the next hop type VirtualAppliance, and only with it.";
    invalid_resource_reference(reference, id) = service 400 "InvalidResourceReference":
        "Resource {reference} referenced by resource {id} was not found. Please make sure that the referenced resource exists, \
         and that both resources are in the same region.";
    missing_json_reference_id(member, id) = service 400 "MissingJsonReferenceId":
        "Required parameter {member} of resource {id} is missing (null).";
    netcfg_invalid_subnet(name, why, network) = service 400 "NetcfgInvalidSubnet":
        "Subnet '{name}' is not valid because {why} in virtual network '{network}'.";
    netcfg_subnet_range_outside_vnet(name, network) = service 400 "NetcfgSubnetRangeOutsideVnet":
        "Subnet '{name}' is not valid because its IP address range is outside the IP address range of virtual network \
         '{network}'.";
    netcfg_subnet_ranges_overlap(name, network) = service 400 "NetcfgSubnetRangesOverlap":
        "Subnet '{name}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network \
         '{network}'.";
    private_ip_address_not_in_any_subnet(address, network) = service 400 "PrivateIPAddressNotInAnySubnet", "networks":
        "The private IP address {address} does not belong to any subnet of the virtual network {network}.";
    retryable_error_due_to_another_operation(id, kind, name) = service 429 "RetryableErrorDueToAnotherOperation":
        "Operation on resource {id} is being retried later due to another operation {kind} ({name}).";
    route_conflict(name, other, prefix) = service 400 "RouteConflict", "networks":
        "Routes {name} and {other} have the same address prefix {prefix}.";
    security_rule_conflict(name, other) = service 400 "SecurityRuleConflict":
        "Security rule {name} conflicts with rule {other}. Rules cannot have the same Priority and Direction.";
    security_rule_invalid_address_prefix(prefix) = service 400 "SecurityRuleInvalidAddressPrefix":
        "Security rule has invalid Address prefix. Value provided: {prefix}.";
    security_rule_invalid_port_range(range) = service 400 "SecurityRuleInvalidPortRange":
        "Security rule has invalid Port range. Value provided: {range}. Value should be an integer OR integer range with '-' \
         delimiter. Valid range 0-65535.";
    security_rule_invalid_priority(priority) = service 400 "SecurityRuleInvalidPriority":
        "Security rule has invalid Priority. Value provided: {priority} Allowed range 100-4096.";
    security_rule_parameter_contains_unsupported_value(id, singular, plural) = service 400 "SecurityRuleParameterContainsUnsupportedValue":
        "Security rule {id} must have either {singular} or {plural}.";
    security_rule_unsupported_value(id, value, member) = service 400 "SecurityRuleParameterContainsUnsupportedValue":
        "Security rule {id} has the unsupported value '{value}' in {member}.";
    subnet_delegations_cannot_be_changed(id, before, after, user) = service 400 "SubnetDelegationsCannotBeChanged", "networks":
        "Delegations of subnet {id} cannot be changed from [{before}] to [{after}] because it is being used by the resource \
         {user}.";
    subnet_missing_required_delegation(id, services, user) = service 400 "SubnetMissingRequiredDelegation":
        "Subnet {id} requires any of the following delegation(s) [{services}] to reference service association link {user}.";
    subnet_multiple_delegations_not_allowed() = service 400 "SubnetMultipleDelegationsNotAllowed", "networks":
        "A subnet can be delegated to one service only.";
    vnet_address_spaces_overlap(id) = service 400 "VnetAddressSpacesOverlap":
        "Address prefixes of virtual network {id} overlap with one another.";
    // Environments, workflows and accounts.
    account_environment_mismatch(name) = service 400 "IntegrationAccountIntegrationServiceEnvironmentMismatch", "a change of an account's environment":
        "The integration service environment of the integration account '{name}' cannot be changed.";
    agreement_not_found(name, account) = service 404 "AgreementNotFound":
        "The agreement '{name}' could not be found in integration account '{account}'.";
    assembly_not_found(name, account) = service 404 "AssemblyNotFound":
        "The assembly '{name}' could not be found in integration account '{account}'.";
    batch_configuration_not_found(name, account) = service 404 "BatchConfigurationNotFound":
        "The batch configuration '{name}' could not be found in integration account '{account}'.";
    certificate_not_found(name, account) = service 404 "CertificateNotFound":
        "The certificate '{name}' could not be found in integration account '{account}'.";
    duplicate_subnet(why) = service 400 "DuplicateSubnet", "an environment's subnets":
        "The integration service environment {why}.";
    environment_takes_no_managed_api(environment) = service 409 "IntegrationServiceEnvironmentNotReady", "a change or a workflow while it deploys or changes":
        "The integration service environment '{environment}' takes no managed API yet.";
    environment_takes_nothing_yet(name, state, thing) = service 409 "IntegrationServiceEnvironmentNotReady", "a change or a workflow while it deploys or changes":
        "The integration service environment '{name}' is in provisioning state '{state}' and takes no {thing} yet.";
    integration_account_not_found(reference) = service 404 "IntegrationAccountNotFound", "an account that is not there":
        "The integration account '{reference}' could not be found.";
    integration_service_environment_location_mismatch(thing, home, name) = service 400 "IntegrationServiceEnvironmentLocationMismatch", "a workflow or account in another region":
        "The {thing} must be in the location '{home}' of the integration service environment '{name}'.";
    integration_service_environment_not_empty(name, tenant) = service 409 "IntegrationServiceEnvironmentNotEmpty", "deletion while workflows or accounts live in it":
        "The integration service environment '{name}' cannot be deleted while it holds '{tenant}'.";
    integration_service_environment_not_found(wanted) = service 404 "IntegrationServiceEnvironmentNotFound":
        "The integration service environment '{wanted}' could not be found.";
    integration_service_environment_not_ready(name, state) = service 409 "IntegrationServiceEnvironmentNotReady", "a change or a workflow while it deploys or changes":
        "The integration service environment '{name}' is in provisioning state '{state}' and cannot be changed now.";
    integration_service_environment_property_cannot_be_changed(property) = service 400 "IntegrationServiceEnvironmentPropertyCannotBeChanged", "SKU name, subnets, access endpoint, address space, encryption":
        "The property '{property}' of an integration service environment cannot be changed.";
    intergration_service_environment_managed_api_definition_tags_not_supported(name) = service 400 "IntergrationServiceEnvironmentManagedApiDefinitionTagsNotSupported":
        "The tags are not supported in the managed API '{name}'.";
    invalid_account_sku(why) = service 400 "InvalidIntegrationAccountSku", "an account's SKU": "{why}";
    invalid_environment_sku(why) = service 400 "InvalidIntegrationServiceEnvironmentSku", "an environment's other properties":
        "{why}";
    invalid_subnet_count(why) = service 400 "InvalidSubnetCount", "an environment's subnets":
        "The integration service environment {why}.";
    invalid_template(why) = service 400 "InvalidTemplate": "Unable to process template language expressions: '{why}'.";
    map_not_found(name, account) = service 404 "MapNotFound":
        "The map '{name}' could not be found in integration account '{account}'.";
    network_blocked(subnet, why) = service 409 "IntegrationServiceEnvironmentNetworkBlocked", "the network closes what deployment needs (operation error)":
        "The subnet '{subnet}' {why}.";
    no_callable_trigger(name) = service 404 "WorkflowTriggerNotFound":
        "The workflow '{name}' has no trigger that can be called.";
    partner_not_found(name, account) = service 404 "PartnerNotFound":
        "The partner '{name}' could not be found in integration account '{account}'.";
    schema_not_found(name, account) = service 404 "SchemaNotFound":
        "The schema '{name}' could not be found in integration account '{account}'.";
    session_not_found(name, account) = service 404 "SessionNotFound":
        "The session '{name}' could not be found in integration account '{account}'.";
    subnet_delegation_invalid(why) = service 400 "SubnetDelegationInvalid", "an environment's subnets":
        "The integration service environment {why}.";
    subnet_in_use(why) = service 400 "SubnetInUse", "an environment's subnets": "The integration service environment {why}.";
    subnet_name_invalid(why) = service 400 "SubnetNameInvalid", "an environment's subnets":
        "The integration service environment {why}.";
    subnet_not_found(why) = service 400 "SubnetNotFound", "an environment's subnets":
        "The integration service environment {why}.";
    subnet_region_mismatch(why) = service 400 "SubnetRegionMismatch", "an environment's subnets":
        "The integration service environment {why}.";
    subnet_reserved_range(why) = service 400 "SubnetReservedRange", "an environment's subnets":
        "The integration service environment {why}.";
    subnet_too_small(why) = service 400 "SubnetTooSmall", "an environment's subnets":
        "The integration service environment {why}.";
    subnets_in_different_virtual_networks(why) = service 400 "SubnetsInDifferentVirtualNetworks", "an environment's subnets":
        "The integration service environment {why}.";
    too_many_integration_service_environment_certificates(certificates) = service 400 "TooManyIntegrationServiceEnvironmentCertificates", "an environment's other properties":
        "An integration service environment takes 20 certificates at most; {certificates} were given.";
    trigger_source_not_found(source) = service 404 "WorkflowTriggerNotFound":
        "The workflow trigger '{source}' could not be found.";
    workflow_already_exists(target) = service 409 "WorkflowAlreadyExists", "the target of a workflow's move":
        "The workflow '{target}' already exists.";
    workflow_environment_mismatch(name) = service 400 "WorkflowIntegrationServiceEnvironmentMismatch":
        "The integration service environment of the workflow '{name}' cannot be changed.";
    workflow_not_in_same_integration_service_environment_as_integration_account(name) = service 400 "WorkflowNotInSameIntegrationServiceEnvironmentAsIntegrationAccount":
        "The workflow and the integration account '{name}' must be in the same integration service environment.";
    workflow_run_action_not_found(name) = service 404 "WorkflowRunActionNotFound", "runs and histories":
        "The workflow run action '{name}' could not be found.";
    workflow_run_cannot_be_cancelled(name, other, status) = service 409 "WorkflowRunCannotBeCancelled", "a run that has ended":
        "The workflow '{name}' run '{other}' with status '{status}' cannot be cancelled.";
    workflow_run_not_found(workflow, name) = service 404 "WorkflowRunNotFound", "runs and histories":
        "The workflow '{workflow}' run '{name}' could not be found.";
    workflow_run_operation_not_found(name) = service 404 "WorkflowRunOperationNotFound", "runs and histories":
        "The workflow run operation '{name}' could not be found.";
    workflow_trigger_history_not_found(workflow, trigger, name) = service 404 "WorkflowTriggerHistoryNotFound", "runs and histories":
        "The workflow '{workflow}' trigger '{trigger}' history '{name}' could not be found.";
    workflow_trigger_is_not_enabled(name, trigger, state) = service 400 "WorkflowTriggerIsNotEnabled", "a trigger of a disabled workflow":
        "Could not execute workflow '{name}' trigger '{trigger}' with state '{state}': trigger is not enabled.";
    workflow_trigger_not_found(workflow, name) = service 404 "WorkflowTriggerNotFound":
        "The workflow '{workflow}' trigger '{name}' could not be found.";
    workflow_trigger_type_not_supported(name, other) = service 400 "WorkflowTriggerTypeNotSupported", "a trigger that cannot be called":
        "The trigger '{name}' of the workflow '{other}' cannot be called.";
    workflow_version_not_found(workflow, name) = service 404 "WorkflowVersionNotFound", "a version that is not there":
        "The workflow '{workflow}' version '{name}' could not be found.";
    // Autoscale settings and metrics.
    autoscale_setting_conflict(target, rival) = service 409 "AutoscaleSettingConflict", "a second autoscale setting for the same resource":
        "The resource '{target}' has the autoscale setting '{rival}' already.";
    bad_request(why) = service 400 "BadRequest": "The request is not valid: {why}.";
    invalid_autoscale_setting(place, what) = service 400 "InvalidAutoscaleSetting", "an autoscale setting beyond the published limits":
        "The autoscale setting is not valid: '{place}' {what}.";
    // The emulator itself.
    creation_not_allowed() = service 400 "IntegrationServiceEnvironmentCreationNotAllowed", "the preset `ise-retired`":
        "Integration service environments are retired: no new one can be created. Existing ones can be changed and deleted.";
    foreign_page(why) = service 403 "ForeignPage": "{why}";
    internal_server_error() = service 500 "InternalServerError": "The application is gone.";
    invalid_control_request(why) = service 400 "InvalidControlRequest": "The request cannot be understood: {why}.";
    invalid_fixture(why) = service 400 "InvalidFixture": "{why}";
    no_application(client) = service 404 "NotFound": "No application '{client}' is registered.";
    no_control(method, path) = service 404 "NotFound": "The emulator has no '{method} {path}'.";
    no_fault(number) = service 404 "NotFound": "There is no fault '{number}'.";
    no_snapshot(name) = service 404 "NotFound": "There is no snapshot '{name}'.";
    snapshot_failed(why) = service 500 "SnapshotFailed": "The snapshot cannot be written or read: {why}.";
    snapshot_limit_reached(most, bytes) = service 409 "SnapshotLimitReached":
        "At most {most} snapshots and {bytes} bytes of them are kept: delete some of the others first.";
    state_file_failed() = service 500 "StateFileFailed":
        "The state file of the emulator cannot be written to any more; its log says why. Start it again.";
}

/// Only these verbs are offered there.
pub(crate) fn method(method: &str, allow: &str) -> ArmError {
    ArmError {
        allow: Some(allow.into()),
        ..http_method_not_allowed(method)
    }
}

/// A resource is not there.
pub(crate) fn not_found(id: &ResourceId) -> ArmError {
    match &id.group {
        Some(group) => resource_not_found(id.type_name(), id.names(), group),
        None => resource_group_not_found(id.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the README's table.
    fn table() -> String {
        let mut cases: Vec<(&str, Vec<String>)> = Vec::new();
        for entry in CATALOGUE {
            let Some(when) = entry.ours else { continue };
            let shown = format!("`{}` ({})", entry.code, entry.status);
            match cases.iter_mut().find(|(known, _)| *known == when) {
                Some((_, codes)) if codes.contains(&shown) => {}
                Some((_, codes)) => codes.push(shown),
                None => cases.push((when, vec![shown])),
            }
        }
        let row =
            |(when, codes): &(&str, Vec<String>)| format!("| {when} | {} |\n", codes.join(", "));
        cases.iter().map(row).collect()
    }

    #[test]
    fn the_readme_tells_every_code_that_is_ours() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
        let readme = std::fs::read_to_string(path).expect("the README");
        let (before, rest) = readme
            .split_once("| when | code |\n|---|---|\n")
            .expect("the table");
        let (_, after) = rest.split_once("\n\n").expect("an end");
        let wanted = format!("{before}| when | code |\n|---|---|\n{}\n{after}", table());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &wanted).expect("the README");
        } else {
            assert_eq!(readme, wanted, "UPDATE_DOCS=1 writes it");
        }
    }
}
