"""Rooms: the lobby, open rooms, and the direct room of two."""

import hashlib
from dataclasses import dataclass

from card import tag
from hkdf import expand


@dataclass(frozen=True)
class Room:
    id: bytes
    name: str  # as the program prints it: `#dev`, or `@` and the key of the other person
    authors: frozenset = None  # whose events it takes; None for everybody's
    key: bytes = None  # what its content is sealed with; None if it is in the clear
    generation: bytes = b""

    def takes(self, author):
        return self.authors is None or author in self.authors


LOBBY = Room(b"proximity-chat/1 room #lobby".ljust(32, b"\0"), "#lobby")


def open_room(name):
    return Room(hashlib.sha256(tag("open room") + name.encode()).digest(), "#" + name)


def direct_room(sealing, card):
    secret = sealing.pair_secret(card)
    return Room(expand(secret, tag("direct room")), "@" + card["node"].hex(),
                frozenset([sealing.card["node"], card["node"]]), expand(secret, tag("direct key")),
                expand(secret, tag("direct generation")))
