"""Run the notebooks and store what they print: `make notebooks`, before a commit that changes one.

Stored are the text outputs, which the tests compare, and nothing that a picture or a widget leaves behind.
"""

import pathlib
import sys
import time

KEPT = ("text/plain", "text/html", "text/markdown", "text/latex")


def run(path) -> None:
    """Execute a notebook in its own folder and write it back, normalized. Errors in a cell end the run."""
    import nbformat  # here and below: it takes seconds, and the tests need the rest only
    from nbclient import NotebookClient

    path = pathlib.Path(path)
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=300, coalesce_streams=True, resources={"metadata": {"path": str(path.parent)}}
    )
    cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    client.on_cell_executed = lambda cell, cell_index, execute_reply: print(
        f"\r{path}: {execute_reply['content'].get('execution_count', 0)} of {cells} cells", end="", flush=True
    )
    started = time.monotonic()
    client.execute()
    nbformat.write(normalized(notebook), path)
    print(f", {time.monotonic() - started:.0f} s", flush=True)


def normalized(notebook):
    """The notebook in place, as it is stored: text outputs, counts from 1, solutions folded, no widget state."""
    import nbformat

    kernel = notebook.metadata.get("kernelspec", {})
    notebook.metadata = nbformat.from_dict({
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": kernel.get("name", "python3")},
        "language_info": {"name": "python"},
    })  # fmt: skip
    code = (cell for cell in notebook.cells if cell.cell_type == "code")
    for number, cell in enumerate((c for c in code if c.source.strip()), 1):
        cell.execution_count = number
        cell.outputs = [kept for output in cell.outputs if (kept := stored(output, number))]
        cell.metadata.pop("execution", None)
        if "solution" in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = {"source_hidden": True, "outputs_hidden": True}
    return notebook


def stored(output, number):
    """What is kept of an output: a stream as it is, a result's text; None if nothing is left."""
    if output.output_type in ("display_data", "execute_result"):
        output.data = {kind: value for kind, value in output.data.items() if kind in KEPT}
        output.metadata = {}
        if not output.data:
            return None
    if "execution_count" in output:
        output.execution_count = number
    return output


if __name__ == "__main__":
    for name in sys.argv[1:]:
        run(name)
