//! Numbers as Terraform has them: decimal, of any size, without loss.

use std::fmt;
use std::str::FromStr;

use bigdecimal::{
    BigDecimal, ToPrimitive,
    num_bigint::{BigInt, ToBigInt},
};

/// An exact decimal number; equality and order are by value, so `1.0` is `1`.
///
/// ```
/// use tfplugin_framework::types::number::Number;
///
/// let number: Number = "1.0".parse()?;
/// assert_eq!(number, Number::from(1));
/// assert_eq!((number.as_i64(), number.as_u64(), number.to_f64()), (Some(1), Some(1), 1.0));
/// assert!(Number::from_f64(0.5).is_some_and(|half| !half.is_whole()));
/// # Ok::<(), tfplugin_framework::types::number::NumberError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(BigDecimal);

/// Text is written without an exponent, so the exponent bounds what a few bytes of input can cost.
const MAX_EXPONENT: i64 = 10_000;

impl Number {
    /// The value, when it is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.is_whole().then(|| self.0.to_i64())?
    }

    /// The value, when it is whole, positive and fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.is_whole().then(|| self.0.to_u64())?
    }

    /// Whether there is no fraction.
    pub fn is_whole(&self) -> bool {
        self.0.is_integer()
    }

    /// The nearest float; infinite where none is near.
    pub fn to_f64(&self) -> f64 {
        // Rust reads text as the nearest float, which the big number's own conversion does not promise.
        self.0.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The number an `f64` prints as; `None` for infinities and not-a-number.
    pub fn from_f64(value: f64) -> Option<Self> {
        // Rust prints the shortest text that reads back as the same float, which is how Terraform compares floats.
        value.is_finite().then(|| value.to_string().parse().ok())?
    }

    /// The value as JSON, with every digit.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::from_str(&self.to_string()).unwrap_or_default()
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(value.into())
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(value.into())
    }
}

macro_rules! from_small {
    ($($ty:ty),*) => {
        $(impl From<$ty> for Number {
            fn from(value: $ty) -> Self {
                Self(value.into())
            }
        })*
    };
}

from_small!(i32, u32, u16);

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self(BigInt::from(value).into())
    }
}

/// Why a text is no [`Number`].
///
/// ```
/// use tfplugin_framework::types::number::{Number, NumberError};
///
/// let failed = |text: &str| text.parse::<Number>().expect_err("no number");
/// assert!(matches!(failed("ten"), NumberError::Form(_)));
/// assert_eq!(failed("1e99999"), NumberError::Exponent);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// It is not a number.
    Form(String),
    /// It is one with an exponent that is not supported.
    Exponent,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(text) => write!(f, "{text:?} is not a number"),
            Self::Exponent => write!(
                f,
                "a number with an exponent beyond {MAX_EXPONENT} is not supported"
            ),
        }
    }
}

impl std::error::Error for NumberError {}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let number = BigDecimal::from_str(text).map_err(|_| NumberError::Form(text.to_owned()))?;
        let (_, scale) = number.as_bigint_and_exponent();
        if scale.abs() > MAX_EXPONENT {
            return Err(NumberError::Exponent);
        }
        Ok(Self(number.normalized()))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_whole().then(|| self.0.to_bigint()).flatten() {
            Some(whole) => write!(f, "{whole}"),
            None => f.write_str(&self.0.to_plain_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_plain_and_loses_nothing() {
        for (text, plain) in [
            ("0", "0"),
            ("-1", "-1"),
            ("1e3", "1000"),
            ("1.50", "1.5"),
            ("0.1", "0.1"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("1e20", "100000000000000000000"),
            ("-2.5e-7", "-0.00000025"),
        ] {
            assert_eq!(
                text.parse::<Number>().map(|n| n.to_string()),
                Ok(plain.into())
            );
        }
    }

    #[test]
    fn equality_is_by_value() {
        assert_eq!("1.0".parse(), Ok(Number::from(1_i64)));
        assert_eq!(Number::from_f64(0.1), "0.1".parse().ok());
        assert_eq!(Number::from_f64(f64::NAN), None);
        for value in [0.1, -2.5e-7, 1e300, 0.0] {
            assert_eq!(Number::from_f64(value).map(|it| it.to_f64()), Some(value));
        }
    }

    #[test]
    fn json_has_every_digit() {
        for text in [
            "12345678901234567890123",
            "0.1000000000000000055511151231257827",
            "-7",
        ] {
            let number: Number = text.parse().expect("a number");
            assert_eq!(number.to_json().to_string(), text);
        }
    }

    #[test]
    fn huge_exponents_are_refused_instead_of_printed() {
        assert!("1e999999999".parse::<Number>().is_err());
        assert!("1e-999999999".parse::<Number>().is_err());
        assert!("abc".parse::<Number>().is_err());
    }
}
