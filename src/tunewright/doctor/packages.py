"""Python and the installed packages, against what tunewright asks for and what it was tested with."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tunewright.config.places import packaged_conf
from tunewright.config.schema import Settings
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, ok, unchecked, warning, wrong

CLASSIFIER = "Programming Language :: Python :: "
TESTED = packaged_conf().parent / "constraints.txt"
"""Next to conf/: at the root of a checkout, in the installed package of a wheel (setup.py sees to it)."""


def check(examined: Examined) -> Iterator[Finding]:
    """Python's version, the packages that are needed, their versions, the extras that the project needs."""
    about = metadata.metadata("tunewright")
    tested_pythons = [
        text.removeprefix(CLASSIFIER)
        for text in about.get_all("Classifier") or []
        if text.startswith(CLASSIFIER) and "." in text
    ]
    running = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    yield python_version(running, str(about["Requires-Python"]), tested_pythons)

    requirements = [Requirement(text) for text in metadata.requires("tunewright") or []]
    installed = installed_versions()
    yield from required(requirements, installed)
    if TESTED.is_file():
        yield against_tested(requirements, installed, read_tested(TESTED.read_text(encoding="utf-8")))
    else:
        yield unchecked("packages.tested", "this installation came without its list of tested versions")
    if examined.settings is not None:
        yield from extras(requirements, installed, needed_extras(examined.settings))


def python_version(running: str, required_: str, tested: Iterable[str]) -> Finding:
    """Judge the version of Python that runs."""
    if Version(running) not in SpecifierSet(required_):
        return wrong(
            "packages.python",
            f"Python {running} runs, {required_} is needed",
            sys.executable,
            "make the virtual environment anew: python3.11 -m venv .venv",
        )
    if running.rpartition(".")[0] not in set(tested):
        listed = ", ".join(tested)
        return warning("packages.python", f"Python {running} is not among the tested ones: {listed}")
    return ok("packages.python", f"Python {running}")


def installed_versions() -> dict[str, str]:
    """Version by canonical name of every installed distribution; the first on the path counts."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(canonicalize_name(name), distribution.version)
    return found


def read_tested(text: str) -> dict[str, str]:
    """The tested version by canonical name, from the text of constraints.txt."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    pairs = (line.partition("==") for line in lines if "==" in line)
    return {canonicalize_name(name.strip()): version.strip() for name, _, version in pairs}


def required(requirements: Iterable[Requirement], installed: Mapping[str, str]) -> Iterator[Finding]:
    """Is everything there that tunewright needs, in a version that it can work with?"""
    needed = [one for one in requirements if one.marker is None or one.marker.evaluate({"extra": ""})]
    bad = [(one.name, complaint) for one in needed if (complaint := _complaint(one, installed))]
    for name, complaint in bad:
        yield wrong("packages.required", complaint, fix=_install(name))
    if not bad:
        yield ok("packages.required", f"{len(needed)} needed packages are there")


def against_tested(
    requirements: Iterable[Requirement], installed: Mapping[str, str], tested: Mapping[str, str]
) -> Finding:
    """How far the installed versions are those that tunewright was tested with."""
    other = {
        name: installed[name]
        for name, version in tested.items()
        if name in installed and not _same_version(installed[name], version)
    }
    if not other:
        return ok("packages.tested", "all versions are the tested ones")
    direct = {canonicalize_name(one.name) for one in requirements}
    named = [
        f"{name} {version} (tested: {tested[name]})" for name, version in other.items() if name in direct
    ]
    rest = len(other) - len(named)
    counted = [f"{rest} packages that those need"] if rest else []
    return warning(
        "packages.tested",
        f"not the tested versions: {', '.join([*named, *counted])}",
        fix=_install(*other),
    )


def needed_extras(settings: Settings) -> dict[str, str]:
    """The extras that a configuration needs, each with the setting that needs it."""
    needed = {}
    if settings.model.source == "pypi":
        needed["gguf"] = f"model={settings.choices.model}"
    if settings.data.personal_data.ner is not None:
        needed["ner"] = "data.personal_data.ner"
    return needed | dict.fromkeys(settings.tracking.trackers, f"tracking={settings.choices.tracking}")


def extras(
    requirements: Iterable[Requirement], installed: Mapping[str, str], needed: Mapping[str, str]
) -> Iterator[Finding]:
    """Is everything there that the project's configuration needs beyond what tunewright always needs?"""
    listed = list(requirements)
    bad = False
    for extra, setting in needed.items():
        of_extra = [
            one
            for one in listed
            if one.marker is not None
            and one.marker.evaluate({"extra": extra})
            and not one.marker.evaluate({"extra": ""})
        ]
        for one in of_extra:
            if complaint := _complaint(one, installed):
                bad = True
                yield wrong("packages.extras", f"{complaint}; {setting} needs it", fix=_install(one.name))
    if not bad:
        yield ok("packages.extras", f"extras needed: {', '.join(needed) or 'none'}; all there")


def _install(*names: str) -> str:
    """The command that brings packages to their tested versions."""
    return f"pip install -c {TESTED} {' '.join(names)}"


def _complaint(one: Requirement, installed: Mapping[str, str]) -> str:
    version = installed.get(canonicalize_name(one.name))
    if version is None:
        return f"{one.name} is not installed"
    if not one.specifier.contains(version, prereleases=True):
        return f"{one.name} {version} is installed, {one.specifier} is needed"
    return ""


def _same_version(installed: str, tested: str) -> bool:
    """Whether two versions are the same but for the local part (2.13.0+cpu is 2.13.0)."""
    try:
        return Version(installed).public == Version(tested).public
    except InvalidVersion:
        return installed == tested
