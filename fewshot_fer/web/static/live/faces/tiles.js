// Faces cut from the picture, side by side: a view that holds a class of fifty.

/** @typedef {[x: number, y: number, width: number, height: number]} Place */

const AROUND = 0.45; // of a face's size, on every side
const LEFT_MS = 4000; // A face that is lost for a moment keeps its tile.

/** Columns and rows for so many tiles, nearly square, in a room so wide for its height. @param {number} count @param {number} ratio */
export function grid(count, ratio) {
  const columns = Math.max(1, Math.ceil(Math.sqrt(count * ratio)));
  const fewer = Math.ceil(count / Math.max(1, Math.ceil(count / columns)));
  return { columns: fewer, rows: Math.max(1, Math.ceil(count / Math.max(1, fewer))) };
}

/** Tile number k. @param {number} k @param {{ columns: number, rows: number }} cells @param {number} width @param {number} height @returns {Place} */
export function tile(k, { columns, rows }, width, height) {
  const [wide, tall] = [width / columns, height / rows];
  return [(k % columns) * wide + 2, Math.floor(k / columns) * tall + 2, wide - 4, tall - 4];
}

/** What of a picture a tile shows: the face and a little around, in the tile's own shape. @param {number[]} box @param {number[]} size @param {number} ratio @returns {Place} */
export function cut([x0, y0, x1, y1], [width, height], ratio) {
  const side = (1 + 2 * AROUND) * Math.max(x1 - x0, y1 - y0);
  const [wide, tall] = ratio > 1 ? [side * ratio, side] : [side, side / ratio];
  const fit = Math.min(1, width / wide, height / tall);
  const [w, h] = [wide * fit, tall * fit];
  const inside = (/** @type {number} */ at, /** @type {number} */ most) => Math.max(0, Math.min(most, at));
  return [inside((x0 + x1 - w) / 2, width - w), inside((y0 + y1 - h) / 2, height - h), w, h];
}

/** Which tile a face has: it stays where it is as long as it is seen. */
export class Seats {
  #seats = /** @type {number[]} the track of each tile */ ([]);
  #seen = /** @type {Map<number, number>} when a track was last seen */ (new Map());

  /** The tiles of the faces of now, and how many tiles there are. @param {number[]} tracks @param {number} now */
  of(tracks, now) {
    tracks.forEach((track) => this.#seen.set(track, now));
    const left = (/** @type {number} */ track) => now - (this.#seen.get(track) ?? -Infinity) > LEFT_MS;
    if (this.#seats.some((track) => left(track))) {
      this.#seats = this.#seats.filter((track) => !left(track));
      for (const track of this.#seen.keys()) if (left(track)) this.#seen.delete(track);
    }
    this.#seats.push(...tracks.filter((track) => !this.#seats.includes(track)));
    return { places: tracks.map((track) => this.#seats.indexOf(track)), count: this.#seats.length };
  }
}
