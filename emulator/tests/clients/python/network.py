"""Groups of rules, route tables, and a network with the four subnets of an environment."""

from azure.core.exceptions import ResourceNotFoundError

from cloud import equal, fails

GROUP = "sdk"
LOCATION = "westeurope"
SUBNETS = ["engine", "connectors", "gateway", "cache"]


def rules(cloud):
    """A security group whose rules are read back, changed one by one, and shown with the default ones."""
    groups, single = cloud.network.network_security_groups, cloud.network.security_rules
    allow = {
        "name": "management",
        "properties": {
            "priority": 100,
            "direction": "Inbound",
            "access": "Allow",
            "protocol": "Tcp",
            "sourceAddressPrefix": "LogicAppsManagement",
            "sourcePortRange": "*",
            "destinationAddressPrefix": "VirtualNetwork",
            "destinationPortRange": "454",
        },
    }
    made = groups.begin_create_or_update(
        GROUP, "rules", {"location": LOCATION, "properties": {"securityRules": [allow]}}
    ).result()
    equal((made.name, made.location, made.provisioning_state), ("rules", LOCATION, "Succeeded"))
    equal([rule.destination_port_range for rule in made.security_rules], ["454"])
    assert "DenyAllInBound" in [rule.name for rule in made.default_security_rules]
    second = dict(allow["properties"], priority=110, destinationPortRange="3443")
    rule = single.begin_create_or_update(GROUP, "rules", "connectors", {"properties": second}).result()
    equal((rule.name, rule.priority, rule.access), ("connectors", 110, "Allow"))
    equal(sorted(rule.name for rule in single.list(GROUP, "rules")), ["connectors", "management"])
    taken = {"properties": dict(second, priority=100)}
    fails(400, "SecurityRuleConflict", single.begin_create_or_update, GROUP, "rules", "again", taken)
    return groups.get(GROUP, "rules").id


def open_ports(cloud):
    """Lets in what an environment is deployed through."""
    groups = cloud.network.network_security_groups
    group = groups.get(GROUP, "rules")
    for rule in group.security_rules:
        rule.source_address_prefix = "Internet"
    opened = groups.begin_create_or_update(GROUP, "rules", group).result()
    equal({rule.source_address_prefix for rule in opened.security_rules}, {"Internet"})


def routes(cloud):
    """A route table with a route that comes and goes."""
    tables, single = cloud.network.route_tables, cloud.network.routes
    table = tables.begin_create_or_update(GROUP, "routes", {"location": LOCATION}).result()
    equal((table.name, table.routes), ("routes", []))
    route = {"properties": {"addressPrefix": "192.168.0.0/16", "nextHopType": "VnetLocal"}}
    made = single.begin_create_or_update(GROUP, "routes", "onpremises", route).result()
    equal((made.address_prefix, made.next_hop_type), ("192.168.0.0/16", "VnetLocal"))
    equal([route.name for route in single.list(GROUP, "routes")], ["onpremises"])
    single.begin_delete(GROUP, "routes", "onpremises").result()
    fails(404, "NotFound", single.get, GROUP, "routes", "onpremises", kind=ResourceNotFoundError)
    return table.id


def network(cloud, rules_id, table_id):
    """A virtual network with two subnets of its own and two that are added to it."""
    networks, single = cloud.network.virtual_networks, cloud.network.subnets

    def subnet(number):
        return {
            "name": SUBNETS[number],
            "properties": {
                "addressPrefix": f"10.0.{number}.0/27",
                "networkSecurityGroup": {"id": rules_id},
                "routeTable": {"id": table_id},
            },
        }

    made = networks.begin_create_or_update(
        GROUP,
        "net",
        {
            "location": LOCATION,
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [subnet(0), subnet(1)],
            },
        },
    ).result()
    equal(made.address_space.address_prefixes, ["10.0.0.0/16"])
    equal(sorted(one.name for one in made.subnets), sorted(SUBNETS[:2]))
    for number in (2, 3):
        added = single.begin_create_or_update(GROUP, "net", SUBNETS[number], subnet(number)).result()
        equal((added.address_prefix, added.provisioning_state), (f"10.0.{number}.0/27", "Succeeded"))
        equal((added.network_security_group.id, added.route_table.id), (rules_id, table_id))
    equal(sorted(one.name for one in single.list(GROUP, "net")), sorted(SUBNETS))
    outside = {"properties": {"addressPrefix": "172.16.0.0/27"}}
    fails(400, "NetcfgSubnetRangeOutsideVnet", single.begin_create_or_update, GROUP, "net", "far", outside)
    equal(networks.check_ip_address_availability(GROUP, "net", ip_address="10.0.0.9").available, True)
    equal([net.name for net in cloud.network.virtual_networks.list_all()], ["net"])
    equal(networks.update_tags(GROUP, "net", {"tags": {"team": "a"}}).tags, {"team": "a"})
    fails(
        400,
        "InUseNetworkSecurityGroupCannotBeDeleted",
        cloud.network.network_security_groups.begin_delete,
        GROUP,
        "rules",
    )
    fails(400, "InUseRouteTableCannotBeDeleted", cloud.network.route_tables.begin_delete, GROUP, "routes")
    fails(404, "ResourceNotFound", networks.get, GROUP, "other", kind=ResourceNotFoundError)
    return [single.get(GROUP, "net", name).id for name in SUBNETS]


def held(cloud):
    """What an environment does to its subnets."""
    single = cloud.network.subnets
    subnet = single.get(GROUP, "net", "engine")
    equal(
        [link.linked_resource_type for link in subnet.service_association_links],
        ["Microsoft.Logic/integrationServiceEnvironments"],
    )
    links = cloud.network.service_association_links.list(GROUP, "net", "engine")
    equal([link.linked_resource_type for link in links.value], ["Microsoft.Logic/integrationServiceEnvironments"])
    assert cloud.network.resource_navigation_links.list(GROUP, "net", "engine").value is not None
    fails(400, "InUseSubnetCannotBeDeleted", single.begin_delete, GROUP, "net", "engine")
    fails(400, "InUseSubnetCannotBeDeleted", cloud.network.virtual_networks.begin_delete, GROUP, "net")


def delete(cloud):
    """The subnets are free again, so all of it can go."""
    for name in SUBNETS:
        cloud.network.subnets.begin_delete(GROUP, "net", name).result()
    cloud.network.virtual_networks.begin_delete(GROUP, "net").result()
    cloud.network.network_security_groups.begin_delete(GROUP, "rules").result()
    cloud.network.route_tables.begin_delete(GROUP, "routes").result()
    equal(list(cloud.network.virtual_networks.list(GROUP)), [])
