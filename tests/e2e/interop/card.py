"""Cards, and the secret that two of them give: which key seals what is meant for a node."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

import wire
from hkdf import extract, hkdf
from keys import P, verify

NO_SALT = bytes(32)


def tag(name):
    return b"proximity-chat/1 " + name.encode() + b"\0"


def signed_part(card):
    return tag("card") + card["node"] + card["sealing_key"] + card.get("serial", 0).to_bytes(8, "big")


def card_hash(card):
    return hashlib.sha256(tag("card hash") + card["node"] + card["sealing_key"]).digest()


def is_unsafe(key):
    """Whether a sealing key is refused: X25519 of a private key of zeros is zero for points of small order only."""
    if int.from_bytes(key, "little") >= P:
        return True
    try:
        X25519PrivateKey.from_private_bytes(bytes(32)).exchange(X25519PublicKey.from_public_bytes(key))
        return False
    except ValueError:  # the library refuses a result of zeros
        return True


def read(data, node):
    """The card of this node, or None if these bytes are not one."""
    try:
        card = wire.decode("Card", data)
    except wire.Malformed:
        return None
    if card.get("node") != node or len(card.get("sealing_key", b"")) != 32 or wire.encode("Card", card) != data:
        return None
    if is_unsafe(card["sealing_key"]) or not verify(node, card.get("sig", b""), signed_part(card)):
        return None
    return card


class Sealing:
    """The sealing key of an identity, and its card."""

    def __init__(self, key):
        self.private = X25519PrivateKey.from_private_bytes(hkdf(NO_SALT, key.private_bytes_raw(), tag("sealing key")))
        self.card = {"node": key.public_key().public_bytes_raw(), "serial": 1,
                     "sealing_key": self.private.public_key().public_bytes_raw()}
        self.card["sig"] = key.sign(signed_part(self.card))

    def encoded(self):
        return wire.encode("Card", self.card)

    def pair_secret(self, card):
        shared = self.private.exchange(X25519PublicKey.from_public_bytes(card["sealing_key"]))
        first, second = sorted([self.card, card], key=lambda one: one["node"])
        return extract(tag("pair secret") + card_hash(first) + card_hash(second), shared)
