//! Putting off what cannot be done before something else is.
//!
//! Terraform then does the rest, and asks again in a later run. Only where the client allows it: `client_capabilities` of the
//! [`Context`](crate::context::Context) says so. And only because something is not known yet: stable releases of Terraform say
//! in an apply that they allow it, where all is known, and fail if it is done there. OpenTofu 1.11.0 to 1.11.3 says so
//! everywhere, and takes what is put off for the whole answer; releases of before and after it say that they do not allow it.

/// Why something is put off.
///
/// ```
/// use tfplugin_framework::context::Context;
/// use tfplugin_framework::data_source::{ReadRequest, ReadResponse};
/// use tfplugin_framework::deferral::{ClientCapabilities, DeferredReason};
///
/// /// In the read of a data source: which of the folders it reads is not known yet. In an apply it always is.
/// fn put_off<D>(context: &Context<D>, request: ReadRequest<'_>, response: &mut ReadResponse) -> bool {
///     let client: ClientCapabilities = context.client_capabilities;
///     if client.deferral_allowed && request.config.get("path").is_unknown() {
///         response.deferred = Some(DeferredReason::ResourceConfigUnknown);
///     }
///     response.deferred.is_some()
/// }
///
/// fn words(reason: DeferredReason) -> &'static str {
///     match reason {
///         DeferredReason::ProviderConfigUnknown => "the provider waits",
///         DeferredReason::AbsentPrereq => "it waits for another object",
///         _ => "it waits for its configuration",
///     }
/// }
/// # let _ = words;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeferredReason {
    /// Something in the configuration of the object is not known yet.
    ResourceConfigUnknown,
    /// Something in the configuration of the provider is not known yet.
    ProviderConfigUnknown,
    /// Something else has to exist before.
    AbsentPrereq,
}

/// What a client understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientCapabilities {
    /// Whether an answer may be put off.
    pub deferral_allowed: bool,
    /// Whether it keeps write-only values out of its state (Terraform 1.11).
    pub write_only_attributes_allowed: bool,
    /// Whether the plan that an apply begins with is told what the plan before it remembered (Terraform 1.16).
    pub store_planned_private: bool,
    /// Whether a provider may decide about blocks that are not written (Terraform 1.16).
    pub computed_blocks_allowed: bool,
}

/// What becomes of the plans of a type while the provider is deferred.
///
/// ```
/// use tfplugin_framework::deferral::ProviderDeferredBehavior;
///
/// /// In an `impl Resource`, for one whose own say in plans needs nothing of the provider.
/// fn provider_deferred_behavior() -> ProviderDeferredBehavior {
///     ProviderDeferredBehavior::EnablePlanModification
/// }
/// # assert_ne!(provider_deferred_behavior(), ProviderDeferredBehavior::default());
/// assert_eq!(ProviderDeferredBehavior::default(), ProviderDeferredBehavior::SkipPlanModification);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderDeferredBehavior {
    /// They are made without the plan modifiers and without the resource's own say.
    #[default]
    SkipPlanModification,
    /// They are made as ever, so that an error is found in this run.
    EnablePlanModification,
}
