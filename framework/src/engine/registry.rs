//! What a provider offers, by name.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::action::Action;
use crate::data_source::DataSource;
use crate::ephemeral::EphemeralResource;
use crate::function::Function;
use crate::list::ListResource;
use crate::provider::Provider;
use crate::resource::Resource;
#[cfg(feature = "state-store")]
use crate::state_store::StateStore;

/// Everything that a provider offers, asked for once.
pub struct Registry<D> {
    resources: Vec<Arc<dyn Resource<D>>>,
    data_sources: Vec<Arc<dyn DataSource<D>>>,
    ephemeral_resources: Vec<Arc<dyn EphemeralResource<D>>>,
    list_resources: Vec<Arc<dyn ListResource<D>>>,
    actions: Vec<Arc<dyn Action<D>>>,
    #[cfg(feature = "state-store")]
    state_stores: Vec<Arc<dyn StateStore<D>>>,
    functions: Vec<Arc<dyn Function>>,
}

impl<D: Send + Sync> Registry<D> {
    /// What this provider offers.
    pub fn of<P: Provider<Data = D>>(provider: &P) -> Self {
        Self {
            resources: provider.resources(),
            data_sources: provider.data_sources(),
            ephemeral_resources: provider.ephemeral_resources(),
            list_resources: provider.list_resources(),
            actions: provider.actions(),
            #[cfg(feature = "state-store")]
            state_stores: provider.state_stores(),
            functions: provider.functions(),
        }
    }

    /// The managed resources.
    pub fn resources(&self) -> &[Arc<dyn Resource<D>>] {
        &self.resources
    }

    /// The data sources.
    pub fn data_sources(&self) -> &[Arc<dyn DataSource<D>>] {
        &self.data_sources
    }

    /// The ephemeral resources.
    pub fn ephemeral_resources(&self) -> &[Arc<dyn EphemeralResource<D>>] {
        &self.ephemeral_resources
    }

    /// What finds objects of managed resources.
    pub fn list_resources(&self) -> &[Arc<dyn ListResource<D>>] {
        &self.list_resources
    }

    /// The actions.
    pub fn actions(&self) -> &[Arc<dyn Action<D>>] {
        &self.actions
    }

    /// The state stores.
    #[cfg(feature = "state-store")]
    pub fn state_stores(&self) -> &[Arc<dyn StateStore<D>>] {
        &self.state_stores
    }

    /// The functions.
    pub fn functions(&self) -> &[Arc<dyn Function>] {
        &self.functions
    }

    /// The managed resource of this type.
    pub fn resource(&self, type_name: &str) -> Option<&dyn Resource<D>> {
        named(&self.resources, |it| it.type_name() == type_name)
    }

    /// The data source of this type.
    pub fn data_source(&self, type_name: &str) -> Option<&dyn DataSource<D>> {
        named(&self.data_sources, |it| it.type_name() == type_name)
    }

    /// The ephemeral resource of this type.
    pub fn ephemeral_resource(&self, type_name: &str) -> Option<&dyn EphemeralResource<D>> {
        named(&self.ephemeral_resources, |it| it.type_name() == type_name)
    }

    /// What finds objects of this type.
    pub fn list_resource(&self, type_name: &str) -> Option<&dyn ListResource<D>> {
        named(&self.list_resources, |it| it.type_name() == type_name)
    }

    /// The action of this type.
    pub fn action(&self, type_name: &str) -> Option<&dyn Action<D>> {
        named(&self.actions, |it| it.type_name() == type_name)
    }

    /// The state store of this type.
    #[cfg(feature = "state-store")]
    pub fn state_store(&self, type_name: &str) -> Option<&dyn StateStore<D>> {
        named(&self.state_stores, |it| it.type_name() == type_name)
    }

    /// The function of this name.
    pub fn function(&self, name: &str) -> Option<&dyn Function> {
        named(&self.functions, |it| it.name() == name)
    }

    /// A sentence about each name that two things of one kind have, of which only the first could be used.
    pub fn duplicates(&self) -> impl Iterator<Item = String> {
        let resources = self.resources.iter().map(|it| ("resource", it.type_name()));
        let data_sources = self.data_sources.iter();
        let data_sources = data_sources.map(|it| ("data source", it.type_name()));
        let ephemeral_resources = self.ephemeral_resources.iter();
        let ephemeral_resources =
            ephemeral_resources.map(|it| ("ephemeral resource", it.type_name()));
        let list_resources = self.list_resources.iter();
        let list_resources = list_resources.map(|it| ("list resource", it.type_name()));
        let actions = self.actions.iter().map(|it| ("action", it.type_name()));
        let functions = self.functions.iter().map(|it| ("function", it.name()));
        let mut known = BTreeSet::new();
        let all = resources.chain(data_sources).chain(ephemeral_resources);
        let all = all.chain(list_resources).chain(actions).chain(functions);
        #[cfg(feature = "state-store")]
        let state_stores = self.state_stores.iter();
        #[cfg(feature = "state-store")]
        let all = all.chain(state_stores.map(|it| ("state store", it.type_name())));
        all.filter(move |name| !known.insert(*name))
            .map(|(kind, name)| format!("The {kind} {name} is registered twice"))
    }
}

/// The first of them of which that holds: names that are there twice are found by [`Registry::duplicates`].
fn named<T: ?Sized>(all: &[Arc<T>], is_it: impl Fn(&T) -> bool) -> Option<&T> {
    all.iter().map(|it| &**it).find(|it| is_it(it))
}
