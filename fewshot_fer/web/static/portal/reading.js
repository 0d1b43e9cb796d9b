// Shows what the server read: the label, its bars, the box around the face.

const SPEAK_EVERY = 4000; // milliseconds between two labels read out by a screen reader

export class ReadingView {
  constructor(page) {
    this.page = page;
    this.context = page.over.getContext("2d");
    this.colours = {};
    this.spokenAt = 0;
  }

  /** The expressions in their order, each with a colour. */
  know(expressions) {
    this.colours = Object.fromEntries(expressions.map((one) => [one.name, one.colour]));
    this.rows = new Map();
    const rows = expressions.flatMap(({ name, colour }) => {
      const title = span("name", name);
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      bar.setAttribute("viewBox", "0 0 100 10");
      bar.setAttribute("preserveAspectRatio", "none");
      bar.setAttribute("aria-hidden", "true");
      const fill = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [key, value] of Object.entries({ width: 0, height: 10, fill: colour })) fill.setAttribute(key, value);
      bar.append(fill);
      const number = span("number", "");
      this.rows.set(name, [fill, number]);
      return [title, bar, number];
    });
    this.page.bars.replaceChildren(...rows);
  }

  show({ size, face }) {
    this.box(size, face);
    const { said, share, why, swatch } = this.page;
    const sure = face?.expression;
    said.textContent = sure ?? (face ? (face.best ? "Not sure" : "Looking…") : "No face in view");
    said.classList.toggle("unsure", !sure);
    swatch.style.background = sure ? this.colours[sure] : "";
    share.textContent = sure ? `${Math.round(100 * face.scores[sure])} %` : "";
    why.textContent = !face
      ? "Look at the camera, with your whole face in the picture."
      : !sure && face.best
        ? (face.unsure ?? `Perhaps ${face.best}.`)
        : "";
    for (const [name, [fill, number]] of this.rows ?? []) {
      const part = face?.scores?.[name] ?? 0;
      fill.setAttribute("width", 100 * part);
      number.textContent = face?.best ? `${Math.round(100 * part)} %` : "";
    }
    this.speak(said.textContent);
  }

  clear(words) {
    this.context.clearRect(0, 0, this.page.over.width, this.page.over.height);
    this.page.said.textContent = "No label";
    this.page.said.classList.add("unsure");
    this.page.swatch.style.background = "";
    this.page.share.textContent = "";
    this.page.why.textContent = words;
    for (const [fill, number] of this.rows?.values() ?? []) {
      fill.setAttribute("width", 0);
      number.textContent = "";
    }
  }

  /** While the program learns, what it reads is not shown. */
  hide(hidden) {
    this.page.reading.hidden = this.page.over.hidden = hidden;
  }

  box(size, face) {
    const { over } = this.page;
    [over.width, over.height] = size.map((side) => 2 * side);
    if (!face) return;
    const [x0, y0, x1, y1] = face.box.map((side) => 2 * side);
    const corner = Math.min(x1 - x0, y1 - y0) / 4;
    const draw = this.context;
    draw.lineWidth = Math.max(3, size[0] / 70);
    draw.lineCap = draw.lineJoin = "round";
    draw.strokeStyle = this.colours[face.expression] ?? "#ffffffb0";
    draw.beginPath();
    for (const [x, y, dx, dy] of [[x0, y0, 1, 1], [x1, y0, -1, 1], [x1, y1, -1, -1], [x0, y1, 1, -1]]) {
      draw.moveTo(x, y + dy * corner);
      draw.lineTo(x, y);
      draw.lineTo(x + dx * corner, y);
    }
    draw.stroke();
  }

  speak(words) {
    const now = performance.now();
    if (words === this.page.spoken.textContent || now - this.spokenAt < SPEAK_EVERY) return;
    this.spokenAt = now;
    this.page.spoken.textContent = words;
  }
}

export function span(kind, words) {
  const made = document.createElement("span");
  made.className = kind;
  made.textContent = words;
  return made;
}
