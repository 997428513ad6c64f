"""Resource groups, providers, locks and pages."""

import uuid

from azure.core.exceptions import HttpResponseError
from azure.mgmt.logic import models

from cloud import SUBSCRIPTION, equal, fails
from network import GROUP, LOCATION


def create(cloud):
    """A group that is there, is listed, and has tags."""
    groups = cloud.resources.resource_groups
    equal(groups.check_existence(GROUP), False)
    fails(404, "ResourceGroupNotFound", groups.get, GROUP)
    made = groups.create_or_update(GROUP, {"location": "West Europe", "tags": {"a": "b"}})
    equal((made.name, made.location, made.properties.provisioning_state), (GROUP, LOCATION, "Succeeded"))
    equal(groups.check_existence(GROUP), True)
    equal(groups.update(GROUP, {"tags": {"c": "d"}}).tags, {"c": "d"})
    equal([one.name for one in groups.list()], [GROUP])
    equal(cloud.subscriptions.subscriptions.get(SUBSCRIPTION).state, "Enabled")
    equal([one.subscription_id for one in cloud.subscriptions.subscriptions.list()], [SUBSCRIPTION])


def providers(cloud):
    """A provider that is not registered is registered by the clients themselves at the first write."""
    known = cloud.resources.providers
    equal(known.get("Microsoft.Logic").registration_state, "Registered")
    assert "Microsoft.Network" in [one.namespace for one in known.list()]
    known.unregister("Microsoft.Insights")
    cloud.advance("5m")
    equal(known.get("Microsoft.Insights").registration_state, "Unregistered")
    known.register("Microsoft.Insights")
    cloud.advance("5m")
    equal(known.get("Microsoft.Insights").registration_state, "Registered")


def locks(cloud):
    """A lock keeps its group from being deleted."""
    single = cloud.locks.management_locks
    made = single.create_or_update_at_resource_group_level(
        GROUP, "keep", {"properties": {"level": "CanNotDelete", "notes": "mine"}}
    )
    equal((made.name, made.level, made.notes), ("keep", "CanNotDelete", "mine"))
    equal([one.name for one in single.list_at_resource_group_level(GROUP)], ["keep"])
    fails(409, "ScopeLocked", cloud.resources.resource_groups.begin_delete, GROUP)
    single.delete_at_resource_group_level(GROUP, "keep")
    equal(list(single.list_at_resource_group_level(GROUP)), [])


def pages(cloud):
    """More accounts than a page has are listed all the same."""
    accounts = cloud.logic.integration_accounts
    group = f"pages-{uuid.uuid4().hex[:6]}"
    cloud.resources.resource_groups.create_or_update(group, {"location": LOCATION})
    names = [f"account{number:03}" for number in range(120)]
    wanted = models.IntegrationAccount(location=LOCATION, sku=models.IntegrationAccountSku(name="Free"))
    for name in names:
        accounts.create_or_update(group, name, wanted)
    listed = [[one.name for one in page] for page in accounts.list_by_resource_group(group).by_page()]
    equal(sum(listed, []), names)
    assert len(listed) > 1, "there is more than one page"
    listed = [[one.name for one in page] for page in accounts.list_by_resource_group(group, top=50).by_page()]
    equal([len(page) for page in listed], [50, 50, 20])
    resources = cloud.resources.resources.list_by_resource_group(
        group, filter="resourceType eq 'Microsoft.Logic/integrationAccounts'"
    )
    equal([one.name for one in resources], names)
    cloud.resources.resource_groups.begin_delete(group).result()
    equal(cloud.resources.resource_groups.check_existence(group), False)


def throttled(cloud):
    """The clients' own retries get through what Azure sometimes says."""
    answer = {"status": 429, "code": "TooManyRequests", "message": "Slow down.", "headers": {"Retry-After": "1"}}
    cloud.control("POST", "faults", {"method": "GET", "path": f"*/resourceGroups/{GROUP}?*", "answer": answer})
    equal(cloud.resources.resource_groups.get(GROUP).name, GROUP)
    answer = {"status": 403, "code": "AuthorizationFailed", "message": "You may not."}
    cloud.control("POST", "faults", {"method": "GET", "path": f"*/resourceGroups/{GROUP}?*", "answer": answer})
    fails(403, "AuthorizationFailed", cloud.resources.resource_groups.get, GROUP, kind=HttpResponseError)


def delete(cloud):
    """The group goes last, with nothing left in it."""
    equal(list(cloud.resources.resources.list_by_resource_group(GROUP)), [])
    cloud.resources.resource_groups.begin_delete(GROUP).result()
    equal(cloud.resources.resource_groups.check_existence(GROUP), False)
