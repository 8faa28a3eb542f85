"""All benchmarks, one after the other: `make benchmarks`. Each is a module with a ``main``; each prints a table."""

import importlib
import pkgutil
import sys

import benchmarks

for found in pkgutil.iter_modules(benchmarks.__path__):
    if found.name != "__main__" and (len(sys.argv) == 1 or found.name in sys.argv[1:]):
        module = importlib.import_module(f"benchmarks.{found.name}")
        if hasattr(module, "main"):
            print(f"\n{module.__doc__.splitlines()[0]}\n", flush=True)
            module.main()
