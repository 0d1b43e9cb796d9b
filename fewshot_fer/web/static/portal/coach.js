// Teaching the program one's face, and adjusting it to today's light: the panel below the camera.

import { span } from "./reading.js";

const HINT_EVERY = 5000; // milliseconds between two hints read out by a screen reader

export class Coach {
  constructor(page, send) {
    this.page = page;
    this.send = send;
    this.busy = null; // "teach" | "adjust" | null: pictures are meant for it while it is
    this.expressions = [];
  }

  get fine() {
    return this.busy !== null;
  }

  know(expressions) {
    this.expressions = expressions;
  }

  // ---------------------------------------------------------------- teach

  offerTeach() {
    const form = this.panel("Teach it my face", [
      para("We ask for one expression after the other. Show each one as you really do it; there is no right or wrong. You see the pictures before anything is stored."),
    ]);
    const choices = fieldset("Which expressions?", true);
    const none = this.expressions.every((one) => one.count > 0);
    for (const one of this.expressions) {
      choices.append(tick("checkbox", "expression", one.name, none || one.count === 0, `${one.name}${one.count ? ` (${one.count})` : ""}`));
    }
    form.append(choices, row(button("Start", "main", "submit"), button("Not now", "", () => this.close())));
    form.onsubmit = (event) => {
      event.preventDefault();
      const chosen = new FormData(form).getAll("expression");
      if (chosen.length) this.start("teach", { do: "teach", expressions: chosen });
    };
  }

  start(what, command) {
    this.busy = what;
    this.shots = [];
    this.send(command);
    if (what === "teach") {
      this.panel("Teach it my face", []);
      this.steps = document.createElement("ol");
      this.steps.className = "steps";
      for (const name of command.expressions) {
        const step = document.createElement("li");
        step.textContent = name;
        step.dataset.name = name;
        this.steps.append(step);
      }
      this.body.append(this.steps, row(button("Skip this one", "", () => this.send({ do: "skip" })), button("Stop", "", () => this.stop())));
    } else {
      this.panel("Adjust to this light", []);
      this.progress = document.createElement("progress");
      this.progress.max = 1;
      this.progress.value = 0;
      this.progress.setAttribute("aria-label", "How far it is");
      this.body.append(this.progress, row(button("Stop", "", () => this.stop())));
    }
    this.page.stage.scrollIntoView({ block: "start", behavior: "smooth" });
    this.say("Get ready…", "");
  }

  stop() {
    this.send({ do: "stop" });
    this.close();
  }

  close() {
    this.busy = null;
    this.page.panel.hidden = true;
    this.page.panel.replaceChildren();
    this.page.words.hidden = true;
    this.page.fit.hidden = false;
    this.page.teach.focus({ preventScroll: true });
  }

  /** The line was cut: what was begun is lost, and says so. */
  lost() {
    if (!this.busy) return;
    this.close();
    this.panel("The connection was lost", [para("Nothing was stored. Begin again when the camera is live.")]);
    this.body.append(row(button("Close", "", () => this.close())));
  }

  hear(event) {
    if (this[`on_${event.type}`]) this[`on_${event.type}`](event);
  }

  on_ask({ expression, words }) {
    for (const step of this.steps?.children ?? []) {
      if (step.dataset.name === expression) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    }
    this.say(words, "");
  }

  on_live({ good, what, next_step, left }) {
    this.say(null, good ? (left > 0 ? "Good. Show it…" : "Hold it…") : `${what} ${next_step}`);
  }

  on_progress({ share, good, what, next_step }) {
    this.progress.value = share;
    this.say(null, good ? "Good. Hold it…" : `${what} ${next_step}`);
  }

  on_took({ id, expression, picture }) {
    this.shots.push({ id, expression, picture });
    this.step(expression)?.classList.add("done");
    this.say("✓ Got it", "");
  }

  on_skipped({ expression }) {
    this.step(expression)?.classList.add("missed");
  }

  step(name) {
    return [...(this.steps?.children ?? [])].find((one) => one.dataset.name === name);
  }

  on_review() {
    this.busy = null;
    this.page.words.hidden = true;
    if (!this.shots.length) {
      this.panel("No picture was good enough", [para("Nothing was stored. More light from the front helps most, and a camera at the height of your eyes.")]);
      this.body.append(row(button("Try again", "main", () => this.offerTeach()), button("Close", "", () => this.close())));
      return;
    }
    const form = this.panel("Keep these pictures?", [para("They are stored on your teacher's or school's server until you delete them. Untick those that do not look right.")]);
    const list = document.createElement("ul");
    list.className = "shots";
    for (const { id, expression, picture } of this.shots) {
      const item = document.createElement("li");
      const figure = document.createElement("figure");
      const image = new Image();
      image.alt = `You, showing ${expression}`;
      image.src = picture;
      const caption = document.createElement("figcaption");
      caption.textContent = expression;
      figure.append(image, caption);
      item.append(figure, tick("checkbox", "keep", id, true, "Keep", `Keep ${expression}`));
      list.append(item);
    }
    const save = button("Save", "main", "submit");
    form.append(list, row(save, button("Throw away", "", () => this.stop())));
    form.onsubmit = (event) => {
      event.preventDefault();
      save.disabled = true;
      save.textContent = "Saving…";
      this.send({ do: "save", keep: new FormData(form).getAll("keep") });
    };
  }

  on_saved({ words, refused, questions, advice }) {
    this.panel(words, [para(advice)]);
    const said = [...refused, ...questions];
    if (said.length) {
      const list = document.createElement("ul");
      for (const line of said) list.append(emphasised(document.createElement("li"), line));
      this.body.append(list);
    }
    this.body.append(row(button("Done", "main", () => this.close())));
  }

  // ---------------------------------------------------------------- adjust

  offerAdjust() {
    const form = this.panel("Adjust to this light", [para("Light and cameras differ from day to day. This learns today's; your pictures stay as they are, and you can undo it.")]);
    const choices = fieldset("How?", false);
    choices.append(
      tick("radio", "how", "rest", true, "Relax my face for 5 seconds"),
      tick("radio", "how", "one", false, "One picture of me showing:"),
    );
    const select = document.createElement("select");
    select.setAttribute("aria-label", "Which expression");
    select.name = "expression";
    for (const { name } of this.expressions) select.append(new Option(name, name, name === "happy", name === "happy"));
    select.onfocus = () => (form.elements.how.value = "one");
    choices.append(select);
    form.append(choices, row(button("Start", "main", "submit"), button("Not now", "", () => this.close())));
    form.onsubmit = (event) => {
      event.preventDefault();
      const one = form.elements.how.value === "one";
      this.start("adjust", { do: "adjust", expression: one ? select.value : null });
    };
  }

  on_adjusted({ words, helped, before, after, calibration }) {
    this.busy = null;
    this.page.words.hidden = true;
    this.panel(helped === false ? "That did not help" : "Adjusted to this light", []);
    if (before) {
      const pair = document.createElement("div");
      pair.className = "beforeafter";
      pair.append(figure("before", before), span("pale", "→"), figure("now", after));
      this.body.append(pair);
    }
    this.body.append(
      para(words),
      row(
        button("Keep it", helped === false ? "" : "main", () => this.close()),
        button("Undo it", helped === false ? "main" : "", () => this.send({ do: "undo", calibration })),
      ),
    );
  }

  on_undone({ words }) {
    this.busy = null;
    this.panel("Taken back", [para(words)]);
    this.body.append(row(button("Done", "main", () => this.close())));
  }

  on_failed({ what, next_step }) {
    const again = this.busy === "adjust" ? () => this.offerAdjust() : () => this.offerTeach();
    this.busy = null;
    this.page.words.hidden = true;
    this.panel(what, [para(next_step)]);
    this.body.append(row(button("Try again", "main", again), button("Close", "", () => this.close())));
  }

  // ---------------------------------------------------------------- parts

  panel(title, children) {
    const heading = document.createElement("h2");
    heading.textContent = title;
    this.body = document.createElement("form");
    this.body.append(...children);
    this.page.panel.replaceChildren(heading, this.body);
    this.page.panel.hidden = false;
    this.page.fit.hidden = true;
    this.page.panel.focus({ preventScroll: true });
    if (!this.busy) this.page.panel.scrollIntoView({ block: "nearest", behavior: "smooth" });
    return this.body;
  }

  say(words, hint) {
    this.page.words.hidden = false;
    if (words !== null) {
      this.page.said_words.textContent = words;
      this.page.spoken.textContent = words;
    }
    this.page.hint.textContent = hint;
    const now = performance.now();
    if (words === null && hint && now - (this.hintedAt ?? 0) > HINT_EVERY) {
      this.hintedAt = now;
      this.page.spoken.textContent = hint;
    }
  }
}

function para(words) {
  return emphasised(document.createElement("p"), words);
}

/** Our words set *names* between stars. */
function emphasised(made, words) {
  words.split(/\*([^*]+)\*/).forEach((part, place) => {
    made.append(place % 2 ? Object.assign(document.createElement("em"), { textContent: part }) : part);
  });
  return made;
}

function row(...children) {
  const made = document.createElement("div");
  made.className = "row";
  made.append(...children);
  return made;
}

function button(words, kind, action) {
  const made = document.createElement("button");
  made.textContent = words;
  made.className = kind;
  made.type = action === "submit" ? "submit" : "button";
  if (action !== "submit") made.onclick = action;
  return made;
}

function fieldset(title, many) {
  const made = document.createElement("fieldset");
  made.className = many ? "choices many" : "choices";
  made.append(Object.assign(document.createElement("legend"), { textContent: title }));
  return made;
}

function tick(type, name, value, checked, words, spoken) {
  const label = document.createElement("label");
  label.className = "tick";
  const input = Object.assign(document.createElement("input"), { type, name, value, checked });
  if (spoken) input.setAttribute("aria-label", spoken);
  label.append(input, span("", words));
  return label;
}

function figure(words, number) {
  const made = document.createElement("div");
  const large = document.createElement("b");
  large.textContent = number;
  made.append(large, span("pale small", words));
  return made;
}
