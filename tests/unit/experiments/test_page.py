"""The HTML comparison: complete in itself, inert, honest about few experiments."""

import base64
import hashlib
import re
import sys
import xml.etree.ElementTree as ET

import pytest
from typer.testing import CliRunner

from tests.unit.experiments.made_up import asked, experiment, experiments, files, start, sweep
from tunewright.cli.main import app
from tunewright.experiments.importance import importance
from tunewright.experiments.page import render_page
from tunewright.experiments.read import read_experiments
from tunewright.experiments.table import compare
from tunewright.experiments.tradeoff import front

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.fixture
def root(tmp_path):
    return start(tmp_path / "p")


def page(root, by=None):
    return render_page(compare(read_experiments(root, losses=True), by))


def parsed(text):
    return ET.fromstring(text.replace("<!DOCTYPE html>", ""))


def test_every_chart_has_every_experiment(root):
    experiments(root, sweep(25))
    html = parsed(page(root))
    drawn = [
        len(group.findall("path[@class='hit']")) for group in html.iter("g") if group.get("class") == "lines"
    ]
    assert drawn == [25, 25]
    dots = [len(group.findall("circle")) for group in html.iter("g") if group.get("class") == "dots"]
    assert dots == [25, 25]
    assert len(html.findall(".//table[@class='ranking']/tbody/tr")) == 26


def test_the_reference_and_the_judge_are_told(root):
    experiment(root, "a", asked({"seed": 1}, reference=0.9, win_rate=0.7, value=0.8))
    experiment(root, "b", asked({"seed": 2}, reference=0.9, win_rate=0.6, value=0.7))
    text = " ".join(" ".join(parsed(page(root)).itertext()).split())
    assert "large-1, the reference, on the same rows: 90.0 % [82.0, 96.0]." in text
    assert "judge.win_rate: against few-shot, judged by judge-1; 50 % means equally good" in text
    assert "70.0 % [62.0, 76.0]" in text
    assert "Best by judge: win rate: a, 70.0 % [62.0, 76.0]." in " ".join(
        " ".join(parsed(page(root, "judge.win_rate")).itertext()).split()
    )


def test_it_loads_nothing_and_runs_only_its_own_script(root):
    experiments(root, sweep(3))
    text = page(root)
    assert not re.findall(r"""(?:src|href)=|url\(|@import""", text)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 1
    allowed = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'" in text


def test_hostile_names_and_values_stay_inert(root):
    name = HOSTILE.replace(" ", "")  # git allows no space in a name, but all else here
    experiment(root, name, files({"task.instructions": HOSTILE, "seed": 1}, 0.9))
    experiment(root, "b", files({"task.instructions": "{{ 7 * 7 }}", "seed": 2}))
    text = page(root)
    html = parsed(text)
    assert len(list(html.iter("script"))) == 1
    assert not list(html.iter("img"))
    assert not [one for one in html.iter() if any(key.startswith("on") for key in one.attrib)]
    assert "{{ 7 * 7 }}" in text


def test_headings_tables_and_pictures_have_names(root):
    experiments(root, sweep(20))
    html = parsed(page(root))
    assert [one.tag for one in html.iter() if re.fullmatch("h[1-6]", one.tag)] == ["h1", *["h2"] * 5]
    ids = {one.get("id") for one in html.iter() if one.get("id")}
    pictures = [one for one in html.iter("svg") if one.get("role") == "img"]
    assert len(pictures) >= 5
    assert all(one.get("aria-label") or one.get("aria-labelledby") in ids for one in pictures)
    assert all(one.get("scope") for one in html.iter("th"))


def test_three_experiments_do_not_pretend_to_know_what_mattered(root):
    experiments(root, sweep(3))
    text = page(root)
    assert "To tell which of them mattered takes at least" in text
    assert "percent" not in text


def test_importance_finds_the_setting_that_mattered(root):
    experiments(root, sweep(40))
    found = compare(read_experiments(root), None)
    done = [one for one in found.experiments if one.tuned]
    told = importance(done, found.settings, "schema_valid")
    assert told.shares[0].key == "method.learning_rate"
    assert told.shares[0].share > 0.7
    assert told.explained > 0.5
    assert sum(share.share for share in told.shares) == pytest.approx(1)


def test_importance_of_pure_chance_is_not_shown(root):
    names = {
        f"p{n}": files({"method.lora.r": 2 ** (n % 5), "seed": n}, 0.3 + (n * 7919 % 97) / 200)
        for n in range(30)
    }
    experiments(root, names)
    found = compare(read_experiments(root), None)
    done = [one for one in found.experiments if one.tuned]
    assert "chance" in importance(done, ("method.lora.r",), "schema_valid").why_not


def test_importance_without_scikit_learn_says_so(root, monkeypatch):
    experiments(root, sweep(40))
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert "scikit-learn is not installed" in page(root)


def test_the_front_holds_what_none_beats_in_both():
    points = [(1.0, 5.0), (2.0, 4.0), (1.5, 3.0), (3.0, 1.0), (3.0, 0.5), (2.0, 4.0)]
    assert front(points) == {0, 1, 3, 5}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_or_no_results(root, count):
    experiments(root, {f"p{n}": files({"seed": n + 1}, 0.5) for n in range(count)})
    if count == 0:
        experiment(
            root, "empty", {"params.yaml": files()["params.yaml"], "resolved.yaml": files()["resolved.yaml"]}
        )
    parsed(page(root))


def test_the_command_writes_it(root, monkeypatch):
    experiments(root, sweep(2))
    monkeypatch.chdir(root)
    done = CliRunner().invoke(
        app, ["experiments", "--html", "--output", "x/page.html", "--by", "train_seconds"]
    )
    assert done.exit_code == 0, done.output
    assert parsed((root / "x" / "page.html").read_text()) is not None
