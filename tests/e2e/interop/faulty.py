"""Events with one fault each. Each begins a log of its own, so that nothing else is wrong with it."""

import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import event
import sealed
import wire


def line(key, room, author, said):
    return event.say(key, room, (room.id, author, secrets.randbits(64)), 1, b"", event.now_ms() << 16, [], said)


def wrong_signature(logs, room, _, nick):
    signed = line(logs.key, room, logs.me, {"nick": nick, "text": "forged signature"})
    return signed | {"sig": logs.key.sign(b"something else")}


def wrong_content(logs, room, _, nick):
    signed = line(logs.key, room, logs.me, {"nick": nick, "text": "forged content"})
    return signed | {"content": signed["content"] + b"x"}


def wrong_author(logs, room, peer, nick):
    return line(logs.key, room, peer, {"nick": nick, "text": "forged author"})


def third_person(_, room, __, nick):
    """Sealed and signed without a fault, by somebody who has the room's key and is neither of the two."""
    key = Ed25519PrivateKey.generate()
    return line(key, room, key.public_key().public_bytes_raw(), {"nick": nick, "text": "a third person"})


def sealed_anew(logs, room, nick, text, seq=1, change=lambda content: content):
    """A first event, signed and hashed as it is, whose content was sealed for the number `seq` and then changed."""
    log = (room.id, logs.me, secrets.randbits(64))
    payload = wire.encode("Said", {"nick": nick, "text": text})
    content = change(sealed.seal(room, log, seq, b"", event.SAID, [], payload))
    now = event.now_ms()
    body = {"log": event.log_id(log), "seq": 1, "hlc": now << 16, "wall_ms": now}
    return event.sign(logs.key, body, content)


def changed(logs, room, _, nick):
    return sealed_anew(logs, room, nick, "changed", change=lambda content: content[:-1] + bytes([content[-1] ^ 1]))


def moved(logs, room, _, nick):
    return sealed_anew(logs, room, nick, "moved", seq=2)


def untouched(logs, room, _, nick):
    """No fault at all: what shows that the others are ignored for their faults."""
    return sealed_anew(logs, room, nick, "untouched")


FAULTS = {"signature": wrong_signature, "content": wrong_content, "author": wrong_author, "third_person": third_person,
          "changed": changed, "moved": moved, "none": untouched}
