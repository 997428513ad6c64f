variable "name" {
  description = "Name of the environment."
  type        = string
}

variable "location" {
  description = "Region of the virtual network and the environment."
  type        = string
}

variable "virtual_network_id" {
  description = "ID of the virtual network, which exists. The environment goes into its resource group."
  type        = string
}

variable "address_space" {
  description = "A block of the network's address space for the four subnets."
  type        = string

  validation {
    condition     = provider::ise::address_count(var.address_space) >= 4 * 32
    error_message = "Four subnets of 32 addresses each need a /25 or larger."
  }
}

variable "network_security_group_id" {
  description = "ID of the network security group that has the rules of the output security_rules."
  type        = string
}

variable "route_table_id" {
  description = "ID of the route table that has the routes of the output routes."
  type        = string
}

variable "access_endpoint_type" {
  description = "Whether the environment is called from its network only (Internal) or from the internet too (External)."
  type        = string
  default     = "Internal"
}

variable "service_tags" {
  description = "Which form of Microsoft's table the rules have: broad or narrow."
  type        = string
  default     = "narrow"
}
