"""The logs that this client holds, in memory, and its own log in each room among them."""

import secrets

from event import MAX_DEPS, now_ms, read, say
from room import LOBBY

DAY_MS = 24 * 3_600_000


class Logs:
    def __init__(self, key):
        self.key, self.me = key, key.public_key().public_bytes_raw()
        self.rooms = {LOBBY.id: LOBBY}  # those that this client is in
        self.epochs = {}  # of its own log in each room
        self.events = {}  # of each log: its events without gaps
        self.latest = {}  # the reading of each room's clock

    def enter(self, room):
        self.rooms[room.id] = room

    def room(self, name):
        """The room with this name. `@` is the direct room of the node that was linked last."""
        found = [room for room in self.rooms.values() if room.name == name or name == "@" == room.name[0]]
        if not found:
            raise ValueError(f"not in the room {name}")
        return found[-1]

    def own(self, room):
        return (room.id, self.me, self.epochs.setdefault(room.id, secrets.randbits(64)))

    def head(self, log):
        return self.events[log][-1] if log in self.events else None

    def seq(self, log):
        return self.head(log).seq if log in self.events else 0

    def range(self, log):
        """What `Have` says of a log."""
        first, last = self.events[log][0], self.events[log][-1]
        return {"seq": last.seq, "head": last.id, "base": first.seq}

    def say(self, nick, room, text, linked):
        """A new event of this client."""
        log = self.own(room)
        head, hlc = self.head(log), max(self.latest.get(room.id, 0) + 1, now_ms() << 16)
        seq, prev = (head.seq + 1, head.id) if head else (1, b"")
        causes = self._causes(log, linked)
        event = read(say(self.key, room, log, seq, prev, hlc, causes, {"nick": nick, "text": text}), self.rooms)
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

    def in_order(self, room):
        events = (event for log in self.events.values() for event in log if event.room == room)
        return sorted(events, key=lambda event: event.order())

    def _append(self, event):
        self.events.setdefault(event.log, []).append(event)
        if event.hlc >> 16 <= now_ms() + DAY_MS:  # a wild date does not move the clock
            self.latest[event.room.id] = max(self.latest.get(event.room.id, 0), event.hlc)

    def _causes(self, own, linked):
        """The newest events of other logs of the room whose authors are linked, without those that others imply."""
        implied = {}
        for event in self.in_order(self.rooms[own[0]]):
            for log, seq in event.deps:
                implied[log] = max(seq, implied.get(log, 0))
        heads = [self.head(log) for log in self.events if log[0] == own[0] and log != own and log[1] in linked]
        heads = sorted((head for head in heads if head.seq > implied.get(head.log, 0)), key=lambda head: head.order())
        return [(head.log, head.seq) for head in heads[-MAX_DEPS:]]
