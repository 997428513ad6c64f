"""An integration account in an environment, with every kind of artifact."""

import datetime
import urllib.parse

from azure.mgmt.logic import models

from cloud import equal, fails
from network import GROUP, LOCATION

NAME = "account"
XML = "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>"


def create(cloud, environment):
    """An account, its callback address and what its keys have to do with it."""
    accounts = cloud.logic.integration_accounts

    def wanted(sku):
        return models.IntegrationAccount(
            location=LOCATION,
            sku=models.IntegrationAccountSku(name=sku),
            integration_service_environment=models.ResourceReference(id=environment),
        )

    fails(400, "InvalidIntegrationAccountSku", accounts.create_or_update, GROUP, NAME, wanted("Free"))
    made = accounts.create_or_update(GROUP, NAME, wanted("Standard"))
    equal((made.name, made.sku.name, made.state), (NAME, "Standard", "Enabled"))
    equal(made.integration_service_environment.id, environment)
    for listed in (accounts.list_by_resource_group(GROUP), accounts.list_by_subscription()):
        equal([one.name for one in listed], [NAME])

    until = datetime.datetime(2040, 1, 1, tzinfo=datetime.timezone.utc)
    asked = models.GetCallbackUrlParameters(not_after=until, key_type="Primary")
    first = accounts.list_callback_url(GROUP, NAME, asked).value
    query = urllib.parse.parse_qs(urllib.parse.urlparse(first).query)
    equal(query["se"], ["2040-01-01T00:00:00.000Z"] if "000Z" in first else ["2040-01-01T00:00:00Z"])
    assert query["sig"], first
    accounts.regenerate_access_key(GROUP, NAME, models.RegenerateActionParameter(key_type="Primary"))
    assert accounts.list_callback_url(GROUP, NAME, asked).value != first, "a new key signs anew"
    return made.id


def agreement():
    """An AS2 agreement as long as the SDK's model wants it, with Azure's defaults."""
    identity = models.BusinessIdentity(qualifier="AA", value="1")
    other = models.BusinessIdentity(qualifier="ZZ", value="2")

    def one_way(sender, receiver):
        settings = models.AS2ProtocolSettings(
            message_connection_settings=models.AS2MessageConnectionSettings(
                ignore_certificate_name_mismatch=True,
                support_http_status_code_continue=True,
                keep_http_connection_alive=True,
                unfold_http_headers=True,
            ),
            acknowledgement_connection_settings=models.AS2AcknowledgementConnectionSettings(
                ignore_certificate_name_mismatch=True,
                support_http_status_code_continue=True,
                keep_http_connection_alive=True,
                unfold_http_headers=True,
            ),
            mdn_settings=models.AS2MdnSettings(
                need_mdn=True,
                sign_mdn=False,
                send_mdn_asynchronously=False,
                sign_outbound_mdn_if_optional=False,
                send_inbound_mdn_to_message_box=False,
                mic_hashing_algorithm="SHA1",
            ),
            security_settings=models.AS2SecuritySettings(
                override_group_signing_certificate=False,
                enable_nrr_for_inbound_encoded_messages=False,
                enable_nrr_for_inbound_decoded_messages=False,
                enable_nrr_for_outbound_mdn=False,
                enable_nrr_for_outbound_encoded_messages=False,
                enable_nrr_for_outbound_decoded_messages=False,
                enable_nrr_for_inbound_mdn=False,
            ),
            validation_settings=models.AS2ValidationSettings(
                override_message_properties=False,
                encrypt_message=False,
                sign_message=False,
                compress_message=False,
                check_duplicate_message=False,
                interchange_duplicates_validity_days=5,
                check_certificate_revocation_list_on_send=False,
                check_certificate_revocation_list_on_receive=False,
                encryption_algorithm="DES3",
            ),
            envelope_settings=models.AS2EnvelopeSettings(
                message_content_type="text/plain",
                transmit_file_name_in_mime_header=False,
                file_name_template="{Name}",
                suspend_message_on_file_name_generation_error=True,
                autogenerate_file_name=False,
            ),
            error_settings=models.AS2ErrorSettings(suspend_duplicate_message=False, resend_if_mdn_not_received=False),
        )
        return models.AS2OneWayAgreement(
            sender_business_identity=sender, receiver_business_identity=receiver, protocol_settings=settings
        )

    content = models.AS2AgreementContent(
        receive_agreement=one_way(other, identity), send_agreement=one_way(identity, other)
    )
    return models.IntegrationAccountAgreement(
        agreement_type="AS2",
        host_partner="contoso",
        guest_partner="fabrikam",
        host_identity=identity,
        guest_identity=other,
        content=models.AgreementContent(a_s2=content),
    )


def kinds(cloud):
    """Every kind of artifact: its name in errors, its operations, one of it, and what has to come back of it."""
    logic = cloud.logic
    identity = models.BusinessIdentity(qualifier="AA", value="1")
    partner = models.IntegrationAccountPartner(
        partner_type="B2B",
        content=models.PartnerContent(b2_b=models.B2BPartnerContent(business_identities=[identity])),
    )
    criteria = models.BatchReleaseCriteria(message_count=10, batch_size=1000)
    batch = models.BatchConfigurationProperties(batch_group_name="DEFAULT", release_criteria=criteria)
    key = models.KeyVaultKeyReference(
        key_name="key",
        key_vault=models.KeyVaultKeyReferenceKeyVault(
            id="/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v"
        ),
    )
    assembly = models.AssemblyProperties(assembly_name="A", content="QQ==", content_type="application/octet-stream")
    return [
        (
            "Partner",
            logic.integration_account_partners,
            partner,
            lambda one: one.content.b2_b.business_identities[0].value,
            "1",
        ),
        (
            "Agreement",
            logic.integration_account_agreements,
            agreement(),
            lambda one: (one.agreement_type, one.guest_partner),
            ("AS2", "fabrikam"),
        ),
        (
            "Schema",
            logic.integration_account_schemas,
            models.IntegrationAccountSchema(schema_type="Xml", content=XML, content_type="application/xml"),
            lambda one: one.content_link.content_size,
            len(XML),
        ),
        (
            "Map",
            logic.integration_account_maps,
            models.IntegrationAccountMap(map_type="Xslt", content=XML, content_type="application/xml"),
            lambda one: one.content_link.content_size,
            len(XML),
        ),
        (
            "Certificate",
            logic.integration_account_certificates,
            models.IntegrationAccountCertificate(key=key),
            lambda one: one.key.key_name,
            "key",
        ),
        (
            "Session",
            logic.integration_account_sessions,
            models.IntegrationAccountSession(content={"number": 7}),
            lambda one: one.content,
            {"number": 7},
        ),
        (
            "Assembly",
            logic.integration_account_assemblies,
            models.AssemblyDefinition(location=LOCATION, properties=assembly),
            lambda one: one.properties.assembly_name,
            "A",
        ),
        (
            "BatchConfiguration",
            logic.integration_account_batch_configurations,
            models.BatchConfiguration(properties=batch),
            lambda one: one.properties.release_criteria.message_count,
            10,
        ),
    ]


def artifacts(cloud):
    """Each is written, read, listed, downloaded where it has content, and deleted."""
    for name, operations, wanted, shown, expected in kinds(cloud):
        fails(404, f"{name}NotFound", operations.get, GROUP, NAME, "one")
        made = operations.create_or_update(GROUP, NAME, "one", wanted)
        equal((made.name, shown(made)), ("one", expected))
        equal(shown(operations.get(GROUP, NAME, "one")), expected)
        equal([one.id for one in operations.list(GROUP, NAME)], [made.id])
        if hasattr(operations, "list_content_callback_url"):
            asked = () if name == "Assembly" else (models.GetCallbackUrlParameters(key_type="Primary"),)
            assert "sig=" in operations.list_content_callback_url(GROUP, NAME, "one", *asked).value
        operations.delete(GROUP, NAME, "one")
        equal(list(operations.list(GROUP, NAME)), [])


def delete(cloud):
    cloud.logic.integration_accounts.delete(GROUP, NAME)
    fails(404, "ResourceNotFound", cloud.logic.integration_accounts.get, GROUP, NAME)
