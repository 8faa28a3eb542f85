"""What must hold of every explorable, challenge and question of the book; the browser's tests come on top."""

import pathlib
import re

import pytest

from perfbook import figures
from perfbook.explore import Challenge, Choice, Explorable, Number, page

REGISTRY = figures.load()
SOURCES = sorted(pathlib.Path(figures.__path__[0]).rglob("*.py"))
MADE = re.compile(r"\b(?:Explorable|Player|Challenge|Choice|Number)\(\s*\"([^\"]+)\"")


def of(kind):
    return pytest.mark.parametrize("id", sorted(name for name, item in REGISTRY.items() if isinstance(item, kind)))


def test_no_two_figures_share_an_id_and_every_id_is_found():
    written = [id for source in SOURCES for id in MADE.findall(source.read_text(encoding="utf-8"))]
    assert sorted(written) == sorted(REGISTRY)


@of(Challenge)
def test_a_challenge_is_open_at_first_and_met_by_its_solution(id):
    REGISTRY[id].check()


@of(Explorable)
def test_templates_name_what_is_there(id):
    page.check_templates(REGISTRY[id], REGISTRY[id].run())


@of(Explorable)
def test_captions_alternatives_and_labels_are_written(id):
    item = REGISTRY[id]
    assert len(item.caption) > 20 and len(item.alt) > 20
    assert all(s.label for s in item.sliders.values())


@of((Choice, Number))
def test_every_answer_says_why(id):
    item = REGISTRY[id]
    reasons = item.options.values() if isinstance(item, Choice) else [item.because]
    assert all(reason.strip() for reason in reasons)
