"""The same figures in JupyterLab, in a real browser: real ipywidgets, linked to the picture without asking the kernel."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from perfbook import figures

SECONDS = 90  # to wait for JupyterLab, its kernel, or a picture
IDS = ("cold-open", "queue-player", "two-choices")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab on loopback whose notebook shows two figures and a question."""
    folder = tmp_path_factory.mktemp("lab")
    cells = [
        "from perfbook import figures",
        *(f"figures.{id.replace('-', '_')}" for id in IDS),
        "figures.self_test_mean",
    ]
    import nbformat  # takes seconds, which no other browser test need wait for

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "figures.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if k != "PERFBOOK_PAGE"}
    environment |= {
        "JUPYTER_CONFIG_DIR": str(folder / "c"),
        "PYTHONPATH": os.getcwd(),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "s"),
    }
    options = ["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
               "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}", "--LabApp.news_url=None",
               "--LabApp.expose_app_in_browser=True",
               "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]  # fmt: skip
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], stdout=log, stderr=log, env=environment
        )
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(2 * SECONDS):
            try:
                urllib.request.urlopen(address + "api", timeout=1).close()
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail((folder / "log.txt").read_text())
        yield address
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def ran(lab, browser):
    """The notebook in JupyterLab with all its cells run."""
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    page.exceptions = []
    page.on("pageerror", lambda error: page.exceptions.append(str(error)))
    page.goto(f"{lab}lab/tree/figures.ipynb")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=1000 * SECONDS)
    page.wait_for_function("window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'")
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    for id in IDS:
        page.wait_for_selector(f"figure#{id}[data-state=live]", state="attached", timeout=1000 * SECONDS)
    yield page
    page.close()


def test_figures_in_jupyterlab_wake_move_and_do_not_wait_for_the_kernel(ran):
    """One test, so that no two processes start a JupyterLab each."""
    figures_wake(ran)
    dragging_an_ipywidget_moves_the_picture_and_equals_python(ran)
    a_long_run_ends_whole(ran)
    the_picture_moves_while_the_kernel_is_busy(ran)


def figures_wake(ran):
    assert ran.locator("form.question#self-test-mean").count() == 1
    assert ran.exceptions == []


def dragging_an_ipywidget_moves_the_picture_and_equals_python(ran):
    item = figures.registry["cold-open"]
    figure = ran.locator("figure#cold-open")
    before = figure.locator("svg path").evaluate_all("(paths) => paths.map((p) => p.getAttribute('d')).join()")
    row = ran.locator(".widget-slider", has=ran.get_by_text(re.compile("^length of the outage")))
    row.locator(".noUi-handle").focus()
    for _ in range(5):
        row.locator(".noUi-handle").press("ArrowRight")
    ran.wait_for_timeout(300)
    outage = float(row.locator(".widget-readout").text_content())
    assert outage > item.sliders["outage"].value
    assert figure.locator("output").all_text_contents() == list(item.say(outage=outage).values())
    assert figure.locator("svg path").evaluate_all("(paths) => paths.map((p) => p.getAttribute('d')).join()") != before
    assert ran.exceptions == []


def a_long_run_ends_whole(ran):
    item = figures.registry["two-choices"]
    figure = ran.locator("figure#two-choices")
    slider = next(iter(item.sliders.values()))
    row = ran.locator(".widget-slider", has=ran.get_by_text(re.compile("^" + re.escape(slider.label[:12])))).last
    row.locator(".noUi-handle").focus()
    row.locator(".noUi-handle").press("ArrowLeft")
    ran.wait_for_timeout(1500)
    assert figure.get_attribute("data-preview") is None
    moved = {slider.name: float(row.locator(".widget-readout").text_content())}
    assert moved[slider.name] < slider.value
    assert figure.locator("output").all_text_contents() == list(item.say(**moved).values())


def the_picture_moves_while_the_kernel_is_busy(ran):
    """jslink: the browser links slider and picture; a kernel that sleeps must not matter."""
    ran.evaluate("""() => {
      const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
      window.sleeping = true;
      kernel.requestExecute({ code: "import time; time.sleep(4)" }).done.then(() => { window.sleeping = false; });
    }""")
    ran.wait_for_timeout(500)
    figure = ran.locator("figure#cold-open")
    before = figure.locator("output").all_text_contents()
    row = ran.locator(".widget-slider", has=ran.get_by_text(re.compile("^people with a cart")))
    row.locator(".noUi-handle").focus()
    row.locator(".noUi-handle").press("ArrowRight")
    ran.wait_for_timeout(300)
    assert figure.locator("output").all_text_contents() != before
    assert ran.evaluate("window.sleeping")
