"""The node at the other end of the link: Hello, rooms, pings, what each side holds, receipts and short codes."""

import secrets
import time

import card
import event
from event import Forged, log_id, log_key, now_ms
from room import LOBBY, direct_room, open_room
from sas import Broken, Comparison

VERSION = 2
CAPS = ["sas", "changes", "rooms"]
REASONS = ["unspecified", "leaving", "duplicate", "full", "version", "protocol", "self", "replaced"]
LEAVING, WRONG_VERSION, PROTOCOL = 1, 4, 5
PING_EVERY, WANT_EVERY, RECEIPT_AFTER = 10, 1, 0.05  # seconds


class Peer:
    def __init__(self, link, logs, sealing, nick, emit):
        self.link, self.logs, self.sealing, self.key, self.emit = link, logs, sealing, link.peer_key, emit
        self.is_greeted = False
        self.named = []  # the open rooms that it is in
        self.listed = set()  # the rooms of which it has listed everything
        self.holds = {}  # what it says it holds of each log
        self.names = {}  # its names on this link: for which log each is, and the base of that
        self.told, self.receipt_due = {}, None
        self.delivered = {}  # of each room: my events up to this number are on its disk
        self.next_ping, self.next_want, self.pings = 0.0, 0.0, {}
        self.comparison = None
        # The node that dials speaks first.
        link.send({"hello": {"min": VERSION, "max": VERSION, "caps": CAPS, "node": logs.me,
                             "boot": secrets.randbits(64), "nick": nick, "wall_ms": now_ms(), "version": "interop",
                             "card": sealing.encoded()}})

    def receive(self):
        for frame in self.link.receive():
            for name, body in frame.items():
                if not self.is_greeted and name not in ("hello", "bye"):
                    return self.bye(PROTOCOL)
                getattr(self, "on_" + name)(body)

    def tick(self, now):
        if not self.is_greeted:
            return
        if now >= self.next_ping:
            self.next_ping, token = now + PING_EVERY, secrets.randbits(64)
            self.pings[token] = now
            self.link.send({"ping": {"token": token}})
        if self.missing() and now >= self.next_want:
            self.next_want = now + WANT_EVERY
            self.link.send({"have": {"want": True}})
        if self.receipt_due and now >= self.receipt_due:
            self.receipt_due = None
            self.send_have()

    def bye(self, reason):
        self.link.send({"bye": {"reason": reason}})
        self.link.end(REASONS[reason])

    def on_bye(self, bye):
        self.link.end("bye")
        self.link.ended = "bye: " + REASONS[bye.get("reason", 0)]  # says more than "closed"

    def on_hello(self, hello):
        if self.is_greeted or hello.get("node") != self.key:
            return self.bye(PROTOCOL)
        if not hello.get("min", 0) <= VERSION <= hello.get("max", 0):
            return self.bye(WRONG_VERSION)
        self.is_greeted = True
        self.emit("linked", peer=self.key.hex(), nick=hello.get("nick", ""), caps=hello.get("caps", []))
        if theirs := card.read(hello.get("card", b""), self.key):
            self.logs.enter(direct_room(self.sealing, theirs))
        self.send_rooms()
        self.send_have()  # an empty one if nothing is held: without a list nothing is sent to us

    def on_ping(self, ping):
        if not ping.get("answer"):
            self.link.send({"ping": {"token": ping.get("token", 0), "answer": True, "wall_ms": now_ms()}})
        elif (sent := self.pings.pop(ping.get("token", 0), None)) is not None:
            self.emit("ping", ms=round((time.monotonic() - sent) * 1000, 2),
                      clock_ahead_ms=ping.get("wall_ms", 0) - now_ms())

    # Rooms.

    def shared(self):
        """The rooms that this link may know of: the lobby, the open ones that both have named, and the direct one."""
        both = {LOBBY.id, *(open_room(name).id for name in self.named)}
        return {id: room for id, room in self.logs.rooms.items() if id in both or room.name == "@" + self.key.hex()}

    def send_rooms(self):
        names = [room.name[1:] for room in self.logs.rooms.values() if room.name[0] == "#" and room != LOBBY]
        if names:
            self.link.send({"rooms": {"open": names}})

    def on_rooms(self, rooms):
        """A list of a room that both have named only now begins anew, even if it is empty."""
        before, self.named = self.shared(), rooms.get("open", [])
        self.emit("rooms", open=self.named)
        for gone in before.keys() - self.shared().keys():
            self.forget(gone)
        if self.shared().keys() - before.keys():
            self.send_have()

    def forget(self, room):
        """Its names for the logs of the room stay."""
        self.listed.discard(room)
        self.holds = {log: held for log, held in self.holds.items() if log[0] != room}
        self.told = {log: seq for log, seq in self.told.items() if log[0] != room}

    def join(self, room):
        self.logs.enter(room)
        if self.is_greeted:
            self.send_rooms()
            if room.id in self.shared():
                self.send_have()

    # What each side holds.

    def on_have(self, have):
        shared = self.shared()
        for held in have.get("ranges", []):
            log, name = log_key(held.get("log", {})), held.get("name", 0)
            self.emit("offered", log=[log[0].hex(), log[1].hex(), log[2]], seq=held.get("seq", 0))
            if log[0] not in shared:
                continue
            self.holds[log] = (held.get("base", 0), held.get("seq", 0), held.get("head", b""))
            if name in self.names or name == len(self.names) + 1:
                self.names[name] = (log, held.get("base", 0))
        for change in have.get("changes", []):
            log, base = self.names.get(change.get("name"), (None, 0))
            if log and log[0] in shared:
                self.holds[log] = (base, change.get("seq", 0), change.get("head", b""))
        for room in shared.values():
            self._note_receipts(room)
            if room.id not in self.listed and not have.get("more"):
                self.listed.add(room.id)
                self.emit("listed", room=room.name, logs=sum(log[0] == room.id for log in self.holds))
                self.send_events(self.mine(room)[self.delivered.get(room.id, 0):])

    def mine(self, room):
        return self.logs.events.get(self.logs.own(room), [])

    def _note_receipts(self, room):
        """A node has my events up to `seq` only if its id there is that of my event; a change has its first 8 bytes."""
        base, seq, head = self.holds.get(self.logs.own(room), (1, 0, b""))
        mine, before = self.mine(room), self.delivered.get(room.id, 0)
        if base <= seq <= len(mine) and len(head) >= 8 and mine[seq - 1].id.startswith(head):
            for one in mine[before:seq]:
                self.emit("delivered", id=one.id.hex())
            self.delivered[room.id] = max(before, seq)

    def missing(self):
        """The logs of which it offers more than is held here, in rooms that it has listed."""
        return [log for log, (base, seq, _) in self.holds.items()
                if log[0] in self.listed and base <= seq and self.logs.seq(log) < seq]

    def send_have(self):
        """Sends everything that has changed since the last `Have`, and all of a room that has just become shared."""
        ranges = []
        for log in self.logs.events:
            if log[0] in self.shared() and self.told.get(log) != self.logs.seq(log):
                self.told[log] = self.logs.seq(log)
                ranges.append({"log": log_id(log)} | self.logs.range(log))
        self.link.send({"have": {"ranges": ranges}})

    def ask(self, log):
        """Asks for a log by its id, whether or not the node may know that we know of its room."""
        self.link.send({"have": {"ranges": [{"log": log_id(log), "base": 1}], "want": True}})

    def send_events(self, events):
        for one in events:
            self.link.send({"batch": {"events": [one.signed]}})

    def on_batch(self, batch):
        for signed in batch.get("events", []):
            try:
                came = event.read(signed, self.shared())
            except Forged as error:
                self.emit("refused", why=str(error))
                continue
            if came is None:
                self.emit("ignored")
            elif self.logs.take(came, self.holds.get(came.log, (1,))[0]):
                self.emit("message", **describe(came))
        self.receipt_due = self.receipt_due or time.monotonic() + RECEIPT_AFTER

    # Short codes.

    def compare(self, began=True):
        self.comparison = Comparison(self.logs.me, self.key, self.link.binding,
                                     lambda step: self.link.send({"sas": step}), began)

    def on_sas(self, step):
        if self.comparison is None:
            if "commit" not in step:
                return  # an answer to a comparison that is over
            self.compare(began=False)
        try:
            if code := self.comparison.step(step):
                self.comparison = None
                self.emit("code", code=code)
        except Broken:
            self.bye(PROTOCOL)


def describe(one):
    room, author, epoch = one.log
    return {"id": one.id.hex(), "room": one.room.name, "log": [room.hex(), author.hex(), epoch], "from": author.hex(),
            "nick": one.said.get("nick"), "text": one.said.get("text")}
