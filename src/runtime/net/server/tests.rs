use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::*;
use crate::{
    core::node::Input,
    domain::model::Guests,
    protocol::{
        identity::Identity,
        wire::{Line, chat_client::ChatClient},
    },
    runtime::{
        io::MemoryNet,
        net::{LinkEvent, OneShot, Tls},
    },
};

#[tokio::test(start_paused = true)]
async fn a_cut_connection_does_not_wait_for_a_verdict() {
    let net = MemoryNet::default();
    let addr = SocketAddr::from(([127, 0, 0, 1], 7001));
    let listener = net.bind(addr).await.unwrap();
    let tls = Tls::new(&Identity::from_secret(&[1; 32])).unwrap();
    let shared = Shared::new(tls, Guests::Loopback);
    let inbox = shared.inbox.clone();
    let _server = tokio_util::task::AbortOnDropHandle::new(tokio::spawn(serve(net.clone(), (addr, listener), shared)));

    let stream = net.connect(None, addr).await.unwrap();
    let http2 = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    let (sender, connection) = http2.handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let (says, lines) = mpsc::channel(1);
    says.send(Line::new("127.0.0.1:7002")).await.unwrap();
    let mut client = ChatClient::with_origin(OneShot(sender), "http://guest".parse().unwrap());
    let _hears = client.new_node(ReceiverStream::new(lines)).await.unwrap();

    let LinkEvent::Arrived { link, input: Input::GuestArrived { .. }, handle } = inbox.next(|_| true).await else {
        panic!("nobody came")
    };
    // There is no verdict before the time to be let in is over.
    let told = tokio::time::timeout(HELLO_TIMEOUT * 2, inbox.next(|_| true)).await.expect("it still waits");
    assert!(matches!(told, LinkEvent::Node(Input::Closed { link: closed, .. }) if closed == link), "{told:?}");
    assert!(handle.is_cut());
    let _ = tokio::time::timeout(Duration::from_secs(1), connection).await.expect("the connection is still open");
}
