"""A node of the reference protocol on grpcio, played by a test.

It takes one JSON object per line on standard input and prints one per line on standard output, so that the test decides
each step and sees each frame. Messages are one string on field 1, which is coded here by hand: the test needs bytes that
no generated code would send.

usage: node.py LISTEN_ADDRESS|-

Commands (`link` names a link: the test chooses `d…` for dials, the program numbers what it accepts `s1`, `s2`, …):
  {"do":"answer","mode":"ok"|"refuse"|"hold"|"abort"}    what the first frame of later links meets; or "map": "ok" unless an
                                                         open link has named the same string, as a reference node does
  {"do":"dial","link":"d1","to":"127.0.0.1:4565"}        opens a stream, sends nothing
  {"do":"send","link":"d1","text":"…"}                   or "hex" (bytes of the string), or "raw" (bytes of the message),
                                                         with "times"
  {"do":"accept"|"refuse","link":"s1"}                   answers a held link
  {"do":"end","link":"d1"}                               ends our direction (a dial) or the stream (an accepted link)
  {"do":"cancel","link":"d1"}                            resets the stream
Events:
  {"event":"listening","addr":"…"}
  {"event":"open","link":"s1","from":"…","metadata":{…}}
  {"event":"frame","link":"s1","text":"…"}               "hex" instead where it is not UTF-8
  {"event":"metadata","link":"d1","metadata":{…}}        the response headers of a dial
  {"event":"end","link":"d1","code":"OK"}                  the status is known only for dials
"""

import asyncio
import json
import sys

import grpc

METHOD = "NewNode"
SERVICE = "message.Chat"
OPTIONS = [
    ("grpc.so_reuseport", 0),
    ("grpc.use_local_subchannel_pool", 1),  # a connection per dial, as separate programs would have
    ("grpc.max_receive_message_length", 4 << 20),
    ("grpc.enable_http_proxy", 0),
]


def encode(text: bytes) -> bytes:
    """One message with `text` on field 1; the empty string is the empty message."""
    if not text:
        return b""
    size, head = len(text), b"\x0a"
    while size > 0x7F:
        head += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + bytes([size]) + text


def decode(message: bytes) -> bytes:
    """The string on field 1, of a message that has no other field."""
    if not message:
        return b""
    if message[0] != 0x0A:
        raise ValueError(f"unexpected field in {message[:20].hex()}")
    size = shift = 0
    for at, byte in enumerate(message[1:], 2):
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if len(message) != at + size:
        raise ValueError(f"{len(message)} bytes, of which {at + size} are field 1")
    return message[at:]


def say(event: str, **more) -> None:
    print(json.dumps({"event": event, **more}), flush=True)


def say_frame(link: str, text: bytes) -> None:
    try:
        say("frame", link=link, text=text.decode())
    except UnicodeDecodeError:
        say("frame", link=link, hex=text.hex())


def as_dict(metadata) -> dict:
    return {key: value for key, value in metadata or () if isinstance(value, str)}


class Accepted:
    """A link that somebody else dialled."""

    def __init__(self, context):
        self.context = context
        self.over = asyncio.Event()
        self.reset = False
        self.writing = asyncio.Lock()

    async def write(self, message: bytes) -> None:
        async with self.writing:
            await self.context.write(message)

    async def done(self) -> None:
        self.over.set()

    def cancel(self) -> None:
        self.reset = True
        self.over.set()


class Dialled:
    """A link that we dialled."""

    def __init__(self, channel, call):
        self.channel, self.call = channel, call

    async def write(self, message: bytes) -> None:
        await self.call.write(message)

    async def done(self) -> None:
        await self.call.done_writing()

    def cancel(self) -> None:
        self.call.cancel()


class Node:
    def __init__(self):
        self.mode = "ok"
        self.links = {}
        self.accepted = 0
        self.named = {}

    async def serve(self, address: str):
        server = grpc.aio.server(options=OPTIONS)
        handler = grpc.stream_stream_rpc_method_handler(
            self.new_node, request_deserializer=decode, response_serializer=bytes
        )
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {METHOD: handler}),))
        if server.add_insecure_port(address) == 0:
            raise OSError(f"{address} is taken")
        await server.start()
        say("listening", addr=address)
        return server

    async def new_node(self, _, context) -> None:
        self.accepted += 1
        name = f"s{self.accepted}"
        link = self.links[name] = Accepted(context)
        mode = self.mode
        say("open", link=name, **{"from": context.peer()}, metadata=as_dict(context.invocation_metadata()))
        reader = asyncio.create_task(self.read_accepted(name, link, mode))
        over = asyncio.create_task(link.over.wait())
        try:
            await asyncio.wait({reader, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # grpcio loses the end of a call whose write was cancelled on its way.
            async with link.writing:
                reader.cancel()
            over.cancel()
            del self.links[name]
            self.named.pop(name, None)
            say("end", link=name, code="OK")
        if mode == "abort" or link.reset:
            await context.abort(grpc.StatusCode.INTERNAL, "the test said so")

    async def read_accepted(self, name: str, link: Accepted, mode: str) -> None:
        first = True
        while (frame := await link.context.read()) is not grpc.aio.EOF:
            say_frame(name, frame)
            if first:
                first = False
                if mode in ("refuse", "abort") or mode == "map" and frame in self.named.values():
                    return
                self.named[name] = frame
                if mode in ("ok", "map"):
                    await link.write(encode(b"ok"))

    async def dial(self, name: str, to: str) -> None:
        channel = grpc.aio.insecure_channel(to, options=OPTIONS)
        call = channel.stream_stream(f"/{SERVICE}/{METHOD}", request_serializer=bytes, response_deserializer=decode)()
        self.links[name] = Dialled(channel, call)
        asyncio.create_task(self.read_dialled(name, channel, call))

    async def read_dialled(self, name: str, channel, call) -> None:
        try:
            say("metadata", link=name, metadata=as_dict(await call.initial_metadata()))
            while (frame := await call.read()) is not grpc.aio.EOF:
                say_frame(name, frame)
        except (grpc.aio.AioRpcError, asyncio.CancelledError):
            pass
        say("end", link=name, code=(await call.code()).name)
        await channel.close()

    async def command(self, command: dict) -> None:
        do = command["do"]
        if do == "answer":
            self.mode = command["mode"]
        elif do == "dial":
            await self.dial(command["link"], command["to"])
        elif do == "send":
            if "raw" in command:
                message = bytes.fromhex(command["raw"])
            elif "hex" in command:
                message = encode(bytes.fromhex(command["hex"]))
            else:
                message = encode(command["text"].encode())
            for _ in range(command.get("times", 1)):
                await self.links[command["link"]].write(message)
        elif do == "accept":
            await self.links[command["link"]].write(encode(b"ok"))
        elif do in ("refuse", "end"):
            await self.links[command["link"]].done()
        elif do == "cancel":
            self.links[command["link"]].cancel()
        else:
            raise ValueError(do)


async def main() -> None:
    node = Node()
    server = await node.serve(sys.argv[1]) if sys.argv[1] != "-" else None
    lines = asyncio.StreamReader(limit=8 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        try:
            await node.command(json.loads(line))
        except Exception as error:  # a link that ended in between: the test sees it and goes on
            say("failed", command=line.decode().strip()[:200], error=repr(error)[:300])
    if server:
        await server.stop(None)


asyncio.run(main())
