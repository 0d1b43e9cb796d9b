"""What reading on a student's device costs, and whether it says what the server says.

    fewshot-fer export --browser on_device
    python benchmarks/on_device.py --folder on_device DIR [DIR ...]

DIR is a folder of people's pictures with index.csv (path, subject, emotion, session). Headless
Chromium and this program run on one machine. A frame costs what the worker's own thread is charged
for it by the system, which other work beside it changes little; with Chromium's 4x throttle a
processor has a quarter of its time. WebGPU is not tried: Chromium has none without a display here.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from statistics import median
from typing import Any

import cv2
import uvicorn
from playwright.sync_api import Page, sync_playwright
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from fewshot_fer import web
from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.images import read_image
from fewshot_fer.on_device.checkpoint import BrowserCheckpoint
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.web import on_device

_STATIC = Path(web.__file__).parent / "static"
_COMMON = """
const bitmapOf = async (text) => {
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  return createImageBitmap(new Blob([bytes]), { colorSpaceConversion: 'none' });
};
"""
_OPEN = """async ([base, text]) => {
  const began = performance.now();
  const { DeviceReader } = await import('/assets/on_device/reader.js');
  window.reader = await DeviceReader.open(base);
  const opened = performance.now();
  await reader.read(await bitmapOf(text), 0);
  return [opened - began, performance.now() - began];
}"""
_READ = """async ([texts, count]) => {
  const bitmaps = await Promise.all(texts.map(bitmapOf));
  const canvases = bitmaps.map((one) => {
    const canvas = new OffscreenCanvas(one.width, one.height);
    canvas.getContext('2d').drawImage(one, 0, 0);
    return canvas;
  });
  const began = performance.now();
  let found = 0;
  for (let k = 0; k < count; k += 1) {
    const bitmap = await createImageBitmap(canvases[k % canvases.length]);
    if (await reader.read(bitmap, 100 * k)) found += 1;
  }
  return [performance.now() - began, found];
}"""
_LOOK = """async (texts) => {
  const said = [];
  for (const text of texts) {
    const look = await reader.look(await bitmapOf(text));
    said.push(look && look.scores);
  }
  return said;
}"""
_STEPS = """async ([base, text, count]) => {
  const part = (name) => import(`/assets/on_device/${name}.js`);
  const [{ checked, priorOf }, { Recogniser }, { Smoother }] =
    await Promise.all([part('checkpoint'), part('recogniser'), part('smoothing')]);
  const [{ similarity, portrait }, { assess }, { squared }] =
    await Promise.all([part('align'), part('quality'), part('boxes')]);
  const [{ grey, shrunk }, { known, learn, ratesOver, read, whitened }] =
    await Promise.all([part('images'), part('posterior')]);
  const seal = base.split('/').at(-2);
  const get = async (name) => (await fetch(base + name)).arrayBuffer();
  const { checkpoint, files } = await checked(seal, get, () => {});
  const engine = await import(`${base}ort.mjs`);
  Object.assign(engine.env.wasm, { numThreads: 1, wasmBinary: files['ort.wasm'] });
  const networks = {};
  for (const name of ['pnet', 'rnet', 'onet', 'embedding']) {
    const session = await engine.InferenceSession.create(new Uint8Array(files[`${name}.onnx`]));
    networks[name] = async (data, dims) => Object.values(await session.run(
      { [session.inputNames[0]]: new engine.Tensor('float32', data, dims) }))[0];
  }
  const prior = priorOf(checkpoint, files);
  const made = new Recogniser(prior, networks);
  const bitmap = await bitmapOf(text);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false });
  const took = {};
  const timed = async (name, does) => {
    const began = performance.now();
    const done = await does();
    (took[name] ??= []).push(performance.now() - began);
    return done;
  };
  const anybody = known(learn(prior, []));
  const rates = ratesOver(prior, prior.names);
  const smoother = new Smoother();
  for (let k = 0; k < count; k += 1) {
    const picture = await timed('pixels', () => {
      context.drawImage(bitmap, 0, 0);
      return context.getImageData(0, 0, bitmap.width, bitmap.height);
    });
    const [face] = await timed('search', () => made.detector.search(picture, 80));
    await timed('follow', () => made.detector.follow(picture, [squared(face.box)]));
    const matrix = similarity(face.points);
    const aligned = await timed('align', () => portrait(picture, matrix));
    await timed('quality', () => assess(picture, face, matrix, aligned));
    const square = await timed('square', () => shrunk(grey(aligned, [36, 34, 156, 154]), 48));
    const { data } = await timed('embed', () => networks.embedding(square.data, [1, 1, 48, 48]));
    const vector = await timed('whiten', () => whitened(prior, data));
    await timed('read and smooth', () => {
      smoother.add(read(anybody, vector, rates, null), rates, k / 10);
      smoother.shown(rates, k / 10);
    });
  }
  return took;
}"""


@contextmanager
def serving(made: BrowserCheckpoint) -> Iterator[str]:
    page = Route("/", lambda _: HTMLResponse("<!doctype html><title>device</title>"))
    assets = Mount("/assets", StaticFiles(directory=_STATIC))
    app = Starlette(routes=[page, assets, on_device.route(made)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def worker_seconds() -> float:
    """What the threads of workers in browsers started here were charged so far."""
    spent = 0
    for task in Path("/proc").glob("[0-9]*/task/[0-9]*"):
        try:
            if (task / "comm").read_text().strip() == "DedicatedWorker" and _ours(task.parts[2]):
                fields = (task / "stat").read_text().rpartition(")")[2].split()
                spent += int(fields[11]) + int(fields[12])
        except OSError:
            continue
    return spent / os.sysconf("SC_CLK_TCK")


def _ours(process: str) -> bool:
    while process not in ("0", "1"):
        if process == str(os.getpid()):
            return True
        stat = Path("/proc", process, "stat").read_text()
        process = stat.rpartition(")")[2].split()[1]
    return False


def encoded(image: Any) -> str:
    return b64encode(cv2.imencode(".png", image[..., ::-1])[1].tobytes()).decode()


def run(page: Page, script: str, given: Any) -> Any:
    return page.evaluate(f"async (given) => {{ {_COMMON} return ({script})(given); }}", given)


def speed(page: Page, frames: list[str], count: int, throttle: int) -> dict[str, float]:
    """Frames a second as they came, and what a frame cost the worker's thread."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    run(page, _READ, [frames, 20])
    before = worker_seconds()
    took, found = run(page, _READ, [frames, count])
    spent = 1000 * (worker_seconds() - before) / count
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return {"fps_seen": 1000 * count / took, "worker_ms": spent, "found": found / count}


def agreement(page: Page, folder: Path, recognizer: Recognizer) -> dict[str, float]:
    """How often device and server name the same, of pictures in which both find a face."""
    with (folder / "index.csv").open(encoding="utf-8") as file:
        paths = [folder / row["path"] for row in csv.DictReader(file)]
    same = shown = found = 0
    missed = 0
    for start in range(0, len(paths), 10):
        some = paths[start : start + 10]
        texts = [b64encode(path.read_bytes()).decode() for path in some]
        for path, scores in zip(some, run(page, _LOOK, texts), strict=True):
            image = read_image(path)
            faces = recognizer.find(image)
            if scores is None or not len(faces):
                missed += scores is None and len(faces) > 0
                continue
            vectors = recognizer.vectors(image, faces[:1])
            read = recognizer.generic.read(vectors, (), recognizer.rates)[0]
            found += 1
            best = max(scores, key=scores.__getitem__)
            same += best == read.expression
            least = recognizer.generic.doubts.least(recognizer.rates)
            sure = scores[best] >= least, read.scores[read.expression] >= least
            shown += sure == (True, True) and best != read.expression
    return {"pictures": len(paths), "both_found": found, "missed_here": missed,
            "same": same / found, "shown_otherwise": shown}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", nargs="*", type=Path)
    parser.add_argument("--folder", type=Path, default=Path("device"))
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--precision", choices=("bf16", "f32"), default="bf16", help="the server's")
    given = parser.parse_args()
    made = BrowserCheckpoint.read(given.folder)
    base = on_device.address(made)
    person = invent_class(12, seed=1)[7]
    frames = [encoded(reference_picture(person, one)) for one in ("happy", "neutral", "surprise")]
    said: dict[str, Any] = {"download": made.download, "cores": os.cpu_count()}
    with serving(made) as address, sync_playwright() as started:
        chromium = started.chromium.launch(
            executable_path=which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        context = chromium.new_context()
        for kind in ("cold", "warm"):
            page = context.new_page()
            page.set_default_timeout(0)
            page.goto(address)
            spent = worker_seconds()
            opened, labelled = run(page, _OPEN, [base, frames[0]])
            said[kind] = {"open_ms": opened, "first_label_ms": labelled,
                          "worker_ms": 1000 * (worker_seconds() - spent)}  # fmt: skip
            if kind == "cold":
                page.close()
        for throttle in (1, 4):
            said[f"{throttle}x"] = speed(page, frames, given.frames, throttle)
        steps = run(page, _STEPS, [base, frames[0], given.steps])
        said["p50_ms"] = {name: median(values) for name, values in steps.items()}
        said["least_ms"] = {name: min(values) for name, values in steps.items()}
        if given.people:
            # A reader that has watched nobody yet: what is usual in a lesson is learnt.
            page.reload()
            run(page, _OPEN, [base, frames[0]])
            recognizer = Recognizer.open(precision=given.precision)
            said["agreement"] = {
                folder.name: agreement(page, folder, recognizer) for folder in given.people
            }
        said["load"] = os.getloadavg()
        chromium.close()
    print(json.dumps(said, indent=1))


if __name__ == "__main__":
    main()
