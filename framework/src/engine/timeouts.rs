//! How long an operation may take.

use std::time::Duration;

use tokio::time::Instant;

use crate::context::Context;
use crate::schema::duration;
use crate::schema::{Schema, TIMEOUTS};
use crate::types::value::Object;

/// Where neither the user nor the schema says so.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// The context of an operation that begins now on `object`, which holds the user's timeouts.
pub(super) fn bounded<C>(
    context: &Context<C>,
    schema: &Schema,
    object: Option<&Object>,
    operation: &str,
) -> Context<C> {
    context.with_deadline(Instant::now() + timeout(schema, object, operation))
}

fn timeout(schema: &Schema, object: Option<&Object>, operation: &str) -> Duration {
    let timeouts = schema.timeouts().unwrap_or_default();
    let mut operations = timeouts.operations();
    // The block has no other attributes than these.
    let Some((_, default)) = operations.find(|(name, _)| *name == operation) else {
        return DEFAULT_TIMEOUT;
    };
    let given = object.and_then(|object| object.object(TIMEOUTS)?.str(operation));
    given
        .and_then(|text| duration::parse(text).ok())
        .unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Timeouts;
    use crate::types::value::Value;

    #[test]
    fn the_user_wins_over_the_schema_and_that_over_the_default() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let schema = Schema {
            blocks: vec![
                Timeouts {
                    create: Some(minutes(1)),
                    delete: Some(minutes(2)),
                    ..Timeouts::default()
                }
                .block(),
            ],
            ..Schema::default()
        };
        let given: Object = [("create", Value::Null), ("delete", "9h".into())]
            .into_iter()
            .collect();
        let object: Object = [(TIMEOUTS, given)].into_iter().collect();
        for (schema, operation, expect) in [
            (&schema, "create", minutes(1)),
            (&schema, "delete", minutes(9 * 60)),
            (&schema, "read", DEFAULT_TIMEOUT),
            (&Schema::default(), "create", DEFAULT_TIMEOUT),
        ] {
            assert_eq!(timeout(schema, Some(&object), operation), expect);
        }
        assert_eq!(timeout(&schema, None, "delete"), minutes(2));
    }
}
