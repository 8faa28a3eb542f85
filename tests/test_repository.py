"""The repository itself: pins, the one public address, licences, sizes, and what its documents say of it."""

import importlib.util
import pathlib
import re
import subprocess

import pytest
import yaml

import perfbook

ROOT = pathlib.Path(__file__).parent.parent
REQUIREMENTS = ("binder/requirements.txt", "requirements.txt", "requirements-book.txt", "requirements-test.txt")
ALONE = "requirements-test-alone.txt"  # installed without dependencies
PIN = re.compile(r"([a-z0-9.-]+)==[\w.!+-]+( ; .+)?")


def tracked() -> list[pathlib.Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def texts() -> dict[str, str]:
    """The tracked text files by name."""
    found = {}
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data:
            found[path.relative_to(ROOT).as_posix()] = data.decode()
    return found


def lines(name) -> list[str]:
    """A requirements file's lines without comments."""
    return [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]


def direct(name) -> set[str]:
    """The packages that people wrote into a requirements file."""
    pins = tool("pins")
    return pins.names(pins.above(ROOT / name))


def settings() -> dict:
    return yaml.safe_load((ROOT / "_config.yml").read_text())


def tool(name):
    """A script of the folder .ci as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_requirement_is_pinned_exactly_and_once():
    pins = [line for name in (*REQUIREMENTS, ALONE) for line in lines(name) if not line.startswith("-r ")]
    assert [line for line in pins if not PIN.fullmatch(line)] == []
    names = [PIN.fullmatch(line)[1] for line in pins]
    assert [name for name in names if names.count(name) > 1] == []


def test_what_binder_installs_names_no_file_of_the_repository():
    # repo2docker installs such a file before it copies the repository; one local line ends that.
    assert [line for line in lines("binder/requirements.txt") if line.startswith(("-", ".", "/"))] == []


def test_each_requirements_file_builds_on_the_one_before():
    chain = [[line for line in lines(name) if line.startswith("-r ")] for name in REQUIREMENTS]
    assert chain == [[], ["-r binder/requirements.txt"], ["-r requirements.txt"], ["-r requirements-book.txt"]]


def test_what_the_package_needs_is_among_what_a_reader_installs():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {*project["dependencies"]}.union(*project["optional-dependencies"].values())
    assert {re.match(r"[\w-]+", line)[0] for line in wanted} <= direct("binder/requirements.txt")


def test_contributing_says_why_each_dependency_is_here():
    section = (
        (ROOT / "CONTRIBUTING.md").read_text().partition("## Why each dependency is here")[2].partition("\n## ")[0]
    )
    explained = set(re.findall(r"^- \*\*([\w.-]+)\*\*: \S", section, re.MULTILINE))
    assert explained == set().union(*(direct(name) for name in (*REQUIREMENTS, ALONE)))


def test_the_public_address_stands_in_one_place():
    owner, name = settings()["repository"]["url"].rstrip("/").split("/")[-2:]
    badge = tool("address").badge(settings())
    repeated = [
        file for file, text in texts().items() if file != "_config.yml" and f"{owner}/{name}" in text.replace(badge, "")
    ]
    assert repeated == []


def test_the_readme_has_the_badge_that_the_address_asks_for():
    readme = (ROOT / "README.md").read_text()
    assert tool("address").with_badge(readme, settings()) == readme


def test_a_badge_leads_to_binder_once_there_is_an_address():
    changed = settings() | {"repository": {"url": "https://github.com/someone/some-book/", "branch": "v2"}}
    target = "https://mybinder.org/v2/gh/someone/some-book/v2?urlpath=lab/tree/book/math.ipynb"
    assert tool("address").badge(changed).endswith(f"({target})")


def test_a_badge_without_an_address_leads_to_a_section_of_the_readme():
    changed = settings() | {"repository": {"url": "https://github.com/_nobody_/some-book", "branch": "main"}}
    assert tool("address").badge(changed).endswith("(#publish)")
    assert "\n## Publish\n" in (ROOT / "README.md").read_text()


def test_a_readme_without_marks_for_its_badge_is_refused():
    with pytest.raises(ValueError, match="badge"):
        tool("address").with_badge("# A book\n", settings())


def test_no_file_names_a_machine_or_a_package_registry():
    # In pieces, so that this file does not name them either.
    pieces = (
        ("/roo", "t/"), ("/wo", r"rk/(main|shared)"), ("/t", r"mp/\w"), ("/ho", r"me/\w"),
        ("pypi", r"\.org"), ("python", "hosted"), ("npm", "js"),
    )  # fmt: skip
    unwanted = re.compile("|".join("".join(pair) for pair in pieces))
    assert [f"{file}: {match[0]}" for file, text in texts().items() for match in unwanted.finditer(text)] == []


def test_no_module_is_over_400_lines():
    long = {name: text.count("\n") for name, text in texts().items() if re.fullmatch(r"perfbook/.*\.py", name)}
    assert {name: n for name, n in long.items() if n > 400} == {}


def test_nothing_large_and_nothing_built_is_tracked():
    assert [p.name for p in tracked() if p.stat().st_size > 900_000] == []
    built = re.compile(r"(_build|\.venv|__pycache__|perfbook/explore/wasm)/")
    assert [p.name for p in tracked() if built.search(p.relative_to(ROOT).as_posix())] == []


def test_no_folder_at_the_root_is_called_static():
    # Jupyter Book would put every script and style sheet of the site on every page.
    assert not (ROOT / "_static").exists()


def test_the_table_of_contents_names_files_that_exist_and_all_notebooks():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    named = [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]
    missing = [n for n in named if not any((ROOT / f"{n}.{kind}").exists() for kind in ("md", "ipynb"))]
    assert missing == []
    assert {p.stem for p in ROOT.glob("book/*.ipynb")} <= {pathlib.Path(n).name for n in named}


def test_the_citation_file_agrees_with_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["version"] == perfbook.__version__
    assert citation["license"] == "BSD-3-Clause"


def test_both_licences_are_there():
    assert "BSD 3-Clause" in (ROOT / "LICENSE").read_text()
    assert "creativecommons.org/licenses/by/4.0" in (ROOT / "LICENSE-TEXT").read_text()


def test_every_make_target_that_is_named_somewhere_exists():
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        (file, target)
        for file, text in texts().items()
        for target in re.findall(r"^make ([a-z-]+)$|`make ([a-z-]+)`", text, re.MULTILINE)
        for target in target
        if target
    }
    assert {entry for entry in named if entry[1] not in targets} == set()
    assert {("README.md", "book"), ("README.md", "test")} <= named


def test_links_between_the_documents_resolve():
    broken = []
    for file in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#\s]+)\)", (ROOT / file).read_text()):
            if "://" not in target and not (ROOT / target).exists():
                broken.append(f"{file}: {target}")
    assert broken == []


def test_the_workflow_tests_and_publishes_what_the_makefile_builds():
    jobs = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text())["jobs"]
    steps = jobs["test"]["steps"]
    assert ".ci/run" in [step.get("run") for step in steps]
    assert "_build/html" in [step.get("with", {}).get("path") for step in steps]
    assert jobs["publish"]["needs"] == "test"
    assert "make test" in (ROOT / ".ci/run").read_text()
