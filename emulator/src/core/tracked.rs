//! A map that remembers which of its entries were touched, so that only those need to be written down.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

/// A sorted map: read as any other, changed only by the methods here.
#[derive(Debug)]
pub(crate) struct Tracked<K, V> {
    entries: BTreeMap<K, V>,
    touched: BTreeSet<K>,
}

impl<K: Ord + Clone, V> Tracked<K, V> {
    /// The entry of that key, to be changed in place.
    pub(crate) fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
        Q: Ord + ToOwned<Owned = K> + ?Sized,
    {
        let value = self.entries.get_mut(key)?;
        self.touched.insert(key.to_owned());
        Some(value)
    }

    /// Puts an entry in place of any of the same key.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.touched.insert(key.clone());
        self.entries.insert(key, value);
    }

    /// Takes an entry out.
    pub(crate) fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let (key, value) = self.entries.remove_entry(key)?;
        self.touched.insert(key);
        Some(value)
    }

    /// The touched entries as they are now, none for those that are gone. From here on they count as untouched.
    pub(crate) fn take_changes(&mut self) -> impl Iterator<Item = (K, Option<&V>)> {
        let entries = &self.entries;
        std::mem::take(&mut self.touched)
            .into_iter()
            .map(move |key| {
                let value = entries.get(&key);
                (key, value)
            })
    }
}

impl<K, V> Deref for Tracked<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &Self::Target {
        &self.entries
    }
}

impl<K, V> Default for Tracked<K, V> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            touched: BTreeSet::new(),
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Tracked<K, V> {
    /// Entries that are written down already.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self {
            entries: entries.into_iter().collect(),
            touched: BTreeSet::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_told_once_and_reading_is_none() {
        let mut map: Tracked<String, u8> = ["a", "b", "c"]
            .map(|key| (key.to_owned(), 1))
            .into_iter()
            .collect();
        assert_eq!(map.take_changes().count(), 0);
        assert_eq!((map.get("a"), map.len()), (Some(&1), 3));
        if let Some(value) = map.get_mut("b") {
            *value = 2;
        }
        assert_eq!(map.get_mut("x"), None);
        map.remove("c");
        map.insert("d".to_owned(), 4);
        map.insert("e".to_owned(), 5);
        map.remove("e");
        let changes: Vec<(String, Option<u8>)> = map
            .take_changes()
            .map(|(key, value)| (key, value.copied()))
            .collect();
        let expected = [("b", Some(2)), ("c", None), ("d", Some(4)), ("e", None)];
        assert_eq!(
            changes,
            expected.map(|(key, value)| (key.to_owned(), value))
        );
        assert_eq!(map.take_changes().count(), 0);
    }
}
