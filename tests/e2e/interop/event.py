"""Events of the log: what is signed, when an event is accepted, and where it stands in the order."""

import hashlib
import secrets
import time
from dataclasses import dataclass

import sealed
import wire
from keys import is_small_order, verify
from room import Room

DOMAIN = b"proximity-chat/1 event\0"
SAID = 1
SALT, MAX_BODY, MAX_CONTENT = 16, 4 << 10, 16 + (64 << 10) + (1 << 10)
MAX_SEQ, MAX_DEPS = 2**53, 16
YEAR_2200 = 7_258_118_400_000


class Forged(Exception):
    """An event that no honest node sends."""


def now_ms():
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Event:
    signed: dict  # the bytes as they came; a node never encodes an event again
    id: bytes
    room: Room
    log: tuple  # id of the room, author, epoch
    seq: int
    prev: bytes
    hlc: int
    deps: list  # pairs of log and number
    said: dict  # empty if the kind is unknown, or if there is nothing to read

    @property
    def author(self):
        return self.log[1]

    def order(self):
        return (self.hlc, self.author, self.log[2], self.seq, self.id)


def log_key(log_id):
    return (log_id.get("room", b""), log_id.get("author", b""), log_id.get("epoch", 0))


def log_id(key):
    return {"room": key[0], "author": key[1], "epoch": key[2]}


def sign(key, body, content):
    """An event of these fields, with the hash of its content."""
    data = wire.encode("Event", body | {"content_hash": hashlib.sha256(content).digest()})
    return {"body": data, "sig": key.sign(DOMAIN + data), "content": content}


def say(key, room, log, seq, prev, hlc, deps, said):
    """A signed event of kind 1."""
    payload, fields = wire.encode("Said", said), {}
    if room.key:
        content = sealed.seal(room, log, seq, prev, SAID, deps, payload)
    else:
        content = secrets.token_bytes(SALT) + payload
        fields = {"kind": SAID, "deps": [{"author": of[1], "epoch": of[2], "seq": number} for of, number in deps]}
    fields |= {"log": log_id(log), "seq": seq, "prev": prev, "hlc": hlc, "wall_ms": now_ms()}
    return sign(key, fields, content)


def read(signed, rooms):
    """The event, checked for everything that does not depend on other events.

    `rooms`: by their ids. None if the event is of another room, or of nobody in this one, or if it does not open."""
    body, content = signed.get("body", b""), signed.get("content", b"")
    if len(body) > MAX_BODY or not SALT <= len(content) <= MAX_CONTENT or len(signed.get("sig", b"")) != 64:
        raise wire.Malformed("a part of an event has a wrong length")
    try:
        fields = wire.decode("Event", body)
    except wire.Malformed as error:
        raise Forged("malformed") from error
    log, seq, prev = log_key(fields.get("log", {})), fields.get("seq", 0), fields.get("prev", b"")
    named = fields.get("deps", [])
    deps = [((log[0], dep.get("author", b""), dep.get("epoch", 0)), dep.get("seq", 0)) for dep in named]
    check_fields(fields, log, deps)
    if hashlib.sha256(content).digest() != fields.get("content_hash"):
        raise Forged("content")
    room = rooms.get(log[0])
    if room is None or not room.takes(log[1]):
        return None
    if not verify(log[1], signed["sig"], DOMAIN + body):
        raise Forged("signature")
    kind, payload = fields.get("kind"), content[SALT:]
    if room.key:
        if kind or deps:
            return None
        try:
            kind, deps, payload = sealed.unseal(room, log, seq, prev, content)
            check_deps(log, deps)
        except (sealed.Unreadable, Forged):
            return None
    return Event(signed, hashlib.sha256(DOMAIN + body).digest(), room, log, seq, prev, fields.get("hlc", 0), deps,
                 read_said(kind, payload))


def check_fields(fields, log, deps):
    seq = fields.get("seq", 0)
    if len(log[0]) != 32 or len(log[1]) != 32 or is_small_order(log[1]):
        raise Forged("malformed")
    if not 1 <= seq <= MAX_SEQ or len(fields.get("prev", b"")) != (0 if seq == 1 else 32):
        raise Forged("malformed")
    if fields.get("hlc", 0) >> 16 >= YEAR_2200 or fields.get("wall_ms", 0) >= 2**63:
        raise Forged("malformed")
    check_deps(log, deps)


def check_deps(log, deps):
    if len(deps) > MAX_DEPS or any(len(of[1]) != 32 or not 1 <= seq <= MAX_SEQ or of == log for of, seq in deps):
        raise Forged("malformed")


def read_said(kind, payload):
    """Whether a payload can be read does not decide whether its event is accepted."""
    try:
        return wire.decode("Said", payload) if kind == SAID else {}
    except wire.Malformed:
        return {}
