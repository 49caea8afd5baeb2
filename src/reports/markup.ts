/** HTML or SVG that is finished and safe to show as it is. Only `markup` makes it. */
export interface Markup {
  readonly markup: string;
}

export type MarkupValue = string | number | Markup | readonly Markup[];

/** A template for HTML and SVG: every value is escaped but what `markup` itself has made. */
export function markup(parts: TemplateStringsArray, ...values: MarkupValue[]): Markup {
  const text = parts.map((part, index) => part + (index < values.length ? rendered(values[index] ?? "") : "")).join("");
  return { markup: text };
}

export function isMarkup(value: unknown): value is Markup {
  return typeof value === "object" && value !== null && "markup" in value;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function rendered(value: MarkupValue): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return value.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
  return "markup" in value ? value.markup : value.map((each) => each.markup).join("");
}
