"""Signing in as an application that is registered, which azure-identity does over https only."""

import datetime
import logging

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientSecretCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cloud import CLIENT, SUBSCRIPTION, equal
from network import GROUP

# It tells of every refusal, and here they are wanted.
logging.getLogger("azure.identity").setLevel(logging.CRITICAL)


def certificate():
    """A key and its self-signed certificate, both as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sdk")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, made.public_bytes(serialization.Encoding.PEM)


def registered(cloud):
    """Only the registered certificate and the registered secret let anyone in."""
    tenant = next(iter(cloud.subscriptions.tenants.list())).tenant_id
    options = {"authority": cloud.url, "disable_instance_discovery": True, "connection_verify": cloud.authority}
    (key, public), (strange, unknown) = certificate(), certificate()
    wanted = {"certificates": [public.decode()], "secrets": [{"secretText": "the secret"}]}
    cloud.control("PUT", f"applications/{CLIENT}", wanted)

    def reads(credential):
        client = ResourceManagementClient(
            credential,
            SUBSCRIPTION,
            base_url=cloud.url,
            credential_scopes=["https://management.azure.com/.default"],
            connection_verify=cloud.authority,
        )
        return client.resource_groups.get(GROUP).name

    def refused(code, credential):
        try:
            reads(credential)
        except ClientAuthenticationError as error:
            assert code in error.message, error.message
        else:
            raise AssertionError(f"not refused with {code}")

    equal(reads(CertificateCredential(tenant, CLIENT, certificate_data=key + public, **options)), GROUP)
    equal(reads(ClientSecretCredential(tenant, CLIENT, "the secret", **options)), GROUP)
    refused("AADSTS700027", CertificateCredential(tenant, CLIENT, certificate_data=strange + unknown, **options))
    refused("AADSTS7000215", ClientSecretCredential(tenant, CLIENT, "another", **options))
    refused("AADSTS700016", ClientSecretCredential(tenant, SUBSCRIPTION, "the secret", **options))
    cloud.control("DELETE", f"applications/{CLIENT}")
