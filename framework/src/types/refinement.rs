//! What is known about values that are unknown: they will not be null, or begin with a text, or are in a range.
//!
//! Terraform decides more at plan by that: whether something `== null`, or how a name begins. What a plan promises binds: an
//! apply that ends otherwise is Terraform's "Provider produced inconsistent result after apply".

use super::number::Number;
use super::value::{Known, Refinements, Value};

impl Known {
    /// Whether some number is within the bounds.
    pub(crate) fn allows_some_number(&self) -> bool {
        let (Some((least, has_least)), Some((most, has_most))) = (&self.minimum, &self.maximum)
        else {
            return true;
        };
        least < most || (least == most && *has_least && *has_most)
    }

    /// Whether some number of elements is within the bounds.
    pub(crate) fn allows_some_length(&self) -> bool {
        let bounds = self.min_length.zip(self.max_length);
        bounds.is_none_or(|(least, most)| least <= most)
    }
}

impl Value {
    /// What is known of it, if it is unknown and anything is.
    pub fn refinements(&self) -> Option<&Known> {
        match self {
            Self::Unknown(refinements) => refinements.known(),
            _ => None,
        }
    }

    /// Whether it is null, as far as that is known.
    ///
    /// ```
    /// use tfplugin_framework::types::value::Value;
    ///
    /// assert_eq!(Value::Null.will_be_null(), Some(true));
    /// assert_eq!(Value::unknown().will_be_null(), None);
    /// assert_eq!(Value::unknown().refine_as_not_null().will_be_null(), Some(false));
    /// ```
    pub fn will_be_null(&self) -> Option<bool> {
        match self {
            Self::Null => Some(true),
            Self::Unknown(_) => self.refinements()?.null,
            _ => Some(false),
        }
    }

    /// An unknown that will not be null. What is known stays as it is, as with all refinements.
    #[must_use]
    pub fn refine_as_not_null(self) -> Self {
        self.refine(|known| known.null = Some(false))
    }

    /// An unknown text that begins so. End the prefix where nothing can merge with it, such as behind a slash.
    ///
    /// ```
    /// use tfplugin_framework::types::value::Value;
    ///
    /// let id = Value::unknown().refine_with_prefix("/subscriptions/");
    /// let known = id.refinements().expect("something is known");
    /// assert_eq!(known.prefix.as_deref(), Some("/subscriptions/"));
    /// ```
    #[must_use]
    pub fn refine_with_prefix(self, prefix: impl Into<String>) -> Self {
        self.refine(|known| known.prefix = Some(prefix.into()))
    }

    /// An unknown number that is greater than this one, or this one itself.
    ///
    /// ```
    /// use tfplugin_framework::types::value::Value;
    ///
    /// let port = Value::unknown().refine_with_lower_bound(1024, true).refine_with_upper_bound(65536, false);
    /// let known = port.refinements().expect("something is known");
    /// assert!(known.allows(&8080.into()) && !known.allows(&80.into()));
    /// ```
    #[must_use]
    pub fn refine_with_lower_bound(self, least: impl Into<Number>, inclusive: bool) -> Self {
        self.refine(|known| known.minimum = Some((least.into(), inclusive)))
    }

    /// An unknown number that is less than this one, or this one itself.
    #[must_use]
    pub fn refine_with_upper_bound(self, most: impl Into<Number>, inclusive: bool) -> Self {
        self.refine(|known| known.maximum = Some((most.into(), inclusive)))
    }

    /// An unknown list, set or map of at least so many elements.
    ///
    /// ```
    /// use tfplugin_framework::types::value::Value;
    ///
    /// let zones = Value::unknown().refine_with_length_lower_bound(1).refine_with_length_upper_bound(3);
    /// let known = zones.refinements().expect("something is known");
    /// assert!(known.allows(&Value::strings(["a"])) && !known.allows(&Value::List(vec![])));
    /// ```
    #[must_use]
    pub fn refine_with_length_lower_bound(self, least: u64) -> Self {
        self.refine(|known| known.min_length = Some(least))
    }

    /// An unknown list, set or map of at most so many elements.
    #[must_use]
    pub fn refine_with_length_upper_bound(self, most: u64) -> Self {
        self.refine(|known| known.max_length = Some(most))
    }

    fn refine(self, learn: impl FnOnce(&mut Known)) -> Self {
        let Self::Unknown(refinements) = self else {
            return self;
        };
        let mut known = refinements.known().cloned().unwrap_or_default();
        learn(&mut known);
        Self::Unknown(Refinements::from(known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_adds_up_and_leaves_values_alone() {
        let refined = Value::unknown()
            .refine_as_not_null()
            .refine_with_lower_bound(1_i64, true)
            .refine_with_upper_bound(9_i64, false);
        let known = refined.refinements().expect("something is known");
        for (number, is_allowed) in [(0_i64, false), (1, true), (8, true), (9, false)] {
            assert_eq!(known.allows(&number.into()), is_allowed, "{number}");
        }
        assert!(!known.allows(&Value::Null));
        let list = Value::unknown()
            .refine_with_length_lower_bound(1)
            .refine_with_length_upper_bound(2);
        let known = list.refinements().expect("something is known");
        for (elements, is_allowed) in [(0, false), (1, true), (2, true), (3, false)] {
            let elements = Value::List(vec![Value::Null; elements]);
            assert_eq!(known.allows(&elements), is_allowed, "{elements:?}");
        }
        for value in [Value::Null, "x".into()] {
            let refined = value.clone().refine_as_not_null().refine_with_prefix("y");
            assert_eq!((refined.refinements(), &refined), (None, &value));
        }
    }
}
