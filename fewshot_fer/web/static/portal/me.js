// The student's page: camera, line, label, and the panel that teaches; this file joins them.

import { Camera, inWords } from "./camera.js";
import { Coach } from "./coach.js";
import { Line } from "./line.js";
import { ReadingView } from "./reading.js";

const element = (id) => document.getElementById(id);
const page = Object.fromEntries(
  ["stage", "video", "over", "off", "on", "dot", "line", "recording", "words", "said", "share", "why",
    "swatch", "bars", "spoken", "panel", "teach", "adjust", "undo", "pause", "facts", "trouble",
    "reading", "fit", "recorded", "rate"]
    .map((id) => [id, element(id)]),
);
page.said_words = element("words-said");
page.hint = element("words-hint");

const camera = new Camera(page.video);
const reading = new ReadingView(page);
const line = new Line("/me/live", { state, message, bye });
const coach = new Coach(page, (command) => line.send(command));
let every = 100; // milliseconds between two pictures; the server says how many it can take
let flying = null; // when the picture that is on its way was sent
let calibration = null;
let lock = null;
const arrivals = [];

// ------------------------------------------------------------------ on and off

page.on.onclick = on;
page.pause.onclick = () => off("Your camera is off", "Nothing is sent until you switch it on.");
page.teach.onclick = () => coach.offerTeach();
page.adjust.onclick = () => coach.offerAdjust();
page.undo.onclick = () => line.send({ do: "undo", calibration });

async function on() {
  trouble(null);
  page.on.disabled = true;
  try {
    await camera.start(() => off("The camera was taken away", "It was unplugged, or another program took it."));
  } catch (error) {
    const [what, next] = inWords(error);
    trouble(what, next);
    return;
  } finally {
    page.on.disabled = false;
  }
  page.off.hidden = true;
  page.pause.hidden = false;
  keepAwake();
  line.open();
}

function off(title, words) {
  line.close();
  camera.stop();
  coach.close();
  lock?.release();
  lock = flying = null;
  page.off.hidden = false;
  element("off-title").textContent = title;
  element("off-words").textContent = words;
  for (const one of [page.teach, page.adjust]) one.disabled = true;
  page.undo.hidden = page.recording.hidden = page.pause.hidden = true;
  state("Off", "");
  reading.clear("Your label appears here when your camera is on.");
}

async function keepAwake() {
  try {
    lock = await navigator.wakeLock?.request("screen");
  } catch {
    lock = null; // A nicety: without it the phone may go to sleep.
  }
}

// ------------------------------------------------------------------ pictures out

async function tick() {
  line.check();
  reading.hide(coach.busy !== null);
  const due = flying === null && line.ready && camera.running && !document.hidden;
  if (due) {
    flying = performance.now();
    const picture = await camera.picture(coach.fine);
    if (!picture || !line.send(picture)) flying = null;
  }
  const next = flying === null ? 30 : Math.max(10, flying + every - performance.now());
  setTimeout(tick, next);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !camera.running) return;
  keepAwake();
  if (!line.ready) line.open();
});

// ------------------------------------------------------------------ messages in

function message(got) {
  if (got.type === "lost") {
    flying = null;
    coach.lost();
    for (const one of [page.teach, page.adjust]) one.disabled = true;
    reading.clear("No label while there is no connection.");
    return;
  }
  if (got.frame && flying !== null) {
    const took = performance.now() - flying;
    camera.took(Math.max(0, took - (got.wait ?? 0)));
    flying = null;
    pace();
  }
  if (got.every) every = got.every;
  switch (got.type) {
    case "hello":
      reading.know(got.expressions);
      coach.know(got.expressions);
      facts(got);
      for (const one of [page.teach, page.adjust]) one.disabled = false;
      trouble(null);
      break;
    case "view":
      page.recording.hidden = !got.recording;
      page.recorded.textContent = got.recording ?? "";
      if (got.paused) reading.clear("Your teacher has paused the class.");
      else reading.show(got);
      break;
    case "coach":
      for (const event of got.events) coach.hear(event);
      break;
    case "facts":
      coach.know(got.expressions);
      facts(got);
      break;
    case "error":
      if (coach.busy) coach.on_failed(got);
      else trouble(got.what, got.next_step);
      break;
  }
}

/** The line is over for a reason that a new try would not change. */
function bye({ why, what, next_step }) {
  if (why === "idle" && camera.running) {
    if (!document.hidden) line.open();
    else state("Paused while you look elsewhere", "");
    return;
  }
  off(what, next_step);
  if (why === "taken over" || why === "full" || why === "slow") page.on.textContent = "Use this device";
  if (why === "over" || why === "ended" || why === "removed") page.on.hidden = true;
  page.off.setAttribute("role", "alert");
}

function facts({ facts: lines, calibration: newest }) {
  calibration = newest;
  page.undo.hidden = !newest;
  page.facts.replaceChildren(
    ...lines.flatMap(([what, much]) => [
      Object.assign(document.createElement("dt"), { textContent: what }),
      Object.assign(document.createElement("dd"), { textContent: much }),
    ]),
  );
}

// ------------------------------------------------------------------ how it goes

function state(words, kind) {
  // Said once, and not again with every number beside it.
  if (page.line.textContent !== words) page.line.textContent = words;
  page.rate.textContent = "";
  page.dot.className = `dot ${kind}`;
}

function pace() {
  const now = performance.now();
  arrivals.push(now);
  while (arrivals[0] < now - 3000) arrivals.shift();
  if (page.dot.className !== "dot live" || !pace.at || now - pace.at > 1000) {
    pace.at = now;
    const rate = (arrivals.length - 1) / Math.max(0.5, (now - arrivals[0]) / 1000);
    state("Live", "live");
    if (arrivals.length > 3) page.rate.textContent = `${Math.round(rate)} a second`;
  }
}

function trouble(what, next) {
  page.trouble.hidden = !what;
  element("trouble-what").textContent = what ?? "";
  element("trouble-next").textContent = next ?? "";
}

// A phone that is turned, and another camera, change the picture's shape.
page.video.onresize = () => {
  const { videoWidth: w, videoHeight: h } = page.video;
  if (w && h) page.stage.style.aspectRatio = Math.max(w / h, 0.75);
};

addEventListener("pagehide", () => line.close());
addEventListener("pageshow", (event) => event.persisted && camera.running && line.open());
tick();
