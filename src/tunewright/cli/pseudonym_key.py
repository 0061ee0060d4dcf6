"""`tunewright pseudonym-key`: make the secret key of pseudonyms, or name the environment's."""

from __future__ import annotations

import typer

from tunewright.data.personal.key import VARIABLE, fingerprint, key_in, key_of_environment, make_key


def pseudonym_key() -> None:
    """Print the key's fingerprint and the command that puts it into the settings; never the key.

    Raises:
        DataError: the environment gives something that is no key.
    """
    given = key_of_environment()
    if given:
        name = fingerprint(key_in(given, VARIABLE))
        typer.echo(f"{VARIABLE} holds the key {name}")
    else:
        name, path = make_key()
        typer.echo(f"made the key {name}: {path}")
        typer.echo("keep a copy where only those may read it who may undo pseudonyms")
    typer.echo(f"next: tunewright set data.personal_data.key_fingerprint={name}")
