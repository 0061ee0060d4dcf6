"""The cookiecutter template that `tunewright new` renders."""
