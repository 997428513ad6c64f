//! Looking something up.

use super::panic::{catch, reported};
use super::state::check_types;
use super::timeouts::bounded;
use super::{Engine, deferral};
use crate::context::Context;
use crate::data_source::{DataSource, ReadRequest, ReadResponse};
use crate::deferral::DeferredReason;
use crate::diagnostics::Diagnostics;
use crate::schema::walk::with_defaults;
use crate::types::value::Object;

/// What was found.
#[derive(Clone, Debug)]
pub struct FindResponse {
    /// The result; none if the look-up failed.
    pub object: Option<Object>,
    /// Why the look-up is put off, if it is; something in the result is then unknown.
    pub deferred: Option<DeferredReason>,
    /// Messages to the user.
    pub diagnostics: Diagnostics,
}

impl Engine {
    /// Looks up what `config` asks for; nothing is found if that fails.
    pub async fn read_data_source<D: Send + Sync>(
        &self,
        data_source: &dyn DataSource<D>,
        context: &Context<D>,
        config: &Object,
    ) -> FindResponse {
        let schema = data_source.schema();
        let context = bounded(context, schema, Some(config), "read");
        let config = with_defaults(schema.members(), &config.clone().into());
        let config = config.as_object().cloned().unwrap_or_default();
        let mut response = ReadResponse {
            state: config.clone(),
            deferred: context.provider_deferred(),
            diagnostics: Diagnostics::new(),
        };
        let mut is_read = true;
        if response.deferred.is_none() {
            let request = ReadRequest { config: &config };
            let read = catch(data_source.read(&context, request, &mut response)).await;
            is_read = reported(read, &mut response.diagnostics).is_ok();
        }
        let ReadResponse {
            mut state,
            deferred,
            mut diagnostics,
        } = response;
        check_types(schema, &mut state, &mut diagnostics);
        let deferred = deferral::allowed(deferred, context.client_capabilities, &mut diagnostics);
        if deferred.is_some() {
            deferral::mark_missing(schema, &config, &mut state);
        }
        FindResponse {
            object: Some(state).filter(|_| is_read),
            deferred,
            diagnostics,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;
    use std::time::Duration;

    use async_trait::async_trait;
    use tokio::time::Instant;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::diagnostics::Reported;
    use crate::schema::{Attribute, Nesting, Schema};
    use crate::types::value::Value;

    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
        attributes: vec![
            Attribute::string("unit").default("m"),
            Attribute::nested(
                "options",
                Nesting::Single,
                vec![Attribute::bool("exact").default(true)],
            ),
            Attribute::string("seen").computed(),
        ],
        ..Schema::default()
    });

    struct Measure;

    #[async_trait]
    impl DataSource<()> for Measure {
        fn type_name(&self) -> &str {
            "measure"
        }

        fn schema(&self) -> &Schema {
            &SCHEMA
        }

        async fn read(
            &self,
            _: &Context<()>,
            request: ReadRequest<'_>,
            response: &mut ReadResponse,
        ) -> Result<(), Reported> {
            let unit = request.config.get("unit").clone();
            response.state.set("seen", unit);
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_is_left_out_has_its_default() {
        let deadline = Instant::now() + Duration::from_secs(60);
        let context = Context::new(None, deadline, CancellationToken::new());
        let options =
            |exact: Value| -> Value { [("exact", exact)].into_iter().collect::<Object>().into() };
        for (unit, given, expected, seen) in [
            (Value::Null, Value::Null, Value::Null, "m"),
            (Value::Null, options(Value::Null), options(true.into()), "m"),
            (
                "ft".into(),
                options(false.into()),
                options(false.into()),
                "ft",
            ),
        ] {
            let mut config = SCHEMA.null_object();
            config.set("unit", unit);
            config.set("options", given);
            let engine = Engine::default();
            let read = engine.read_data_source(&Measure, &context, &config).await;
            assert!(read.diagnostics.is_empty() && read.deferred.is_none());
            let found = read.object.expect("read");
            assert_eq!(found.str("unit"), Some(seen));
            assert_eq!(found.str("seen"), Some(seen));
            assert_eq!(found.get("options"), &expected);
        }
    }
}
