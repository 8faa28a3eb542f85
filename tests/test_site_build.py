"""What is done to the built site: downloads without solutions, and pages that keep to a strict policy."""

import base64
import hashlib
import re

import pytest

from perfbook.explore import downloads, notebooks, policy, site


def markdown(text):
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code(text, **metadata):
    output = {"output_type": "stream", "name": "stdout", "text": "42\n"}
    return {"cell_type": "code", "metadata": metadata, "source": text, "execution_count": 3, "outputs": [output]}


def notebook(*cells):
    return {"cells": list(cells), "metadata": {"kernelspec": {"name": "python3"}, "widgets": {"x": 1}}, "nbformat": 4}


EXERCISE = (
    markdown("```{exercise-start} Pool\n:label: ex-pool\n```\nHow many?"),
    code("pool = ...", tags=["exercise-stub"]),
    markdown("```{exercise-end}\n```"),
)
SOLUTION = (
    markdown("```{solution-start} ex-pool\n:class: dropdown\n```\nIt is 42."),
    code("pool = 42", tags=["solution"]),
    markdown("```{solution-end}\n```"),
)


def test_a_download_has_the_exercise_and_not_its_solution():
    cells = downloads.for_reader(notebook(*EXERCISE, *SOLUTION, markdown("Next.")))["cells"]
    assert [downloads.text(c) for c in cells] == [downloads.text(c) for c in (*EXERCISE, markdown("Next."))]


def test_a_download_looks_as_if_nobody_had_run_it():
    made = downloads.for_reader(notebook(code("print(42)")))
    assert made["cells"][0]["outputs"] == [] and made["cells"][0]["execution_count"] is None
    assert "widgets" not in made["metadata"]


def test_making_a_download_leaves_the_notebook_as_it_was():
    original = notebook(*EXERCISE, *SOLUTION, code("print(42)"))
    before = repr(original)
    downloads.for_reader(original)
    assert repr(original) == before


def test_a_solution_in_one_cell_is_stripped_too():
    whole = markdown(["```{solution-start} ex-pool\n", "```\n", "It is 42.\n", "```{solution-end}\n", "```"])
    assert downloads.for_reader(notebook(whole, markdown("Next.")))["cells"] == [markdown("Next.")]


@pytest.mark.parametrize("cells", [SOLUTION[:2], SOLUTION[1:], (SOLUTION[0], *SOLUTION)])
def test_solutions_that_do_not_open_and_close_in_turn_are_refused(cells):
    with pytest.raises(ValueError, match="solution"):
        downloads.for_reader(notebook(*cells))


def page(body="", head=""):
    return f"<html><head>{head}</head><body>{body}</body></html>"


def test_the_themes_inline_scripts_are_allowed_by_digest():
    script = "let toggleHintShow = 'Click to show';"
    scripts = policy.InlineScripts(page(head=f"<script>{script}</script>"))
    assert scripts.theme == [script] and scripts.problems == []
    expected = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.digest(script) == expected


@pytest.mark.parametrize(
    "body, what",
    [
        ("<article><script>alert(1)</script></article>", "inline script stands in the text"),
        ('<button onclick="steal()">x</button>', "inline handler"),
        ('<a href="javascript:alert(1)">x</a>', "javascript:"),
        ('<img src="data:image/png;base64,AA">', "data:"),
    ],
)
def test_what_the_policy_would_stop_is_reported(body, what):
    scripts = policy.InlineScripts(page(body))
    assert len(scripts.problems) == 1 and what in scripts.problems[0]
    assert scripts.theme == []


def test_data_blocks_and_files_are_no_inline_scripts():
    body = '<article><script type="application/json">{}</script><script src="a.js"></script></article>'
    scripts = policy.InlineScripts(page(body))
    assert scripts.theme == [] and scripts.problems == []


def test_the_policy_allows_no_inline_script_in_general_and_no_other_host():
    made = dict(part.strip().split(" ", 1) for part in policy.policy({"abc="}).split(";"))
    assert made["default-src"] == "'self'"
    assert made["script-src"] == "'self' 'wasm-unsafe-eval' 'sha256-abc='"
    assert made["style-src"] == "'self' 'unsafe-inline'"


def test_the_themes_handlers_become_commands_that_site_js_knows():
    made = policy.without_handlers('<button onclick="window.print()"><button onclick="toggleFullScreen()">')
    commands = re.findall(r'data-command="(\w+)"', made)
    assert "onclick" not in made and len(commands) == 2
    script = (policy.pathlib.Path(policy.__file__).with_name("site.js")).read_text()
    assert all(re.search(rf"^\s+{command}:", script, re.MULTILINE) for command in commands)


def test_links_to_notebooks_are_saved_and_marked_once():
    link = '<a href="../_sources/book/math.ipynb" target="_blank">'
    made = policy.downloading(link)
    assert made == '<a href="../_sources/book/math.ipynb" download target="_blank">'
    assert policy.downloading(made) == made
    assert policy.downloading('<a href="math.ipynb">') == '<a href="math.ipynb">'


@pytest.mark.parametrize(
    "address",
    [
        "url(\"data:image/svg+xml;charset=utf-8,%3Csvg xmlns='x'/%3E\")",
        "url(data:image/svg+xml;base64," + base64.b64encode(b"<svg xmlns='x'/>").decode() + ")",
    ],
)
def test_pictures_inside_a_style_sheet_become_files(tmp_path, address):
    sheet = tmp_path / "_static" / "styles" / "theme.css"
    sheet.parent.mkdir(parents=True)
    sheet.write_text(f"a {{ background: {address} }}")
    assert policy.apply(tmp_path) == []
    target = re.search(r'url\("(.*)"\)', sheet.read_text())[1]
    assert (sheet.parent / target).read_text() == "<svg xmlns='x'/>"
    assert (tmp_path / policy.FILE).read_text().startswith("default-src 'self'; ")


def test_code_keeps_its_text_and_the_colours_that_it_has():
    body = '<span class="n">a</span><span class="w"> </span><span class="o">=</span><span class="p">(</span>'
    assert site.plain_code(body) == 'a <span class="o">=</span>('


def test_a_page_asks_for_the_kernels_that_its_figures_name_once_each():
    body = '<figure data-subjects="queues"></figure><figure data-subjects="laws queues"></figure>'
    assert site.subjects(body) == ["queues", "laws"]
    assert site.subjects("<p>No figures.</p>") == []


@pytest.mark.parametrize(
    "address, expected",
    [
        ("https://github.com/someone/a-book", True),
        ("https://github.com/someone/a_book/", True),
        ("https://github.com/_nobody_/a-book", False),
        ("", False),
    ],
)
def test_an_account_with_an_underscore_is_a_placeholder(address, expected):
    assert site.published(address) is expected


def test_a_stored_notebook_keeps_text_and_drops_pictures_and_widget_state():
    import nbformat  # takes seconds

    data = {"text/plain": "figure", "image/png": "AA", "application/vnd.jupyter.widget-view+json": {}}
    result = nbformat.v4.new_output("execute_result", data=data, execution_count=9)
    picture = nbformat.v4.new_output("display_data", data={"image/png": "AA"})
    cells = [
        nbformat.v4.new_code_cell("figures.usl", outputs=[result, picture], execution_count=9),
        nbformat.v4.new_markdown_cell("Text."),
        nbformat.v4.new_code_cell(
            "42", metadata={"tags": ["solution"], "execution": {"shell.execute_reply": "2026-01-01"}}
        ),
    ]
    made = notebooks.normalized(nbformat.v4.new_notebook(cells=cells, metadata={"widgets": {"state": 1}}))
    assert [o.data for o in made.cells[0].outputs] == [{"text/plain": "figure"}]
    assert [c.execution_count for c in made.cells if c.cell_type == "code"] == [1, 2]
    assert set(made.metadata) == {"kernelspec", "language_info"}
    assert made.cells[2].metadata == {"tags": ["solution"], "jupyter": {"source_hidden": True, "outputs_hidden": True}}
