//! ARM's published documents, by which requests are read: tables compiled from them (`documents.json`), and how a body
//! is held against them. Nothing here knows what there is in the emulator.
//!
//! Azure's readers are lenient, and so is this one: null is absent; the names of members and the values of enumerations
//! have no case; text that reads as a number or as true or false is taken where one is due; what only the service sets
//! is dropped. What no reader can make sense of is refused, and what the document of the request's own version, or of an
//! older one, does not know.

mod exceptions;
mod reader;
mod refusal;
mod scalars;
mod table;
mod types;

use std::collections::HashMap;
use std::sync::OnceLock;

use self::reader::Reader;
use self::table::{Operation, Table};
pub(crate) use self::types::Type;
use crate::core::error::ArmError;
use crate::core::json::{Json, at, set};

/// The tables as they are shipped. `cargo run -p arm-specs -- FOLDER emulator/documents.json` makes them anew.
const SHIPPED: &str = include_str!("../../documents.json");

/// The same for roles, written by hand after their documents of 2022-04-01, which are not in that folder.
const ROLES: &str = include_str!("roles.json");

/// The tables, and what they say of types.
struct Shipped {
    table: Table,
    types: HashMap<String, Type>,
}

/// What is shipped, with what Azure is known to do against it.
fn shipped() -> &'static Shipped {
    static SHIPPED_TABLE: OnceLock<Shipped> = OnceLock::new();
    SHIPPED_TABLE.get_or_init(|| {
        // A test reads them: they cannot be unreadable where they are shipped.
        let mut table: Table = serde_json::from_str(SHIPPED).unwrap_or_default();
        let roles: Table = serde_json::from_str(ROLES).unwrap_or_default();
        table.operations.extend(roles.operations);
        table.models.extend(roles.models);
        exceptions::apply(&mut table);
        let types = types::all(&table);
        Shipped { table, types }
    })
}

fn table() -> &'static Table {
    &shipped().table
}

/// A request as far as its body's document goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// The segments of the path, decoded.
    pub(crate) segments: &'a [&'a str],
    pub(crate) version: &'a str,
}

impl Request<'_> {
    /// Whether a document says what the body is.
    pub(crate) fn is_known(self) -> bool {
        self.operation().is_some()
    }

    /// The body in the document's own spelling, without what is not the client's to say. What the document lacks is
    /// let in all the same where `shown`, what the service answers for the resource now, has it already.
    pub(crate) fn read(
        self,
        body: &Json,
        shown: impl FnOnce() -> Option<Json>,
    ) -> Result<Json, ArmError> {
        let Some(operation) = self.operation() else {
            return Ok(body.clone());
        };
        let reader = self.reader(self.version <= operation.version.as_str());
        let refused = match reader.read(&operation.body, body, &[]) {
            Ok(read) => return Ok(read),
            Err(unfit) => unfit,
        };
        // Only what is not documented can be known from an answer.
        let known = shown().filter(|_| refused.is_undocumented());
        let read = match &known {
            Some(known) => reader.read(&operation.body, body, &[known]),
            None => Err(refused),
        };
        read.map_err(|unfit| unfit.refusal(operation.namespace()))
    }

    /// The body in the document's own spelling, as far as it can be read, whether it is taken in the end or not.
    pub(crate) fn spelled(self, body: &Json) -> Json {
        let read = self
            .operation()
            .map(|operation| self.reader(false).read(&operation.body, body, &[]));
        match read {
            Some(Ok(read)) => read,
            _ => body.clone(),
        }
    }

    fn operation(self) -> Option<&'static Operation> {
        table().find(self.method, self.segments, self.version)
    }

    fn reader(self, is_strict: bool) -> Reader<'static> {
        Reader {
            table: table(),
            is_strict,
            is_patch: self.method.eq_ignore_ascii_case("PATCH"),
        }
    }
}

/// What the documents say of a type, whatever the case of its name.
pub(crate) fn of_type(name: &str) -> Option<&'static Type> {
    shipped().types.get(&name.to_lowercase())
}

/// Takes over what only the service sets from a resource as it was.
pub(crate) fn keep_own(type_name: &str, old: &Json, new: &mut Json) {
    let own = of_type(type_name).map_or(&[][..], |known| &known.own);
    for path in own {
        // Who a resource was is nothing to a resource that is nobody any more.
        let is_gone = path.starts_with("identity/") && at(new, "identity").is_none();
        if let Some(kept) = at(old, path).filter(|_| !is_gone) {
            set(new, path, kept.clone());
        }
    }
}

#[cfg(test)]
mod tests;
