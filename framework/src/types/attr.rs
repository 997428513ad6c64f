//! The value of one attribute with its Rust type: known, null or unknown.

use std::ops::Deref;

use super::value::Value;

/// What an attribute holds. Null and unknown are two things: null is "no value", unknown is "known only after apply".
///
/// ```
/// use tfplugin_framework::types::attr::Attr;
///
/// let size: Attr<i64> = Attr::Known(4);
/// assert_eq!(size.known(), Some(&4));
/// assert_eq!(size.map(|size| size * 2), Attr::Known(8));
/// assert!(size.is_known() && Attr::<i64>::Unknown.is_unknown());
/// assert_eq!(Attr::Null.unwrap_or(1), 1);
/// let name: Attr<String> = Some("a".to_owned()).into();
/// assert_eq!((name.as_ref().known().map(|it| it.len()), name.as_deref()), (Some(1), Attr::Known("a")));
/// assert_eq!(name.into_known(), Some("a".to_owned()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attr<T> {
    /// A value.
    Known(T),
    /// No value.
    #[default]
    Null,
    /// A value that is known only after apply.
    Unknown,
}

impl<T> Attr<T> {
    /// Whether there is a value.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether there will be a value, or null, after apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The value, if there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value itself, if there is one.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value; `default` where it is null or unknown.
    pub fn unwrap_or(self, default: T) -> T {
        self.into_known().unwrap_or(default)
    }

    /// The same with the value by reference.
    pub fn as_ref(&self) -> Attr<&T> {
        match self {
            Self::Known(value) => Attr::Known(value),
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
        }
    }

    /// The same with the value as what it dereferences to: `Attr<&str>` of an `Attr<String>`.
    pub fn as_deref(&self) -> Attr<&T::Target>
    where
        T: Deref,
    {
        self.as_ref().map(Deref::deref)
    }

    /// The same with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Self::Known(value) => Attr::Known(change(value)),
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
        }
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

/// None is null.
impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl<T: Into<Value>> From<Attr<T>> for Value {
    fn from(value: Attr<T>) -> Self {
        match value {
            Attr::Known(value) => value.into(),
            Attr::Null => Self::Null,
            Attr::Unknown => Self::unknown(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_unknown_are_two_things() {
        let text = |text: &str| Attr::Known(text.to_owned());
        assert_eq!(text("a").as_deref(), Attr::Known("a"));
        assert_eq!(Attr::<String>::Unknown.as_deref(), Attr::Unknown);
        assert_eq!(Attr::<bool>::from(None), Attr::Null);
        assert_ne!(Attr::<bool>::Null, Attr::Unknown);
        assert_eq!(Attr::<i64>::Unknown.unwrap_or(1), 1);
        for (attr, expect) in [
            (text("a"), Value::from("a")),
            (Attr::Null, Value::Null),
            (Attr::Unknown, Value::unknown()),
        ] {
            assert_eq!(attr.is_null(), expect.is_null());
            assert_eq!(attr.is_unknown(), expect.is_unknown());
            assert_eq!(attr.known().is_some(), attr.is_known());
            assert_eq!(Value::from(attr), expect);
        }
    }
}
