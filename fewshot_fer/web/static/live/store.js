// What the page knows of its class, in one place: messages and the teacher's own doing change it
// here; the parts of the page are drawn from it and keep nothing of their own.

import { say } from '../say.js';

/** @import { Ended, Enrolled, FromClass, State, View } from '../messages.d.ts' */
/** @typedef {{ what: string, next: string, calm?: boolean }} Notice  calm: nothing is wrong */

export class Store {
  own = ''; // What this page's own pictures are called.
  ready = false; // The server can read pictures already.
  each = false; // What single students show is shown, on this page.
  projector = false; // Nothing personal is shown, for others see this screen too.
  tiles = false; // Faces are shown as tiles, not in their picture.
  view = /** @type {View | null} what was seen in the picture that is shown */ (null);
  now = /** @type {State | null} */ (null);
  ended = /** @type {Ended | null} */ (null);
  students = /** @type {Enrolled[]} */ ([]);
  photographs = /** @type {Record<string, string>} of those who keep some */ ({});
  recognises = /** @type {boolean | null} faces can be told apart; null: it is not known yet */ (null);
  knocks = /** @type {Enrolled[]} who waits at the door */ ([]);
  way = /** @type {'open' | 'anew' | number} lost, and tried again after so many milliseconds */ ('open');
  seen = false; // A picture is shown.
  notice = /** @type {Notice | null} why there is none; null: nothing was tried yet */ (null);

  /** @param {string} id of the class; `now`: the one that is watched now */
  constructor(id) {
    this.id = id;
  }

  /** @param {FromClass} message */
  hear(message) {
    switch (message.type) {
      case 'hello':
        this.id = message.class;
        this.own = message.source;
        this.ready = message.ready;
        this.each ||= message.each;
        break;
      case 'state': if (!this.ended) this.now = message; break; // It may have been on its way when the class ended.
      case 'students':
        this.students = message.students;
        this.recognises = message.recognises;
        break;
      case 'photographs': this.photographs = message.pictures; break;
      case 'knocks': this.knocks = message.knocks; break;
      case 'ended':
        this.ended = message;
        this.knocks = [];
        this.blank(null);
    }
  }

  /** Another class: nothing of the old one is left. @param {string} id */
  change(id) {
    this.id = id;
    this.now = this.ended = null;
    this.knocks = [];
  }

  /** There is no picture, for this reason. @param {Notice | null} notice */
  blank(notice) {
    this.notice = notice;
    this.seen = false;
  }

  /** A picture was drawn, in which this was seen. @param {View} view */
  drew(view) {
    this.view = view;
    this.notice = null;
    this.seen = true;
  }

  /** Why nothing is read just now, if so. */
  get rests() {
    return this.ended ? say('The class has ended.') : this.now?.paused ? say('Paused: nothing is read.') : null;
  }

  /** Whether the class can be told what to do. */
  get running() {
    return this.way === 'open' && this.now !== null && !this.ended;
  }

  get sources() {
    return this.ended ? [] : this.now?.sources ?? [];
  }
}
