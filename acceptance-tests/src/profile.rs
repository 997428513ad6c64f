//! How much is tried of what could go on for hours.

/// Says so, with the value `long`.
const VARIABLE: &str = "ISE_TEST_PROFILE";

/// How often something random is tried: as `usual`, or in the `long` profile, which CI names.
pub fn times(usual: usize, long: usize) -> usize {
    match std::env::var(VARIABLE).as_deref() {
        Ok("long") => long,
        _ => usual,
    }
}
