// Parts of log files. A part says where the next one begins, so that a log is followed.

import { request } from "./client";

export interface LogPart {
  text: string;
  /** Where the part begins and where the next one does, in bytes of the file. */
  offset: number;
  next: number;
  size: number;
}

const partBytes = 512 * 1024;

function numberOf(response: Response, header: string, otherwise: number): number {
  const text = response.headers.get(header);
  return text === null ? otherwise : Number(text);
}

/** The end of the log at `path`, or what comes from `offset` on. */
export async function readLogPart(
  path: string,
  offset: number | null,
  signal: AbortSignal,
): Promise<LogPart> {
  const from = offset === null ? "" : `offset=${offset}&`;
  const response = await request(`${path}?${from}max=${partBytes}`, { signal });
  const text = await response.text();
  const begin = numberOf(response, "X-Log-Offset", offset ?? 0);
  const next = numberOf(response, "X-Log-Next", begin + text.length);
  return { text, offset: begin, next, size: numberOf(response, "X-Log-Size", next) };
}
