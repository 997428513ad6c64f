//! What a managed resource does.

pub mod plan;

use async_trait::async_trait;

use self::plan::Plan;
use crate::context::Context;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::private::Private;
use crate::schema::Schema;
use crate::types::json::RawState;
use crate::types::value::Object;

/// One type of managed object.
///
/// Operations are given known values only, and answer through a [`State`]: whatever is set there when they return is
/// what Terraform stores, also beside an error. That is how an object that exists is never forgotten.
#[async_trait]
pub trait Resource<C: Send + Sync>: Send + Sync {
    /// The type's name in HCL.
    fn name(&self) -> &'static str;

    /// Its attributes.
    fn schema(&self) -> &Schema;

    /// Rules between attributes, offline. Nothing found may depend on an unknown value.
    fn validate(&self, _config: &Object) -> Diagnostics {
        Diagnostics::new()
    }

    /// Refines the plan for a create or update, once the schema's own rules are done.
    async fn modify_plan(&self, _context: &Context<C>, _plan: &mut Plan) {}

    /// Looks at the plan to delete an object, with errors that forbid it.
    async fn plan_delete(
        &self,
        _context: &Context<C>,
        _prior: &Object,
        _private: &mut Private,
    ) -> Diagnostics {
        Diagnostics::new()
    }

    /// Creates the object; sets `state` as soon as it exists remotely.
    async fn create(
        &self,
        context: &Context<C>,
        create: Create<'_>,
        state: &mut State,
    ) -> Result<(), Diagnostics>;

    /// Brings `state` up to date, or removes it when the object is gone.
    async fn read(&self, context: &Context<C>, state: &mut State) -> Result<(), Diagnostics>;

    /// Changes the object in place. `state` starts as the prior state, and is what really holds when this returns.
    async fn update(
        &self,
        context: &Context<C>,
        update: Update<'_>,
        state: &mut State,
    ) -> Result<(), Diagnostics>;

    /// Deletes the object; not finding it is success. Only an error keeps the state.
    async fn delete(&self, context: &Context<C>, state: &mut State) -> Result<(), Diagnostics>;

    /// Sets in `state` what `read` needs to find the object with this ID.
    async fn import(
        &self,
        context: &Context<C>,
        id: &str,
        state: &mut Object,
    ) -> Result<(), Diagnostics>;

    /// Brings a state of an older schema version into the shape of the current one, without looking at the remote object.
    fn upgrade(&self, version: i64, _state: &mut RawState) -> Result<(), Diagnostics> {
        let detail = format!(
            "The state was written with version {version} of the schema of {}, from which this release of the provider knows no way to \
             version {}. Upgrade with the release that wrote it first.",
            self.name(),
            self.schema().version,
        );
        Err(Diagnostic::error("Unknown state version", detail).into())
    }
}

/// What there is to create.
#[derive(Clone, Copy, Debug)]
pub struct Create<'a> {
    /// What the user wrote; write-only values are here only.
    pub config: &'a Object,
    /// The state to reach; what the provider decides is unknown.
    pub planned: &'a Object,
}

/// What there is to change.
#[derive(Clone, Copy, Debug)]
pub struct Update<'a> {
    /// What the user wrote; write-only values are here only.
    pub config: &'a Object,
    /// The state before.
    pub prior: &'a Object,
    /// The state to reach; what the provider decides is unknown.
    pub planned: &'a Object,
}

impl Update<'_> {
    /// Whether a top-level attribute changes.
    pub fn changes(&self, name: &str) -> bool {
        self.prior.get(name) != self.planned.get(name)
    }
}

/// What Terraform stores about one object.
#[derive(Clone, Debug, Default)]
pub struct State {
    object: Option<Object>,
    /// What the provider remembers beside it.
    pub private: Private,
    /// What to tell the user besides errors.
    pub warnings: Diagnostics,
}

impl State {
    /// A state with what was stored before, if anything.
    pub fn new(object: Option<Object>, private: Private) -> Self {
        Self {
            object,
            private,
            warnings: Diagnostics::new(),
        }
    }

    /// The object, while there is one.
    pub fn object(&self) -> Option<&Object> {
        self.object.as_ref()
    }

    /// Stores the object.
    pub fn set(&mut self, object: Object) {
        self.object = Some(object);
    }

    /// Forgets the object: it is gone.
    pub fn remove(&mut self) {
        self.object = None;
    }

    /// Takes the state apart: the object, what is remembered, and the warnings.
    pub fn into_parts(self) -> (Option<Object>, Private, Diagnostics) {
        (self.object, self.private, self.warnings)
    }
}
