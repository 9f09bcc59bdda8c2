//! Listens so that others can try to connect back and say whether they reach us.

use std::{net::SocketAddr, time::Duration};

use tokio::task::JoinSet;

use super::Options;
use crate::runtime::{
    io::Net,
    net::{ListenError, first_free},
};

/// Listens as the chat would, in `tasks`, and accepts every connection without sending anything: it is enough that the
/// connections get through.
pub(super) async fn listen<N: Net>(
    net: &N,
    options: &Options,
    tasks: &mut JoinSet<()>,
) -> Result<SocketAddr, ListenError> {
    let bound = first_free(net, &options.site.listen, options.ports, None).await?;
    let addr = bound.first().map_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)), |(addr, _)| *addr);
    for (_, listener) in bound {
        let net = net.clone();
        tasks.spawn(async move {
            loop {
                if net.accept(&listener).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        });
    }
    Ok(addr)
}
