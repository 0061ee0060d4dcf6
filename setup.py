"""The package mapping alone: `conf/` and `template/` at the root are packages of tunewright too.

Everything else about the distribution is in pyproject.toml.
"""

from setuptools import find_namespace_packages, find_packages, setup


def packaged(folder: str) -> list[str]:
    """A folder at the root and those below it, as packages: setuptools warns about each it is not told."""
    return [
        f"tunewright.{folder}",
        *(f"tunewright.{folder}.{name}" for name in find_namespace_packages(folder)),
    ]


setup(
    package_dir={"": "src", "tunewright.conf": "conf", "tunewright.template": "template"},
    packages=[*find_packages("src"), *packaged("conf"), *packaged("template")],
    package_data={
        "tunewright": ["py.typed", "**/*.html", "**/*.css", "**/*.js", "**/*.j2", "**/*.jsonl"],
        # The patterns with a dot keep dotfiles and dot folders; plain globs drop them without a word.
        # `..`: constraints.txt lies next to conf/ in a checkout, and so it does in the installed package.
        "tunewright.conf": ["../constraints.txt", "**/*", "**/.*", "**/.*/**", "**/.*/.*"],
        "tunewright.template": ["**/*", "**/.*", "**/.*/**", "**/.*/.*"],
    },
)
