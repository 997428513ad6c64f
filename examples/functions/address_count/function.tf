variable "address_space" {
  description = "Where the four subnets go."
  type        = string
  default     = "172.16.0.0/24"

  validation {
    condition     = provider::ise::address_count(var.address_space) >= 4 * 32
    error_message = "An environment needs four subnets of 32 addresses each: give a /25 or larger."
  }
}
