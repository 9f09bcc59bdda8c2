//! One gRPC stream of the mesh, over any bytes.

use std::{
    collections::VecDeque,
    fmt, io,
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use prost::Message;

use super::{
    Author, End, Key, MESH, Secure, batch, have,
    h2::{self, END_HEADERS, END_STREAM, Head, kind},
    proto::{Frame, Hello, Reason, frame::Body},
};

/// The stream of the call: a client's first.
const STREAM: u32 = 1;

/// The head of a gRPC message: whether it is compressed, and its length.
const GRPC_HEAD: usize = 5;

/// How long a step may take: ten times the promised five seconds.
const PATIENCE: Duration = Duration::from_secs(50);

trait Io: Read + Write + Send {}
impl<T: Read + Write + Send> Io for T {}

/// A link of the mesh, or the beginning of one. Nothing is sent or checked by itself but what keeps HTTP/2 going.
pub(crate) struct Link {
    io: Box<dyn Io>,
    socket: TcpStream,
    inbox: Vec<u8>,
    data: Vec<u8>,
    frames: VecDeque<Frame>,
    /// What the other side lets us send, on the connection and on the stream.
    credit: [i64; 2],
    initial: i64,
    called: bool,
    ended: Option<String>,
}

impl Link {
    /// Calls the mesh on a session.
    pub(crate) fn dial(secure: Secure) -> Result<Self, End> {
        let socket = secure.socket().try_clone().unwrap();
        Self::call(secure, socket, "https", MESH)
    }

    /// Calls any path on any bytes.
    pub(crate) fn call(
        io: impl Read + Write + Send + 'static,
        socket: TcpStream,
        scheme: &str,
        path: &str,
    ) -> Result<Self, End> {
        let mut link = Self::over(io, socket);
        let call = h2::frame(kind::HEADERS, END_HEADERS, STREAM, &h2::headers(scheme, path));
        link.write(&[h2::PREFACE, h2::EMPTY_SETTINGS, &call].concat())?;
        Ok(link)
    }

    /// Answers the call of whoever dialled us.
    pub(crate) fn answer(secure: Secure) -> Result<Self, End> {
        let socket = secure.socket().try_clone().unwrap();
        let mut link = Self::over(secure, socket);
        link.write(h2::EMPTY_SETTINGS)?;
        let begun = Instant::now();
        while link.inbox.len() < h2::PREFACE.len() {
            link.fill(begun)?;
        }
        assert_eq!(&link.inbox[..h2::PREFACE.len()], h2::PREFACE, "a client begins with the preface");
        link.inbox.drain(..h2::PREFACE.len());
        while !link.called {
            link.pump(begun)?;
        }
        link.write(&h2::frame(kind::HEADERS, END_HEADERS, STREAM, &h2::answer()))?;
        Ok(link)
    }

    fn over(io: impl Read + Write + Send + 'static, socket: TcpStream) -> Self {
        Self {
            io: Box::new(io),
            socket,
            inbox: Vec::new(),
            data: Vec::new(),
            frames: VecDeque::new(),
            credit: [h2::WINDOW; 2],
            initial: h2::WINDOW,
            called: false,
            ended: None,
        }
    }

    /// The socket below.
    pub(crate) fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Sends one frame of the mesh, as soon as HTTP/2's windows let it.
    pub(crate) fn send(&mut self, body: Body) -> Result<(), End> {
        self.send_message(&Frame { body: Some(body) }.encode_to_vec())
    }

    /// Sends one message of any bytes.
    pub(crate) fn send_message(&mut self, message: &[u8]) -> Result<(), End> {
        let mut bytes = vec![0];
        bytes.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
        bytes.extend(message);
        self.send_data(&bytes)
    }

    /// Sends any bytes in DATA frames.
    pub(crate) fn send_data(&mut self, mut bytes: &[u8]) -> Result<(), End> {
        const LARGEST: usize = 16_384;
        let begun = Instant::now();
        while !bytes.is_empty() {
            let credit = usize::try_from(self.credit[0].min(self.credit[1])).unwrap_or(0);
            let length = bytes.len().min(LARGEST).min(credit);
            if length == 0 {
                self.pump(begun)?;
                continue;
            }
            let (now, later) = bytes.split_at(length);
            self.write(&h2::frame(kind::DATA, 0, STREAM, now))?;
            self.credit = self.credit.map(|credit| credit - i64::try_from(length).unwrap());
            bytes = later;
        }
        Ok(())
    }

    /// Sends bytes of any kind, past everything.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), End> {
        self.io.write_all(bytes).and_then(|()| self.io.flush()).map_err(|error| End::of(&error))
    }

    /// The next frame of the other side.
    ///
    /// # Errors
    /// [`End`] when the stream or the connection ended, or nothing came for [`PATIENCE`].
    pub(crate) fn next(&mut self) -> Result<Body, End> {
        self.next_within(PATIENCE)
    }

    /// The same, within `time`.
    pub(crate) fn next_within(&mut self, time: Duration) -> Result<Body, End> {
        let begun = Instant::now();
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return Ok(frame.body.expect("a frame of ours has a body"));
            }
            if self.ended.is_some() {
                return Err(End::Closed);
            }
            let left = time.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err(End::Silence);
            }
            self.socket.set_read_timeout(Some(left)).unwrap();
            let pumped = self.pump(begun);
            self.socket.set_read_timeout(Some(PATIENCE)).unwrap();
            pumped?;
        }
    }

    /// Reads up to the first frame that `wanted` has an answer for.
    pub(crate) fn wait<T>(&mut self, mut wanted: impl FnMut(&Body) -> Option<T>) -> Result<T, End> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let body = self.next()?;
            if let Some(answer) = wanted(&body) {
                return Ok(answer);
            }
        }
        Err(End::Silence)
    }

    /// Says the author's next line.
    pub(crate) fn say(&mut self, author: &mut Author, text: &str) -> Result<(), End> {
        let line = author.line(text);
        self.send(batch(vec![line]))?;
        self.send(have(vec![author.dot()]))
    }

    /// Reads up to a line of the other side.
    pub(crate) fn wait_line(&mut self, text: &str) -> Result<(), End> {
        self.wait(|body| super::texts(body).iter().any(|line| line == text).then_some(()))
    }

    /// Exchanges greetings in the role of the dialler, and returns theirs.
    pub(crate) fn greet(&mut self, hello: Hello) -> Result<Hello, End> {
        self.send(Body::Hello(hello))?;
        match self.next()? {
            Body::Hello(theirs) => Ok(theirs),
            Body::Bye(bye) => Err(End::Bye(bye.reason())),
            other => panic!("no Hello but {other:?}"),
        }
    }

    /// Reads until the end; returns the reason given in a Bye, if any, and how it ended.
    pub(crate) fn end(&mut self) -> (Option<Reason>, End) {
        let begun = Instant::now();
        let mut said = None;
        loop {
            match self.next() {
                Ok(Body::Bye(bye)) => said = Some(bye.reason()),
                Ok(_) if begun.elapsed() < PATIENCE => {}
                Ok(_) => return (said, End::Silence),
                Err(end) => return (said, end),
            }
        }
    }

    /// Reads and answers for `time`, whatever comes; stops at the end of the link.
    pub(crate) fn stay(&mut self, time: Duration) -> Result<(), End> {
        let begun = Instant::now();
        while begun.elapsed() < time {
            match self.next_within(time.saturating_sub(begun.elapsed())) {
                Ok(_) | Err(End::Silence) => {}
                Err(end) => return Err(end),
            }
        }
        Ok(())
    }

    /// Reads and handles one HTTP/2 frame.
    fn pump(&mut self, begun: Instant) -> Result<(), End> {
        let head = loop {
            if let Some(head) = Head::read(&self.inbox).filter(|head| self.inbox.len() >= Head::BYTES + head.length) {
                break head;
            }
            self.fill(begun)?;
        };
        let payload: Vec<u8> = self.inbox.drain(..Head::BYTES + head.length).skip(Head::BYTES).collect();
        self.handle(head, &payload)
    }

    fn handle(&mut self, head: Head, payload: &[u8]) -> Result<(), End> {
        let number = |at: usize| payload.get(at..at + 4).map(|four| u32::from_be_bytes(four.try_into().unwrap()));
        match head.kind {
            kind::DATA => {
                self.data.extend(payload);
                self.unpack();
                if !payload.is_empty() {
                    let credit = u32::try_from(payload.len()).unwrap().to_be_bytes();
                    let updates = [0, STREAM].map(|stream| h2::frame(kind::WINDOW_UPDATE, 0, stream, &credit)).concat();
                    // Who ended the stream may have closed the connection already.
                    let _ = self.write(&updates);
                }
            }
            kind::SETTINGS if head.flags & h2::ACK == 0 => {
                for setting in payload.as_chunks::<6>().0 {
                    let value = i64::from(u32::from_be_bytes(setting[2..].try_into().unwrap()));
                    if setting[..2] == [0, 4] {
                        self.credit[1] += value - self.initial;
                        self.initial = value;
                    }
                }
                self.write(&h2::frame(kind::SETTINGS, h2::ACK, 0, &[]))?;
            }
            kind::PING if head.flags & h2::ACK == 0 => self.write(&h2::frame(kind::PING, h2::ACK, 0, payload))?,
            kind::WINDOW_UPDATE => {
                self.credit[usize::from(head.stream != 0)] += i64::from(number(0).unwrap_or(0));
            }
            kind::HEADERS => self.called = true,
            kind::RST_STREAM => self.ended = Some(format!("RST_STREAM {:?}", number(0))),
            kind::GOAWAY => {
                let text = String::from_utf8_lossy(payload.get(8..).unwrap_or_default()).into_owned();
                self.ended = Some(format!("GOAWAY {:?} {text}", number(4)));
            }
            _ => {}
        }
        if matches!(head.kind, kind::DATA | kind::HEADERS) && head.flags & END_STREAM != 0 {
            self.ended.get_or_insert_with(|| "END_STREAM".to_owned());
        }
        Ok(())
    }

    /// Takes whole messages out of what came.
    fn unpack(&mut self) {
        while let Some(head) = self.data.get(..GRPC_HEAD) {
            let length = u32::from_be_bytes(head[1..].try_into().unwrap()) as usize;
            if self.data.len() < GRPC_HEAD + length {
                return;
            }
            let message: Vec<u8> = self.data.drain(..GRPC_HEAD + length).skip(GRPC_HEAD).collect();
            self.frames.push_back(Frame::decode(&message[..]).expect("a frame of ours can be decoded"));
        }
    }

    fn fill(&mut self, begun: Instant) -> Result<(), End> {
        let mut bytes = [0; 16_384];
        match self.io.read(&mut bytes) {
            Ok(0) => Err(End::Closed),
            Ok(length) => {
                self.inbox.extend(&bytes[..length]);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted && begun.elapsed() < PATIENCE => Ok(()),
            Err(error) => Err(End::of(&error)),
        }
    }

    /// How the stream ended, if it did.
    pub(crate) fn how(&self) -> Option<&str> {
        self.ended.as_deref()
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({:?}, {:?})", self.socket.peer_addr(), self.ended)
    }
}

/// An honest greeting.
pub(crate) fn hello(key: &Key, nick: &str) -> Hello {
    hello_of(&key.bytes(), nick)
}

/// A greeting in the name of any key.
pub(crate) fn hello_of(node: &[u8], nick: &str) -> Hello {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Hello {
        min: 2,
        max: 2,
        caps: Vec::new(),
        node: node.to_vec(),
        boot: fastrand::u64(..),
        nick: nick.to_owned(),
        wall_ms: u64::try_from(now.as_millis()).unwrap(),
        port: 9,
        version: "0".to_owned(),
    }
}
