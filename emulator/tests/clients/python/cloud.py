"""Microsoft's clients, pointed at an emulator."""

import json
import ssl
import time
import urllib.parse
import urllib.request

from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.identity import CertificateCredential, ClientSecretCredential
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
from azure.mgmt.logic import LogicManagementClient
from azure.mgmt.monitor import MonitorManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.locks import ManagementLockClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
TENANT = "00000000-0000-0000-0000-0000000000aa"
CLIENT = "00000000-0000-0000-0000-0000000000bb"


class PlainCredential:
    """A client secret over http, where azure-identity refuses to send one."""

    def __init__(self, url):
        self._url = url

    def get_token(self, *scopes, **_):
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": "hush",
            "scope": " ".join(scopes),
        }
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{self._url}/{TENANT}/oauth2/v2.0/token", body) as answer:
            token = json.load(answer)
        return AccessToken(token["access_token"], int(time.time()) + token["expires_in"])


class PlainAuthentication(ARMChallengeAuthenticationPolicy):
    """The policy of the management clients, but for its insistence on https."""

    def on_request(self, request):
        request.context.options["enforce_https"] = False
        super().on_request(request)


class Cloud:
    """The clients of one emulator, all with one credential."""

    def __init__(self, url, authority=None, certificate=None):
        self.url = url
        self.authority = authority
        scope = f"{url}/.default"
        if url.startswith("https:"):
            self.credential = self._identity(certificate)
            options = {"connection_verify": authority}
        else:
            self.credential = PlainCredential(url)
            options = {"authentication_policy": PlainAuthentication(self.credential, scope)}
        options.update(base_url=url, credential_scopes=[scope])
        self.logic = LogicManagementClient(self.credential, SUBSCRIPTION, **options)
        self.network = NetworkManagementClient(self.credential, SUBSCRIPTION, **options)
        self.resources = ResourceManagementClient(self.credential, SUBSCRIPTION, **options)
        self.monitor = MonitorManagementClient(self.credential, SUBSCRIPTION, **options)
        self.locks = ManagementLockClient(self.credential, SUBSCRIPTION, **options)
        self.subscriptions = SubscriptionClient(self.credential, **options)

    def _identity(self, certificate):
        options = {
            "authority": self.url,
            "disable_instance_discovery": True,
            "connection_verify": self.authority,
        }
        if certificate:
            return CertificateCredential(TENANT, CLIENT, certificate, **options)
        return ClientSecretCredential(TENANT, CLIENT, "hush", **options)

    def control(self, method, path, body=None):
        """Speaks to the emulator itself."""
        context = ssl.create_default_context(cafile=self.authority) if self.authority else None
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_emulator/{path}", data, method=method)
        with urllib.request.urlopen(request, context=context) as answer:
            return json.load(answer)

    def advance(self, span):
        """Moves Azure's time on."""
        self.control("POST", "clock", {"advance": span})


def equal(actual, expected):
    """Fails unless both are the same."""
    assert actual == expected, f"{actual!r} instead of {expected!r}"


def fails(status, code, call, *arguments, kind=HttpResponseError):
    """The exception with which a call fails: of that type, status and code, with a text."""
    try:
        answer = call(*arguments)
        if hasattr(answer, "result"):
            answer = answer.result()
        elif hasattr(answer, "by_page"):
            answer = list(answer)
    except kind as error:
        equal((error.status_code, error.error and error.error.code), (status, code))
        assert error.error.message, "an error has a message"
        return error
    raise AssertionError(f"{answer!r} instead of {status} {code}")
