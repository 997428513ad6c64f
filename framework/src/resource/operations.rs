//! Requests and responses of create, read, update and delete.

use crate::deferral::DeferredReason;
use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::private::Private;
use crate::types::value::Object;

/// What there is to create.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CreateRequest<'a> {
    /// What the user wrote; write-only values are here only.
    pub config: &'a Object,
    /// The state to reach; what the provider decides is unknown.
    pub plan: &'a Object,
    /// The identity that was planned, as far as it is known; none if none was.
    pub identity: Option<&'a Object>,
}

impl<'a> CreateRequest<'a> {
    /// The request to reach `plan`.
    pub fn new(config: &'a Object, plan: &'a Object) -> Self {
        Self {
            config,
            plan,
            identity: None,
        }
    }
}

/// What there is to bring up to date.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ReadRequest<'a> {
    /// The state as it was stored.
    pub current: &'a Object,
    /// The identity as it was stored, if there was one.
    pub identity: Option<&'a Object>,
}

impl<'a> ReadRequest<'a> {
    /// The request to read the object that `current` was stored of.
    pub fn new(current: &'a Object) -> Self {
        Self {
            current,
            identity: None,
        }
    }
}

/// What there is to change.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct UpdateRequest<'a> {
    /// What the user wrote; write-only values are here only.
    pub config: &'a Object,
    /// The state before.
    pub prior: &'a Object,
    /// The state to reach; what the provider decides is unknown.
    pub plan: &'a Object,
    /// The identity as it was stored, or planned, if there was one.
    pub identity: Option<&'a Object>,
}

impl<'a> UpdateRequest<'a> {
    /// The request to get from `prior` to `plan`.
    pub fn new(config: &'a Object, prior: &'a Object, plan: &'a Object) -> Self {
        Self {
            config,
            prior,
            plan,
            identity: None,
        }
    }

    /// Whether a top-level attribute changes.
    pub fn changes(&self, name: &str) -> bool {
        self.prior.get(name) != self.plan.get(name)
    }
}

/// What there is to delete.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DeleteRequest<'a> {
    /// The state before.
    pub prior: &'a Object,
    /// The identity as it was stored, if there was one.
    pub identity: Option<&'a Object>,
}

impl<'a> DeleteRequest<'a> {
    /// The request to delete the object of this state.
    pub fn new(prior: &'a Object) -> Self {
        Self {
            prior,
            identity: None,
        }
    }
}

/// What Terraform stores of one object.
///
/// ```
/// use tfplugin_framework::resource::State;
/// use tfplugin_framework::types::value::Object;
///
/// let mut state = State::default();
/// state.set([("name", "a")].into_iter().collect());
/// assert_eq!(state.object().and_then(|it| it.str("name")), Some("a"));
/// state.remove();
/// assert_eq!(state.into_object(), None::<Object>);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State(Option<Object>);

impl State {
    /// A state with what was stored before, if anything.
    pub fn new(object: Option<Object>) -> Self {
        Self(object)
    }

    /// The object, while there is one.
    pub fn object(&self) -> Option<&Object> {
        self.0.as_ref()
    }

    /// Stores the object.
    pub fn set(&mut self, object: Object) {
        self.0 = Some(object);
    }

    /// Forgets the object: it is gone.
    pub fn remove(&mut self) {
        self.0 = None;
    }

    /// The object by itself.
    pub fn into_object(self) -> Option<Object> {
        self.0
    }
}

macro_rules! responses {
    ($($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident: $ty:ty)? }),* $(,)?) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default)]
            #[non_exhaustive]
            pub struct $name {
                /// What is stored of the object.
                pub state: State,
                /// What tells the object from others, for a type that has an identity.
                pub identity: Option<Object>,
                /// What is remembered beside it.
                pub private: Private,
                $($(#[$member_doc])* pub $member: $ty,)?
                /// Messages to the user.
                pub diagnostics: Diagnostics,
            }

            impl $name {
                /// The answer before anything has happened: what is stored and remembered already.
                pub fn new(object: Option<Object>, private: Private) -> Self {
                    Self {
                        state: State::new(object),
                        identity: None,
                        private,
                        $($member: Default::default(),)?
                        diagnostics: Diagnostics::new(),
                    }
                }
            }
        )*
    };
}

responses!(
    /// What came of a creation. The state starts empty.
    CreateResponse {},
    /// What came of a read. The state starts as it was.
    ReadResponse {
        /// Why the read is put off, where the client allows that.
        deferred: Option<DeferredReason>
    },
    /// What came of an update. The state starts as it was.
    UpdateResponse {},
    /// What came of a deletion. The state starts as it was, and is kept if the deletion fails.
    DeleteResponse {},
);

/// How far a create or an update came that did not fail.
///
/// ```
/// use tfplugin_framework::diagnostics::Diagnostic;
/// use tfplugin_framework::resource::{CreateRequest, CreateResponse, Outcome};
///
/// fn created(is_ready: bool, request: CreateRequest<'_>, response: &mut CreateResponse) -> Outcome {
///     if is_ready {
///         response.state.set(request.plan.clone());
///         return Outcome::Done;
///     }
///     // Stored, not tainted, and the user is warned.
///     let warning = Diagnostic::warning("Still being made", "The next plan finds out what became of it.");
///     response.accepted(request.plan.clone(), warning)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is as it was planned.
    Done,
    /// The remote system has accepted it, or may have, and goes on by itself; see [`CreateResponse::accepted`].
    Accepted(Accepted),
}

/// Proof that what is known was stored, and that the user was warned.
///
/// `response.accepted(object, warning)` makes one; see [`Outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted(());

impl Accepted {
    fn outcome(
        object: Object,
        warning: Diagnostic,
        state: &mut State,
        diagnostics: &mut Diagnostics,
    ) -> Outcome {
        state.set(object);
        diagnostics.add(Diagnostic {
            severity: Severity::Warning,
            ..warning
        });
        Outcome::Accepted(Self(()))
    }
}

impl CreateResponse {
    /// Ends a creation that the remote system has accepted, or may have, without waiting for its end: because of
    /// a stop, a timeout or an answer that is missing.
    ///
    /// The object is stored with what is known of it; what is unknown becomes null. It is not tainted, so the next plan
    /// finds out what became of it and goes on from there. The warning says so.
    pub fn accepted(&mut self, object: Object, warning: Diagnostic) -> Outcome {
        Accepted::outcome(object, warning, &mut self.state, &mut self.diagnostics)
    }
}

impl UpdateResponse {
    /// Ends an update that the remote system has accepted, or may have, without waiting for its end. The object is
    /// stored as planned; what is unknown becomes null. The warning says so.
    pub fn accepted(&mut self, object: Object, warning: Diagnostic) -> Outcome {
        Accepted::outcome(object, warning, &mut self.state, &mut self.diagnostics)
    }
}
