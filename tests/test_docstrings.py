"""Every public function and class says what it is, and what it raises."""

import ast
import pathlib

import pytest

PACKAGE = pathlib.Path(__file__).parent.parent / "perfbook"
NESTED = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda
PUBLIC = [
    pytest.param(node, id=f"{path.stem}.{node.name}")
    for path in sorted(PACKAGE.glob("*.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, NESTED[:3]) and not node.name.startswith("_")
]


def own(node):
    """The nodes of a function's or class's own body, without those of functions and classes in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, NESTED):
            yield child
            yield from own(child)


def raises_value_error(node):
    """Whether ``raise ValueError`` or ``raise ValueError(...)`` stands in the own body."""
    raised = [part.exc for part in own(node) if isinstance(part, ast.Raise)]
    names = [error.func if isinstance(error, ast.Call) else error for error in raised]
    return any(isinstance(name, ast.Name) and name.id == "ValueError" for name in names)


def test_what_counts_as_raising():
    body = "def f():\n    for x in y:\n        {}"
    for text, expected in (
        ("raise ValueError", True),
        ("raise ValueError(x) from None", True),
        ("raise TypeError(x)", False),
        ("def g():\n            raise ValueError", False),
    ):
        assert raises_value_error(ast.parse(body.format(text)).body[0]) is expected


@pytest.mark.parametrize("node", PUBLIC)
def test_every_public_function_and_class_has_a_docstring_that_names_its_errors(node):
    text = ast.get_docstring(node)
    assert text, "no docstring"
    if raises_value_error(node):
        assert "Raises" in text or "ValueError" in text, "raises ValueError and does not say so"
