// A failure's stack as a list of frames that can be shown one by one.

export interface Frame {
  /** As it was written. */
  text: string;
  function?: string;
  /** File and line, or the module. */
  place?: string;
  /** Of the runtime or a library: of less interest to the user. */
  foreign: boolean;
}

export interface Failure {
  /** What was said before the first frame. */
  message: string;
  frames: Frame[];
}

const FRAME = /^\s*(?:#\d+\s+|at\s+|\d+:\s+)(?:0x[0-9a-f]+\s+)?(?:in\s+)?(.*)$/i;
const PLACE =
  /^(.*?)\s+(?:at\s+)?[([]?((?:[\w./+~-]*\/)?[\w.+-]+(?:\.(?:cc|cpp|cxx|h|hpp|so|c)(?:\.\d+)*)(?::\d+)*(?:\+0x[0-9a-f]+)?)[)\]]?$/;

function frameOf(line: string): Frame | undefined {
  const body = FRAME.exec(line)?.[1]?.trim();
  if (!body) return undefined;
  const [, name, place] = PLACE.exec(body) ?? [];
  const called = (name ?? body).trim();
  const foreign = /^(?:penstock::|std::|__|_start|clone|start_thread|\?\?)/.test(called);
  return { text: line, function: called, foreign, ...(place ? { place } : {}) };
}

/** Lines that are no frame and follow one belong to it as text. */
export function parseStack(text: string): Failure {
  const lines = text.replace(/\s+$/, "").split("\n");
  const message: string[] = [];
  const frames: Frame[] = [];
  for (const line of lines) {
    const frame = frameOf(line);
    if (frame) frames.push(frame);
    else if (frames.length === 0) message.push(line);
    else if (line.trim() !== "") frames.push({ text: line, foreign: false });
  }
  return { message: message.join("\n"), frames };
}
