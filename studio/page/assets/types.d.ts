/* Shapes that several modules speak of: answers of /v1, what Gradio gives a part, messages of the audio thread. For the checker alone
   (`make check`); browsers never load it. */

// --- Markup

type Child = Node | string | null | undefined | false;
interface Attributes {
  onclick?: (event: MouseEvent) => unknown;
  onchange?: (event: Event) => unknown;
  oninput?: (event: Event) => unknown;
  onkeydown?: (event: KeyboardEvent) => unknown;
  onsubmit?: (event: SubmitEvent) => unknown;
  ontoggle?: (event: Event) => unknown;
  [name: string]: unknown;
}

/** What Gradio gives to a part (studio/page/doorway.py). */
interface Tools {
  element: HTMLElement;
  props: { value: any };
  server: Record<string, (what: any) => Promise<any>>;
  watch: (property: string, changed: () => void) => void;
}

interface SpeakingChoices {
  model: string;
  /** What voices are called, by id. */
  names: Record<string, string>;
  voice: string;
  timbre: string;
  blend: string;
  language: string;
  /** Who was chosen when the page was laid out. */
  start: { model: string; voice: string } | null;
  speed: number;
  /** Samples a second, by model. */
  rates: Record<string, number>;
  sentence_pause_s: number;
  paragraph_pause_s: number;
  temperature: number | null;
  top_p: number | null;
  seed: number;
  /** Models that know one speed only. */
  steady: string[];
  /** Models that draw what they say. */
  drawing: string[];
}

// --- Answers of /v1

interface Word {
  text: string;
  start_s: number;
  end_s: number;
  confidence?: number | null;
  space_before?: boolean;
}
interface Segment {
  text: string;
  start_s: number;
  end_s: number;
  words: Word[];
  confidence?: number | null;
  speaker?: string;
  language?: string;
}
interface KeyedSegment extends Segment {
  key: number;
}
interface Transcript {
  version: number;
  title: string;
  segments: Segment[];
  is_final: boolean;
  count: number;
}

type JobAction = "pause" | "resume" | "retry" | "cancel" | "move_up" | "move_down" | "delete";
interface JobPart {
  number: number;
  title: string;
  status: string;
  progress: number;
  can_listen: boolean;
  words_total: number;
  words_done: number;
  audio_s: number;
  total_s: number;
  error: string | null;
  report: any;
}
interface Job {
  id: string;
  kind: "audiobook" | "transcription" | "tuning";
  title: string;
  status: "queued" | "running" | "paused" | "cancelled" | "failed" | "done";
  stage: string;
  message: string;
  error: string | null;
  progress: number;
  position: number;
  words_total: number;
  words_done: number;
  audio_s: number;
  total_s: number;
  speed: number;
  eta_s: number | null;
  finished_at: string | number | null;
  options: Record<string, any>;
  actions: JobAction[];
  notices: string[];
  results: { id: string; kind: string; name: string; url: string | null; part_number: number | null; size_bytes: number }[];
  failed: { id: string; text: string; part_title: string; error: string; attempts: number }[];
  parts: JobPart[];
}

interface Clip {
  id: string;
  text: string;
  voice: string;
  duration: number;
  created_at: string | number;
}
interface ListedVoice {
  id: string;
  name: string;
  language: string;
  gender: string;
  grade: string;
  /** The row of a voice of one's own. */
  saved?: string;
  blend?: string;
}
interface VoiceTone {
  pitch_semitones: number;
  low_db: number;
  mid_db: number;
  high_db: number;
  room: number;
}
interface VoiceHint {
  kind: string;
  sentence: string;
}
/** A recording that was sent and belongs to no voice yet. */
interface VoiceDraft {
  id: string;
  duration_s: number;
  /** The loudest sample of each equal part, 0 to 1. */
  peaks: number[];
  start_s: number;
  end_s: number;
  text: string;
  language: string;
  hints: VoiceHint[];
  /** Such as why nobody wrote down what is said. */
  notices?: string[];
  /** Whether there is a cleaned version of it. */
  has_cleaned?: boolean;
}
interface VoiceRecording {
  id: string;
  mood: string;
  duration_s: number;
  start_s: number;
  end_s: number;
  text: string;
  language: string;
  has_cleaned: boolean;
  uses_cleaned: boolean;
  hints: VoiceHint[];
}
/** A voice of one's own. */
interface OwnVoice {
  id: string;
  name: string;
  kind: string;
  language: string;
  colour: string;
  tags: string[];
  notes: string;
  tone: VoiceTone;
  shared: boolean;
  mine: boolean;
  version: number;
  /** Seconds since 1970. */
  created_at: number;
  blend?: string;
  recordings: VoiceRecording[];
  consent: { state: "none" | "given" | "declared" | "designed" | "revoked" | "elsewhere"; at: number | null; language: string; sentence: string };
  /** Truthy where there is a Kokoro voice like it. */
  tuned: boolean | string;
  models: { id: string; name: string; here: boolean; note: string }[];
  speaks: boolean;
  why_not: string;
}
interface ConsentSentence {
  id: string;
  text: string;
  words: string[];
  language: string;
  tries_left: number;
}
interface ConsentAnswer {
  given: boolean;
  words_right: boolean;
  same_voice: boolean;
  similarity: number | null;
  tries_left: number;
  message: string;
}
interface DesignedCandidates {
  id: string;
  candidates: { n: number; seed: number; url: string }[];
}
/** What the studio offers around voices, and to whom (studio/page/tabs/voices.py). */
interface AroundVoices {
  may_declare: boolean;
  may_share: boolean;
  can_get: boolean;
  models: VoiceModel[];
}
interface VoiceModel {
  id: string;
  name: string;
  does: ("clone" | "design" | "tune" | "blend" | "consent")[];
  /** Of several that do the same, those to get where none is here. */
  offered: boolean;
  languages: string[];
  here: boolean;
  note: string;
  size_bytes: number;
  is_running: boolean;
  done_bytes: number;
  error: string;
}
/** What the pieces of the Voices tab share. */
interface VoicesPlace {
  around: import("./voices/around.js").Around;
  /** Tags, those that are cloned most first. */
  languages: string[];
  moods: string[];
  colours: string[];
  /** A text to read aloud, by language. */
  readings: Record<string, string>;
  limits: Record<string, number>;
  examples: string[];
  /** Ask the studio for the list again. */
  look: () => Promise<void>;
  /** A voice is there, or another than it was; a panel of its card may be opened. */
  changed: (voice: OwnVoice, panel?: VoicePanelName) => void;
  /** A voice has gone. */
  gone: (voice: OwnVoice) => void;
}
type VoicePanelName = "consent" | "try" | "tune" | "moods" | "edit" | "delete";
/** A panel of a card: built when it is opened, left when it is closed. */
interface VoicePanel {
  item: HTMLElement;
  leave?: () => void;
  update?: (voice: OwnVoice) => void;
}
interface Pronunciation {
  id: string;
  word: string;
  phonemes: string;
  respelling: string;
  language: string;
  book: string;
  part_of_speech: string;
  match_case: boolean;
}
interface Book {
  id: string;
  title: string;
  authors: string[];
  cover: string | null;
  chapters: { title: string; kind: string; words: number; ticked: boolean }[];
  notices: string[];
  tags: string[];
  words_per_minute: number;
  reader: { model: string; voice: string } | null;
}
interface Model {
  id: string;
  name: string;
  task: "speak" | "transcribe" | "compare" | "read";
  licence: string;
  languages: string[];
  abilities: string[];
  tags: string[];
  voices: number;
  timbres: number;
  built_in: boolean;
  natural: boolean;
  downloaded: boolean;
  size_bytes: number | null;
  memory_bytes: number | null;
  is_loaded: boolean;
  loaded_bytes: number | null;
  download: { is_running: boolean; done_bytes: number; total_bytes: number | null; error: string } | null;
}

interface LiveWord {
  text: string;
  start: number;
  end: number;
  space_before?: boolean;
}
interface LivePartial {
  stable: LiveWord[];
  draft: LiveWord[];
  /** Seconds that were heard. */
  audio: number;
  speech: boolean;
}

// --- Sound

interface SpokenWord {
  text: string;
  start: number;
  end: number;
  span: [number, number] | null;
}
interface PlacedWord {
  text: string;
  start: number;
  end: number;
  from: number;
  to: number;
}
interface PlayMetrics {
  clickedAt: number;
  headersMs: number | null;
  chunkMs: number | null;
  clickToSoundMs: number | null;
  samplesReceived: number;
  samplesPlayed: number;
  underruns: number;
  loudest: number;
  rate: number;
  reason: string | null;
  leadMs: number;
}
type Play = import("./sound/play.js").Play;
interface PlayOrder {
  /** The request of POST /v1/audio/speech. */
  body: { input: string; [more: string]: unknown };
  /** Samples a second that the voice is likely to have. */
  rate?: number;
  /** Whether it becomes a clip. */
  keep?: boolean;
  clickedAt?: number;
  on?: { state?: (play: Play, lead_s?: number) => void; end?: (play: Play, reason: string) => void; notice?: (sentence: string) => void };
}

type EarMessage =
  | { type: "start"; id?: number; lead: number }
  | { type: "samples"; id: number; samples: Int16Array | Float32Array }
  | { type: "lead"; id?: number; lead: number }
  | { type: "end" | "stop"; id?: number };
interface EarReport {
  type: "first" | "progress" | "underrun" | "ended";
  id: number | undefined;
  played: number;
  held?: number;
  time: number;
  loudest: number;
  peak?: number;
}
interface EarPort {
  onmessage: ((message: { data: EarReport }) => void) | null;
  postMessage: (message: EarMessage, transfer?: Transferable[]) => void;
}
/** The audio thread, or who stands in for it. */
interface Ear {
  port: MessagePort | EarPort;
  connect: (target: AudioNode) => AudioNode;
}

// --- What browsers have and the checker does not know

interface Uint8ArrayConstructor {
  fromBase64?: (base64: string) => Uint8Array<ArrayBuffer>;
}
interface Window {
  studio: Record<string, unknown>;
  listen: { metrics: unknown };
}

// On the audio thread.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare const sampleRate: number;
declare const currentTime: number;
