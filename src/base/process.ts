import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process as another one, also a later one, can tell it from all others. */
export interface ProcessIdentity {
  pid: number;
  host: string;
  /** When the process began, as the system tells it; null where it does not: a pid is given out again and again. */
  started: string | null;
}

export function ownProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), started: startOf(process.pid) };
}

/** Reads such an identity; null where the text is none. */
export function parseProcess(text: string): ProcessIdentity | null {
  try {
    const found = JSON.parse(text) as ProcessIdentity;
    return Number.isInteger(found.pid) && found.pid > 0 ? found : null;
  } catch {
    return null;
  }
}

/** Whether a process lives; `elsewhere` where it is another machine's, or another container's, and nobody here can tell. */
export function fateOf({ pid, host, started }: ProcessIdentity): "lives" | "gone" | "elsewhere" {
  if (host !== hostname()) return "elsewhere";
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return "gone";
  }
  return started === null || started === startOf(pid) ? "lives" : "gone";
}

/** Field 22 of Linux's own file about a process; the command in field 2 may hold blanks, so it is cut off first. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
