//! The objects of one type, as one operation works with them: reading, listing and writing.

use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde_json::Value as Json;

use super::error::Error;
use super::operation::{self, Intent};
use super::request::{PutOptions, Request};
use super::resource_id::ResourceId;
use super::resource_type::ResourceType;
use super::session::{Accepted, Session};

/// The objects of one type in one session; [`Session::of`] gives it.
#[derive(Clone, Copy, Debug)]
pub struct Api<'s> {
    pub(super) session: &'s Session,
    pub(super) resource_type: &'s ResourceType,
}

impl Session {
    /// The objects of one type: `session.of(&SUBNETS).get(&id)`.
    pub fn of<'s>(&'s self, resource_type: &'s ResourceType) -> Api<'s> {
        Api {
            session: self,
            resource_type,
        }
    }
}

impl Api<'_> {
    /// Reads an object.
    pub async fn get(self, id: &ResourceId) -> Result<Json, Error> {
        let request = self.request(Method::GET, id).await?;
        let body = self.session.read(&request).await?;
        match operation::is_resource(&body) {
            true => Ok(body),
            false => Err(self
                .session
                .with_request(Error::unreadable(operation::NO_RESOURCE), &request)),
        }
    }

    /// Reads an object that may be gone: `None` if it is.
    pub async fn get_optional(self, id: &ResourceId) -> Result<Option<Json>, Error> {
        match self.get(id).await {
            Ok(body) => Ok(Some(body)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads what a resource shows below it, such as `health/network`.
    pub async fn get_below(self, id: &ResourceId, path: &str) -> Result<Json, Error> {
        let request = self.request_below(Method::GET, id, path).await?;
        self.session.read(&request).await
    }

    /// Reads all pages of a collection below a scope, such as `subnets` or `providers/Microsoft.Logic/workflows`.
    pub async fn list(self, scope: &ResourceId, path: &str) -> Result<Vec<Json>, Error> {
        let mut request = self.request_below(Method::GET, scope, path).await?;
        let mut items = Vec::new();
        loop {
            let here = request.url.clone();
            let mut page = self.session.read(&request).await?;
            // An empty collection is a finding that deletions rely on: it must not be mistaken.
            let Some(Json::Array(values)) = page.get_mut("value").map(Json::take) else {
                return Err(Error::unreadable(
                    "the answer is not a page of a collection",
                ));
            };
            items.extend(values);
            let next = page["nextLink"].as_str().filter(|link| !link.is_empty());
            let Some(next) = next else {
                return Ok(items);
            };
            request = Request::follow(self.session.endpoint().await?, next)?;
            if request.url == here {
                return Err(Error::unreadable("a page names itself as the next one"));
            }
        }
    }

    /// Creates an object, or replaces it as a whole.
    pub async fn put(
        self,
        id: &ResourceId,
        body: &impl Serialize,
        options: PutOptions,
    ) -> Result<Accepted, Error> {
        let request = self
            .request(Method::PUT, id)
            .await?
            .with_json(body)?
            .with_options(&options)?;
        self.session.write(request, id, Intent::Write).await
    }

    /// Changes the members that the body names.
    pub async fn patch(self, id: &ResourceId, body: &impl Serialize) -> Result<Accepted, Error> {
        let request = self.request(Method::PATCH, id).await?.with_json(body)?;
        self.session.write(request, id, Intent::Write).await
    }

    /// Runs an action of a resource, such as `restart`.
    pub async fn post(
        self,
        id: &ResourceId,
        action: &str,
        body: Option<&Json>,
    ) -> Result<Accepted, Error> {
        let mut request = self.request_below(Method::POST, id, action).await?;
        if let Some(body) = body {
            request = request.with_json(body)?;
        }
        self.session.write(request, id, Intent::Action).await
    }

    /// Asks for what ARM tells only in answer to a POST, such as `listCallbackUrl`: it changes nothing, and is repeated
    /// as a read is.
    pub async fn ask(
        self,
        id: &ResourceId,
        action: &str,
        body: Option<&Json>,
    ) -> Result<Json, Error> {
        let mut request = self.request_below(Method::POST, id, action).await?.asking();
        if let Some(body) = body {
            request = request.with_json(body)?;
        }
        self.session.read(&request).await
    }

    /// Deletes an object; one that is gone already is no error.
    pub async fn delete(self, id: &ResourceId) -> Result<Accepted, Error> {
        let request = self.request(Method::DELETE, id).await?;
        match self.session.write(request, id, Intent::Delete).await {
            Err(error) if error.is_not_found() => Ok(Accepted {
                status: StatusCode::NOT_FOUND.as_u16(),
                is_outcome_unknown: false,
                body: None,
                operation: None,
            }),
            other => other,
        }
    }

    /// A request about an object.
    pub(super) async fn request(self, method: Method, id: &ResourceId) -> Result<Request, Error> {
        let endpoint = self.session.endpoint().await?;
        Request::to(endpoint, method, id, self.resource_type.api_version)
    }

    /// A request about what is below it.
    async fn request_below(
        self,
        method: Method,
        id: &ResourceId,
        path: &str,
    ) -> Result<Request, Error> {
        let endpoint = self.session.endpoint().await?;
        Request::below(endpoint, method, id, path, self.resource_type.api_version)
    }
}
