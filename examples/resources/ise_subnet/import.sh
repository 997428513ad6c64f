terraform import 'ise_subnet.ise["ise-1"]' '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/network/subnets/ise-1'
