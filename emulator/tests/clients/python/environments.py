"""The life of an environment, and its autoscale setting."""

import json

from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.logic import models

from cloud import equal, fails
from network import GROUP, LOCATION, SUBNETS

NAME = "ise"


def wanted(subnets, sku="Premium", capacity=0):
    network = models.NetworkConfiguration(
        access_endpoint=models.IntegrationServiceEnvironmentAccessEndpoint(type="Internal"),
        subnets=[models.ResourceReference(id=id) for id in subnets],
    )
    return models.IntegrationServiceEnvironment(
        location=LOCATION,
        sku=models.IntegrationServiceEnvironmentSku(name=sku, capacity=capacity),
        properties=models.IntegrationServiceEnvironmentProperties(network_configuration=network),
        tags={"made": "by sdk"},
    )


def refused(cloud, subnets):
    """Refusals at once, and a deployment that fails because of the rules of its network."""
    environments = cloud.logic.integration_service_environments
    missing = subnets[:3] + [subnets[3] + "x"]
    fails(400, "SubnetNotFound", environments.begin_create_or_update, GROUP, NAME, wanted(missing))
    fails(400, "InvalidSubnetCount", environments.begin_create_or_update, GROUP, NAME, wanted(subnets[:3]))
    fails(404, "ResourceNotFound", environments.get, GROUP, NAME)
    blocked = environments.begin_create_or_update(GROUP, NAME, wanted(subnets))
    fails(200, "IntegrationServiceEnvironmentNetworkBlocked", blocked.result)
    equal(blocked.status(), "Failed")
    equal(environments.get(GROUP, NAME).properties.provisioning_state, "Failed")


def deploy(cloud, subnets):
    """The deployment goes well once the network lets it, and what a deployed environment shows."""
    environments = cloud.logic.integration_service_environments
    answers = []

    def remember(answer):
        answers.append(
            (answer.http_request.method, answer.http_response.status_code, json.loads(answer.http_response.text()))
        )

    poller = environments.begin_create_or_update(GROUP, NAME, wanted(subnets), raw_response_hook=remember)
    made = poller.result()
    equal(poller.status(), "Succeeded")
    method, status, body = answers[0]
    equal((method, status, body["properties"]["provisioningState"]), ("PUT", 200, "InProgress"))
    assert ("GET", 200, "Succeeded") in [(method, status, body.get("status")) for method, status, body in answers]
    equal((made.name, made.location, made.sku.name, made.sku.capacity), (NAME, LOCATION, "Premium", 0))
    equal((made.properties.provisioning_state, made.properties.state), ("Succeeded", "Enabled"))
    equal([one.id for one in made.properties.network_configuration.subnets], subnets)
    equal(made.properties.network_configuration.access_endpoint.type, "Internal")
    equal(len(made.properties.integration_service_environment_id), 32)
    engine = made.properties.endpoints_configuration.workflow
    assert engine.outgoing_ip_addresses and engine.access_endpoint_ip_addresses
    for listed in (environments.list_by_resource_group(GROUP), environments.list_by_subscription()):
        equal([one.id for one in listed], [made.id])
    return made.id


def scale(cloud):
    """Capacity by PATCH, beside what can be read of an environment."""
    environments = cloud.logic.integration_service_environments
    skus = list(cloud.logic.integration_service_environment_skus.list(GROUP, NAME))
    equal([(sku.sku.name, sku.capacity.minimum) for sku in skus], [("Premium", 0), ("Developer", 0)])
    patch = models.IntegrationServiceEnvironment(
        sku=models.IntegrationServiceEnvironmentSku(name="Premium", capacity=2)
    )
    scaled = environments.begin_update(GROUP, NAME, patch).result()
    equal(
        (scaled.sku.capacity, scaled.properties.provisioning_state, scaled.tags), (2, "Succeeded", {"made": "by sdk"})
    )
    patch = models.IntegrationServiceEnvironment(
        sku=models.IntegrationServiceEnvironmentSku(name="Premium", capacity=99)
    )
    fails(400, "InvalidIntegrationServiceEnvironmentSku", environments.begin_update, GROUP, NAME, patch)

    health = cloud.logic.integration_service_environment_network_health.get(GROUP, NAME)
    equal(sorted(health), sorted(SUBNETS))
    storage = health["engine"].outbound_network_dependencies[0]
    equal((storage.category, {one.accessibility for one in storage.endpoints}), ("AzureStorage", {"Available"}))
    equal(health["engine"].network_dependency_health_state, "Healthy")

    environments.restart(GROUP, NAME)
    cloud.advance("1h")
    equal(environments.get(GROUP, NAME).properties.provisioning_state, "Succeeded")


def managed_apis(cloud):
    """A connector is deployed into an environment and taken out of it."""
    apis = cloud.logic.integration_service_environment_managed_apis
    api = models.IntegrationServiceEnvironmentManagedApi(location=LOCATION)
    made = apis.begin_put(GROUP, NAME, "servicebus", api).result()
    equal((made.name, made.provisioning_state), ("servicebus", "Succeeded"))
    equal(made.integration_service_environment.name, NAME)
    equal([one.name for one in apis.list(GROUP, NAME)], ["servicebus"])
    apis.begin_delete(GROUP, NAME, "servicebus").result()
    equal(list(apis.list(GROUP, NAME)), [])


def autoscale(cloud, id):
    """A setting that targets the environment."""
    settings = cloud.monitor.autoscale_settings
    trigger = {
        "metricName": "IntegrationServiceEnvironmentWorkflowProcessorUsage",
        "metricResourceUri": id,
        "timeGrain": "PT1M",
        "statistic": "Average",
        "timeWindow": "PT10M",
        "timeAggregation": "Average",
        "operator": "GreaterThan",
        "threshold": 80,
    }
    action = {"direction": "Increase", "type": "ChangeCount", "value": "1", "cooldown": "PT30M"}
    profile = {
        "name": "busy",
        "capacity": {"minimum": "2", "maximum": "4", "default": "2"},
        "rules": [{"metricTrigger": trigger, "scaleAction": action}],
    }
    setting = {"location": LOCATION, "properties": {"enabled": True, "targetResourceUri": id, "profiles": [profile]}}
    made = settings.create_or_update(GROUP, "scale", setting)
    equal((made.name, made.enabled, made.target_resource_uri), ("scale", True, id))
    rule = made.profiles[0].rules[0]
    equal((rule.metric_trigger.threshold, rule.scale_action.cooldown.total_seconds()), (80.0, 1800.0))
    equal([one.name for one in settings.list_by_resource_group(GROUP)], ["scale"])
    setting["properties"]["profiles"] = []
    fails(400, "InvalidAutoscaleSetting", settings.create_or_update, GROUP, "scale", setting)
    settings.delete(GROUP, "scale")
    fails(404, "ResourceNotFound", settings.get, GROUP, "scale", kind=ResourceNotFoundError)


def delete(cloud):
    """The deletion answers at once, the subnets come free an hour later."""
    environments = cloud.logic.integration_service_environments
    environments.delete(GROUP, NAME)
    fails(404, "ResourceNotFound", environments.get, GROUP, NAME)
    fails(400, "InUseSubnetCannotBeDeleted", cloud.network.subnets.begin_delete, GROUP, "net", "engine")
    cloud.advance("1h")
