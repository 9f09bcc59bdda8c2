//! A machine in the middle: one that only listens, or one with its own key.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use super::{End, Face, Key, Secure, accept, connect};

/// Forwards bytes, and keeps a copy of them.
pub(crate) struct Recorder {
    heard: Arc<Mutex<Heard>>,
}

/// What was sent in each direction, one entry per connection.
#[derive(Default)]
struct Heard {
    to_server: Vec<Vec<u8>>,
    to_client: Vec<Vec<u8>>,
}

impl Recorder {
    /// Listens at `at` and forwards everything to `to`.
    pub(crate) fn start(at: SocketAddr, to: SocketAddr) -> Self {
        let heard = Arc::<Mutex<Heard>>::default();
        let listener = TcpListener::bind(at).unwrap();
        let ears = Arc::clone(&heard);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(to) else { continue };
                let number = {
                    let mut heard = ears.lock().unwrap();
                    heard.to_server.push(Vec::new());
                    heard.to_client.push(Vec::new());
                    heard.to_server.len() - 1
                };
                let ways = [(client.try_clone().unwrap(), server.try_clone().unwrap(), true), (server, client, false)];
                for (from, to, to_server) in ways {
                    let ears = Arc::clone(&ears);
                    thread::spawn(move || {
                        pass(from, to, |bytes| {
                            let mut heard = ears.lock().unwrap();
                            let all = if to_server { &mut heard.to_server } else { &mut heard.to_client };
                            all[number].extend(bytes);
                        });
                    });
                }
            }
        });
        Self { heard }
    }

    /// Everything heard so far, in both directions.
    pub(crate) fn everything(&self) -> Vec<u8> {
        let heard = self.heard.lock().unwrap();
        [heard.to_server.concat(), heard.to_client.concat()].concat()
    }

    /// What each client said.
    pub(crate) fn clients(&self) -> Vec<Vec<u8>> {
        self.heard.lock().unwrap().to_server.clone()
    }
}

/// Forwards bytes until one side ends, and then ends the other.
fn pass(mut from: TcpStream, mut to: TcpStream, mut hear: impl FnMut(&[u8])) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        hear(&bytes[..length]);
        if to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

/// A man in the middle. Waits for one dial at `listener`, dials `to` with the same key of its own, and forwards every
/// byte inside both sessions until one ends. Returns what went to the server and to the client, in clear.
pub(crate) fn middle(listener: &TcpListener, to: SocketAddr, key: &Key) -> Result<[Vec<u8>; 2], End> {
    let client = accept(listener, &Face::of(key))?;
    let server = connect(to, &Face::of(key))?;
    let mut sides = [client, server];
    let mut passed = [const { Vec::new() }; 2];
    while (0..2).all(|from| step(&mut sides, from, &mut passed[from])) {}
    Ok(passed)
}

/// Forwards what one side has said; false when either side is gone. Two threads cannot share a session, so the sides
/// take turns.
fn step(sides: &mut [Secure; 2], from: usize, passed: &mut Vec<u8>) -> bool {
    const TURN: Duration = Duration::from_millis(5);
    let mut bytes = [0; 16_384];
    sides[from].socket().set_read_timeout(Some(TURN)).unwrap();
    match sides[from].read(&mut bytes) {
        Ok(0) => false,
        Ok(length) => {
            passed.extend(&bytes[..length]);
            sides[1 - from].write_all(&bytes[..length]).is_ok()
        }
        Err(error) => End::of(&error) == End::Silence,
    }
}
