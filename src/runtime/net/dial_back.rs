//! Connecting back to hosts that ask for it in a probe.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{sync::Semaphore, time::Instant};

use super::client_connection::connect;
use crate::{
    core::node::DialFailure,
    domain::{limit::TokenBucket, model::FIRST_USER_PORT},
    protocol::codec::mesh::DialBack,
    runtime::io::Net,
};

/// How many connections are tried for others at once. The limit keeps them from making us scan ports.
const DIAL_BACKS: usize = 4;

/// How many connections are tried for others in a burst, and per second in the long run.
const DIAL_BACK_BURST: u32 = 16;
const DIAL_BACK_RATE: f64 = 1.0;

/// Connections that we try because a probe asks for them.
#[derive(Debug, Clone)]
pub(super) struct DialBacks {
    slots: Arc<Semaphore>,
    allowance: Arc<Mutex<TokenBucket>>,
}

impl Default for DialBacks {
    fn default() -> Self {
        let allowance = TokenBucket::new(DIAL_BACK_BURST, DIAL_BACK_RATE);
        Self { slots: Arc::new(Semaphore::new(DIAL_BACKS)), allowance: Arc::new(Mutex::new(allowance)) }
    }
}

impl DialBacks {
    /// Connects from `from` to `port` of `host`, which asks for it. `None` if we do not do that for it now.
    pub(super) async fn dial<N: Net>(
        &self,
        net: &N,
        from: Option<IpAddr>,
        host: SocketAddr,
        port: u16,
    ) -> Option<DialBack> {
        if port < FIRST_USER_PORT || !self.may_dial() {
            return None;
        }
        let _slot = self.slots.try_acquire().ok()?;
        let mut to = host;
        to.set_port(port);
        Some(match connect(net, from, to).await {
            Ok(_) => DialBack::Reached,
            Err(DialFailure::Refused) => DialBack::Refused,
            Err(DialFailure::Timeout) => DialBack::Timeout,
            Err(_) => DialBack::Unreachable,
        })
    }

    fn may_dial(&self) -> bool {
        self.allowance.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now().into_std())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::runtime::io::MemoryNet;

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_requests_causes_few_connections() {
        let (net, backs) = (MemoryNet::default(), DialBacks::default());
        let host = SocketAddr::from(([127, 0, 0, 1], 50_000));
        assert_eq!(backs.dial(&net, None, host, 22).await, None, "a service");
        let mut tried = 0;
        for _ in 0..1_000 {
            tried += u32::from(backs.dial(&net, None, host, 4_565).await == Some(DialBack::Refused));
        }
        assert_eq!(tried, DIAL_BACK_BURST);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(backs.dial(&net, None, host, 4_565).await.is_some());
    }
}
