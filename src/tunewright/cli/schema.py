"""`tunewright schema`: JSON Schema of option files, params.yaml and config.yaml, for editors."""

from __future__ import annotations

from pathlib import Path

import typer

from tunewright.artifacts import write_text
from tunewright.config.json_schema import FOLDER, file_name, json_schema, schema_names, schema_text
from tunewright.config.params_file import read_params_text
from tunewright.errors import unknown_name


def schema(root: Path, name: str | None, output: Path | None) -> None:
    """Write all schemas into a folder, or print one.

    Args:
        root: the project's folder; its options are those that params.yaml may choose.
        name: a group, `params` or `config`; None writes all.
        output: the folder; None for conf/.schemas, where the files' own first lines look for them.

    Raises:
        UsageError: there is no such schema.
        ConfigError: `root` is no project, and no folder is given.
    """
    if name is not None:
        if name not in schema_names():
            raise unknown_name("schema", name, schema_names())
        typer.echo(schema_text(json_schema(name, root)), nl=False)
        return
    if output is None:
        read_params_text(root)
        output = root / FOLDER
    changed = [name for name in schema_names() if _write(output / file_name(name), json_schema(name, root))]
    told = f"{len(changed)} of {len(schema_names())} changed" if changed else "nothing changed"
    typer.echo(f"wrote {output.relative_to(root) if output.is_relative_to(root) else output}: {told}")


def _write(path: Path, content: dict[str, object]) -> bool:
    """Write a schema; whether that changed the file."""
    text = schema_text(content)
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    write_text(path, text)
    return True
