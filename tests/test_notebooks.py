"""The notebooks as they are stored. That their cells print what is stored is nbval's part: `make notebooks-test`."""

import ast
import builtins
import json
import pathlib
import re

import pytest

from perfbook.explore import downloads
from perfbook.explore.notebooks import KEPT

ROOT = pathlib.Path(__file__).parent.parent
NOTEBOOKS = sorted(ROOT.glob("book/*.ipynb"))
LONGEST_CELL = 14
FENCE = re.compile(r"^(?:`{3,}|:{3,})\{(exercise|solution)-(start|end)\}(.*(?:\n:label: (\S+))?)", re.MULTILINE)

each_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem, indirect=True)
# Chapters whose sections are each taught alone, in 20 minutes.
taught_alone = pytest.mark.parametrize(
    "notebook",
    [ROOT / "book" / f"{name}.ipynb" for name in ("patterns", "war-stories")],
    ids=lambda path: path.stem,
    indirect=True,
)


@pytest.fixture
def notebook(request):
    return json.loads(request.param.read_text(encoding="utf-8"))


def code_cells(notebook):
    return [c for c in notebook["cells"] if c["cell_type"] == "code"]


def prose(notebook) -> str:
    return "\n".join(downloads.text(c) for c in notebook["cells"] if c["cell_type"] == "markdown")


def gated(notebook) -> tuple[dict, dict]:
    """The code inside exercises and inside solutions: {label: [lines]}, stub cells and solution cells only."""
    found, open_label, kind = {"exercise": {}, "solution": {}}, None, None
    for cell in notebook["cells"]:
        source, tags = downloads.text(cell), cell["metadata"].get("tags", [])
        if cell["cell_type"] == "markdown":
            for fence in FENCE.finditer(source):
                kind = fence[1]
                if fence[2] == "start":
                    open_label = fence[4] if kind == "exercise" else fence[3].split()[0]
                    assert open_label, f"an exercise without a label: {fence[0]!r}"
                    assert open_label not in found[kind], f"{kind} {open_label} stands twice"
                    found[kind][open_label] = []
                else:
                    open_label = None
        elif open_label and ("exercise-stub" if kind == "exercise" else "solution") in tags:
            found[kind][open_label] += [line for line in source.splitlines() if line.strip()]
    return found["exercise"], found["solution"]


def holes_filled(stub, solution) -> str | None:
    """None if the solution is the stub with its holes ``...`` filled, in order; else the line that is not."""
    rest = iter(solution)
    for line in stub:
        pattern = re.compile(re.escape(line).replace(re.escape("..."), ".+"))
        if not any(pattern.fullmatch(candidate) for candidate in rest):
            return line
    return None


def test_there_are_notebooks():
    assert NOTEBOOKS != []


@each_notebook
def test_a_notebook_is_valid_and_its_cells_have_ids_of_their_own(notebook):
    import nbformat  # takes seconds

    nbformat.validate(notebook)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)


@each_notebook
def test_every_code_cell_was_run_in_order(notebook):
    # nbval compares nothing in a cell that is stored without a count.
    counts = [c["execution_count"] for c in code_cells(notebook) if downloads.text(c).strip()]
    assert counts == list(range(1, len(counts) + 1))


@each_notebook
def test_no_cell_stores_an_error(notebook):
    kinds = [o["output_type"] for c in code_cells(notebook) for o in c["outputs"]]
    assert "error" not in kinds
    assert "Traceback (most recent call last)" not in json.dumps([c["outputs"] for c in code_cells(notebook)])


@each_notebook
def test_only_text_is_stored(notebook):
    stored = {kind for c in code_cells(notebook) for o in c["outputs"] for kind in o.get("data", {})}
    assert stored <= set(KEPT)
    assert "widgets" not in notebook["metadata"]


@each_notebook
def test_nothing_is_stored_that_differs_from_run_to_run(notebook):
    outputs = json.dumps(
        [c["outputs"] for c in code_cells(notebook) if "nbval-ignore-output" not in c["metadata"].get("tags", [])]
    )
    assert re.findall(r"0x[0-9a-f]{6,}|<[\w.]+ at |/tmp/|\d+(?:\.\d+)? (?:ms|s) per", outputs) == []


@each_notebook
def test_cells_are_short(notebook):
    sources = [downloads.text(c) for c in code_cells(notebook)]
    assert [s for s in sources if len(s.splitlines()) > LONGEST_CELL] == []


@each_notebook
def test_every_exercise_has_a_solution_and_every_solution_an_exercise(notebook):
    stubs, solutions = gated(notebook)
    assert sorted(stubs) == sorted(solutions)
    assert len(stubs) >= 6


@each_notebook
def test_every_stub_is_its_solution_with_holes(notebook):
    stubs, solutions = gated(notebook)
    drifted = {label: line for label, stub in stubs.items() if (line := holes_filled(stub, solutions[label]))}
    assert drifted == {}
    assert [label for label, stub in stubs.items() if stub and not any("..." in line for line in stub)] == []


@each_notebook
def test_no_solution_cell_has_a_hole(notebook):
    solutions = gated(notebook)[1]
    assert [
        label for label, lines in solutions.items() for line in lines if re.search(r"(?<![\w\"'])\.\.\.", line)
    ] == []


@each_notebook
def test_stubs_and_solutions_stand_inside_their_fences(notebook):
    tagged = [c for c in code_cells(notebook) if {"exercise-stub", "solution"} & set(c["metadata"].get("tags", []))]
    inside = sum(map(len, gated(notebook)[0].values())) + sum(map(len, gated(notebook)[1].values()))
    assert sum(len([s for s in downloads.text(c).splitlines() if s.strip()]) for c in tagged) == inside


@each_notebook
def test_the_minutes_of_the_sections_add_up_to_the_chapters(notebook):
    total = re.search(r"Total: (\d+) minutes", downloads.text(notebook["cells"][0]))
    assert total, 'the chapter\'s first cell says "Total: N minutes"'
    minutes = re.findall(r"^\*(\d+) minutes?\.", prose(notebook), re.MULTILINE)
    assert sum(map(int, minutes)) == int(total[1])


PLAN = re.compile(r"^### Teach it in 20 minutes\n\n(.*?)(?=\n\n(?![|])|\Z)", re.MULTILINE | re.DOTALL)


def sections(notebook) -> dict[str, list]:
    """The cells of each section by its heading, without the summary's."""
    found, cells = {}, []
    for cell in notebook["cells"]:
        text = downloads.text(cell)
        if cell["cell_type"] == "markdown" and (heading := re.search(r"^## (.+)", text, re.MULTILINE)):
            found[heading[1]] = cells = []
        cells.append(cell)
    return {heading: cells for heading, cells in found.items() if heading != "Summary card"}


def unknown(sources) -> list[str]:
    """Names that code uses and neither it nor Python defines."""
    used, known = [], set(dir(builtins)) | {"__name__", "_"}
    for tree in map(ast.parse, sources):
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                used.append(node.id)
            elif isinstance(node, ast.Name):
                known.add(node.id)
            elif isinstance(node, ast.alias):
                known.add((node.asname or node.name).split(".")[0])
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                known.add(node.name)
            elif isinstance(node, ast.arg):
                known.add(node.arg)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                known.add(node.name)
    return sorted(set(used) - known)


@taught_alone
def test_a_section_uses_no_name_of_another(notebook):
    for heading, cells in sections(notebook).items():
        assert unknown(downloads.text(c) for c in cells if c["cell_type"] == "code") == [], heading


@taught_alone
def test_every_section_has_a_plan_for_20_minutes(notebook):
    assert len(sections(notebook)) == 7
    for heading, cells in sections(notebook).items():
        plan = PLAN.search("\n\n".join(downloads.text(c) for c in cells if c["cell_type"] == "markdown"))
        assert plan, heading
        minutes = re.findall(r"^\| *(\d+) *\|", plan[1], re.MULTILINE)
        assert sum(map(int, minutes)) == 20, heading


def test_the_workshops_plans_add_up_to_their_totals():
    text = (ROOT / "book/workshop.md").read_text(encoding="utf-8")
    plans = re.findall(r"((?:^\|.*\|\n)+)\nTotal: (\d+) minutes", text, re.MULTILINE)
    assert len(plans) == text.count("## Half a day")
    for table, total in plans:
        assert sum(map(int, re.findall(r"^\| *(\d+) *\|", table, re.MULTILINE))) == int(total)


@pytest.mark.parametrize(
    "stub, drifted",
    [
        (["rate = 50", "pool = ...", "print(pool)"], None),
        (["pool = ...", "rate = 50"], "rate = 50"),
        (["rate = 51"], "rate = 51"),
        (["...", "print(...)"], None),
    ],
)
def test_a_stub_that_drifted_from_its_solution_is_found(stub, drifted):
    solution = ["rate = 50", "pool = 4_800 / rate", "print(pool)"]
    assert holes_filled(stub, solution) == drifted
