//! `[member]`: the listener for members' desks.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

/// Where members' desks connect. Every request is signed by a member key, so this may stand open to them; a private
/// network or an onion service of its own is better.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Member {
    /// Address and port. Port 0 is any free one.
    pub listen: SocketAddr,
}

impl Default for Member {
    fn default() -> Self {
        Self { listen: (Ipv4Addr::LOCALHOST, 8081).into() }
    }
}
