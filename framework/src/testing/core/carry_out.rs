//! Carrying a plan out.

use bytes::Bytes;
use tfplugin_proto::v6::provider_server::Provider as Service;

use super::{Core, check_action, check_config, check_not_deferred, prior_of};
use crate::diagnostics::Diagnostic;
use crate::testing::apply::{self, Applied, Left};
use crate::testing::calls::ApplyCall;
use crate::testing::checks;
use crate::testing::convert::ObjectType;
use crate::testing::failure::{Failure, has_error, unless_failed};
use crate::testing::instance::Instance;
use crate::testing::plan::{self, Action, Planned};
use crate::types::value::Object;

impl<S: Service> Core<S> {
    /// Carries out what is known of; what is put off is left alone.
    pub(super) async fn apply_known(
        &mut self,
        planned: Planned,
        config: Option<Object>,
    ) -> Result<Applied, Failure> {
        if planned.deferred.is_some() {
            return Ok(Applied {
                action: Action::NoOp,
                warnings: planned.warnings,
                state: self.state(&planned.address).cloned(),
            });
        }
        let of = self.resource(&planned.address)?;
        check_config(&planned, config.as_ref())?;
        self.keep_refreshed(&planned);
        let messages = match (planned.action, config) {
            (Action::NoOp, _) => Vec::new(),
            (Action::Replace, Some(config)) => {
                let before = self.instances.get(&planned.address).cloned();
                // The delete has no plan of its own: it is given what the plan to replace remembers.
                let mut messages = match before {
                    Some(before) => {
                        let private = planned.private.clone();
                        self.delete(&of, &planned.address, before, private).await?
                    }
                    None => Vec::new(),
                };
                if !has_error(&messages) {
                    messages.extend(self.change(&of, &planned, &config).await?);
                }
                messages
            }
            (Action::Delete, _) | (_, None) => {
                match self.instances.get(&planned.address).cloned() {
                    Some(before) => self.destroyed(&of, &planned.address, before).await?,
                    None => Vec::new(),
                }
            }
            (_, Some(config)) => self.change(&of, &planned, &config).await?,
        };
        let mut all = planned.warnings;
        all.extend(messages);
        Ok(Applied {
            action: planned.action,
            warnings: unless_failed(all)?,
            state: self.state(&planned.address).cloned(),
        })
    }

    /// The state that a plan found is stored with its apply, also if there is nothing to do.
    fn keep_refreshed(&mut self, planned: &Planned) {
        match (&planned.prior, self.instances.get_mut(&planned.address)) {
            (Some(object), Some(instance)) => {
                instance.object = object.clone();
                instance.identity = planned.prior_identity.clone();
            }
            (None, Some(_)) => drop(self.instances.remove(&planned.address)),
            (_, None) => {}
        }
    }

    /// Plans the delete again, as an apply does, and deletes.
    async fn destroyed(
        &mut self,
        of: &ObjectType,
        address: &str,
        before: Instance,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let before = self.stored(of, address, &before).await?;
        let how = (self.schemas.plan_destroy, self.options.of_apply());
        let prior = prior_of(Some(&before));
        let answer = plan::plan_delete(&self.calls, of, address, prior, how).await?;
        check_not_deferred(address, answer.deferred)?;
        self.delete(of, address, before, answer.private).await
    }

    async fn delete(
        &mut self,
        of: &ObjectType,
        address: &str,
        before: Instance,
        private: Bytes,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let before = self.stored(of, address, &before).await?;
        let left = apply::delete(&self.calls, of, address, &before, private).await;
        let is_tainted = before.is_tainted;
        Ok(self.keep(address, left, is_tainted))
    }

    /// Plans again, with all of the configuration known, and creates or updates.
    async fn change(
        &mut self,
        of: &ObjectType,
        planned: &Planned,
        config: &Object,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let address = &planned.address;
        let before = match self.instances.get(address) {
            Some(instance) => Some(self.stored(of, address, instance).await?),
            None => None,
        };
        self.validated(of, config).await?;
        let prior = prior_of(before.as_ref());
        let options = self.options.of_apply();
        let remembered = Some(planned.private.clone()).filter(|_| options.store_planned_private);
        let how = (remembered.unwrap_or_default(), options);
        let decision = plan::plan(&self.calls, of, address, config, prior, how).await?;
        check_not_deferred(address, decision.answer.deferred)?;
        check_action(planned, decision.action)?;
        let last = decision.answer.planned.as_ref();
        checks::final_plan(address, planned.planned.as_ref(), last)?;
        if decision.action == Action::NoOp {
            return Ok(Vec::new());
        }
        let call = ApplyCall {
            config: Some(config),
            prior: before.as_ref().map(|it| &it.object),
            planned: last,
            planned_private: decision.answer.private.clone(),
            planned_identity: decision.answer.identity.as_ref(),
        };
        let left = apply::change(&self.calls, of, address, call).await;
        let was_tainted = before.is_some_and(|it| it.is_tainted);
        Ok(self.keep(address, left, was_tainted))
    }

    /// Stores what an operation has left.
    fn keep(&mut self, address: &str, left: Left, was_tainted: bool) -> Vec<Diagnostic> {
        let instance = left.object.map(|object| Instance {
            object,
            identity: left.identity,
            private: left.private,
            is_tainted: was_tainted || left.is_tainted,
        });
        self.store(address, instance);
        left.messages
    }
}
