//! Finding the objects that exist.

use tokio::sync::mpsc::{self, Sender};

use super::panic::{catch, reported};
use super::state::{check_types, settle};
use super::timeouts::bounded;
use super::{Engine, bug};
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::list::{ListRequest, ListResource, ListResponse, ListResult, ListResults};
use crate::resource::Resource;
use crate::types::value::Object;

/// What a listing asks for.
#[derive(Clone, Debug)]
pub struct Listing {
    /// What the user wrote.
    pub config: Object,
    /// Whether the objects themselves are wanted.
    pub include_resource: bool,
    /// How many are wanted at most.
    pub limit: Option<u64>,
}

impl Engine {
    /// Finds objects of `resource`, and hands them to `found` until there are no more, or nobody wants more. The messages
    /// are about the listing as a whole.
    pub async fn list<D: Send + Sync>(
        &self,
        list: &dyn ListResource<D>,
        resource: &dyn Resource<D>,
        context: &Context<D>,
        listing: &Listing,
        found: Sender<ListResult>,
    ) -> Diagnostics {
        let context = bounded(context, list.schema(), Some(&listing.config), "read");
        let (sender, mut receiver) = mpsc::channel(1);
        let request = ListRequest {
            config: &listing.config,
            include_resource: listing.include_resource,
            limit: listing.limit,
        };
        let listed = async {
            let mut response = ListResponse {
                results: ListResults(sender),
                diagnostics: Diagnostics::new(),
            };
            let listed = catch(list.list(&context, request, &mut response)).await;
            // What failed has said why.
            let _ = reported(listed, &mut response.diagnostics);
            response.diagnostics
        };
        let handed_on = async {
            let mut left = listing.limit.unwrap_or(u64::MAX);
            while left > 0
                && let Some(mut result) = receiver.recv().await
            {
                complete(resource, listing, &mut result);
                let has_failed = result.diagnostics.has_error();
                if found.send(result).await.is_err() || has_failed {
                    return;
                }
                left -= 1;
            }
        };
        tokio::pin!(listed, handed_on);
        tokio::select! {
            () = &mut handed_on => Diagnostics::new(),
            diagnostics = &mut listed => {
                handed_on.await;
                diagnostics
            }
        }
    }
}

/// Makes of a result what Terraform takes.
fn complete<D: Send + Sync>(
    resource: &dyn Resource<D>,
    listing: &Listing,
    result: &mut ListResult,
) {
    let identity = &result.identity;
    let is_null = identity.iter().all(|(_, value)| value.is_null());
    if is_null || identity.iter().any(|(_, value)| !value.is_wholly_known()) {
        let finding = format!("{:?} was listed without its identity", result.display_name);
        result.diagnostics.fail(bug(&finding));
    }
    result.resource = result.resource.take().filter(|_| listing.include_resource);
    match &mut result.resource {
        Some(object) => {
            check_types(resource.schema(), object, &mut result.diagnostics);
            settle(resource.schema(), object);
        }
        None if listing.include_resource && !result.diagnostics.has_error() => {
            let detail = format!(
                "What {:?} is like could not be found out.",
                result.display_name
            );
            result
                .diagnostics
                .add_warning("Incomplete list result", detail);
        }
        None => {}
    }
}
