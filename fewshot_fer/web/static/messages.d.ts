// Made from fewshot_fer/web/messages.py by `python -m tests.web.static.declarations`: change that.

export type Shares = Record<string, number>;

export type Problem = { type: 'error'; code: string; what: string; next_step: string | null };

export type Hello = { type: 'hello'; class: string; source: string; each: boolean; ready: boolean };

export type Face = { track: number; box: number[]; student: string | null; name: string | null; sure: boolean; agreed: boolean; on_device: boolean; expression?: string | null; best?: string | null; scores?: Shares; unsure?: string | null; unsure_code?: string | null; quality?: number | null };

export type Numbers = { shares: Shares; sure: number; expected: number; unread: number };

export type View = { type: 'view'; source: string; time: number; size: number[]; seen: Face[]; shares: Shares; sure: number; expected: number; unread: number; ms: number };

export type Skipped = { type: 'skipped'; reason: 'newer' | 'paused' | 'ended' };

export type Source = { key: string; kind: string; student: string | null; faces: number; a_second: number; ms: number; said: string | null };

export type Person = { student: string; name: string | null; expression: string | null; best: string | null; unsure: string | null; source: string; track: number; on_device: boolean };

export type Mark = { second: number; text: string };

export type CheckIn = { student: string; name: string; when: string; reasons: string[] };

export type Stretch = [number, Shares, number];

export type Signal = { expression: string; share: number; usual: number; since: number };

export type Timeline = { step: number; from: number; stretches: Stretch[] };

export type Standing = { id: string; name: string; title: string; paused: boolean; ended: boolean; recording: boolean; each: boolean; session: number | null; trouble: string | null; sources: Source[]; viewers: number; marks: Mark[]; on_device: 'off' | 'allowed' | 'preferred' | 'required' };

export type State = { type: 'state'; id: string; name: string; title: string; seconds: number; paused: boolean; ended: boolean; recording: boolean; each: boolean; session: number | null; trouble: string | null; viewers: number; shares: Shares; sure: number; expected: number; unread: number; sources: Source[]; people: Person[]; marks: Mark[]; check_ins: CheckIn[]; signals: Signal[]; timeline: Timeline; on_device: 'off' | 'allowed' | 'preferred' | 'required' };

export type Enrolled = { id: string; name: string };

export type Students = { type: 'students'; students: Enrolled[]; recognises: boolean };

export type Photographs = { type: 'photographs'; pictures: Record<string, string> };

export type Marked = { type: 'marked'; second: number; text: string };

export type Noticed = { type: 'noticed'; name: string; purposes: ('read' | 'numbers' | 'pictures')[]; what: 'joined' | 'left' | 'agreed' | 'withdrew' | 'deleted' };

export type Recording = { type: 'recording'; session: number | null; each: boolean };

export type Recorded = { type: 'recorded'; session: number | null };

export type Invited = { type: 'invited'; id: string; url: string; qr: string; until: number; warning: string | null };

export type Reach = { type: 'reach'; works: boolean; what: string; offers: boolean; command: string; then: string; proxy: string };

export type Uninvited = { type: 'uninvited' };

export type Knocks = { type: 'knocks'; knocks: Enrolled[] };

export type RecalibratedStudent = { student: string; name: string; done: boolean; helped: boolean | null; words: string };

export type Recalibrated = { type: 'recalibrated'; words: string; students: RecalibratedStudent[]; undo: Record<string, string> };

export type TakenBack = { type: 'taken_back'; students: number };

export type Ended = { type: 'ended'; session: number | null; seconds: number; trouble: string | null };

export type Done = { type: 'done'; did: 'name'; track: number; student: string | null };

export type Rest = { type: 'paused' | 'resumed' };

export type Kept = { type: 'kept'; students: number };

export type FromClass = Hello | View | Skipped | State | Students | Photographs | Done | Marked | Noticed | Rest | Recording | Recorded | Reach | Invited | Uninvited | Knocks | Recalibrated | TakenBack | Kept | Ended | Problem;

export type Plain = { do: 'students' | 'photographs' | 'knocks' | 'pause' | 'resume' | 'stop_recording' | 'stop_drawn' | 'keep' | 'leave' | 'end' };

export type Name = { do: 'name'; source: string; track: number; student: string | null };

export type MarkMoment = { do: 'mark'; text: string };

export type Rename = { do: 'rename'; title: string };

export type StartRecording = { do: 'record'; each: boolean };

export type ShowEach = { do: 'each'; on: boolean };

export type Mind = { do: 'mind'; least: Shares };

export type Recalibrate = { do: 'recalibrate'; how: 'rest' | 'minute' };

export type TakeBack = { do: 'undo'; undo: Record<string, string> };

export type Draw = { do: 'drawn'; students: number };

export type Invite = { do: 'invite'; address: string; names: boolean };

export type AskReach = { do: 'reach'; address: string; open: boolean };

export type ReadOnDevice = { do: 'on_device'; policy: 'off' | 'allowed' | 'preferred' | 'required' };

export type Uninvite = { do: 'uninvite'; id: string };

export type Answer = { do: 'answer'; knock: string; is: 'in' | 'new' | 'away' };

export type ToClass = Plain | Name | MarkMoment | Rename | StartRecording | ShowEach | Mind | Recalibrate | TakeBack | Draw | Invite | AskReach | ReadOnDevice | Uninvite | Answer;

export type Ask = { type: 'ask'; expression: string; words: string; example: string | null };

export type Live = { type: 'live'; good: boolean; left: number | null; takes: boolean; what: string; next_step: string };

export type Progress = { type: 'progress'; good: boolean; share: number; what: string; next_step: string };

export type Took = { type: 'took'; id: string; expression: string; picture: string };

export type Missed = { type: 'skipped'; expression: string; what: string };

export type Review = { type: 'review' };

export type Over = { type: 'over'; taken: number };

export type Coaching = Ask | Live | Progress | Took | Missed | Review;

export type FromGuide = Ask | Live | Progress | Took | Missed | Review | Over | Problem;

export type BeGuided = { do: 'teach' | 'rest'; expressions: string[]; ticket: string; student: string | null };

export type Guided = { do: 'skip' | 'take' | 'use' };

export type Again = { do: 'again'; expression: string };

export type ToGuide = BeGuided | Guided | Again;

export type Expression = { name: string; colour: string; count: number };

export type Known = { type: 'hello' | 'facts'; facts: [string, string][]; expressions: Expression[]; calibration: string | null };

export type OwnFace = { box: number[]; expression: string | null; best: string | null; scores: Shares; unsure: string | null };

export type OwnView = { type: 'view'; size: number[]; face: OwnFace | null; paused: boolean; recording?: string | null };

export type Saved = { type: 'saved'; words: string; refused: string[]; advice: string };

export type Question = { id: string; words: string; looks_like: string };

export type Questions = { type: 'questions'; questions: Question[] };

export type Adjusted = { type: 'adjusted'; words: string; helped: boolean | null; before: string | null; after: string | null; calibration: string };

export type Undone = { type: 'undone'; words: string };

export type Failed = { type: 'failed'; what: string; next_step: string | null };

export type CoachEvent = Ask | Live | Progress | Took | Missed | Review | Saved | Questions | Adjusted | Undone | Failed;

export type Coach = { type: 'coach'; events: CoachEvent[] };

export type Wait = { type: 'wait' };

export type Bye = { type: 'bye'; what: string; next_step: string; why: 'taken over' | 'removed' | 'withdrawn' | 'left' | 'ended' | 'idle' | 'full' };

export type Prototypes = { checkpoint: string; names: string[]; width: number; points: string; scale: string; log_modes: number[]; allowance: number[]; counts: number[]; temperature: number; confidence: number; distance: number };

export type Device = { type: 'device'; policy: 'off' | 'allowed' | 'preferred' | 'required'; base: string | null; key: string; student: string; person: Prototypes | null };

export type Heard = { type: 'heard'; paused: boolean; recording: string | null };

export type Pacing = { frame?: boolean; every?: number };

export type FromPortal = Known | OwnView | Coach | Wait | Device | Heard | Bye | Problem;

export type Teach = { do: 'teach'; expressions: string[] };

export type Adjust = { do: 'adjust'; expression: string | null };

export type Save = { do: 'save'; keep: string[]; answers?: Record<string, string> };

export type Undo = { do: 'undo'; calibration: string | null };

export type Stop = { do: 'stop' };

export type ReportedFace = { pixels: number; best: string; unsure: string | null; scores: Shares; quality: number };

export type Report = { do: 'report'; checkpoint: string; face: ReportedFace | null };

export type ToPortal = Teach | Adjust | Save | Undo | Stop | Guided | Again | Report;
