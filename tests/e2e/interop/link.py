"""One link: HTTP/2 and gRPC over a TLS session. Frames go in and come out; what they mean is decided in peer.py."""

import h2.config
import h2.connection
import h2.events
import h2.exceptions

import wire
from tls import Session, TlsError

PATH = "/proximity.v1.Mesh/Link"
MAX_FRAME = 256 << 10
DIAL_SECONDS = 5


class Link:
    def __init__(self, host, port, key):
        self.session = Session(host, port, key, DIAL_SECONDS)
        self.peer_key, self.binding = self.session.peer_key, self.session.binding
        self.ended = None  # why, once it has
        self.closing = None  # the same, while frames that came before are still to be read
        self.incoming, self.outgoing = bytearray(), bytearray()
        self.http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.http.initiate_connection()
        self.stream = self.http.get_next_available_stream_id()
        self.http.send_headers(self.stream, [
            (":method", "POST"), (":scheme", "https"), (":authority", f"{host}:{port}"), (":path", PATH),
            ("content-type", "application/grpc"), ("te", "trailers")])

    def fileno(self):
        return self.session.fileno()

    def send(self, frame):
        data = wire.encode("Frame", frame)
        # gRPC: a byte that says "not compressed", and the length.
        self.outgoing += b"\0" + len(data).to_bytes(4, "big") + data
        self._flush()

    def receive(self):
        """Reads what is there. Returns the frames that are complete."""
        frames = []
        try:
            while not self.ended and (data := self.session.recv()) != b"":
                if data is None:
                    self.end("closed")
                    break
                for event in self.http.receive_data(data):
                    self._handle(event)
                frames += self._frames()
        except (h2.exceptions.ProtocolError, TlsError, wire.Malformed) as error:
            self.end(str(error))
        self._flush()
        return frames

    def end(self, why):
        if not self.ended:
            self.ended = why
            self.session.close()

    def _flush(self):
        """Sends as much as the other side's windows allow."""
        try:
            while self.outgoing and not self.ended:
                size = min(len(self.outgoing), self.http.local_flow_control_window(self.stream),
                           self.http.max_outbound_frame_size)
                if size <= 0:
                    break
                self.http.send_data(self.stream, bytes(self.outgoing[:size]))
                del self.outgoing[:size]
            if not self.ended:
                self.session.send(self.http.data_to_send())
        except (h2.exceptions.ProtocolError, TlsError) as error:
            self.end(str(error))

    def _handle(self, event):
        """The library itself answers the other side's HTTP/2 pings."""
        if isinstance(event, h2.events.DataReceived):
            self.incoming += event.data
            self.http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, (h2.events.StreamEnded, h2.events.StreamReset, h2.events.ConnectionTerminated)):
            self.closing = "closed"

    def _frames(self):
        frames = []
        while len(self.incoming) >= 5:
            size = int.from_bytes(self.incoming[1:5], "big")
            if self.incoming[0] != 0 or size > MAX_FRAME:
                raise wire.Malformed("a frame is compressed or too long")
            if len(self.incoming) < 5 + size:
                break
            frames.append(wire.decode("Frame", bytes(self.incoming[5:5 + size])))
            del self.incoming[:5 + size]
        if self.closing:
            self.end(self.closing)
        return frames
