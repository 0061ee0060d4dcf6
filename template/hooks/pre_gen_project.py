"""Refuse answers that cannot become a project, before a file is written.

cookiecutter checks answers that it asked for before it makes the folder; replayed ones come this way only.
"""

import json
import sys

REFUSALS = json.loads({{cookiecutter | refusals | jsonify | jsonify}})

if REFUSALS:
    sys.exit("\n".join(REFUSALS))
