//! Letting others connect, so that they can say whether they reach us.

use std::{net::SocketAddr, time::Duration};

use tokio::task::JoinSet;

use super::Options;
use crate::runtime::{
    io::Net,
    net::{ListenError, first_free},
};

/// Listens as the chat would, and takes every connection without a word: it is enough that they come through.
pub(super) async fn open_doors<N: Net>(
    net: &N,
    options: &Options,
    doors: &mut JoinSet<()>,
) -> Result<SocketAddr, ListenError> {
    let bound = first_free(net, &options.site.listen, options.ports, None).await?;
    let addr = bound.first().map_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)), |(addr, _)| *addr);
    for (_, listener) in bound {
        let net = net.clone();
        doors.spawn(async move {
            loop {
                if net.accept(&listener).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        });
    }
    Ok(addr)
}
