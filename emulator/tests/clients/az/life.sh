#!/usr/bin/env bash
# A life in an emulated Azure, lived with the Azure CLI: life.sh URL CA-FILE. AZURE_CONFIG_DIR names a folder of its own.
set -euo pipefail
url=$1
export REQUESTS_CA_BUNDLE=$2
# The first asks the public cloud about the authority, which it does not know.
export AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=false AZURE_CORE_ONLY_SHOW_ERRORS=true
subscription=00000000-0000-0000-0000-000000000001
tenant=00000000-0000-0000-0000-0000000000aa
client=00000000-0000-0000-0000-0000000000bb
logic=/subscriptions/$subscription/resourceGroups/cli/providers/Microsoft.Logic

# Fails unless a command prints what is expected.
expect() {
  local expected=$1 actual
  shift
  echo "az $*"
  actual=$(az "$@" --output tsv)
  if [ "$actual" != "$expected" ]; then
    echo "printed '$actual' instead of '$expected'" >&2
    exit 1
  fi
}

# Fails unless a command fails and says why.
refused() {
  local reason=$1 said
  shift
  echo "az $*"
  if said=$(az "$@" 2>&1); then
    echo "was not refused with $reason" >&2
    exit 1
  fi
  if [[ $said != *"$reason"* ]]; then
    echo "was refused with '$said' instead of $reason" >&2
    exit 1
  fi
}

rest() {
  local method=$1 path=$2
  shift 2
  az rest --method "$method" --url "$url$path?api-version=2019-05-01" --resource https://management.azure.com/ "$@"
}

echo 'az cloud, az login'
az cloud register --name emulator --endpoint-resource-manager "$url" --endpoint-active-directory "$url" \
  --endpoint-active-directory-resource-id https://management.azure.com/ \
  --endpoint-active-directory-graph-resource-id https://graph.microsoft.com/
az cloud set --name emulator
az login --service-principal --username $client --password hush --tenant $tenant --output none
expect $subscription account show --query id

expect 'cli Succeeded westeurope' group create --name cli --location westeurope --tags a=b \
  --query "join(' ', [name, properties.provisioningState, location])"
expect true group exists --name cli
expect b group show --name cli --query tags.a
expect Registered provider show --namespace Microsoft.Logic --query registrationState

expect Succeeded network nsg create --resource-group cli --name rules --query NewNSG.provisioningState
for port in 454 3443; do
  expect $port network nsg rule create --resource-group cli --nsg-name rules --name port$port --priority $port --access Allow \
    --protocol Tcp --source-address-prefixes Internet --destination-address-prefixes VirtualNetwork \
    --destination-port-ranges $port --query destinationPortRange
done
expect Succeeded network route-table create --resource-group cli --name routes --query provisioningState
expect VnetLocal network route-table route create --resource-group cli --route-table-name routes --name local \
  --address-prefix 192.168.0.0/16 --next-hop-type VnetLocal --query nextHopType
expect Succeeded network vnet create --resource-group cli --name net --address-prefixes 10.0.0.0/16 \
  --query newVNet.provisioningState
subnets=
for number in 1 2 3 4; do
  expect "10.0.$number.0/27" network vnet subnet create --resource-group cli --vnet-name net --name s$number \
    --address-prefixes 10.0.$number.0/27 --network-security-group rules --route-table routes --query addressPrefix
  id=/subscriptions/$subscription/resourceGroups/cli/providers/Microsoft.Network/virtualNetworks/net/subnets/s$number
  subnets="$subnets${subnets:+,}{\"id\":\"$id\"}"
done
expect 4 network vnet subnet list --resource-group cli --vnet-name net --query 'length(@)'
refused NetcfgSubnetRangeOutsideVnet network vnet subnet create --resource-group cli --vnet-name net --name far \
  --address-prefixes 172.16.0.0/27

# `az logic` is an extension, which is not in the package registry: `az resource` and `az rest` serve as well.
ise=$logic/integrationServiceEnvironments/ise
expect 'Premium Succeeded' resource create --id $ise --api-version 2019-05-01 --is-full-object --properties "{
  \"location\": \"westeurope\", \"sku\": {\"name\": \"Premium\", \"capacity\": 0},
  \"properties\": {\"networkConfiguration\": {\"accessEndpoint\": {\"type\": \"Internal\"}, \"subnets\": [$subnets]}}}" \
  --query "join(' ', [sku.name, properties.provisioningState])"
refused InUseSubnetCannotBeDeleted network vnet subnet delete --resource-group cli --vnet-name net --name s1
echo 'az rest'
rest get $ise/skus --query 'value[0].sku.name' --output tsv | grep -qx Premium
rest get $ise/health/network --query 's1.networkDependencyHealthState' --output tsv | grep -qx Healthy
rest put $logic/integrationAccounts/account --query sku.name --output tsv --body "{
  \"location\": \"westeurope\", \"sku\": {\"name\": \"Standard\"},
  \"properties\": {\"integrationServiceEnvironment\": {\"id\": \"$ise\"}}}" | grep -qx Standard
rest put $logic/workflows/flow --query properties.state --output tsv --body "{
  \"location\": \"westeurope\", \"properties\": {\"integrationServiceEnvironment\": {\"id\": \"$ise\"}, \"definition\": {
  \"\$schema\": \"https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#\",
  \"contentVersion\": \"1.0.0.0\", \"triggers\": {}, \"actions\": {}}}}" | grep -qx Enabled
rest post $logic/workflows/flow/disable
expect Disabled resource show --ids $logic/workflows/flow --api-version 2019-05-01 --query properties.state

expect scale monitor autoscale create --resource-group cli --name scale --resource $ise --count 0 --query name
expect 0 monitor autoscale show --resource-group cli --name scale --query 'profiles[0].capacity.minimum'
expect '' monitor autoscale delete --resource-group cli --name scale

expect CanNotDelete lock create --name keep --resource-group cli --lock-type CanNotDelete --query level
refused ScopeLocked group delete --name cli --yes
expect '' lock delete --name keep --resource-group cli

for id in $logic/workflows/flow $logic/integrationAccounts/account $ise; do
  expect '' resource delete --ids $id --api-version 2019-05-01
done
refused ResourceNotFound resource show --ids $ise --api-version 2019-05-01
curl --silent --fail --cacert "$REQUESTS_CA_BUNDLE" --data '{"advance": "1h"}' "$url/_emulator/clock" >/dev/null
expect '' network vnet delete --resource-group cli --name net
expect '' group delete --name cli --yes
expect false group exists --name cli
az logout
