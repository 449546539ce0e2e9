// A tick that comes the faster the nearer something is, as a metal detector's does.

const SLOWEST_MS = 1200;
const FASTEST_MS = 70;
const PITCH_HZ = [500, 1500];

export class Ticker {
  constructor() {
    this.on = true;
    this._scale = 0;
    this._timer = 0;
    this._audio = null;
    // browsers let a page sound only after a touch or key
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => this._unlock());
  }

  /** How near it is, 0 (silent) to 100. */
  near(scale) {
    this._scale = scale;
    if (scale > 0 && this._timer === 0) this._tick();
  }

  /** Milliseconds between two ticks: each of the 100 steps shortens the pause by the same share. */
  static pause(scale) {
    return SLOWEST_MS * (FASTEST_MS / SLOWEST_MS) ** (scale / 100);
  }

  _tick() {
    if (this._scale === 0) {
      this._timer = 0;
      return;
    }
    if (this.on) this._sound();
    this._timer = setTimeout(() => this._tick(), Ticker.pause(this._scale));
  }

  _unlock() {
    this._audio ??= new AudioContext();
    if (this._audio.state === "suspended") this._audio.resume();
  }

  _sound() {
    if (this._audio?.state !== "running") return;
    const at = this._audio.currentTime;
    const [low, high] = PITCH_HZ;
    const frequency = low + ((high - low) * this._scale) / 100;
    const tone = new OscillatorNode(this._audio, { type: "sine", frequency });
    const gain = new GainNode(this._audio, { gain: 0.3 });
    gain.gain.setTargetAtTime(0, at + 0.02, 0.01); // no click at the end
    tone.connect(gain).connect(this._audio.destination);
    tone.start(at);
    tone.stop(at + 0.06);
  }
}
