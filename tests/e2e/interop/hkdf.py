"""HKDF with SHA-256 (RFC 5869). All that the protocol derives has at most 32 bytes: one round of the second step."""

import hmac


def extract(salt, secret):
    return hmac.digest(salt, secret, "sha256")


def expand(secret, info):
    return hmac.digest(secret, info + b"\x01", "sha256")


def hkdf(salt, secret, info):
    return expand(extract(salt, secret), info)
