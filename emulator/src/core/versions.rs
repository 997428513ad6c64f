//! The api-versions that are accepted: those of the published documents, those that the known clients send, and their
//! neighbours. Those of a namespace are where its types are.

use super::error::ArmError;
use super::errors;
use super::id::GROUP;
use crate::documents;

/// Resource groups, providers and subscriptions.
pub(crate) const RESOURCES: &[&str] = &[
    "2025-04-01",
    "2025-03-01",
    "2024-11-01",
    "2024-07-01",
    "2023-07-01",
    "2022-12-01",
    "2021-01-01",
    "2020-10-01",
    "2020-06-01",
    "2019-10-01",
    "2019-08-01",
    "2019-07-01",
    "2019-05-10",
    "2019-05-01",
    "2018-05-01",
    "2018-02-01",
    "2017-05-10",
    "2016-09-01",
    "2016-06-01",
    "2016-02-01",
    "2015-11-01",
    "2015-01-01",
];

/// Locks.
const LOCKS: &[&str] = &["2017-04-01", "2016-09-01", "2015-01-01"];

/// Role assignments, role definitions and deny assignments.
const AUTHORIZATION: &[&str] = &[
    "2022-05-01-preview",
    "2022-04-01",
    "2020-10-01-preview",
    "2020-08-01-preview",
    "2020-04-01-preview",
    "2018-09-01-preview",
    "2018-07-01-preview",
    "2018-07-01",
    "2018-01-01-preview",
    "2015-07-01",
];

/// The versions of the documents that know a type, and others, newest first.
pub(crate) fn of(type_name: &str, others: &[&'static str]) -> Vec<&'static str> {
    let documented = documents::of_type(type_name).map_or(&[][..], |known| &known.versions);
    let mut versions: Vec<&str> = documented.iter().map(String::as_str).collect();
    versions.extend(others);
    versions.sort_unstable_by(|one, other| other.cmp(one));
    versions
}

/// Whether a version is one of those of a type.
pub(crate) fn is_known(type_name: &str, others: &[&str], version: &str) -> bool {
    let mut documented = documents::of_type(type_name)
        .map_or(&[][..], |known| &known.versions)
        .iter();
    others.contains(&version) || documented.any(|known| known == version)
}

/// Checks the version of a request for locks.
pub(crate) fn check_locks(version: &str) -> Result<(), ArmError> {
    one_of(version, &of("Microsoft.Authorization/locks", LOCKS))
}

/// Checks the version of a request for roles.
pub(crate) fn check_authorization(version: &str) -> Result<(), ArmError> {
    one_of(version, AUTHORIZATION)
}

/// Checks the version of a request for one of ARM's own types.
pub(crate) fn check_own(version: &str) -> Result<(), ArmError> {
    one_of(version, &of(GROUP, RESOURCES))
}

/// Checks that a version is one of those.
pub(crate) fn one_of(version: &str, supported: &[&str]) -> Result<(), ArmError> {
    if supported.contains(&version) {
        Ok(())
    } else {
        Err(invalid(version, supported))
    }
}

/// What ARM itself says of a version that it does not serve.
pub(crate) fn invalid(version: &str, supported: &[&str]) -> ArmError {
    errors::invalid_api_version_parameter(version, supported.join(","))
}
