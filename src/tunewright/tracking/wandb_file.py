"""Reads W&B's run file, the one that `wandb sync` sends: LevelDB's log format around protobuf records.

W&B says nothing when it cannot write that file (a full disk); whoever wants to know must look.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BLOCK = 32768
FILE_HEADER = 7
RECORD_HEADER = struct.Struct("<IHB")  # checksum, length, kind
FULL, LAST = 1, 4


def run_records(path: Path) -> Iterator[Any]:
    """The records that a run file holds, up to where it is torn.

    Yields:
        `wandb.proto.wandb_internal_pb2.Record`
    """
    from wandb.proto import wandb_internal_pb2

    for data in _payloads(path.read_bytes()):
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        yield record


def is_whole(path: Path) -> bool:
    """Whether the file goes to the run's end."""
    return any(record.WhichOneof("record_type") == "exit" for record in run_records(path))


def _payloads(content: bytes) -> Iterator[bytes]:
    position, parts = FILE_HEADER, []
    while position + RECORD_HEADER.size <= len(content):
        left = BLOCK - position % BLOCK
        if left < RECORD_HEADER.size:
            position += left
            continue
        _, length, kind = RECORD_HEADER.unpack_from(content, position)
        position += RECORD_HEADER.size
        if position + length > len(content):
            return
        parts.append(content[position : position + length])
        position += length
        if kind in (FULL, LAST):
            yield b"".join(parts)
            parts = []
