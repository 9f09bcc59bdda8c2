"""Ed25519, verified strictly: plain verification accepts keys and points of small order, and this refuses them."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

P = 2**255 - 19
# The y coordinates of the eight points whose order divides 8.
ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
SMALL_ORDER = {0, 1, P - 1, ORDER_8, P - ORDER_8}


def is_small_order(point):
    """Whether an encoded point has small order.

    The top bit is the sign of x. y is taken modulo P, since y + P is another spelling."""
    return (int.from_bytes(point, "little") & (2**255 - 1)) % P in SMALL_ORDER


def verify(key, signature, message):
    if len(key) != 32 or len(signature) != 64 or is_small_order(key) or is_small_order(signature[:32]):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False
