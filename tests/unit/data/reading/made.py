"""Reads a made-up raw file: rows as (line, values) or (line, reason)."""

from tunewright.config.schema.data import Fields, Source
from tunewright.data.raw_row import RawRow
from tunewright.data.reading.read import read_source
from tunewright.data.reading.recognise import recognise

FIELDS = Fields()


def read(folder, name, content, form="auto", columns=(), **more):
    fields = more.pop("fields", FIELDS)
    return shown(read_source(folder.root, folder.source(name, content, form, **more), columns, fields))


def read_path(folder, path, form="auto", columns=(), **more):
    source = Source(path=path, format=form, licence="none", **more)
    return shown(read_source(folder.root, source, columns, FIELDS))


def recognised(folder, name, content, form="auto", **more):
    fields = more.pop("fields", FIELDS)
    return recognise(folder.root, folder.source(name, content, form, **more), fields)


def shown(rows):
    return [(row.place.line, row.values if isinstance(row, RawRow) else str(row)) for row in rows]
