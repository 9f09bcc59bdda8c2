"""TLS that the program must refuse: OpenSSL's, with X.509 certificates and old versions.

usage: tls.py client ADDRESS VERSION            one connection; VERSION is the newest that is offered: 1.2 or 1.3
       tls.py server ADDRESS VERSION CERT KEY   as many connections as come, until killed
Events:
  {"event":"listening"}
  {"event":"connection","first":"16","error":"…","version":"…"}   what was said first (hex) and how the handshake ended
"""

import json
import socket
import ssl
import sys

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
PATIENCE = 50


def say(event: str, **more) -> None:
    print(json.dumps({"event": event, **more}), flush=True)


def context(role, version: str) -> ssl.SSLContext:
    made = ssl.SSLContext(role)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.maximum_version = VERSIONS[version]
    made.set_alpn_protocols(["proximity/1"])
    return made


def shake_hands(made: ssl.SSLContext, connection: socket.socket, server: bool) -> dict:
    try:
        with made.wrap_socket(connection, server_side=server) as secure:
            # In TLS 1.3 a client learns of a refusal only after the handshake.
            secure.recv(1)
            return {"error": "", "version": secure.version()}
    except ssl.SSLError as error:
        return {"error": error.reason or str(error), "version": ""}
    except OSError as error:
        return {"error": type(error).__name__, "version": ""}


def main() -> None:
    role, address, version = sys.argv[1:4]
    host, port = address.rsplit(":", 1)
    if role == "client":
        connection = socket.create_connection((host, int(port)), PATIENCE)
        say("connection", first="", **shake_hands(context(ssl.PROTOCOL_TLS_CLIENT, version), connection, False))
        return
    made = context(ssl.PROTOCOL_TLS_SERVER, version)
    made.load_cert_chain(*sys.argv[4:6])
    with socket.create_server((host, int(port))) as listener:
        say("listening")
        while True:
            connection, _ = listener.accept()
            connection.settimeout(PATIENCE)
            try:
                first = connection.recv(1, socket.MSG_PEEK)
            except OSError:
                continue
            if first == b"\x16":
                say("connection", first=first.hex(), **shake_hands(made, connection, True))
            elif first:
                say("connection", first=first.hex(), error="not TLS", version="")
            connection.close()


main()
