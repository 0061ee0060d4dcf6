"""The package mapping alone: `conf/` and `template/` at the root are packages of tunewright too.

Everything else about the distribution is in pyproject.toml.
"""

from setuptools import find_packages, setup

setup(
    package_dir={"": "src", "tunewright.conf": "conf", "tunewright.template": "template"},
    packages=[*find_packages("src"), "tunewright.conf", "tunewright.template"],
    package_data={
        "tunewright": ["py.typed", "**/*.html", "**/*.css", "**/*.js", "**/*.j2"],
        # The patterns with a dot keep dotfiles and dot folders; plain globs drop them without a word.
        "tunewright.conf": ["**/*", "**/.*", "**/.*/**", "**/.*/.*"],
        "tunewright.template": ["**/*", "**/.*", "**/.*/**", "**/.*/.*"],
    },
)
