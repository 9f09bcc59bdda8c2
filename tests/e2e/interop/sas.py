"""Comparing short codes: both sides commit to a nonce before either reveals its own."""

import hashlib
import secrets

from hkdf import hkdf

COMMIT, CODE = b"proximity-chat/1 sas commit\0", b"proximity-chat/1 sas code\0"


class Broken(Exception):
    """The other side does not follow the steps."""


def commitment(key, nonce):
    return hashlib.sha256(COMMIT + key + nonce).digest()


def code(binding, sides):
    """`sides`: two pairs of key and nonce."""
    (key_a, nonce_a), (key_b, nonce_b) = sorted(sides)
    out = hkdf(binding, nonce_a + nonce_b, CODE + key_a + key_b)
    digits = f"{int.from_bytes(out[:8], 'big') % 10**9:09}"
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


class Comparison:
    """`began`: this side sent its commitment first, so it also reveals its nonce first."""

    def __init__(self, me, peer, binding, send, began):
        self.me, self.peer, self.binding, self.send, self.began = me, peer, binding, send, began
        self.nonce, self.theirs = secrets.token_bytes(32), None
        send({"commit": commitment(me, self.nonce)})

    def step(self, step):
        """Takes a step of the other side. Returns the code when it is to be shown."""
        if "commit" in step:
            return self._bound(step["commit"])
        nonce = step.get("reveal", b"")
        if self.theirs is None or commitment(self.peer, nonce) != self.theirs:
            raise Broken("not the nonce that it was bound to")
        if not self.began:
            self.send({"reveal": self.nonce})  # only now, when the user is shown the code
        return code(self.binding, [(self.me, self.nonce), (self.peer, nonce)])

    def _bound(self, theirs):
        if self.theirs is not None:
            raise Broken("a second commitment")
        self.theirs = theirs
        if self.began:
            self.send({"reveal": self.nonce})
