"""A workflow in an environment, with its verbs, triggers and versions."""

from azure.mgmt.logic import models

from cloud import equal, fails
from network import GROUP, LOCATION

NAME = "flow"
SCHEMA = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"


def wanted(environment, account, **definition):
    full = {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {"word": {"type": "String"}, "secret": {"type": "SecureString"}},
        "triggers": {"manual": {"type": "Request", "kind": "Http", "inputs": {"schema": {"type": "object"}}}},
        "actions": {},
        "outputs": {},
    }
    full.update(definition)
    return models.Workflow(
        location=LOCATION,
        definition=full,
        parameters={
            "word": models.WorkflowParameter(type="String", value="hello"),
            "secret": models.WorkflowParameter(type="SecureString", value="hush"),
        },
        integration_service_environment=models.ResourceReference(id=environment),
        integration_account=models.ResourceReference(id=account),
    )


def create(cloud, environment, account):
    """It is written, read back without its secret, listed, and refused when it is wrong."""
    flows = cloud.logic.workflows
    good = wanted(environment, account)
    wrong = wanted(environment, account, parameters={})
    flows.validate_by_location(GROUP, LOCATION, NAME, good)
    fails(400, "InvalidTemplate", flows.validate_by_location, GROUP, LOCATION, NAME, wrong)
    fails(400, "InvalidTemplate", flows.create_or_update, GROUP, NAME, wrong)
    made = flows.create_or_update(GROUP, NAME, good)
    equal((made.name, made.state, made.provisioning_state), (NAME, "Enabled", "Succeeded"))
    equal(made.parameters["word"].value, "hello")
    equal(made.parameters["secret"].value, None)
    equal(made.definition["triggers"]["manual"]["kind"], "Http")
    equal((made.integration_service_environment.id, made.integration_account.id), (environment, account))
    assert made.access_endpoint.startswith("https://") and made.created_time <= made.changed_time
    for listed in (flows.list_by_resource_group(GROUP), flows.list_by_subscription()):
        equal([one.id for one in listed], [made.id])
    equal(list(flows.list_by_subscription(top=1))[0].name, NAME)
    flows.validate_by_resource_group(GROUP, NAME, good)


def verbs(cloud):
    """Enabling, disabling, tags, and the addresses at which it is called."""
    flows, triggers = cloud.logic.workflows, cloud.logic.workflow_triggers
    flows.disable(GROUP, NAME)
    equal(flows.get(GROUP, NAME).state, "Disabled")
    flows.enable(GROUP, NAME)
    equal(flows.get(GROUP, NAME).state, "Enabled")
    equal([one.name for one in triggers.list(GROUP, NAME)], ["manual"])
    trigger = triggers.get(GROUP, NAME, "manual")
    equal((trigger.name, trigger.provisioning_state), ("manual", "Succeeded"))
    called = triggers.list_callback_url(GROUP, NAME, "manual")
    equal((called.method, called.queries.sp), ("POST", "/triggers/manual/run"))
    assert called.queries.sig and called.value.startswith(called.base_path)
    whole = flows.list_callback_url(GROUP, NAME, models.GetCallbackUrlParameters(key_type="Primary"))
    assert "sig=" in whole.value, whole.value
    flows.regenerate_access_key(GROUP, NAME, models.RegenerateActionParameter(key_type="Primary"))
    assert triggers.list_callback_url(GROUP, NAME, "manual").queries.sig != called.queries.sig
    fails(404, "WorkflowTriggerNotFound", triggers.get, GROUP, NAME, "other")


def versions(cloud, environment, account):
    """Every write leaves a version."""
    flows = cloud.logic.workflows
    first = flows.get(GROUP, NAME).version
    second = flows.create_or_update(
        GROUP,
        NAME,
        wanted(
            environment,
            account,
            actions={"stop": {"type": "Terminate", "inputs": {"runStatus": "Succeeded"}, "runAfter": {}}},
        ),
    )
    assert second.version != first
    listed = [one.name for one in cloud.logic.workflow_versions.list(GROUP, NAME)]
    assert first in listed and second.version in listed, listed
    equal(cloud.logic.workflow_versions.get(GROUP, NAME, first).definition["actions"], {})


def delete(cloud):
    cloud.logic.workflows.delete(GROUP, NAME)
    fails(404, "ResourceNotFound", cloud.logic.workflows.get, GROUP, NAME)
