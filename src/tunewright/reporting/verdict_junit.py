"""The verdict as JUnit XML, which CI services show as tests: a criterion is a test case.

The form is that of the schema of Jenkins' xUnit plugin (junit-10.xsd), which GitLab and others read too.
"""

from __future__ import annotations

from xml.etree import ElementTree

from tunewright.evaluation.verdict import Verdict
from tunewright.reporting.templates import visible
from tunewright.reporting.verdict_view import CriterionRow, criterion_rows

NO_TIME = "0"


def verdict_junit(project: str, verdict: Verdict, warning: str = "") -> str:
    """A test suite of the criteria; one that fails is a failure with its reason.

    Args:
        project: its name, which the suite bears.
        verdict: what was judged.
        warning: a sentence for the suite's error output, empty for none.
    """
    rows = criterion_rows(verdict)
    counts = {
        "tests": str(len(rows)),
        "failures": str(sum(not row.passed for row in rows)),
        "errors": "0",
        "time": NO_TIME,
    }
    suites = ElementTree.Element("testsuites", {"name": "tunewright accept", **counts})
    suite = ElementTree.SubElement(suites, "testsuite", {"name": visible(project), **counts, "skipped": "0"})
    for row in rows:
        _case(suite, row)
    if warning:
        ElementTree.SubElement(suite, "system-err").text = visible(warning)
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}'


def _case(suite: ElementTree.Element, row: CriterionRow) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        {"classname": row.declared_in, "name": visible(row.criterion), "time": NO_TIME},
    )
    told = visible(f"{row.text}\n{row.value} {row.interval}\n{row.reason}")
    if row.passed:
        ElementTree.SubElement(case, "system-out").text = told
        return
    failure = {"type": "criterion", "message": visible(row.reason)}
    ElementTree.SubElement(case, "failure", failure).text = told
