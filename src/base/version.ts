import { version } from "../../package.json";

/** The version of the program, as receipts and reports name it. */
export function codeVersion(): string {
  return version;
}
