"""Frames between the server and a model worker: a length, a JSON header, and columns as raw little-endian arrays.

    u32 length of what follows | u32 length of the header | header (JSON, UTF-8) | payload

The payload is received into a buffer of its own, and the server starts every column at a multiple of eight bytes, so a
column of numbers becomes an array without a copy.
"""

import json
import socket
import struct

LIMIT = 1 << 30
_PREFIX = struct.Struct("<II")


class FrameError(Exception):
    """What came is not a frame."""


def receive(connection: socket.socket) -> tuple[dict, bytearray] | None:
    """The next frame's header and payload; None when the other side has closed."""
    prefix = _exactly(connection, _PREFIX.size)
    if prefix is None:
        return None
    length, header_length = _PREFIX.unpack(prefix)
    if length > LIMIT or length < 4 + header_length:
        raise FrameError(f"a frame of {length} bytes with a header of {header_length}")
    header = _exactly(connection, header_length)
    payload = _exactly(connection, length - 4 - header_length)
    if header is None or payload is None:
        return None
    return json.loads(header), payload


def send(connection: socket.socket, header: dict, pieces: list = ()) -> None:
    """Sends a frame whose payload is the pieces, one behind the other."""
    head = json.dumps(header, separators=(",", ":")).encode()
    size = sum(len(piece) for piece in pieces)
    prefix = _PREFIX.pack(4 + len(head) + size, len(head))
    if size < 65536:
        connection.sendall(b"".join([prefix, head, *pieces]))
        return
    connection.sendall(prefix + head)
    for piece in pieces:
        connection.sendall(piece)


def _exactly(connection: socket.socket, count: int) -> bytearray | None:
    buffer = bytearray(count)
    view = memoryview(buffer)
    at = 0
    while at < count:
        received = connection.recv_into(view[at:])
        if received == 0:
            return None
        at += received
    return buffer
