"""A whole life in an emulated Azure, lived with Microsoft's clients: life.py URL [CA-FILE]."""

import sys
import time

import accounts
import environments
import groups
import network
import workflows
from cloud import Cloud


def step(work, *arguments):
    """Does a step and tells how long it took."""
    started = time.monotonic()
    result = work(*arguments)
    print(f"{time.monotonic() - started:6.1f} s  {work.__module__}.{work.__name__}", flush=True)
    return result


def main(url, authority=None):
    cloud = Cloud(url, authority)
    step(groups.create, cloud)
    step(groups.providers, cloud)
    step(groups.locks, cloud)
    step(groups.throttled, cloud)
    step(groups.pages, cloud)
    rules, table = step(network.rules, cloud), step(network.routes, cloud)
    subnets = step(network.network, cloud, rules, table)
    step(environments.refused, cloud, subnets)
    step(network.open_ports, cloud)
    environment = step(environments.deploy, cloud, subnets)
    step(network.held, cloud)
    step(environments.scale, cloud)
    step(environments.managed_apis, cloud)
    step(environments.autoscale, cloud, environment)
    account = step(accounts.create, cloud, environment)
    step(accounts.artifacts, cloud)
    step(workflows.create, cloud, environment, account)
    step(workflows.verbs, cloud)
    step(workflows.versions, cloud, environment, account)
    step(workflows.delete, cloud)
    step(accounts.delete, cloud)
    step(environments.delete, cloud)
    step(network.delete, cloud)
    step(groups.delete, cloud)


if __name__ == "__main__":
    main(*sys.argv[1:])
