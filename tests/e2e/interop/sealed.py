"""Sealed content: what an event of a direct room carries in place of its kind, causes and payload."""

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from card import tag
from hkdf import hkdf

SALT, GENERATION, NONCE = 16, 32, bytes(12)
LENGTHS, STEP = [64, 128, 256, 512, 1024, 2048, 4096], 4096
DEP = 32 + 8 + 8
SECRET = secrets.token_bytes(32)  # of this run


class Unreadable(Exception):
    """A content that does not open."""


def number(value, size):
    return value.to_bytes(size, "big")


def place(log, seq):
    """What a content belongs to: its log and number."""
    room, author, epoch = log
    return room + author + number(epoch, 8) + number(seq, 8)


def content_key(room, salt, log, seq, prev):
    info = tag("sealed content") + place(log, seq) + (prev or bytes(32)) + room.generation
    return ChaCha20Poly1305(hkdf(salt, room.key, info))


def padded(size):
    """The length that an inside of this size is padded to."""
    return next((length for length in LENGTHS if size <= length), -(-size // STEP) * STEP)


def seal(room, log, seq, prev, kind, deps, payload):
    """`deps`: pairs of log and number."""
    named = b"".join(of[1] + number(of[2], 8) + number(at, 8) for of, at in deps)
    inside = number(kind, 4) + bytes([len(deps)]) + named + number(len(payload), 4) + payload
    inside = inside.ljust(padded(len(inside)), b"\0")
    salt = hmac.digest(SECRET, tag("sealed content salt") + secrets.token_bytes(32) + inside, "sha256")[:SALT]
    sealed = content_key(room, salt, log, seq, prev).encrypt(NONCE, inside, place(log, seq))
    return salt + room.generation + sealed


def unseal(room, log, seq, prev, content):
    """The kind, the causes and the payload."""
    salt, generation = content[:SALT], content[SALT:SALT + GENERATION]
    if generation != room.generation:
        raise Unreadable("another generation")
    try:
        sealed = content[SALT + GENERATION:]
        inside = content_key(room, salt, log, seq, prev).decrypt(NONCE, sealed, place(log, seq))
    except InvalidTag as error:
        raise Unreadable("it does not open") from error
    return read_inside(inside, log[0])


def read_inside(inside, room):
    if len(inside) < 9 or len(inside) < 9 + inside[4] * DEP:
        raise Unreadable("it is cut off")
    kind, deps, at = int.from_bytes(inside[:4], "big"), [], 5
    for _ in range(inside[4]):
        author, epoch, seq = inside[at:at + 32], inside[at + 32:at + 40], inside[at + 40:at + 48]
        deps.append(((room, author, int.from_bytes(epoch, "big")), int.from_bytes(seq, "big")))
        at += DEP
    size, at = int.from_bytes(inside[at:at + 4], "big"), at + 4
    payload, padding = inside[at:at + size], inside[at + size:]
    if len(payload) != size or any(padding) or len(inside) != padded(at + size):
        raise Unreadable("its length or padding is wrong")
    return kind, deps, payload
