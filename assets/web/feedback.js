// Sounds are played by the page: nothing to download, and heard in a workshop.
const TONES = { ok: [[880, 0, 0.08], [1320, 0.09, 0.12]], error: [[220, 0, 0.18], [180, 0.2, 0.25]], tick: [[1000, 0, 0.03]] };
let audio = null;

export function feedback({ sound = null, vibrate = null }) {
  if (vibrate) navigator.vibrate?.(vibrate);
  try {
    if (sound && TONES[sound]) play(TONES[sound]);
  } catch (error) {
    console.warn("no sound:", error); // a device without a speaker loses nothing else
  }
  return {};
}

function play(tones) {
  audio ??= new (globalThis.AudioContext ?? globalThis.webkitAudioContext)();
  audio.resume?.();
  for (const [frequency, at, length] of tones) {
    const start = audio.currentTime + at;
    const gain = audio.createGain();
    gain.gain.setValueAtTime(0.25, start);
    gain.gain.exponentialRampToValueAtTime(0.001, start + length);
    const tone = audio.createOscillator();
    tone.type = "square";
    tone.frequency.value = frequency;
    tone.connect(gain).connect(audio.destination);
    tone.start(start);
    tone.stop(start + length);
  }
}
