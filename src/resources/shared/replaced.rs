//! Replacements: Terraform asks twice for the plan, first for the old object, then, without telling of it, for a new one.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sdk::private::Private;

/// The name under which the first plan tells the second about the old object.
const KEY: &str = "replaces";

/// Tells the second plan about the old object.
pub(crate) fn hand_over<T: Serialize>(private: &mut Private, old: &T) {
    private.set(KEY, old);
}

/// What the first plan told about the object that this one replaces.
pub(crate) fn take<T: DeserializeOwned>(private: &mut Private) -> Option<T> {
    let old = private.get(KEY);
    private.remove(KEY);
    old
}
