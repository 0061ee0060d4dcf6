"""Every kind of mistake, one a row; `test_mistakes.py` goes through them."""

from __future__ import annotations

from tests.config.mistakes.acceptance import ACCEPTANCE
from tests.config.mistakes.choices import CHOICES
from tests.config.mistakes.config_files import ANSWER_SCHEMAS, CONFIG_FILES
from tests.config.mistakes.data_rules import DATA_RULES
from tests.config.mistakes.evaluation_rules import EVALUATION_RULES
from tests.config.mistakes.interpolations import INTERPOLATIONS
from tests.config.mistakes.kind import Mistake
from tests.config.mistakes.machine_rules import MACHINE_RULES
from tests.config.mistakes.option_files import OPTION_FILES
from tests.config.mistakes.params_files import PARAMS_FILES
from tests.config.mistakes.personal_data import PERSONAL_DATA
from tests.config.mistakes.task_rules import TASK_RULES
from tests.config.mistakes.unknown_keys import UNKNOWN_KEYS
from tests.config.mistakes.wrong_values import WRONG_VALUES

MISTAKES: list[Mistake] = [
    *UNKNOWN_KEYS,
    *WRONG_VALUES,
    *INTERPOLATIONS,
    *CHOICES,
    *PARAMS_FILES,
    *OPTION_FILES,
    *CONFIG_FILES,
    *ANSWER_SCHEMAS,
    *ACCEPTANCE,
    *TASK_RULES,
    *DATA_RULES,
    *EVALUATION_RULES,
    *MACHINE_RULES,
    *PERSONAL_DATA,
]
