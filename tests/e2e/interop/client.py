"""A second implementation of the mesh protocol, as a test of the first one and of its description.

It was written from docs/protocol.md and proto/*.proto alone, by somebody who had not seen the program's source, and later
cut down. What it does must still follow from these files alone: it shows that they are enough for a client in any
language. If you change the protocol, change the document first, and then this client by what the document says.

It does what tests/e2e/interop/ needs and no more. It dials one node at a time and never listens. It keeps nothing on
disk, sends only its own events and nothing twice, and does not wait for causes. Each file has one subject: wire (the
messages), tls, link (HTTP/2 and gRPC), peer (frames), event (what is signed), log (what is held), room, card, sealed
(content of direct rooms), faulty (events that a node must ignore), sas (short codes), keys, hkdf.

    pip install -r requirements.txt
    python3 client.py NAME

One JSON object per line goes in:

    {"do":"link","addr":"127.0.0.1:4565"}     links: `linked`, then `listed` for each room; `left` when the link ends
    {"do":"join","room":"dev"}                names an open room
    {"do":"say","text":"hello"}               `said`, then `delivered` once the node has it on disk
    {"do":"history"}                          `history` with all lines in order, as soon as nothing is missing
    {"do":"compare"}                          compares short codes: `code`
    {"do":"forge","fault":"signature"}        sends an event with one fault; faulty.py has them all
    {"do":"ask","log":["70726f…","a3f1…",7]}  asks for a log by its room, author and epoch, without naming the room

`say`, `history` and `forge` take a `room`: `#lobby` if none is given, `#dev`, or `@` for the direct room with the node.
Events are printed in the same form: also `message`, `rooms` (which the node named), `offered` (a range in its `Have`),
`ping`, `refused` (a forged event), `ignored` (an event of a room that the link may not know, or one that does not open)
and `error`.
"""

import json
import os
import select
import sys
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import faulty
from card import Sealing
from link import Link
from log import Logs
from peer import LEAVING, Peer, describe
from room import open_room
from tls import TlsError

TICK = 0.02  # seconds


def emit(kind, **keys):
    print(json.dumps({"event": kind, **keys}, ensure_ascii=False), flush=True)


class Client:
    def __init__(self, nick):
        self.nick, self.logs, self.peer = nick, Logs(Ed25519PrivateKey.generate()), None
        self.sealing = Sealing(self.logs.key)
        self.asked_for_history = None  # the room
        emit("ready", node=self.logs.me.hex())

    def command(self, line):
        try:
            order = json.loads(line)
            getattr(self, "do_" + order.pop("do"), self.do_nothing)(**order)
        except (TlsError, TypeError, ValueError) as error:
            emit("error", text=str(error))

    def do_nothing(self, **_):
        raise ValueError("no such command")

    def do_link(self, addr):
        host, _, port = addr.rpartition(":")
        self.peer = Peer(Link(host.strip("[]"), int(port), self.logs.key), self.logs, self.sealing, self.nick, emit)

    def do_join(self, room):
        if self.peer:
            self.peer.join(open_room(room))
        else:
            self.logs.enter(open_room(room))

    def do_say(self, text, room="#lobby"):
        linked = {self.peer.key} if self.peer else set()
        said = self.logs.say(self.nick, self.logs.room(room), text, linked)
        emit("said", **describe(said))
        if self.peer and said.room.id in self.peer.listed:
            self.peer.send_events([said])

    def do_history(self, room="#lobby"):
        self.asked_for_history = self.logs.room(room)

    def do_compare(self):
        if self.peer:
            self.peer.compare()

    def do_forge(self, fault, room="#lobby"):
        forged = faulty.FAULTS[fault](self.logs, self.logs.room(room), self.peer.key, self.nick)
        self.peer.link.send({"batch": {"events": [forged]}})

    def do_ask(self, log):
        room, author, epoch = log
        self.peer.ask((bytes.fromhex(room), bytes.fromhex(author), epoch))

    def tick(self):
        if self.peer is None:
            return
        self.peer.receive()
        self.peer.tick(time.monotonic())
        room = self.asked_for_history
        if room and room.id in self.peer.listed and not self.peer.missing():
            self.asked_for_history = None
            emit("history", room=room.name, lines=[describe(one) for one in self.logs.in_order(room)])
        if self.peer.link.ended:
            emit("left", reason=self.peer.link.ended)
            self.peer = None

    def run(self):
        """Runs until the input ends."""
        unread = b""
        while (data := self._wait_for_input()) != b"":
            *lines, unread = (unread + (data or b"")).split(b"\n")
            for line in lines:
                self.command(line)
            self.tick()
        if self.peer:
            self.peer.bye(LEAVING)

    def _wait_for_input(self):
        """The input, which is empty at its end. None if only the link has something, or a moment has passed."""
        links = [self.peer.link] if self.peer else []
        ready, _, _ = select.select([sys.stdin, *links], [], [], TICK)
        return os.read(0, 65536) if sys.stdin in ready else None


if __name__ == "__main__":
    Client(sys.argv[1]).run()
