//! How much of a flow passes, and why nobody can tell.

use super::table::AccessEndpoint;

/// How much of a flow passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// All of it.
    Open,
    /// Nothing.
    Closed,
    /// Some of it certainly does, and some does not.
    InPart,
    /// Nobody can tell.
    Unknown(Doubt),
}

/// Why nobody can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// The addresses of a service are known to Azure alone.
    Service,
    /// The members of application security groups are known to Azure alone.
    Members,
    /// What is connected with the network is not known.
    Connected,
    /// Routes change what tags mean.
    Routes,
    /// Routes may change what tags mean, and nobody knows them.
    UnknownRoutes,
    /// It matters with this access endpoint, and nobody knows which one it will be.
    AccessEndpoint(AccessEndpoint),
    /// The rules cut it into too many pieces.
    Pieces,
}
