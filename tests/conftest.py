"""What every test needs: kernels compiled to WebAssembly from the present source; laws tried on the same examples."""

from hypothesis import settings

from perfbook.explore import build

# The same examples in every run, and no limit on the time of one: the first may compile a kernel.
settings.register_profile("book", deadline=None, derandomize=True)
settings.load_profile("book")


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # once, not once a pytest-xdist worker
        build.build()
