// What a device's reader takes and gives.

/** x0, y0, x1, y1 in pixels of the picture that was given. */
export type Box = [x0: number, y0: number, x1: number, y1: number];

/**
 * `insecure`: no HTTPS and not localhost, so that files cannot be checked; `no-simd`: a browser
 * without WebAssembly SIMD or module workers; `missing`, `altered`: a file of the checkpoint;
 * `memory`: there is not enough; `other-checkpoint`: numbers or vectors that are not of this one;
 * `failed`: anything else.
 */
export type Failure = 'insecure' | 'no-simd' | 'missing' | 'altered' | 'memory' | 'other-checkpoint' | 'failed';

/** A smoothed reading. Codes are those of `reasons.py`. */
export type Read = {
  box: Box;
  /** The label to show; null while it is unsure. */
  expression: string | null;
  /** The likeliest, shown or not. */
  best: string;
  /** They sum to 1. */
  scores: Record<string, number>;
  /** Why no label is shown. */
  unsure: string | null;
  /** 0 useless, 1 as good as it gets. */
  quality: number;
  /** What makes the face poor, if anything does. */
  flaw: string | null;
};

/** A picture as a reference. */
export type Look = {
  box: Box;
  quality: number;
  /** What is wrong with the face, worst first; empty: it may teach. */
  doubts: string[];
  vector: Float32Array;
  /** 192 x 192, a JPEG. */
  portrait: Blob;
  /** As read now, without smoothing. */
  scores: Record<string, number>;
};

export type Reference = { expression: string; vector: Float32Array | number[] };

/** A person's prototypes: `Prototypes` of Python as JSON; arrays are little-endian float32 in base64. */
export type Person = {
  /** The hash of the checkpoint in whose space they lie. */
  checkpoint: string;
  names: string[];
  /** Numbers of one point. */
  width: number;
  /** Modes x names x width. */
  points: string;
  log_modes: number[];
  /** Width. */
  scale: string;
  allowance: number[];
  counts: number[];
  temperature: number;
  confidence: number;
  distance: number;
};
