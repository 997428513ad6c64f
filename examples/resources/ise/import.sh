terraform import 'ise.main' '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/contoso-integration'
