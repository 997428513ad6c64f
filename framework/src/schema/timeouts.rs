//! How long operations may take: the `timeouts` that Terraform's users know from other providers.

use std::time::Duration;

use super::duration;
use super::row::{Attribute, Block, Nesting};
use super::validator::text;

/// The name under which users give timeouts.
///
/// ```
/// use tfplugin_framework::schema::{TIMEOUTS, Timeouts};
///
/// assert_eq!(Timeouts::default().block().name, TIMEOUTS);
/// ```
pub const TIMEOUTS: &str = "timeouts";

const DESCRIPTION: &str = "How long operations may take, such as `90m` or `1h30m`.";

/// How long each operation may take by default; `None` where the operation does not exist.
///
/// ```
/// use std::time::Duration;
/// use tfplugin_framework::schema::{Schema, Timeouts};
///
/// let timeouts = Timeouts { create: Some(Duration::from_secs(3600)), delete: Some(Duration::from_secs(600)), ..Timeouts::default() };
/// let schema = Schema { attributes: vec![timeouts.attribute()], ..Schema::default() };
/// assert_eq!(schema.timeouts(), Some(timeouts));
/// assert_eq!(timeouts.operations().count(), 2);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// Creating the object.
    pub create: Option<Duration>,
    /// Reading the object.
    pub read: Option<Duration>,
    /// Updating the object in place.
    pub update: Option<Duration>,
    /// Deleting the object.
    pub delete: Option<Duration>,
}

impl Timeouts {
    /// The operations that have a timeout, with their defaults.
    pub fn operations(&self) -> impl Iterator<Item = (&'static str, Duration)> {
        let all = [
            ("create", self.create),
            ("read", self.read),
            ("update", self.update),
            ("delete", self.delete),
        ];
        all.into_iter()
            .filter_map(|(name, default)| Some((name, default?)))
    }

    /// The block `timeouts { … }`.
    pub fn block(self) -> Block {
        Block::new(TIMEOUTS, Nesting::Single, self.attributes())
            .doc(DESCRIPTION)
            .with(self)
    }

    /// The nested attribute `timeouts = { … }`.
    pub fn attribute(self) -> Attribute {
        Attribute::nested(TIMEOUTS, Nesting::Single, self.attributes())
            .doc(DESCRIPTION)
            .with(self)
    }

    fn attributes(self) -> Vec<Attribute> {
        let attribute = |(operation, default)| {
            Attribute::string(operation)
                .validator(text(|text| duration::parse(text).map(|_| ())))
                .doc(timeout_description(operation, default))
        };
        self.operations().map(attribute).collect()
    }
}

/// The description of the timeout of an operation.
///
/// ```
/// use std::time::Duration;
/// use tfplugin_framework::schema::timeout_description;
///
/// let description = timeout_description("create", Duration::from_secs(5400));
/// assert_eq!(description, "How long creating the object may take. Defaults to `1h30m`.");
/// ```
pub fn timeout_description(operation: &str, default: Duration) -> String {
    let what = match operation {
        "create" => "creating the object",
        "read" => "reading the object",
        "update" => "updating the object in place",
        _ => "deleting the object",
    };
    format!(
        "How long {what} may take. Defaults to `{}`.",
        duration::format(default)
    )
}
