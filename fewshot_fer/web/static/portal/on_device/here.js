// Reading on this device: whether, with what and how often. The server gets labels, nothing else.

import { coach as coaching } from './coach.js';
import { choiceOf, leave, Vault } from './vault.js';
import { unsure } from './words.js';

/** @import { Camera } from '../../camera.js' */
/** @import { DeviceReader } from '../../on_device/reader.js' */
/** @import { Failure, Read } from '../../on_device/types.d.ts' */
/** @import { CoachEvent, Device, FromPortal, OwnView, ToPortal } from '../../messages.d.ts' */
/** @import { Link } from '../../link.js' */
/** @import { Kept } from './vault.js' */
/** @typedef {'server' | 'here' | 'nowhere'} Way  `nowhere`: the picture must stay here, and cannot be read here */

const EVERY_MS = 100;
const REPORT_MS = 750;
const GONE_MS = 3000; // No face for so long: it is searched for as seldom as this ...
const RESTING_MS = 1000;
const SIDE = 640;

export class Here {
  told = /** @type {Device | null} */ (null);
  failure = /** @type {Failure | 'not-offered' | 'not-installed' | null} */ (null);
  /** The share of what is needed that has been loaded; null: all of it, or nothing yet. */
  progress = /** @type {number | null} */ (null);
  vault = /** @type {Vault | null} */ (null);
  /** The teacher has paused the class. */
  paused = false;
  #reader = /** @type {DeviceReader | null} */ (null);
  #running = false;
  #reported = 0;
  #seen = 0;

  /**
   * `changed`: where pictures are read, or what is kept; `view`: what was read.
   * @param {{ policy: Device['policy'], student: string }} known as the page was made, until the server says more
   * @param {Pick<Camera, 'on' | 'draw'>} camera @param {Pick<Link<FromPortal, ToPortal>, 'ready' | 'send'>} link
   * @param {{ changed: () => void, view: (view: OwnView) => void, coached: (event: CoachEvent) => void }} on
   * @param {() => Promise<{ DeviceReader: Pick<typeof DeviceReader, 'open'> }>} load
   */
  constructor({ policy, student }, camera, link, on, load = () => import('../../on_device/reader.js')) {
    this.load = load;
    this.policy = policy;
    this.student = student;
    this.camera = camera;
    this.link = link;
    this.on = on;
    this.coach = coaching({ checkpoint: () => this.told?.person?.checkpoint ?? '', kept: () => this.kept, keep: (kept) => this.keep(kept), hear: on.coached });
  }

  /** What the student has chosen, if anything. @returns {boolean | null} */
  get choice() {
    const chosen = localStorage.getItem(choiceOf(this.student));
    return chosen === null ? null : chosen === 'yes';
  }

  /** Whether pictures are to stay here. */
  get stays() {
    return this.policy === 'required' || (this.choice ?? this.policy === 'preferred');
  }

  /** @returns {Way} */
  get way() {
    if (!this.told) return 'nowhere'; // Until it is known what the class wants, nothing is sent.
    if (!this.stays) return 'server';
    // Who chose that pictures stay is never read by the server instead; who chose nothing may be.
    if (this.failure) return this.policy === 'preferred' && this.choice === null ? 'server' : 'nowhere';
    return 'here';
  }

  /** @param {boolean} stays */
  choose(stays) {
    localStorage.setItem(choiceOf(this.student), stays ? 'yes' : 'no');
    this.failure = this.told ? lacking(this.told) : null;
    this.start();
  }

  /** @param {Device} told */
  async hear(told) {
    this.told = told;
    this.policy = told.policy;
    this.failure = lacking(told);
    if (this.#reader) await this.#learn().catch((error) => this.#failed(error));
    this.start();
  }

  /** Read, if it is to be done here; what is needed is loaded the first time. */
  start() {
    this.on.changed();
    if (this.way === 'here' && this.camera.on && !this.#running) void this.#run();
  }

  stop() {
    this.#reader?.close();
    this.#reader = null;
  }

  // ---------------------------------------------------------------- references that stay here

  /** Of this checkpoint; those of others wait for theirs. @returns {Kept[]} */
  get kept() {
    return this.vault?.kept.filter(({ checkpoint }) => checkpoint === this.told?.person?.checkpoint) ?? [];
  }

  /** Keep these, and be read by them. @param {Kept[]} kept */
  async keep(kept) {
    if (!this.vault) throw new TypeError('nothing is kept by this browser');
    await this.vault.keep(kept);
    await this.#learn();
    this.on.changed();
  }

  async forget() {
    await this.vault?.forget();
    await this.#learn();
    this.on.changed();
  }

  /** The student is deleted: nothing of them stays in this browser. */
  async leave() {
    this.vault = null;
    this.on.changed();
    await leave(this.student);
  }

  /** Whether the references here say how the student is read: where the teacher has no more of them. */
  get own() {
    const theirs = (this.told?.person?.counts ?? []).reduce((sum, count) => sum + count, 0);
    return this.kept.filter(({ light }) => !light).length >= theirs;
  }

  async #learn() {
    const { kept, own } = this;
    await this.#reader?.setPerson(this.told?.person ?? null);
    if (kept.length && own) await this.#reader?.setPerson(await this.#reader.makePerson(kept));
  }

  // ---------------------------------------------------------------- the camera

  async #run() {
    this.#running = true;
    try {
      await this.#open();
      while (this.way === 'here' && this.camera.on && this.#reader) {
        const began = performance.now();
        if (!document.hidden && this.link.ready) await this.#look(began);
        const gone = began - this.#seen > GONE_MS && !this.coach.busy;
        const every = document.hidden || this.paused || gone ? RESTING_MS : EVERY_MS;
        await new Promise((done) => setTimeout(done, Math.max(5, every - (performance.now() - began))));
      }
    } catch (error) {
      if (this.camera.on) this.#failed(error); // Else it was stopped in the middle.
    } finally {
      this.#running = false;
    }
  }

  async #open() {
    const { told } = this;
    if (this.#reader || !told?.base) return;
    this.progress = 0;
    this.on.changed();
    const { DeviceReader: Reader } = await this.load();
    this.#reader = await Reader.open(told.base, { onProgress: (share) => {
      this.progress = share;
      this.on.changed();
    } });
    this.vault ??= await Vault.open(told.student, told.key).catch(() => null);
    await this.#learn();
    this.progress = null;
    this.#seen = performance.now();
    this.on.changed();
  }

  /** @param {number} now */
  async #look(now) {
    if (this.paused) return this.#report(null, now);
    const canvas = this.camera.draw(SIDE);
    if (!canvas || !this.#reader) return;
    const size = /** @type {[number, number]} */ ([canvas.width, canvas.height]);
    const bitmap = await createImageBitmap(canvas);
    if (this.coach.busy) return this.coach.see(await this.#reader.look(bitmap), now);
    const read = await this.#reader.read(bitmap, now);
    if (read) this.#seen = now;
    this.on.view({ type: 'view', size, paused: false, face: read && {
      box: read.box, expression: read.expression, best: read.best, scores: read.scores, unsure: unsure(read.unsure, read.scores),
    } });
    this.#report(read, now);
  }

  /** The label goes to the server, smoothed, once in a while. @param {Read | null} read @param {number} now */
  #report(read, now) {
    if (now - this.#reported < REPORT_MS || !this.told?.person) return;
    this.#reported = now;
    const face = read && {
      pixels: Math.max(1, Math.round(Math.max(read.box[2] - read.box[0], read.box[3] - read.box[1]))), best: read.best, unsure: read.expression === null ? read.unsure : null,
      quality: rounded(read.quality), scores: Object.fromEntries(Object.entries(read.scores).map(([name, score]) => [name, rounded(score)]).filter(([, score]) => score)),
    };
    this.link.send({ do: 'report', checkpoint: this.told.person.checkpoint, face });
  }

  /** @param {unknown} error */
  #failed(error) {
    this.stop();
    this.progress = null;
    this.failure = /** @type {{ code?: Failure }} */ (error).code ?? 'failed';
    console.warn(error);
    this.on.changed();
  }
}

/** Why nothing can be read here, as far as the server knows. @param {Device} told */
const lacking = ({ policy, base }) => (policy === 'off' ? 'not-offered' : base ? null : 'not-installed');

/** @param {number} share */
const rounded = (share) => Math.round(1000 * share) / 1000;
