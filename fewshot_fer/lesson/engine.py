"""The one engine of a lesson: pictures and commands in, one picture of the class out.

    offer, ask ──> inbox ──> the lesson's own thread ──> state, events
                     ^             │      │
                     └── answers ──┴──────┴──> workers read pictures, helpers write and learn

Whatever happens comes through one inbox, in its order, and the lesson's own thread alone touches
what the lesson knows (an actor). It never waits: workers and helpers answer into the same inbox.
"""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from math import inf
from time import monotonic
from typing import Any, Final

from fewshot_fer.lesson import commands as c
from fewshot_fer.lesson import events as e
from fewshot_fer.lesson.actor import Actor, answer, fail, pass_on
from fewshot_fer.lesson.events import Ended, Event, LessonState, Skipped
from fewshot_fer.lesson.helper import Helper, Keeps
from fewshot_fer.lesson.host import Host
from fewshot_fer.lesson.intake import Intake
from fewshot_fer.lesson.overview import Overview
from fewshot_fer.lesson.sources import Clock
from fewshot_fer.lesson.stream import Answer, Encodes, Offer, Picture
from fewshot_fer.lesson.taping import IN_PAUSE, Tape, over
from fewshot_fer.records.values import Mark, one_line

_PULSE_S: Final = 0.2
"""The class is put together and recorded so often, ..."""
_STATE_S: Final = 1.0
"""... told to those who watch and compared with the library, ..."""
_CHECK_S: Final = 20.0
"""... and searched for who is worth a check-in."""


class LessonEngine:
    """One lesson. `offer`, `ask` and `close` are for any thread; `state` is always the newest."""

    def __init__(
        self,
        host: Host,
        workers: Executor,
        *,
        id_: str = "",
        name: str = "",
        started: float = 0.0,
        encodes: Encodes | None = None,
        forsaken_s: float = inf,
        rests: bool = True,
        kept: e.Kept | None = None,
        keeps: Keeps | None = None,
        clock: Clock = monotonic,
    ) -> None:
        """`encodes` makes pictures for those who watch, of sources that bring none.

        A lesson that nobody sends pictures to or watches ends by itself after `forsaken_s`. In a
        pause nothing is looked at, or (not `rests`) faces are followed so that names are kept.
        It goes on with what another process `kept`, and `keeps` it for the next one; in a helper.
        """
        self.id, self.name = id_, name
        self.state = LessonState(id_, name, started)
        self.over: Future[Ended] = Future()
        """Has how it ended, once it has."""
        self._host, self._class = host, partial(host.opened, name)
        self._encodes, self._clock = encodes, clock
        self._forsaken_s, self._rests = forsaken_s, rests
        self._records = ThreadPoolExecutor(1, f"records-{id_}")
        self._actor = Actor(f"lesson-{id_}", self._beat)
        self._helper = Helper(
            self._actor, host, self._class, f"library-{id_}",
            lambda: self._intake.forget_who_left(), keeps,
        )  # fmt: skip
        self._intake = Intake(
            self._actor, workers, lambda source: self._class().watch(source),
            self._show, self._pulse, partial(self._publish, new=False), clock,
        )  # fmt: skip
        self._tape = Tape(
            lambda mode: host.begin_recording(name, per_student=mode == "per_student"),
            partial(self._actor.aside, self._records),
            self._tell,
        )
        self._overview = Overview()
        self._sinks: list[c.Sink] = []
        self._marks: list[Mark] = []
        self._ending = self._paused = self._moves = False
        self._due = self._told = self._checked = self._left = clock()
        if kept is not None:
            self._actor.send(lambda: self._go_on(kept))
        self._actor.start()

    # ------------------------------------------------------------------ for any thread

    def offer(self, source: c.Source, picture: Picture) -> Answer:
        """Have a picture read; the newest of a source wins, the others are answered `Skipped`."""
        offer = Offer(source, picture, self._clock())
        self._actor.send(
            lambda: self._intake.offer(offer), lambda: answer(offer.answer, Skipped("ended"))
        )
        return offer.answer

    def ask(self, command: c.Command[c.AnswerT]) -> Future[c.AnswerT]:
        """Have something done; commands are done in the order in which they are asked."""
        waiting: Future[c.AnswerT] = Future()
        self._actor.send(
            lambda: self._obey(command, waiting), lambda: self._refuse(command, waiting)
        )
        return waiting

    def close(self) -> Ended:
        """End it, and wait until what was recorded is written and sources are let go."""
        return self.ask(c.End()).result()

    # ------------------------------------------------------------------ commands

    def _obey(self, command: c.Command[Any], waiting: Future[Any]) -> None:
        try:
            if self._ending:
                self._refuse(command, waiting)
            elif not self._begun(command, waiting):
                done = self._done(command)
                self._publish()
                answer(waiting, done)
        except Exception as error:
            fail(waiting, error)

    def _refuse(self, command: c.Command[Any], waiting: Future[Any]) -> None:
        """A lesson that ends does nothing more."""
        match command:
            case c.End():
                self.over.add_done_callback(lambda done: pass_on(done, waiting))
            case c.Leave() | c.Unwatch() | c.Record("off") | c.Notice() | c.Heed():
                answer(waiting, None)
            case _:
                fail(waiting, over())

    def _begun(self, command: c.Command[Any], waiting: Future[Any]) -> bool:
        """Begin what is answered later; whether it was such a thing."""
        match command:
            case c.Name(source, track, student):
                self._intake.name(source, track, student, waiting)
            case c.Record(mode, when_seen=False):
                self._helper.check_ins = ()
                self._tape.change(mode, waiting)
            case c.Heed():
                self._helper.heed(waiting)
            case c.Recalibrate(resting):
                self._intake.collect(
                    lambda s, t: s.memory.latest(t, resting=resting),
                    lambda looks: self._helper.recalibrate(looks, resting, waiting),
                )
            case c.Collect(moment):
                self._intake.collect(lambda s, t: s.album.of(t, moment), partial(answer, waiting))
            case c.End(moves):
                self._end(moves=moves)
                self._refuse(command, waiting)
            case _:
                return False
        return True

    def _done(self, command: c.Command[Any]) -> e.Marked | None:
        """Do what can be done at once, and answer it."""
        match command:
            case c.Pull(source):
                self._intake.pull(source, self.offer)
            case c.Leave(source):
                self._intake.leave(source)
            case c.Mark(text):
                self._marks.append(Mark(int(self._time), one_line(text)))
                self._tape.mark(self._marks[-1].text, self._time, paused=self._paused)
                marked = e.Marked(self._marks[-1], self._tape.takes_marks)
                self._tell(marked)
                return marked
            case c.Notice(what):
                self._tell(what)
            case c.Record(mode):
                self._tape.arm(mode)
            case c.Rename(title):
                self._tape.rename(one_line(title))
            case c.Pause(on):
                self._pause(on)
            case c.ReadOnDevice(policy):
                self.state = replace(self.state, on_device=policy)
            case c.Watch(sink):
                self._sinks.append(sink)
                self._intake.encodes = self._encodes
                self._publish()
                sink(self.state)
            case c.Unwatch(sink):
                self._sinks = [one for one in self._sinks if one != sink]
                self._intake.encodes = self._encodes if self._sinks else None
                self._left = self._clock()
            case _:
                raise TypeError(f"no lesson knows {command!r}")
        return None

    def _pause(self, on: bool) -> None:
        self._paused = on
        self._tape.flush()
        if not on:
            self._tape.keep_marks(IN_PAUSE)
        self._intake.close(Skipped("paused") if on and self._rests else None)
        self._tell(e.Paused(on))

    def _go_on(self, kept: e.Kept) -> None:
        """Take up a lesson where another process broke off."""
        self._intake.began = self._clock() - kept.seconds
        self._marks = [*kept.marks]
        self._helper.knows(kept)
        self._tape.rename(kept.title)
        if kept.paused:
            self._pause(on=True)
        if kept.mode != "off" and kept.session is not None:
            self._tape.go_on(kept, partial(self._host.go_on_recording, kept))
        self._publish()

    def _end(self, *, moves: bool = False) -> None:
        """No pictures and no commands from now on; the record is ended, then all are told."""
        self._moves = moves
        self._ending = self._tape.closed = True
        self._intake.close(Skipped("ended"))
        self._publish()
        written: Future[int | None] = Future()
        written.add_done_callback(lambda _: self._is_written())
        self._tape.change("off", written, moves=moves)

    def _is_written(self) -> None:
        summary = self._overview.summing.summary(self._intake.looks)
        ended = Ended(self._time, self._tape.state, summary)
        self._tell(e.Moved() if self._moves else ended)
        self._intake.let_go()
        self._records.shutdown(wait=False)
        self._helper.close()
        self._actor.close()
        self.over.set_result(ended)

    @property
    def _time(self) -> float:
        """Seconds since the first picture came."""
        return self._clock() - self._intake.began if self._intake.began is not None else 0.0

    def _beat(self) -> float:
        """Whatever is due; how long until something is."""
        now = self._clock()
        if now >= self._due and not self._ending:
            self._due = now + _PULSE_S
            self._pulse()
            if now - self._told >= _STATE_S:
                self._told = now
                self._every_second(now)
        return self._due - now if not self._ending else _PULSE_S

    def _pulse(self) -> None:
        """Put the class together, write it down, let it be seen."""
        views, paused = self._intake.views(), self._paused
        view = self._overview.update(views, self._time, self._intake.members, counts=not paused)
        if view is not None and not paused:
            self._tape.note(view)
        self._publish()

    def _every_second(self, now: float) -> None:
        self._tell(self.state)
        self._helper.refresh()
        self._intake.drop_the_silent(now)
        record = self._tape.state
        if record.mode == "per_student" and now - self._checked >= _CHECK_S:
            session, self._checked = record.session or 0, now
            self._helper.check(
                session, lambda: self._tape.on and self._tape.state.session == session
            )
        left = max(self._left, self._intake.left)
        if not self._sinks and self._intake.alone and now - left > self._forsaken_s:
            self._end()

    def _publish(self, *, new: bool = True) -> None:
        self.state = replace(
            self.state, seconds=self._time, paused=self._paused, ended=self._ending,
            moved=self._moves, recording=self._tape.state, viewers=len(self._sinks),
            sources=self._intake.states(new=new), timeline=self._overview.timeline,
            view=self._overview.view, shares=self._overview.shares, marks=tuple(self._marks),
            check_ins=self._helper.check_ins, library=self._helper.trouble, title=self._tape.title,
        )  # fmt: skip
        if self._tape.settled and not self._ending:
            self._helper.keep(self.state, self._tape.session_began)
        self._intake.stand(bool(self._sinks), recording=self._tape.on, paused=self._paused)

    def _tell(self, event: Event) -> None:
        """Tell those who watch; whatever happened, the state says it too."""
        self._publish()
        self._show(event)

    def _show(self, event: Event) -> None:
        for sink in self._sinks:
            sink(event)
