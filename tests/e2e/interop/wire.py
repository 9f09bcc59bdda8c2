"""The messages of proto/mesh.proto that this client speaks: a table of fields for each, and a codec that reads the tables.

A message is a dict; a field with its default value is left out, as in proto3. Types: u = varint, b = bool, f = fixed64,
y = bytes, s = string, or the name of a message. A `*` means repeated.
"""

MESSAGES = {
    "Frame": {1: ("hello", "Hello"), 2: ("have", "Have"), 3: ("batch", "Batch"), 5: ("sas", "Sas"), 8: ("bye", "Bye"),
              9: ("ping", "Ping"), 15: ("rooms", "Rooms")},
    "Hello": {1: ("min", "u"), 2: ("max", "u"), 3: ("caps", "*s"), 4: ("node", "y"), 5: ("boot", "f"), 6: ("nick", "s"),
              7: ("wall_ms", "u"), 8: ("port", "u"), 9: ("version", "s"), 10: ("card", "y")},
    "Rooms": {1: ("open", "*s")},
    "Card": {1: ("node", "y"), 2: ("sealing_key", "y"), 3: ("serial", "u"), 4: ("sig", "y")},
    "Bye": {1: ("reason", "u")},
    "Ping": {1: ("token", "f"), 2: ("answer", "b"), 3: ("wall_ms", "u")},
    "Sas": {1: ("commit", "y"), 2: ("reveal", "y")},
    "LogId": {1: ("room", "y"), 2: ("author", "y"), 3: ("epoch", "f")},
    "HeldRange": {1: ("log", "LogId"), 2: ("seq", "u"), 3: ("head", "y"), 4: ("base", "u"), 5: ("name", "u")},
    "Change": {1: ("name", "u"), 2: ("seq", "u"), 3: ("head", "y")},
    "Have": {1: ("ranges", "*HeldRange"), 2: ("more", "b"), 3: ("want", "b"), 4: ("changes", "*Change")},
    "Signed": {1: ("body", "y"), 2: ("sig", "y"), 3: ("content", "y")},
    "Batch": {1: ("events", "*Signed")},
    "Event": {1: ("log", "LogId"), 2: ("seq", "u"), 3: ("prev", "y"), 4: ("hlc", "u"), 5: ("deps", "*Dep"),
              6: ("wall_ms", "u"), 7: ("kind", "u"), 8: ("content_hash", "y")},
    "Dep": {1: ("author", "y"), 2: ("epoch", "f"), 3: ("seq", "u")},
    "Said": {1: ("nick", "s"), 2: ("text", "s"), 3: ("action", "b")},
}
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class Malformed(Exception):
    """Bytes that are not a message of the expected kind."""


def write_varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def read_varint(data, at):
    number = 0
    for i, byte in enumerate(data[at:at + 10]):
        number |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:
            if number >= 1 << 64:
                break
            return number, at + i + 1
    raise Malformed("a number is cut off or too long")


def encode(kind, message):
    out = b""
    for number, (name, what) in MESSAGES[kind].items():
        value = message.get(name)
        for one in value or [] if what[0] == "*" else [value]:
            out += encode_field(number, what.lstrip("*"), one)
    return out


def encode_field(number, what, value):
    if what in MESSAGES and value is not None:
        value = encode(what, value)
    elif not value:
        return b""
    if what in ("u", "b"):
        return write_varint(number << 3 | VARINT) + write_varint(int(value))
    if what == "f":
        return write_varint(number << 3 | FIXED64) + value.to_bytes(8, "little")
    data = value.encode() if what == "s" else value
    return write_varint(number << 3 | BYTES) + write_varint(len(data)) + data


def decode(kind, data):
    message, at = {}, 0
    while at < len(data):
        tag, at = read_varint(data, at)
        value, at = read_value(tag & 7, data, at)
        if tag >> 3 not in MESSAGES[kind]:
            continue  # unknown fields are ignored
        name, what = MESSAGES[kind][tag >> 3]
        value = decode_field(what.lstrip("*"), tag & 7, value)
        if what[0] == "*":
            message.setdefault(name, []).append(value)
        else:
            message[name] = value
    return message


def read_value(wire_type, data, at):
    """What a field holds, and where the next one begins."""
    if wire_type == VARINT:
        return read_varint(data, at)
    if wire_type == BYTES:
        size, at = read_varint(data, at)
    elif wire_type in (FIXED64, FIXED32):
        size = 8 if wire_type == FIXED64 else 4
    else:
        raise Malformed(f"wire type {wire_type}")
    if at + size > len(data):
        raise Malformed("a field is cut off")
    return data[at:at + size], at + size


def decode_field(what, wire_type, value):
    if wire_type != {"u": VARINT, "b": VARINT, "f": FIXED64}.get(what, BYTES):
        raise Malformed(f"a field has the wire type {wire_type}")
    if what in MESSAGES:
        return decode(what, value)
    if what == "f":
        return int.from_bytes(value, "little")
    if what == "s":
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise Malformed("text that is not UTF-8") from error
    return bool(value) if what == "b" else value
