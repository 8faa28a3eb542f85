// @ts-check
// Wakes the figures, challenges and questions of a built page; see CONTRIBUTING.md for what a page promises.
// One classic script, no framework, no network: a subject's WebAssembly comes with `<subject>.js`.
"use strict";

/**
 * @typedef {{name: string, kind: "f"|"i"|"F"|"I", role: string, size?: number, data?: string, type?: string,
 *   value?: number}} Argument
 * @typedef {{low: number, high: number, step: number, value: number, unit: string, words: string[], power: [number, string] | []}} SliderSpec
 * @typedef {[number, number, number, number, boolean]} Axis  ends in data, ends in the picture, whether logarithmic
 * @typedef {{kind: string, panel: number, [key: string]: any}} Mark
 * @typedef {{size: number[], panels: {x: Axis, y: Axis}[], marks: Mark[]}} Layout
 * @typedef {{tracks: string[], kinds: string[], series: Record<string, [string, string]>, end: number, still: number,
 *   speed: number, unit: string}} PlayerSpec
 * @typedef {{kernel: string, subject: string, arguments: Argument[], sliders: Record<string, SliderSpec>,
 *   readouts: Record<string, string>, alt: string, presets: Record<string, Record<string, any>>,
 *   whileDragging: Record<string, number>, pictures: Layout[], constants: Record<string, string>,
 *   table?: {columns: string[], count: string, size: number, text: string, keys: boolean}, player?: PlayerSpec}} Spec
 * @typedef {{kernels: Record<string, string>, wasm: string}} ModuleSource
 * @typedef {Float64Array | BigInt64Array} Numbers
 * @typedef {Record<string, ArrayLike<number>>} State
 */

(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const root = /** @type {any} */ (globalThis);
  if (root.perfbook) return;

  // ---- WebAssembly: a module a subject, its memory handed out from the heap's base up ----

  const MATH = [
    "acos",
    "asin",
    "atan",
    "atan2",
    "cbrt",
    "cos",
    "cosh",
    "exp",
    "expm1",
    "hypot",
    "log",
    "log10",
    "log1p",
    "log2",
    "pow",
    "sin",
    "sinh",
    "tan",
    "tanh",
  ];
  const env = () => {
    const served = MATH.map((name) => [name, /** @type {any} */ (Math)[name]]);
    return Object.fromEntries([...served, ["fmod", (/** @type {number} */ a, /** @type {number} */ b) => a % b]]);
  };

  /** @param {string} text */
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  /** Numbers from the base64 of their bytes, or evenly spaced ones from "first:step:count:last".
   * @param {string} text */
  const floats = (text) => {
    if (!text.includes(":")) return new Float64Array(bytes(text).buffer);
    const [first, step, count, last] = text.split(":").map(Number);
    return Float64Array.from({ length: count }, (_, i) => i + 1 < count ? first + i * step : last);
  };

  /** The bytes of hexadecimal text, in which gzip finds what repeats.
   * @param {string} text */
  const unhex = (text) => {
    const digit = (/** @type {number} */ code) => (code & 15) + 9 * (code >> 6);
    const found = new Uint8Array(text.length / 2);
    for (let i = 0; i < found.length; i++) {
      found[i] = 16 * digit(text.charCodeAt(2 * i)) + digit(text.charCodeAt(2 * i + 1));
    }
    return found;
  };

  class Engine {
    /** @param {WebAssembly.Exports} exports @param {ModuleSource} source */
    constructor(exports, { kernels, wasm }) {
      this.exports = /** @type {any} */ (exports);
      this.kernels = kernels;
      this.wasm = wasm; // a notebook's kernel may have been edited since
      this.top = Number(this.exports.__heap_base.value);
      this.head = this.allocate("F", 8).pointer; // where a kernel writes its result and its exception
    }

    /** @param {string} kind @param {number} size */
    allocate(kind, size) {
      const pointer = (this.top + 15) & ~15;
      this.top = pointer + 8 * size;
      const memory = this.exports.memory;
      const missing = this.top - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / 65536));
      return { kind, pointer, size };
    }

    /** A view of an array; good until memory grows.
     * @param {{kind: string, pointer: number, size: number}} array @returns {Numbers} */
    view({ kind, pointer, size }) {
      const buffer = this.exports.memory.buffer;
      return kind === "F" ? new Float64Array(buffer, pointer, size) : new BigInt64Array(buffer, pointer, size);
    }

    /** Write numbers into an array, whole ones word by word: a BigInt each would take too long.
     * @param {{kind: string, pointer: number, size: number}} array @param {ArrayLike<number>} values */
    write({ kind, pointer, size }, values) {
      const buffer = this.exports.memory.buffer;
      if (kind === "F") return new Float64Array(buffer, pointer, size).set(values);
      const words = new Int32Array(buffer, pointer, 2 * size);
      for (let i = 0; i < values.length; i++) {
        words[2 * i] = values[i];
        words[2 * i + 1] = Math.floor(values[i] / 4294967296);
      }
    }

    /** Run a kernel on numbers and allocated arrays.
     * @param {string} name @param {(number | {kind: string, pointer: number, size: number})[]} values */
    run(name, values) {
      const [letters, result] = this.kernels[name].split(":");
      /** @type {(number | bigint)[]} */
      const words = [];
      values.forEach((value, i) => {
        if (typeof value === "object") {
          const n = BigInt(value.size);
          words.push(0, 0, n, 8n, value.pointer, n, 8n);
        } else words.push(letters[i] === "i" ? BigInt(Math.round(value)) : value);
      });
      const status = this.exports[name](this.head, this.head + 16, ...words);
      if (status !== 0) throw new Error(`kernel ${name} ended with status ${status}`);
      const { buffer } = this.exports.memory;
      if (result === "f") return new Float64Array(buffer, this.head, 1)[0];
      if (result === "i") return Number(new BigInt64Array(buffer, this.head, 1)[0]);
      return undefined;
    }

    /** Call a kernel with numbers and typed arrays, which it fills: what `perfbook.kernels` offers.
     * @param {string} name @param {any[]} values */
    call(name, values) {
      const letters = this.kernels[name].split(":")[0];
      if (values.length !== letters.length) {
        throw new Error(`${name} takes ${letters.length} arguments, got ${values.length}`);
      }
      const kept = this.top;
      const given = values.map((value, i) => {
        if (typeof value !== "object") return Number(value);
        return this.allocate(letters[i], value.length);
      });
      given.forEach((array, i) => {
        if (typeof array === "object") this.view(array).set(widen(values[i], array.kind));
      });
      const result = this.run(name, given);
      given.forEach((array, i) => {
        if (typeof array !== "object") return;
        const view = this.view(array), target = values[i];
        if (target.constructor === view.constructor) target.set(view);
        else view.forEach((/** @type {any} */ value, /** @type {number} */ k) => target[k] = Number(value));
      });
      this.top = kept;
      return result;
    }
  }

  /** A figure's kernel and its arrays: inputs and outputs of its own, scratch lent for one run. */
  class Run {
    /** @param {Engine} machine @param {Spec} spec */
    constructor(machine, spec) {
      this.machine = machine;
      this.spec = spec;
      this.arrays = spec.arguments.map((a) => {
        if (a.size === undefined || a.role === "scratch" || a.role === "workspace") return null;
        const array = machine.allocate(a.kind, a.size);
        if (a.role === "input") machine.write(array, Run.input(a));
        return array;
      });
    }

    /** @param {Argument} a @returns {ArrayLike<number>} */
    static input(a) {
      const text = /** @type {string} */ (a.data);
      if (!a.type) return floats(text);
      const { buffer } = unhex(text);
      if (a.type === "BigInt64Array") return Float64Array.from(new BigInt64Array(buffer), Number);
      return new (/** @type {any} */ (globalThis)[a.type])(buffer);
    }

    /** Run the kernel; returns its outputs and numbers by name.
     * @param {Record<string, number | ArrayLike<number>>} given sliders, a table's count and columns
     * @param {boolean} small whether the smaller run is wanted @returns {Record<string, Float64Array | number[]>} */
    compute(given, small) {
      const { machine, spec, arrays } = this, kept = machine.top;
      const values = spec.arguments.map((a, i) => {
        const lent = a.role === "scratch" || a.role === "workspace";
        const array = lent ? machine.allocate(a.kind, /** @type {number} */ (a.size)) : arrays[i];
        if (!array) {
          if (small && a.name in spec.whileDragging) return spec.whileDragging[a.name];
          return /** @type {number} */ (a.role === "number" ? a.value : given[a.name] ?? 0);
        }
        if (a.role === "column") machine.write(array, /** @type {ArrayLike<number>} */ (given[a.name]));
        return array;
      });
      // Only now: what is lent may have made memory grow, which leaves older views empty.
      spec.arguments.forEach((a, i) => {
        if (a.role === "output" || a.role === "scratch") {
          machine.view(/** @type {any} */ (values[i])).fill(/** @type {never} */ (a.kind === "F" ? 0 : 0n));
        }
      });
      machine.top = kept;
      machine.run(spec.kernel, values);
      /** @type {Record<string, Float64Array | number[]>} */
      const results = {};
      spec.arguments.forEach((a, i) => {
        const value = values[i];
        if (typeof value === "number") results[a.name] = [value];
        else if (a.role === "output") {
          const view = machine.view(value);
          results[a.name] = a.kind === "F"
            ? new Float64Array(/** @type {any} */ (view))
            : Float64Array.from(view, Number);
        }
      });
      return results;
    }
  }

  /** What a worker runs: the same engine and the same run, from their own text. */
  const workerText = () =>
    `"use strict";
const MATH = ${JSON.stringify(MATH)}, env = ${env}, bytes = ${bytes}, floats = ${floats}, unhex = ${unhex};
${Engine}
${Run}
let run;
onmessage = ({ data: { start, ask } }) => {
  if (start) {
    const { exports } = new WebAssembly.Instance(start.module, { env: env() });
    run = new Run(new Engine(exports, start.source), start.spec);
  } else postMessage({ number: ask.number, results: run.compute(ask.given, false) });
};`;

  /** @param {any} values @param {string} kind @returns {any} */
  const widen = (values, kind) => {
    const type = kind === "F" ? Float64Array : BigInt64Array;
    if (values instanceof type) return values;
    return kind === "F" ? Float64Array.from(values, Number) : BigInt64Array.from(values, (v) => BigInt(v));
  };

  /** @type {Record<string, Engine>} */
  const engines = {};

  /** @type {Record<string, WebAssembly.Module>} */
  const compiled = {};

  /** A subject's compiled kernels, made at the first use: a few milliseconds, and none while the page loads.
   * @param {string} subject @param {ModuleSource} [source] */
  function engine(subject, source = root.perfbookModules?.[subject]) {
    if (!source) throw new Error(`no kernels of ${subject} on this page`);
    if (engines[subject]?.wasm !== source.wasm) {
      compiled[subject] = new WebAssembly.Module(unhex(source.wasm));
      const instance = new WebAssembly.Instance(compiled[subject], { env: env() });
      engines[subject] = new Engine(instance.exports, source);
    }
    return engines[subject];
  }

  /** Offer a subject's kernels under `perfbook.kernels`.
   * @param {string} subject @param {ModuleSource} source */
  function offer(subject, source) {
    for (const name of Object.keys(source.kernels)) {
      perfbook.kernels[name] = (/** @type {any[]} */ ...values) => engine(subject, source).call(name, values);
    }
  }

  /** The smallest module there is: whether WebAssembly may run here at all. */
  const probe = () => new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));

  // ---- References and templates: the same small language as perfbook/explore/template.py ----

  const REFERENCE = /^([A-Za-z_]\w*)(?:\[(\d+)(?::(\d+))?\])?$/;
  const FIELD = /\{([A-Za-z_]\w*(?:\[\d+\])?):([^{}]+)\}/g;
  const DURATIONS = /** @type {[number, number, string][]} */ ([
    [1e-6, 1e-9, "ns"],
    [1e-3, 1e-6, "µs"],
    [1, 1e-3, "ms"],
    [120, 1, "s"],
    [7200, 60, "min"],
    [172800, 3600, "h"],
    [63072000, 86400, "days"],
    [Infinity, 31536000, "years"],
  ]);

  /** @param {string} reference @param {State} state @returns {ArrayLike<number>} */
  function resolve(reference, state) {
    const [, name, from, to] = /** @type {RegExpMatchArray} */ (reference.match(REFERENCE));
    const values = state[name];
    if (from === undefined) return values;
    const stop = to === undefined ? +from + 1 : +to;
    return Array.prototype.slice.call(values, +from, stop);
  }

  /** @param {string} text @param {State} state */
  const fill = (text, state) => text.replace(FIELD, (_, reference, form) => show(resolve(reference, state)[0], form));

  /** @param {number} value @param {string} form @returns {string} */
  function show(value, form) {
    if (form[0] === "=") {
      const words = form.slice(1).split("|");
      return words[
        Number.isFinite(value) ? Math.min(Math.max(Math.trunc(value), 0), words.length - 1) : words.length - 1
      ];
    }
    const [how, word] = form.split("|");
    if (!Number.isFinite(value)) return word || "–";
    if (how === "duration") return duration(value);
    const comma = how[0] === ",", digits = +how.slice(-2, -1), kind = how.slice(-1);
    if (kind === "g") return significant(value, digits);
    if (kind === "%") return Math.abs(value) < 1e306 ? fixed(100 * value, digits, comma) + "%" : word || "–";
    return fixed(value, digits, comma);
  }

  /** @param {number} value @param {number} digits @param {boolean} comma */
  function fixed(value, digits, comma) {
    if (Math.abs(value) >= 1e15) return scientific(value, 2);
    let text = value.toFixed(digits);
    if (/^-[0.]+$/.test(text)) text = text.slice(1);
    return comma ? text.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ",") : text;
  }

  /** @param {number} value @param {number} digits */
  function significant(value, digits) {
    const size = Math.abs(value);
    if (size === 0) return "0";
    if (size < 1e-4 || size >= 1e15) return scientific(value, digits);
    return fixed(value, Math.max(0, digits - 1 - Math.floor(Math.log10(size))), true);
  }

  /** @param {number} value @param {number} digits */
  const scientific = (value, digits) => value.toExponential(Math.max(0, digits - 1)).replace("+", "");

  /** @param {number} seconds */
  function duration(seconds) {
    if (seconds === 0) return "0 s";
    const [, unit, name] =
      /** @type {[number, number, string]} */ (DURATIONS.find(([limit]) => Math.abs(seconds) < limit));
    return `${significant(seconds / unit, 3)} ${name}`;
  }

  // ---- Pasted tables: the same rules as perfbook/explore/table.py ----

  const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$/;

  /** @param {string} text @param {number} columns @param {number} most */
  function parseTable(text, columns, most) {
    /** @type {number[][]} */
    const rows = [];
    /** @type {string[]} */
    const problems = [];
    let seen = false;
    text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/).forEach((line, i) => {
      const words = line.split(/[\s,;]+/).filter(Boolean);
      if (!words.length || words[0].startsWith("#")) return;
      const heading = !seen && !words.some((w) => NUMBER.test(w));
      seen = true;
      if (heading) return;
      if (words.length !== columns || !words.every((w) => NUMBER.test(w))) {
        problems.push(`Line ${i + 1} is not ${columns} numbers: ${line.trim().slice(0, 40)}`);
      } else if (rows.length === most) problems.push(`Line ${i + 1} is past the ${most} rows that fit`);
      else rows.push(words.map(Number));
    });
    return { rows, problems };
  }

  /** Keys, one a line: equal lines are one number, counted as they first appear.
   * @param {string} text @param {number} most */
  function parseKeys(text, most) {
    const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/).map((line) => line.replace(/^[ \t]+|[ \t]+$/g, ""))
      .filter(Boolean);
    const numbers = new Map();
    const rows = lines.slice(0, most).map((line) => {
      if (!numbers.has(line)) numbers.set(line, numbers.size);
      return [/** @type {number} */ (numbers.get(line))];
    });
    const left = lines.length - most;
    return { rows, problems: left > 0 ? [`${left} keys past the ${most} that fit are left out`] : [] };
  }

  // ---- Marks: a path each, its `d` from the arrays ----

  const FAR = 1e5; // a coordinate beyond every picture, for what is infinite

  /** @param {Axis} axis */
  function scale([a, from, b, to, log]) {
    const clamped = (/** @type {number} */ place) => Math.max(-FAR, Math.min(FAR, place));
    if (log) {
      const la = Math.log10(a), k = (to - from) / (Math.log10(b) - la);
      // Zero and below lie infinitely far down a logarithmic axis; what is not a number lies nowhere.
      return (/** @type {number} */ v) => clamped(from + (Math.log10(v < 0 ? 0 : v) - la) * k);
    }
    const k = (to - from) / (b - a);
    return (/** @type {number} */ v) => clamped(from + (v - a) * k);
  }
  // matplotlib's order of an axis is ends in data, then ends in the picture.
  /** @param {any} axis @returns {Axis} */
  const ends = (axis) => [axis[0], axis[2], axis[1], axis[3], axis[4]];

  /** @param {ArrayLike<number>} values @param {number} i */
  const at = (values, i) => values[values.length === 1 ? 0 : i];
  /** @param {number} v */
  const r = (v) => Math.round(v * 100) / 100;

  /** @param {ArrayLike<number>[]} sides @param {any} X @param {any} Y @param {(i: number) => boolean} [keep] */
  function boxesPath([x0, x1, y0, y1], X, Y, keep) {
    let d = "";
    const n = Math.max(x0.length, x1.length, y0.length, y1.length);
    for (let i = 0; i < n; i++) {
      const a = X(at(x0, i)), b = X(at(x1, i)), c = Y(at(y0, i)), e = Y(at(y1, i));
      if (Number.isFinite(a + b + c + e) && !(keep && !keep(i))) d += `M${r(a)} ${r(c)}H${r(b)}V${r(e)}H${r(a)}Z`;
    }
    return d;
  }

  /** Dots whose middle is in the panel; whole, where they touch its edge.
   * @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys @param {any} panel @param {number} size */
  function dotsPath(xs, ys, { X, Y, x: [, , left, right], y: [, , bottom, top] }, size) {
    const radius = size / 2;
    let d = "";
    for (let i = 0; i < Math.max(xs.length, ys.length); i++) {
      const x = X(at(xs, i)), y = Y(at(ys, i));
      if (x >= left - 0.5 && x <= right + 0.5 && y <= bottom + 0.5 && y >= top - 0.5) {
        d += `M${r(x - radius)} ${r(y)}a${radius} ${radius} 0 1 0 ${size} 0a${radius} ${radius} 0 1 0 ${-size} 0`;
      }
    }
    return d;
  }

  /** The paths of a mark, by kind; `get` resolves a reference.
   * @type {Record<string, (mark: Mark, get: (reference: string) => ArrayLike<number>, X: any, Y: any, panel: any) => string[]>} */
  const paths = {
    line(mark, get, X, Y) {
      const xs = get(mark.x), ys = get(mark.y), n = Math.max(xs.length, ys.length);
      let d = "", pen = "M";
      for (let i = 0; i < n; i++) {
        const x = X(at(xs, i)), y = Y(at(ys, i));
        if (Number.isNaN(x + y)) pen = "M";
        else if (mark.steps && pen === "L") d += `H${r(x)}V${r(y)}`;
        else {
          d += pen + r(x) + " " + r(y);
          pen = "L";
        }
      }
      return [d];
    },
    area(mark, get, X, Y) {
      const xs = get(mark.x), low = get(mark.low), high = get(mark.high), n = xs.length;
      /** @type {string[]} */
      const there = [], back = [];
      for (let i = 0; i < n; i++) {
        const x = r(X(xs[i])), a = Y(at(low, i)), b = Y(at(high, i));
        if (!Number.isNaN(x + a + b)) {
          there.push(`${x} ${r(a)}`);
          back.push(`${x} ${r(b)}`);
        }
      }
      return [there.length ? `M${there.join("L")}L${back.reverse().join("L")}Z` : ""];
    },
    bars(mark, get, X, Y) {
      const x = get(mark.x), height = get(mark.height), width = get(mark.width), base = get(mark.base);
      const index = Array.from({ length: Math.max(x.length, height.length) }, (_, i) => i);
      return [
        boxesPath(
          [
            index.map((i) => at(x, i) - at(width, i) / 2),
            index.map((i) => at(x, i) + at(width, i) / 2),
            index.map((i) => at(base, i)),
            index.map((i) => at(base, i) + at(height, i)),
          ],
          X,
          Y,
        ),
      ];
    },
    boxes: (mark, get, X, Y) => [boxesPath([get(mark.x0), get(mark.x1), get(mark.y0), get(mark.y1)], X, Y)],
    dots: (mark, get, _X, _Y, panel) => [dotsPath(get(mark.x), get(mark.y), panel, mark.size)],
    rule(mark, get, X, Y, panel) {
      const values = Array.from(get(mark.x ?? mark.y)).filter(Number.isFinite);
      const [, , from, to] = mark.x === undefined ? panel.x : panel.y;
      return [
        values.map((v) => mark.x === undefined ? `M${from} ${r(Y(v))}H${to}` : `M${r(X(v))} ${from}V${to}`).join(""),
      ];
    },
    heat(mark, get, X, Y) {
      const x = get(mark.x), y = get(mark.y), values = get(mark.values), columns = x.length - 1;
      const step = (/** @type {number} */ i) =>
        Math.max(0, Math.min(7, Math.trunc((values[i] - mark.low) / (mark.high - mark.low) * 8)));
      /** @type {number[][]} */
      const sides = [[], [], [], []];
      for (let i = 0; i < values.length; i++) {
        const c = i % columns, row = Math.floor(i / columns);
        sides[0].push(x[c]);
        sides[1].push(x[c + 1]);
        sides[2].push(y[row]);
        sides[3].push(y[row + 1]);
      }
      return Array.from(
        { length: 8 },
        (_, k) => boxesPath(sides, X, Y, (i) => Number.isFinite(values[i]) && step(i) === k),
      );
    },
    tokens: (mark, get, _X, _Y, panel) =>
      mark.colors.map((/** @type {string} */ _, /** @type {number} */ k) =>
        dotsPath(get(`tokens_x${k}`), get(`tokens_y${k}`), panel, mark.size)
      ),
  };
  const FILLED = new Set(["area", "bars", "boxes", "dots", "heat", "tokens"]);
  const HEAT = ["#00204d", "#213d6b", "#4c556c", "#6c6e72", "#8b8878", "#aca371", "#d1c05f", "#ffea46"];

  /** One of a figure's two drawings: finds matplotlib's marks in the SVG and moves them. */
  class Picture {
    /** @param {SVGSVGElement} svg @param {Layout} layout @param {string} prefix the ids' beginning, as marks.py gives them */
    constructor(svg, layout, prefix) {
      this.svg = svg;
      this.layout = layout;
      this.panels = layout.panels.map(({ x, y }, i) => {
        const clip = document.createElementNS(SVG, "clipPath"), box = document.createElementNS(SVG, "rect");
        clip.id = `${prefix}clip${i}`;
        const [, , left, right] = /** @type {any} */ (x), [, , bottom, top] = /** @type {any} */ (y);
        for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) {
          box.setAttribute(name, String(value));
        }
        clip.append(box);
        svg.append(clip);
        return { x, y, X: scale(ends(x)), Y: scale(ends(y)), clip: `url(#${clip.id})` };
      });
      this.marks = layout.marks.map((mark, i) => ({ mark, shapes: this.shapes(mark, prefix + i) }));
    }

    /** @param {Mark} mark @param {string} id @returns {SVGElement[]} */
    shapes(mark, id) {
      if (mark.kind === "text") {
        return [this.take(id, "text", (text) => {
          text.setAttribute(
            "text-anchor",
            { left: "start", center: "middle", right: "end" }[/** @type {string} */ (mark.align)] ?? "start",
          );
          text.setAttribute("dominant-baseline", "central");
          text.style.fill = `var(--pb-${mark.color})`;
          text.style.fontSize = `${mark.size}px`;
        })];
      }
      const colors = mark.kind === "heat"
        ? HEAT
        : (mark.colors ?? [mark.color]).map((/** @type {string} */ c) => `var(--pb-${c})`);
      return colors.map((/** @type {string} */ color, /** @type {number} */ k) =>
        this.take(mark.kind === "heat" || mark.kind === "tokens" ? `${id}-${k}` : id, "path", (path) => {
          const { style } = path;
          if (FILLED.has(mark.kind)) {
            Object.assign(style, { fill: color, stroke: "none", opacity: String(mark.opacity ?? 1) });
          } else {
            Object.assign(style, {
              fill: "none",
              stroke: color,
              strokeWidth: `${mark.width}px`,
              strokeLinejoin: "round",
            });
            if (mark.dashed) style.strokeDasharray = `${3.7 * mark.width} ${1.6 * mark.width}`;
          }
          if (mark.kind !== "tokens" && mark.kind !== "dots") {
            path.setAttribute("clip-path", this.panels[mark.panel].clip);
          }
        })
      );
    }

    /** Put one shape of ours where matplotlib drew the mark.
     * @param {string} id @param {string} tag @param {(shape: SVGElement) => void} style */
    take(id, tag, style) {
      const group = this.svg.querySelector(`[id="${id}"]`) ?? this.svg.appendChild(document.createElementNS(SVG, "g"));
      const shape = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
      style(shape);
      group.replaceChildren(shape);
      return shape;
    }

    /** @param {State} state */
    draw(state) {
      const get = (/** @type {string} */ reference) => resolve(reference, state);
      for (const { mark, shapes } of this.marks) {
        const panel = this.panels[mark.panel];
        if (mark.kind === "text") {
          const place = (
            /** @type {string} */ ref,
            /** @type {any} */ axis,
            /** @type {any} */ map,
            /** @type {number} */ off,
          ) => {
            const from = Math.min(axis[2], axis[3]), to = Math.max(axis[2], axis[3]), value = get(ref)[0];
            return String(r(Math.max(from, Math.min(to, map(Number.isNaN(value) ? axis[0] : value))) + off));
          };
          shapes[0].setAttribute("x", place(mark.x, panel.x, panel.X, mark.offset[0]));
          shapes[0].setAttribute("y", place(mark.y, panel.y, panel.Y, -mark.offset[1]));
          if (mark.align === "auto") {
            const share = (Number(shapes[0].getAttribute("x")) - mark.offset[0] - panel.x[2]) /
              (panel.x[3] - panel.x[2]);
            shapes[0].setAttribute("text-anchor", share > 0.6 ? "end" : "start");
          }
          const text = fill(mark.template, state);
          if (shapes[0].textContent !== text) shapes[0].textContent = text;
        } else paths[mark.kind](mark, get, panel.X, panel.Y, panel).forEach((d, k) => shapes[k].setAttribute("d", d));
      }
    }
  }

  // ---- A figure: sliders in, kernel, arrays, marks and sentences out ----

  class Live {
    /** @param {HTMLElement} figure @param {Spec} spec @param {ModuleSource} [source] */
    constructor(figure, spec, source) {
      this.figure = figure;
      this.spec = spec;
      this.source = source;
      /** @type {Record<string, number>} */
      this.inputs = {};
      for (const [name, slider] of Object.entries(spec.sliders)) this.inputs[name] = slider.value;
      /** @type {State} */
      this.state = {};
      for (const [name, text] of Object.entries(spec.constants)) this.state[name] = floats(text);
      /** @type {Record<string, number>} */
      this.counts = {};
      /** @type {Record<string, number[]>} */
      this.columns = {};
      this.long = Object.keys(spec.whileDragging).length > 0; // too long for a frame: a smaller run stands in
      this.dragging = false;
      this.elapsed = 0;
      /** @type {Record<string, Float64Array>} */
      this.outputs = {};
      // The pictures stand as matplotlib drew them, at these very inputs, until the first move.
      this.drawn = false;
      this.svgs = [...figure.querySelectorAll("svg")];
      /** @type {Picture[]} */
      this.pictures = [];
      this.outputFields = [...figure.querySelectorAll("output")];
      /** @type {((value: any) => void)[]} */
      this.waiting = [];
      if (spec.table) this.paste(spec.table.text);
    }

    /** All that the kernel is given now. */
    given() {
      return { ...this.inputs, ...this.counts, ...this.columns };
    }

    /** Run the kernel at the present inputs.
     * @param {boolean} [small] */
    compute(small = false) {
      this.run ??= new Run(engine(this.spec.subject, this.source), this.spec);
      this.take(this.run.compute(this.given(), small));
    }

    /** What the first move would have to wait for, done when a hand comes near: the first run, the marks taken over. */
    warm() {
      if (this.run || this.drawn) return;
      try {
        this.compute(this.long);
        this.clock?.settle();
        if (!this.long) this.show();
      } catch (error) {
        fail(this.figure, error);
      }
    }

    /** Put a run's results into the state.
     * @param {Record<string, Float64Array | number[]>} results */
    take(results) {
      for (const { name, role, ...a } of this.spec.arguments) {
        if (role === "input") this.state[name] ??= Run.input({ name, role, ...a });
        if (role === "column") this.state[name] = this.columns[name];
        if (role === "output") this.outputs[name] = /** @type {Float64Array} */ (results[name]);
      }
      Object.assign(this.state, results);
    }

    /** Draw what is in sight, say what it says. */
    show() {
      this.drawn = true;
      this.svgs.forEach((svg, i) => {
        if (!svg.getClientRects().length) return;
        this.pictures[i] ??= new Picture(svg, this.spec.pictures[i], `${this.figure.id}-${"wn"[i]}`);
        this.pictures[i].draw(this.state);
      });
      for (const field of this.outputFields) {
        const text = fill(this.spec.readouts[field.name], this.state);
        if (field.textContent !== text) field.textContent = text;
      }
      const alt = fill(this.spec.alt, this.state);
      for (const svg of this.svgs) svg.setAttribute("aria-label", alt);
    }

    /** Run, draw, and say so. A run too long for a frame is drawn small, and the whole of it when a worker has it. */
    redraw() {
      const start = performance.now();
      this.asked++;
      try {
        this.compute(this.long && (this.dragging || this.worker !== null));
        this.clock?.settle();
        this.show();
      } catch (error) {
        fail(this.figure, error);
        return;
      }
      const whole = !this.long || (!this.dragging && this.worker === null);
      this.tell(start, !whole);
      this.figure.toggleAttribute("data-preview", !whole);
      if (!whole && !this.dragging) this.runAside(start);
    }

    /** Say that the figure was redrawn, to the page and to who waits for it.
     * @param {number} start @param {boolean} preview */
    tell(start, preview) {
      this.elapsed = performance.now() - start;
      const detail = { inputs: { ...this.inputs }, outputs: this.outputs, elapsed: this.elapsed, preview };
      this.figure.dispatchEvent(new CustomEvent("perfbook:update", { detail, bubbles: true }));
      if (!preview || this.dragging) { for (const done of this.waiting.splice(0)) done(detail); }
    }

    /** The whole run in a worker, one at a time; what is out of date when it comes is asked for anew.
     * @param {number} start */
    runAside(start) {
      if (this.busy) return;
      const number = this.asked,
        settle = () => {
          this.worker = null; // no worker to be had: the page waits for the run itself
          this.later();
        };
      try {
        this.worker ??= this.startWorker();
      } catch {
        return settle();
      }
      this.busy = true;
      this.worker.onerror = settle;
      this.worker.onmessage = ({ data }) => {
        this.busy = false;
        if (data.number !== this.asked) return this.dragging || this.runAside(performance.now());
        this.take(data.results);
        this.clock?.settle();
        this.show();
        this.figure.removeAttribute("data-preview");
        this.tell(start, false);
      };
      this.worker.postMessage({ ask: { number, given: this.given() } });
    }

    /** @returns {Worker} */
    startWorker() {
      const { spec } = this, source = /** @type {ModuleSource} */ (this.source);
      const address = URL.createObjectURL(new Blob([workerText()], { type: "text/javascript" }));
      const worker = new Worker(address);
      worker.postMessage({
        start: { spec, module: compiled[spec.subject], source: { kernels: source.kernels, wasm: "" } },
      });
      return worker;
    }

    /** Redraw in the next frame, once however often it is asked. */
    later() {
      this.frame ??= requestAnimationFrame(() => {
        this.frame = undefined;
        this.redraw();
      });
    }

    /** Move sliders from a script; resolves after the redraw.
     * @param {Record<string, number | string>} values @param {boolean} [dragging] @returns {Promise<any>} */
    set(values, dragging = false) {
      const { _table: table, ...moved } = values;
      for (const [name, value] of Object.entries(moved)) {
        const slider = this.spec.sliders[name], number = Number(value);
        if (!slider) {
          const names = Object.keys(this.spec.sliders).join(", ");
          return Promise.reject(new Error(`no slider ${name}; there are ${names}`));
        }
        if (!(number >= slider.low && number <= slider.high)) {
          const reason = `${name} must be from ${slider.low} to ${slider.high}, got ${value}`;
          return Promise.reject(new Error(reason));
        }
      }
      for (const [name, value] of Object.entries(moved)) this.inputs[name] = this.settled(name, Number(value));
      if (table !== undefined && this.spec.table) {
        this.paste(String(table));
        if (this.form?.text) this.form.text.value = String(table);
      }
      this.dragging = dragging;
      this.form?.follow();
      this.later();
      return new Promise((done) => this.waiting.push(done));
    }

    /** A slider's value as its kernel takes it: whole where the parameter is.
     * @param {string} name @param {number} value */
    settled(name, value) {
      return this.spec.arguments.some((a) => a.name === name && a.kind === "i") ? Math.round(value) : value;
    }

    /** @param {string} text */
    paste(text) {
      const { columns, count, size, keys } = /** @type {NonNullable<Spec["table"]>} */ (this.spec.table);
      const { rows, problems } = keys ? parseKeys(text, size) : parseTable(text, columns.length, size);
      columns.forEach((name, c) => {
        this.columns[name] = Array.from({ length: size }, (_, i) => rows[i]?.[c] ?? 0);
      });
      this.counts[count] = rows.length;
      this.table = text;
      const said = this.figure.querySelector(".pb-problems");
      if (said) {
        said.textContent = problems.length
          ? problems.slice(0, 5).join(". ") + (problems.length > 5 ? `, and ${problems.length - 5} more.` : ".")
          : "";
      }
    }

    /** @type {Run | undefined} */ run;
    /** @type {Worker | null | undefined} */ worker; // null: there is none to be had
    asked = 0;
    busy = false;
    /** @type {Form | undefined} */ form;
    /** @type {Clock | undefined} */ clock;
    /** @type {string | undefined} */ table;
    /** @type {number | undefined} */ frame;
  }

  /** The controls under a figure. */
  class Form {
    /** @param {HTMLFormElement} element @param {Live} live */
    constructor(element, live) {
      this.live = live;
      this.element = element;
      this.link = element.querySelector("a.pb-link");
      // Not before it is wanted: the theme reads every fragment of the page as a selector, which a state is not.
      for (const near of ["pointerenter", "focus"]) {
        this.link?.addEventListener(near, () => this.link?.setAttribute("href", `#${stateOf(live)}`));
      }
      const ranges = /** @type {NodeListOf<HTMLInputElement>} */ (element.querySelectorAll("input[type=range]"));
      this.rows = [...ranges].map((range) => {
        const row = /** @type {HTMLElement} */ (range.parentElement);
        return {
          range,
          number: /** @type {HTMLInputElement} */ (row.querySelector("input[type=number]")),
          word: row.querySelector("[data-word]"),
        };
      });
      for (const { range, number } of this.rows) {
        range.addEventListener("input", () => this.move(range, true));
        range.addEventListener("change", () => this.settle());
        number.addEventListener(
          "input",
          () => number.validity.valid && number.value !== "" && this.move(number, false),
        );
        number.addEventListener("change", () => {
          if (number.value !== "") this.move(number, false);
          this.follow();
          this.settle();
        });
      }
      element.addEventListener("submit", (event) => event.preventDefault());
      element.addEventListener("click", (event) => {
        const button = /** @type {HTMLElement} */ (event.target).closest("button");
        if (!button) return;
        const preset = button.dataset.preset === undefined ? {} : live.spec.presets[button.dataset.preset];
        this.apply({ ...defaults(live), ...preset });
        this.settle();
      });
      const text = /** @type {HTMLTextAreaElement | null} */ (element.querySelector("textarea"));
      this.text = text;
      this.firstText = text?.value ?? "";
      if (text) {
        text.addEventListener("input", () => {
          live.paste(text.value);
          live.later();
        });
      }
      /** @type {HTMLFieldSetElement} */ (element.querySelector("fieldset")).disabled = false;
    }

    /** @param {Record<string, any>} values */
    apply(values) {
      if (this.text) this.text.value = values._table ?? this.firstText;
      this.live.set(this.text ? { ...values, _table: this.text.value } : values);
    }

    /** @param {HTMLInputElement} field @param {boolean} dragging */
    move(field, dragging) {
      const { low, high } = this.live.spec.sliders[field.name];
      const value = Math.max(low, Math.min(high, field.valueAsNumber));
      if (Number.isNaN(value)) return;
      this.live.inputs[field.name] = this.live.settled(field.name, value);
      this.live.dragging = dragging && this.live.long;
      this.follow(field);
      this.live.later();
    }

    /** The hand let go: the whole run, and the address of this state. */
    settle() {
      if (this.live.dragging) {
        this.live.dragging = false;
        this.live.later();
      }
      const address = `#${stateOf(this.live)}`;
      try {
        history.replaceState(null, "", address);
      } catch { /* a page without a history, such as a frame's */ }
    }

    /** Put the present values into the fields, but not into the one being typed in.
     * @param {HTMLInputElement} [typing] */
    follow(typing) {
      for (const { range, number, word } of this.rows) {
        const { low, unit, words, power } = this.live.spec.sliders[range.name], value = this.live.inputs[range.name];
        if (range !== typing) range.value = String(value);
        if (number !== typing) number.value = String(value);
        const said = words.length
          ? words[Math.round(value - low)]
          : power.length
          ? show(power[0] * 10 ** value, power[1])
          : "";
        if (word) word.textContent = said;
        range.setAttribute("aria-valuetext", said || `${value} ${unit}`.trim());
      }
    }
  }

  /** A player's clock: where the tokens are now. */
  class Clock {
    /** @param {HTMLElement} bar @param {Live} live */
    constructor(bar, live) {
      this.live = live;
      this.spec = /** @type {PlayerSpec} */ (live.spec.player);
      this.now = this.spec.still;
      this.button = /** @type {HTMLButtonElement} */ (bar.querySelector("[data-play]"));
      this.scrub = /** @type {HTMLInputElement} */ (bar.querySelector("[data-now]"));
      this.speed = /** @type {HTMLSelectElement} */ (bar.querySelector("[data-speed]"));
      this.face = /** @type {HTMLElement} */ (bar.querySelector("[data-clock]"));
      this.playing = false;
      this.button.addEventListener("click", () => this.play(!this.playing));
      this.scrub.addEventListener("input", () => {
        this.play(false);
        this.seek(this.scrub.valueAsNumber);
      });
      for (const part of [this.button, this.scrub, this.speed]) part.disabled = false;
    }

    /** @param {boolean} on */
    play(on) {
      this.playing = on;
      this.button.textContent = on ? "Pause" : "Play";
      if (!on) return;
      if (this.now >= this.spec.end) this.now = 0;
      let last = performance.now();
      const tick = (/** @type {number} */ time) => {
        if (!this.playing) return;
        // A tab that was away must not jump: no step is longer than a tenth of a second.
        this.seek(this.now + Math.min(0.1, Math.max(0, time - last) / 1000) * +this.speed.value);
        last = time;
        if (this.now >= this.spec.end) this.play(false);
        else requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    }

    /** @param {number} time */
    seek(time) {
      if (!this.live.drawn) this.live.compute();
      this.now = Math.max(0, Math.min(this.spec.end, time));
      this.settle();
      this.live.show();
    }

    /** Put the tokens and the values of this moment into the state. */
    settle() {
      const { state } = this.live, { now, spec } = this;
      state.now = [now];
      this.scrub.value = String(now);
      this.face.textContent = `${now.toFixed(1)} ${spec.unit}`;
      for (const [name, [times, values]] of Object.entries(spec.series)) {
        const i = before(state[times], now, 0, state[times].length);
        state[name] = [i >= 0 ? state[values][i] : 0];
      }
      const [first, time, x, y, kind] = spec.tracks.map((name) => state[name]);
      const places = spec.kinds.map(() => /** @type {[number[], number[]]} */ ([[], []]));
      for (let token = 0; token + 1 < first.length; token++) {
        const low = first[token], high = first[token + 1];
        if (!(high > low && time[low] <= now && now < time[high - 1])) continue;
        const i = before(time, now, low, high), share = (now - time[i]) / (time[i + 1] - time[i]);
        places[kind[i]][0].push(x[i] + share * (x[i + 1] - x[i]));
        places[kind[i]][1].push(y[i] + share * (y[i + 1] - y[i]));
      }
      places.forEach(([xs, ys], k) => {
        state[`tokens_x${k}`] = xs;
        state[`tokens_y${k}`] = ys;
      });
    }
  }

  /** The last index from `low` to `high` - 1 whose time is not after `now`, or `low` - 1.
   * @param {ArrayLike<number>} times @param {number} now @param {number} low @param {number} high */
  function before(times, now, low, high) {
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= now) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** @param {Live} live */
  const defaults = (live) => Object.fromEntries(Object.entries(live.spec.sliders).map(([name, s]) => [name, s.value]));

  /** The fragment that brings this state back: `usl?alpha=0.05`.
   * @param {Live} live */
  function stateOf(live) {
    const moved = Object.entries(live.inputs).filter(([name, value]) => value !== live.spec.sliders[name].value);
    return live.figure.id + (moved.length ? "?" + moved.map(([name, value]) => `${name}=${value}`).join("&") : "");
  }

  /** Bring a figure to the state that the address names. */
  function readAddress() {
    const [id, query] = location.hash.slice(1).split("?");
    const figure = query && document.getElementById(id);
    if (!figure || !lives.has(figure)) return;
    const live = /** @type {Live} */ (lives.get(figure)), values = defaults(live);
    for (const [name, text] of new URLSearchParams(query)) {
      const slider = live.spec.sliders[name], value = Number(text);
      if (slider && value >= slider.low && value <= slider.high) values[name] = value;
    }
    live.set(values);
    figure.scrollIntoView();
  }

  /** @param {HTMLElement} figure @param {unknown} error */
  function fail(figure, error) {
    figure.dataset.state = "failed";
    const note = /** @type {HTMLElement | null} */ (figure.querySelector(".pb-failed"));
    if (note) note.hidden = false;
    for (const part of figure.querySelectorAll("fieldset, .pb-player > *")) part.setAttribute("disabled", "");
    console.info(`perfbook: ${figure.id} stands still.`, error instanceof Error ? error.message : error);
  }

  /** @type {WeakMap<Element, Live>} */
  const lives = new WeakMap();

  /** @param {HTMLElement} figure @param {Record<string, ModuleSource>} modules */
  function wakeFigure(figure, modules) {
    try {
      probe();
      const spec = /** @type {Spec} */ (JSON.parse(/** @type {any} */ (figure.querySelector(".pb-spec")).textContent));
      if (!modules[spec.subject]) throw new Error(`no kernels of ${spec.subject} on this page`);
      const live = new Live(figure, spec, modules[spec.subject]);
      const form = /** @type {HTMLFormElement | null} */ (figure.querySelector("form.pb-form"));
      const bar = /** @type {HTMLElement | null} */ (figure.querySelector(".pb-player"));
      if (bar) live.clock = new Clock(bar, live);
      if (form) live.form = new Form(form, live);
      lives.set(figure, live);
      /** @type {any} */ (figure).perfbook = { set: live.set.bind(live), spec };
      for (const near of ["pointerenter", "focusin"]) figure.addEventListener(near, () => live.warm(), { once: true });
      live.form?.follow();
      figure.dataset.state = "live";
    } catch (error) {
      fail(figure, error);
    }
  }

  /** @param {HTMLElement} box */
  function wakeChallenge(box) {
    const goal = /** @type {Record<string, [number, number]>} */ (JSON.parse(box.dataset.goal ?? "{}"));
    const verdict = /** @type {HTMLElement} */ (box.querySelector(".pb-verdict"));
    document.addEventListener("perfbook:update", (event) => {
      const figure = /** @type {HTMLElement} */ (event.target), live = lives.get(figure);
      if (figure.id !== box.dataset.of || !live || /** @type {CustomEvent} */ (event).detail.preview) return;
      const met = Object.entries(goal).every(([reference, [low, high]]) => {
        const value = resolve(reference, live.state)[0];
        return low <= value && value <= high;
      });
      box.dataset.met = String(met);
      const text = /** @type {string} */ (met ? verdict.dataset.met : verdict.dataset.open);
      if (verdict.textContent !== text) verdict.textContent = text;
    });
  }

  /** @param {HTMLFormElement} form */
  function wakeQuestion(form) {
    const because = /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll(".pb-because"));
    form.addEventListener("submit", (event) => event.preventDefault());
    if (form.dataset.answer === undefined) {
      form.addEventListener("change", (event) => {
        const { value } = /** @type {HTMLInputElement} */ (event.target);
        for (const text of because) text.hidden = text.dataset.option !== value;
        form.dataset.right = [...because].find((text) => !text.hidden)?.dataset.right;
      });
      return;
    }
    form.addEventListener("submit", () => {
      const typed = /** @type {HTMLInputElement} */ (form.elements.namedItem("answer")).value.trim();
      const given = typed.replace(/,(?=\d{3}(\D|$))/g, "").replace(",", "."); // 1,234 is above a thousand, 41,6 is not
      const verdict = /** @type {HTMLElement} */ (form.querySelector(".pb-verdict"));
      if (!NUMBER.test(given)) {
        verdict.textContent = "A number, please, such as 41.6.";
        return;
      }
      const answer = Number(form.dataset.answer), off = Math.abs(Number(given) - answer);
      const right = off <= Number(form.dataset.tolerance) * Math.abs(answer);
      verdict.textContent = right ? `Yes: ${significant(answer, 4)}.` : `Not quite: it is ${significant(answer, 4)}.`;
      form.dataset.right = String(right);
      because[0].hidden = false;
    });
  }

  /** Wake everything in a part of the page.
   * @param {ParentNode} part @param {Record<string, ModuleSource>} [modules] the kernels, if not the page's own */
  function wake(part, modules = root.perfbookModules ?? {}) {
    for (const [subject, source] of Object.entries(/** @type {Record<string, ModuleSource>} */ (modules))) {
      offer(subject, source);
    }
    for (const box of part.querySelectorAll(".challenge")) wakeChallenge(/** @type {HTMLElement} */ (box));
    for (const form of part.querySelectorAll("form.question")) wakeQuestion(/** @type {HTMLFormElement} */ (form));
    for (const figure of part.querySelectorAll("figure.explorable")) {
      wakeFigure(/** @type {HTMLElement} */ (figure), /** @type {any} */ (modules));
    }
  }

  const perfbook = root.perfbook = {
    /** @type {Record<string, (...values: any[]) => number | undefined>} */
    kernels: {},
    wake,
    /** @param {string} text @param {Record<string, ArrayLike<number>>} state */
    fill: (text, state) => fill(text, state),
    parseTable,
    parseKeys,
  };

  if (document.querySelector("figure.explorable, form.question, .challenge") && !root.perfbookWidgets) {
    wake(document);
    performance.mark("perfbook:live");
    addEventListener("hashchange", readAddress);
    readAddress();
    addEventListener("resize", () => {
      for (const figure of document.querySelectorAll("figure.explorable[data-state=live]")) {
        const live = lives.get(figure);
        if (live?.drawn) live.show();
      }
    });
    // When nothing else is to be done: compile, so that not even the first move waits for it.
    const subjects = new Set(
      Array.from(document.querySelectorAll("[data-state=live]"), (f) => lives.get(f)?.spec.subject),
    );
    const idle = root.requestIdleCallback ?? ((/** @type {() => void} */ work) => setTimeout(work, 200));
    for (const subject of subjects) if (subject) idle(() => engine(subject));
  }
})();
