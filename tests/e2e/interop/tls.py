"""TLS 1.3 with raw public keys on both sides (RFC 7250), through the system's GnuTLS: Python's ssl module cannot do it.

Only what docs/protocol.md asks for: one Ed25519 key for each side, ALPN, and 32 bytes of keying material.
"""

import ctypes
import socket
import time
from ctypes import byref, c_char_p, c_int, c_size_t, c_ssize_t, c_uint, c_void_p

from cryptography.hazmat.primitives import serialization

from keys import is_small_order

ALPN, EXPORTER = b"proximity/1", b"EXPORTER-Channel-Binding"
# Every Ed25519 SubjectPublicKeyInfo begins like this; the key follows.
SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")
PRIORITY = b"NONE:+VERS-TLS1.3:+AEAD:+AES-256-GCM:+AES-128-GCM:+CHACHA20-POLY1305:+GROUP-X25519:+GROUP-SECP256R1" \
           b":+SIGN-EDDSA-ED25519:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK"

# Constants of gnutls.h.
CLIENT, NONBLOCK, NO_TICKETS, ENABLE_RAWPK = 1 << 1, 1 << 3, 1 << 10, 1 << 18
CRD_CERTIFICATE, DER, ALPN_MANDATORY, CTYPE_SERVER, CRT_RAWPK = 1, 0, 1, 1, 3
E_AGAIN, E_INTERRUPTED, E_PREMATURE, SHUT_WR = -28, -52, -110, 1


class TlsError(Exception):
    """The session failed, or is not what the protocol asks for."""


class Datum(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("size", c_uint)]

    @classmethod
    def of(cls, data):
        buffer = ctypes.create_string_buffer(data, len(data))
        datum = cls(ctypes.cast(buffer, c_void_p), len(data))
        datum.buffer = buffer  # keeps the bytes alive
        return datum

    def bytes(self):
        return ctypes.string_at(self.data, self.size)


lib = ctypes.CDLL("libgnutls.so.30")
lib.gnutls_strerror.restype = c_char_p
lib.gnutls_certificate_get_peers.restype = ctypes.POINTER(Datum)
lib.gnutls_record_recv.restype = lib.gnutls_record_send.restype = c_ssize_t


def check(result, doing):
    if result < 0:
        raise TlsError(f"{doing}: {lib.gnutls_strerror(result).decode()}")
    return result


class Session:
    """A TLS session that this side dialled. Once it is made, it never blocks."""

    def __init__(self, host, port, key, seconds):
        self.session, self.credentials, self.socket = c_void_p(), c_void_p(), None
        self.unsent = b""
        try:
            self._set_up(key)
            self.socket = socket.create_connection((host, port), seconds)
            self._shake_hands(time.monotonic() + seconds)
            self.peer_key, self.binding = self._peer_key(), self._keying_material()
        except (OSError, TlsError) as error:
            self.close()
            raise TlsError(str(error)) from error

    def _set_up(self, key):
        check(lib.gnutls_certificate_allocate_credentials(byref(self.credentials)), "credentials")
        public = Datum.of(SPKI_PREFIX + key.public_key().public_bytes_raw())
        private = Datum.of(key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                             serialization.NoEncryption()))
        check(lib.gnutls_certificate_set_rawpk_key_mem(
            self.credentials, byref(public), byref(private), c_int(DER), None, c_uint(0), None, c_uint(0), c_uint(0)),
            "own key")
        check(lib.gnutls_init(byref(self.session), c_uint(CLIENT | NONBLOCK | NO_TICKETS | ENABLE_RAWPK)), "session")
        check(lib.gnutls_priority_set_direct(self.session, PRIORITY, None), "priorities")
        check(lib.gnutls_credentials_set(self.session, c_int(CRD_CERTIFICATE), self.credentials), "credentials")
        check(lib.gnutls_alpn_set_protocols(self.session, byref(Datum.of(ALPN)), c_uint(1), c_uint(ALPN_MANDATORY)),
              "ALPN")

    def _shake_hands(self, deadline):
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        lib.gnutls_transport_set_int2(self.session, c_int(self.fileno()), c_int(self.fileno()))
        while (result := lib.gnutls_handshake(self.session)) in (E_AGAIN, E_INTERRUPTED):
            if time.monotonic() > deadline:
                raise TlsError("handshake: no answer")
            time.sleep(0.002)
        check(result, "handshake")

    def _peer_key(self):
        """The key that the other side proved. GnuTLS has checked its signature over the handshake."""
        protocol, count = Datum(), c_uint()
        check(lib.gnutls_alpn_get_selected_protocol(self.session, byref(protocol)), "ALPN")
        if protocol.bytes() != ALPN:
            raise TlsError("another ALPN protocol")
        if lib.gnutls_certificate_type_get2(self.session, c_int(CTYPE_SERVER)) != CRT_RAWPK:
            raise TlsError("the other side sent no raw public key")
        chain = lib.gnutls_certificate_get_peers(self.session, byref(count))
        spki = chain[0].bytes() if count.value == 1 else b""
        key = spki[len(SPKI_PREFIX):]
        if not spki.startswith(SPKI_PREFIX) or len(key) != 32 or is_small_order(key):
            raise TlsError("the other side's key is not one of Ed25519, or of small order")
        return key

    def _keying_material(self):
        binding = ctypes.create_string_buffer(32)
        check(lib.gnutls_prf_rfc5705(self.session, c_size_t(len(EXPORTER)), EXPORTER, c_size_t(0), b"", c_size_t(32),
                                     binding), "keying material")
        return binding.raw

    def fileno(self):
        return self.socket.fileno()

    def recv(self):
        """Bytes; empty if there are none now; None at the end."""
        buffer = ctypes.create_string_buffer(16384)
        size = lib.gnutls_record_recv(self.session, buffer, c_size_t(len(buffer)))
        if size in (E_AGAIN, E_INTERRUPTED):
            return b""
        if size in (0, E_PREMATURE):
            return None
        return buffer.raw[:check(size, "receiving")]

    def send(self, data):
        """Sends what fits now and keeps the rest for the next call."""
        self.unsent += data
        while self.unsent:
            size = lib.gnutls_record_send(self.session, self.unsent, c_size_t(min(len(self.unsent), 16384)))
            if size in (E_AGAIN, E_INTERRUPTED):
                return
            self.unsent = self.unsent[check(size, "sending"):]

    def close(self):
        if self.socket:
            lib.gnutls_bye(self.session, c_int(SHUT_WR))
            self.socket.close()
        if self.session:
            lib.gnutls_deinit(self.session)
        if self.credentials:
            lib.gnutls_certificate_free_credentials(self.credentials)
        self.session, self.credentials, self.socket = c_void_p(), c_void_p(), None
