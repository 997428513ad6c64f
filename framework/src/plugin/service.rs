//! What a process serves.

use std::future::Future;

use tfplugin_proto::v6::provider_server::Provider;

/// A provider that can end in order when its client has vanished.
pub trait ProviderService: Provider {
    /// Resolves once no call is at work any more, including work that outlives a cancelled call.
    ///
    /// Awaited for a few seconds after StopProvider when the client is gone without a word.
    fn idle(&self) -> impl Future<Output = ()> + Send;

    /// The same provider for another client of the process: it shares everything but what a client configures. Stopping the
    /// one that it is made of stops it too.
    fn for_client(&self) -> Self
    where
        Self: Sized;
}
