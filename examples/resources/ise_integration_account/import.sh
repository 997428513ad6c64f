terraform import 'ise_integration_account.partners' '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Logic/integrationAccounts/contoso-partners'
