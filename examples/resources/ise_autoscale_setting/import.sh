terraform import 'ise_autoscale_setting.main' '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Insights/autoscaleSettings/contoso-integration'
