# The defaults suit the ARM emulator: arm-emulator --time-scale 3600 --fixture azure.json

variable "endpoint" {
  description = "URL of the ARM emulator, which is both Azure Resource Manager and the sign-in service."
  type        = string
  default     = "http://127.0.0.1:4510"
}

variable "subscription_id" {
  description = "Subscription in which everything lives."
  type        = string
  default     = "00000000-0000-0000-0000-000000000000"
}

variable "tenant_id" {
  description = "Tenant to sign in to."
  type        = string
  default     = "00000000-0000-0000-0000-000000000000"
}

variable "client_id" {
  description = "Application to sign in with; the emulator takes any."
  type        = string
  default     = "00000000-0000-0000-0000-000000000000"
}

variable "client_secret" {
  description = "Secret of the application; the emulator takes any."
  type        = string
  sensitive   = true
  default     = "emulator"
}

variable "location" {
  description = "Region of the virtual network and the environment."
  type        = string
  default     = "West Europe"
}

variable "resource_group_name" {
  description = "Resource group, which exists."
  type        = string
  default     = "quickstart"
}

variable "virtual_network_name" {
  description = "Virtual network in that resource group, which exists."
  type        = string
  default     = "network"
}

variable "address_space" {
  description = "A /24 in the virtual network's address space, for the four subnets."
  type        = string
  default     = "172.16.0.0/24"
}

variable "capacity" {
  description = "Additional processing units of the environment, 0 to 10."
  type        = number
  default     = 0
}
