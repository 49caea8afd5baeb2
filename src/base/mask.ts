import { createHmac } from "node:crypto";
import type { Config, MaskMode } from "./config";

/** What may be shown of telephone numbers, addresses and names, as the configuration's `masking` says. */
export interface Mask {
  number(value: string | null): string | null;
  name(value: string | null): string | null;
  /**
   * Free text, such as a rejected line or a reason: where numbers are masked, every run of seven or more digits and every
   * telephone number written with separators; where names are, the values of JSON fields whose name ends in "name".
   */
  text(value: string): string;
}

/**
 * Every reader-facing output goes through a mask. `hash` gives the same token for the same value under the same
 * `NIGHTDESK_MASK_KEY`, so that repeat callers still show.
 */
export function maskOf(masking: Config["masking"]): Mask {
  const number = masker(masking.numbers, masking.key);
  const name = masker(masking.names, masking.key);
  return {
    number: (value) => (value === null ? null : number(value)),
    name: (value) => (value === null ? null : name(value)),
    text: (value) => {
      const unnamed =
        masking.names === "none"
          ? value
          : value.replace(NAMED, (_all, key: string, named: string) => key + name(named));
      return masking.numbers === "none" ? unnamed : unnamed.replace(NUMBERS, (digits) => number(digits));
    },
  };
}

/** `"agentName": "` and what follows up to its closing quote, also where the line breaks off before it. */
const NAMED = /("\w*name"\s*:\s*")((?:[^"\\]|\\.)*)/gi;

/** Seven digits and more; or a number that begins with + or 0 and is written in groups, which no date does. */
const NUMBERS = /(?<![\d-])(?:\+|0)\d(?:[ .\-/()]{0,2}\d){5,}|\d{7,}/g;

function masker(mode: MaskMode, key: string): (value: string) => string {
  if (mode === "none") return (value) => value;
  if (mode === "last-four") return lastFour;
  return (value) => `#${createHmac("sha256", key).update(value).digest("hex").slice(0, 12)}`;
}

function lastFour(value: string): string {
  const letters = Array.from(value);
  return letters.length <= 4 ? "*".repeat(letters.length) : `***${letters.slice(-4).join("")}`;
}
