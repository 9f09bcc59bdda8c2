"""The logs of the room that this client holds, in memory, and its own log among them."""

import secrets

from event import MAX_DEPS, ROOM, now_ms, read, say

DAY_MS = 24 * 3_600_000


class Logs:
    def __init__(self, key):
        self.key, self.me = key, key.public_key().public_bytes_raw()
        self.own = (ROOM, self.me, secrets.randbits(64))
        self.events = {}  # of each log: its events without gaps
        self.latest = 0  # the reading of the room's clock

    def head(self, log):
        return self.events[log][-1] if log in self.events else None

    def seq(self, log):
        return self.head(log).seq if log in self.events else 0

    def range(self, log):
        """What `Have` says of a log."""
        first, last = self.events[log][0], self.events[log][-1]
        return {"seq": last.seq, "head": last.id, "base": first.seq}

    def say(self, nick, text, linked):
        """A new event of this client."""
        head, hlc = self.head(self.own), max(self.latest + 1, now_ms() << 16)
        seq, prev = (head.seq + 1, head.id) if head else (1, b"")
        event = read(say(self.key, self.own, seq, prev, hlc, self._causes(linked), {"nick": nick, "text": text}))
        self._append(event)
        return event

    def take(self, event, base):
        """Takes the event if it is new and the next one of its log, and returns whether it did. Others come again later.

        `base`: where the sender's range of this log begins."""
        head = self.head(event.log)
        if head is None:
            is_next = event.seq == base
        else:
            is_next = event.seq == head.seq + 1 and event.prev == head.id and event.hlc > head.hlc
        if is_next:
            self._append(event)
        return is_next

    def in_order(self):
        return sorted((event for log in self.events.values() for event in log), key=lambda event: event.order())

    def _append(self, event):
        self.events.setdefault(event.log, []).append(event)
        if event.hlc >> 16 <= now_ms() + DAY_MS:  # a wild date does not move the clock
            self.latest = max(self.latest, event.hlc)

    def _causes(self, linked):
        """The newest events of other logs whose authors are linked, without those that others imply."""
        implied = {}
        for event in self.in_order():
            for log, seq in event.deps:
                implied[log] = max(seq, implied.get(log, 0))
        heads = [self.head(log) for log in self.events if log != self.own and log[1] in linked]
        heads = sorted((head for head in heads if head.seq > implied.get(head.log, 0)), key=lambda head: head.order())
        return [(head.log, head.seq) for head in heads[-MAX_DEPS:]]
