//! What others attach to a row: the framework carries it and does not look at it.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::sync::Arc;

/// Values by their type, at most one of each.
///
/// ```
/// use tfplugin_framework::schema::extensions::Extensions;
///
/// let mut extensions = Extensions::default();
/// extensions.insert("properties.name");
/// assert_eq!(extensions.get::<&str>(), Some(&"properties.name"));
/// ```
#[derive(Clone, Default)]
pub struct Extensions(Vec<Extension>);

#[derive(Clone)]
struct Extension {
    id: TypeId,
    name: &'static str,
    value: Arc<dyn Any + Send + Sync>,
}

impl Extensions {
    /// Attaches a value, in the place of one of the same type.
    pub fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        let id = TypeId::of::<T>();
        self.0.retain(|it| it.id != id);
        self.0.push(Extension {
            id,
            name: type_name::<T>(),
            value: Arc::new(value),
        });
    }

    /// The value of this type.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        let found = self.0.iter().find(|it| it.id == TypeId::of::<T>())?;
        found.value.downcast_ref()
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|it| it.name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_value_of_each_type() {
        let mut extensions = Extensions::default();
        extensions.insert("a");
        extensions.insert(1_u8);
        extensions.insert("b");
        assert_eq!(extensions.get(), Some(&"b"));
        assert_eq!(extensions.get(), Some(&1_u8));
        assert_eq!(extensions.get::<u16>(), None);
    }
}
