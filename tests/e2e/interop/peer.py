"""The node at the other end of the link: Hello, pings, what each side holds of the log, receipts and short codes."""

import secrets
import time

import event
from event import Forged, log_id, log_key, now_ms
from sas import Broken, Comparison

VERSION = 2
CAPS = ["sas", "changes"]
REASONS = ["unspecified", "leaving", "duplicate", "full", "version", "protocol", "self", "replaced"]
LEAVING, WRONG_VERSION, PROTOCOL = 1, 4, 5
PING_EVERY, WANT_EVERY, RECEIPT_AFTER = 10, 1, 0.05  # seconds


class Peer:
    def __init__(self, link, logs, nick, emit):
        self.link, self.logs, self.key, self.emit = link, logs, link.peer_key, emit
        self.is_greeted, self.is_listed = False, False
        self.holds, self.names = {}, {}  # what it says it holds of each log; its names for logs on this link
        self.told, self.receipt_due = {}, None
        self.delivered = 0  # my events up to this number are on its disk
        self.next_ping, self.next_want, self.pings = 0.0, 0.0, {}
        self.comparison = None
        # The node that dials speaks first.
        link.send({"hello": {"min": VERSION, "max": VERSION, "caps": CAPS, "node": logs.me,
                             "boot": secrets.randbits(64), "nick": nick, "wall_ms": now_ms(), "version": "interop"}})

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
        if self.is_listed and self.missing() and now >= self.next_want:
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
        self.send_have()  # an empty one if nothing is held: without a list nothing is sent to us

    def on_ping(self, ping):
        if not ping.get("answer"):
            self.link.send({"ping": {"token": ping.get("token", 0), "answer": True, "wall_ms": now_ms()}})
        elif (sent := self.pings.pop(ping.get("token", 0), None)) is not None:
            self.emit("ping", ms=round((time.monotonic() - sent) * 1000, 2),
                      clock_ahead_ms=ping.get("wall_ms", 0) - now_ms())

    # What each side holds.

    def on_have(self, have):
        for held in have.get("ranges", []):
            log, name = log_key(held.get("log", {})), held.get("name", 0)
            self.holds[log] = (held.get("base", 0), held.get("seq", 0), held.get("head", b""))
            if name in self.names or name == len(self.names) + 1:
                self.names[name] = log
        for change in have.get("changes", []):
            if log := self.names.get(change.get("name")):
                self.holds[log] = (self.holds[log][0], change.get("seq", 0), change.get("head", b""))
        self._note_receipts()
        if not self.is_listed and not have.get("more"):
            self.is_listed = True
            self.emit("listed", logs=len(self.holds))
            self.send_events(self.logs.events.get(self.logs.own, [])[self.delivered:])

    def _note_receipts(self):
        """A node has my events up to `seq` only if its id there is that of my event; a change has its first 8 bytes."""
        base, seq, head = self.holds.get(self.logs.own, (1, 0, b""))
        mine = self.logs.events.get(self.logs.own, [])
        if base <= seq <= len(mine) and len(head) >= 8 and mine[seq - 1].id.startswith(head):
            for one in mine[self.delivered:seq]:
                self.emit("delivered", id=one.id.hex())
            self.delivered = max(self.delivered, seq)

    def missing(self):
        """The logs of which it offers more than is held here."""
        return [log for log, (base, seq, _) in self.holds.items() if base <= seq and self.logs.seq(log) < seq]

    def send_have(self):
        """Sends everything that has changed since the last `Have`."""
        ranges = []
        for log in self.logs.events:
            if self.told.get(log) != self.logs.seq(log):
                self.told[log] = self.logs.seq(log)
                ranges.append({"log": log_id(log)} | self.logs.range(log))
        self.link.send({"have": {"ranges": ranges}})

    def send_events(self, events):
        for one in events:
            self.link.send({"batch": {"events": [one.signed]}})

    def on_batch(self, batch):
        for signed in batch.get("events", []):
            try:
                came = event.read(signed)
            except Forged as error:
                self.emit("refused", why=str(error))
                continue
            if came and self.logs.take(came, self.holds.get(came.log, (1,))[0]):
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
    return {"id": one.id.hex(), "from": one.author.hex(), "nick": one.said.get("nick"), "text": one.said.get("text")}
