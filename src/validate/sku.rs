//! SKUs of environments and integration accounts, and the capacity that goes with them.

/// The SKUs of an environment, the default first.
pub const ENVIRONMENT_SKUS: [&str; 2] = ["Premium", "Developer"];

/// The SKUs of an integration account, the default first.
pub const ACCOUNT_SKUS: [&str; 3] = ["Standard", "Basic", "Free"];

/// Microsoft's ISE guide: "0 to 10" additional processing units.
pub const MOST_UNITS: i64 = 10;

/// Microsoft's ISE guide: additional capacity is 0 to 10 units.
pub fn capacity(units: i64) -> Result<(), String> {
    match (0..=MOST_UNITS).contains(&units) {
        true => Ok(()),
        false => Err(format!(
            "additional capacity is a whole number of units from 0 to {MOST_UNITS}, not {units}"
        )),
    }
}

/// Azure Logic Apps, limits of the Developer SKU: it cannot be scaled.
pub fn capacity_of_sku(sku: &str, units: i64) -> Result<(), String> {
    if !sku.eq_ignore_ascii_case("Developer") || units == 0 {
        return Ok(());
    }
    Err(format!(
        "an environment of the SKU Developer cannot have additional capacity, here {units}: use 0, or the SKU Premium"
    ))
}

/// Azure Logic Apps, limits for integration accounts in an environment: Premium takes Standard accounts only, Developer
/// Free and Standard ones.
pub fn account_in_environment(account: &str, environment: &str) -> Result<(), String> {
    let accepted: &[&str] = match environment.to_ascii_lowercase().as_str() {
        "premium" => &["Standard"],
        "developer" => &["Free", "Standard"],
        _ => return Ok(()),
    };
    if accepted.iter().any(|sku| sku.eq_ignore_ascii_case(account)) {
        return Ok(());
    }
    Err(format!(
        "an environment of the SKU {environment} does not take integration accounts of the SKU {account}: use {}",
        accepted.join(" or ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacities() {
        for units in -2..13 {
            assert_eq!(
                capacity(units).is_ok(),
                (0..=10).contains(&units),
                "{units}"
            );
            assert_eq!(capacity_of_sku("Developer", units).is_ok(), units == 0);
            assert_eq!(capacity_of_sku("Premium", units), Ok(()));
        }
    }

    #[test]
    fn accounts() {
        for (environment, accepted) in [
            ("Premium", &["Standard"][..]),
            ("Developer", &["Standard", "Free"]),
            ("developer", &["Standard", "Free"]),
            ("SomethingNew", &["Standard", "Basic", "Free"]),
        ] {
            for account in ACCOUNT_SKUS {
                let verdict = account_in_environment(account, environment);
                assert_eq!(
                    verdict.is_ok(),
                    accepted.contains(&account),
                    "{account} in {environment}"
                );
            }
        }
        let problem = account_in_environment("Basic", "Developer").expect_err("Basic");
        assert!(problem.ends_with("use Free or Standard"), "{problem}");
    }
}
