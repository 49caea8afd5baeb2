/** Names are compared without regard to case, `-`, `_` and spaces: `WrapUp`, `wrap-up` and `wrapup` are one. */
export function fold(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, "");
}
