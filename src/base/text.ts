/** Scripts whose letters a terminal draws two columns wide: Hangul, Kana, Han and full-width forms, and emoji. */
const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** Text as a terminal may show it: what would move the cursor, change colours or turn the direction becomes U+FFFD. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, "\uFFFD");
}

/** A text that is too long for its place loses its middle. */
export function shortened(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const letters = Array.from(text);
  const side = Math.floor((columns - 1) / 2);
  return `${fitColumns(text, side)}…${fitColumns(letters.toReversed().join(""), side).split("").toReversed().join("")}`;
}

/** A message that is too long to be read keeps its beginning, which says what, and its end, which says why. */
export function readable(message: string, mostLetters: number): string {
  if (message.length <= mostLetters) return message;
  const side = Math.floor(mostLetters / 2);
  const left = message.length - 2 * side;
  return `${message.slice(0, side)} … ${left} characters left out … ${message.slice(-side)}`;
}

/** How many columns a text takes in a terminal. */
export function columnsOf(text: string): number {
  return Array.from(text).reduce((sum, letter) => sum + (WIDE.test(letter) ? 2 : 1), 0);
}

/** As much of a text as fits into so many columns. */
export function fitColumns(text: string, columns: number): string {
  let taken = 0;
  const letters = Array.from(text).filter((letter) => (taken += columnsOf(letter)) <= columns);
  return letters.join("");
}

/** A database's address as it may be shown: without its password, wherever it stands and whatever letters it has. */
export function withoutPassword(url: string): string {
  return url.replace(/(:\/\/[^:/?#@]*):.*@/s, "$1:…@").replace(/([?&]\w*password=)[^&#]*/gi, "$1…");
}
