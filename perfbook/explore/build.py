"""Compile the kernels to WebAssembly: one module a subject, as part of the package's own build.

numba types each kernel, LLVM makes one module of a subject's kernels, so that what they share is there once, and its
wasm32 back end an object, which wasm-ld (from ziglang) links.
"""

import dis
import functools
import hashlib
import importlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from ..kernel import Kernel, registry

FOLDER = pathlib.Path(__file__).with_name("wasm")
MANIFEST = "manifest.json"
REFUSED = 3  # exit status: a kernel needs what a page cannot serve
# What the page's script serves from JavaScript's Math; any other name fails the build.
PAGE_MATH = ("acos", "asin", "atan", "atan2", "cbrt", "cos", "cosh", "exp", "expm1", "fmod", "hypot",
             "log", "log10", "log1p", "log2", "pow", "sin", "sinh", "tan", "tanh")  # fmt: skip
# LLVM turns some integer loops into closed forms that need a 128-bit product, which is a call on wasm32.
RUNTIME = """
target triple = "wasm32-unknown-unknown"
define hidden void @__multi3(ptr %result, i64 %a, i64 %a_high, i64 %b, i64 %b_high) {
  %a0 = and i64 %a, 4294967295
  %a1 = lshr i64 %a, 32
  %b0 = and i64 %b, 4294967295
  %b1 = lshr i64 %b, 32
  %p00 = mul i64 %a0, %b0
  %p01 = mul i64 %a0, %b1
  %p10 = mul i64 %a1, %b0
  %p11 = mul i64 %a1, %b1
  %p00_high = lshr i64 %p00, 32
  %p01_low = and i64 %p01, 4294967295
  %p10_low = and i64 %p10, 4294967295
  %middle0 = add i64 %p00_high, %p01_low
  %middle = add i64 %middle0, %p10_low
  %bottom = and i64 %p00, 4294967295
  %top = shl i64 %middle, 32
  %low = or i64 %bottom, %top
  %p01_high = lshr i64 %p01, 32
  %p10_high = lshr i64 %p10, 32
  %middle_high = lshr i64 %middle, 32
  %cross0 = mul i64 %a_high, %b
  %cross1 = mul i64 %a, %b_high
  %high0 = add i64 %p11, %p01_high
  %high1 = add i64 %high0, %p10_high
  %high2 = add i64 %high1, %middle_high
  %high3 = add i64 %high2, %cross0
  %high = add i64 %high3, %cross1
  store i64 %low, ptr %result
  %second = getelementptr i64, ptr %result, i32 1
  store i64 %high, ptr %second
  ret void
}
"""
KINDS = {"float": "f", "int": "i"}


def build(folder=FOLDER) -> list[str]:
    """Write ``<subject>.wasm`` for each subject whose kernels changed, and the manifest.

    Returns the names of the subjects that were compiled anew.
    Raises ValueError naming the kernel and the reason if one needs what a page cannot serve.
    """
    folder = pathlib.Path(folder)
    stale = [name for name in subjects() if not current(name, folder)]
    if not stale and manifest(folder).keys() == subjects().keys():
        return []
    # In a process of its own, where numba leaves all optimizing to LLVM's passes for WebAssembly: code that was made
    # fast for this processor is larger and slower there.
    # pip's isolated builds find numba and ziglang through PYTHONPATH: it is added to, not replaced.
    path = os.pathsep.join(filter(None, (str(pathlib.Path(__file__).parents[2]), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"NUMBA_OPT": "0", "PYTHONPATH": path}
    command = [sys.executable, "-m", "perfbook.explore.build", "--here", str(folder)]
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
    if done.returncode == REFUSED:
        raise ValueError(done.stderr.strip().rpartition("\n")[2])
    if done.returncode:
        raise RuntimeError(f"the WebAssembly was not built:\n{done.stderr}")
    return stale


def build_here(folder) -> None:
    """What ``build`` does, in this process."""
    folder.mkdir(parents=True, exist_ok=True)
    new = {}
    for subject, kernels in subjects().items():
        if not current(subject, folder):
            print(f"WebAssembly: {subject} ({len(kernels)} kernels)", flush=True)
            (folder / f"{subject}.wasm").write_bytes(compile_subject(kernels))
        new[subject] = {"fingerprint": fingerprint(kernels), "kernels": {k.name: signature(k) for k in kernels}}
    for path in folder.glob("*.wasm"):
        if path.stem not in new:
            path.unlink()
    (folder / MANIFEST).write_text(json.dumps(new, indent=1, sort_keys=True) + "\n")


def current(subject, folder=FOLDER) -> bool:
    """Whether a subject's WebAssembly is there and of the present source."""
    built = manifest(folder).get(subject)
    path = pathlib.Path(folder) / f"{subject}.wasm"
    return path.exists() and built is not None and built["fingerprint"] == fingerprint(subjects()[subject])


def manifest(folder=FOLDER) -> dict:
    """What was built: {subject: {"fingerprint", "kernels": {name: signature}}}; empty before the first build."""
    path = pathlib.Path(folder) / MANIFEST
    return json.loads(path.read_text()) if path.exists() else {}


def subjects() -> dict[str, list[Kernel]]:
    """The registered kernels of the package by subject module."""
    importlib.import_module("perfbook.subjects")
    found: dict[str, list[Kernel]] = {}
    for item in registry.values():
        if item.function.__module__.startswith("perfbook."):
            found.setdefault(item.module, []).append(item)
    return found


def signature(item: Kernel) -> str:
    """The parameters as letters, then the result: f float, i int, F floats, I ints, v nothing ("ffFF:v")."""
    letters = [
        KINDS[k.__name__] if k in (float, int) else "F" if "float64" in str(k) else "I"
        for k in item.parameters.values()
    ]
    return "".join(letters) + ":" + (KINDS[item.returns.__name__] if item.returns else "v")


def fingerprint(kernels) -> str:
    """A digest of the kernels, all they call, and this compiler."""
    digest = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    for item in kernels:
        digest.update(f"{item.name} {item.fingerprint()}".encode())
    return digest.hexdigest()


def compile_subject(kernels) -> bytes:
    """One WebAssembly module that exports the given kernels.

    Raises ValueError naming the kernel and the reason if one needs what a page cannot serve.
    """
    machine = wasm_machine()
    texts = {item.name: intermediate(item, machine) for item in kernels}
    with tempfile.TemporaryDirectory() as temporary:
        out = pathlib.Path(temporary, "linked.wasm")
        link(compile_object(texts, machine), list(texts), machine, out, texts)
        return out.read_bytes()


def link(content: bytes, exports: list[str], machine, out, texts=None) -> None:
    """Write the WebAssembly module ``out`` of an object, exporting the functions named.

    texts : what each kernel was compiled from, to find the one to blame
    Raises ValueError naming the kernel that needs what a page does not serve.
    """
    with tempfile.TemporaryDirectory() as temporary:
        paths = []
        for name, made in {"kernels": content, "runtime": compile_runtime(machine)}.items():
            paths.append(pathlib.Path(temporary, f"{name}.o"))
            paths[-1].write_bytes(made)
        allowed = pathlib.Path(temporary, "page_math.txt")
        allowed.write_text("\n".join(PAGE_MATH))
        options = ["--no-entry", "--strip-all", "--gc-sections", f"--allow-undefined-file={allowed}"]
        options += [f"--export={name}" for name in ("__heap_base", *exports)]
        command = [sys.executable, "-m", "ziglang", "wasm-ld", *options, "-o", out, *paths]
        linked = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        missing = re.search(r"undefined symbol: (\S+)", linked.stderr)
        if missing:
            needed = missing[1]
            calls = re.compile(rf"@\"?{re.escape(needed)}\"?\(")
            name = next((n for n, text in (texts or {}).items() if calls.search(text)), exports[0])
            raise ValueError(
                f"kernel {name} needs {needed}, which the page cannot serve; it can serve {', '.join(PAGE_MATH)}"
            )
        if linked.returncode:
            raise RuntimeError(f"wasm-ld failed: {linked.stderr}")


def wasm_machine():
    """LLVM's target for a browser's WebAssembly."""
    import llvmlite.binding as llvm

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    return llvm.Target.from_triple("wasm32-unknown-unknown").create_target_machine(
        opt=3, reloc="static", codemodel="default", features="+simd128,+bulk-memory"
    )


def compile_runtime(machine) -> bytes:
    """The object of what compiled code may call and a page does not have."""
    import llvmlite.binding as llvm

    module = llvm.parse_assembly(RUNTIME)
    module.data_layout = str(machine.target_data)
    return machine.emit_object(module)


def intermediate(item: Kernel, machine) -> str:
    """LLVM's text of one kernel and all that it calls, for a page; the kernel's own name in place of numba's.

    Raises ValueError naming the kernel and the reason if it does not compile for a page.
    """
    from numba.core.errors import NumbaError

    if any(step.opname == "RAISE_VARARGS" for step in dis.get_instructions(item.function)):
        raise ValueError(
            f"kernel {item.name} raises or asserts, which the page cannot serve: write the word into an output"
        )
    try:
        compiled = for_page(item).overloads[item.signature()]
    except NumbaError as error:
        raise ValueError(f"kernel {item.name} does not compile for the page: {error}") from error
    if item.returns is None and str(compiled.signature.return_type) != "none":
        raise ValueError(f"kernel {item.name} returns {compiled.signature.return_type} but is annotated None")
    text = compiled.library.get_llvm_str()
    text = re.sub(r'target triple = ".*"', 'target triple = "wasm32-unknown-unknown"', text)
    text = re.sub(r'target datalayout = ".*"', f'target datalayout = "{machine.target_data}"', text)
    text = re.sub(r'"target-(cpu|features)"="[^"]*"', "", text)
    if re.search(r"^declare .*@llvm\.sqrt\.f64\(", text, re.M):
        text = re.sub(r"^declare .*@sqrt\(.*\n", "", text, flags=re.M)
    text = text.replace(" common ", " internal ").replace("@sqrt(", "@llvm.sqrt.f64(")
    for kernel in item.family():
        text = text.replace(for_page(kernel).overloads[kernel.signature()].fndesc.mangled_name, kernel.name)
    return text


def compile_object(texts: dict[str, str], machine) -> bytes:
    """One object of several kernels: each exported, what they call inside, once and hidden."""
    import llvmlite.binding as llvm

    module = None
    for text in texts.values():
        part = llvm.parse_assembly(text)
        for function in part.functions:
            if not function.is_declaration:
                function.linkage = "weak_odr"  # the same in every part that has it: one is kept
        if module is None:
            module = part
        else:
            module.link_in(part)
    for function in module.functions:
        if not function.is_declaration:
            function.linkage = "external" if function.name in texts else "internal"
    # Neither unrolled nor widened: the browser's compiler gains little from it, and the page would carry the code.
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_unrolling = options.loop_vectorization = options.slp_vectorization = False
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return machine.emit_object(module)


@functools.cache
def for_page(item: Kernel):
    """The kernel typed once more, without bounds checks, reference counts or Python wrappers."""
    options = dict(boundscheck=False, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
    return item.typed(for_page, **options)


def main(arguments) -> int:
    if arguments[:1] != ["--here"]:
        build()
        return 0
    try:
        build_here(pathlib.Path(arguments[1]))
    except ValueError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
