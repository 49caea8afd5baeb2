import { type Fault, type Raw, shown, textOf } from "../../fields";

/** What a line of a foreign table holds under a column's name or path; undefined where it holds nothing. */
export type Row = (column: string) => Raw;

/** Text with the columns of a row in it: pieces of text, and the names of columns between them. */
export interface Template {
  pieces: (string | { column: string })[];
  columns: string[];
}

/** A text, null where it is unknown, or why the row cannot be used. */
export type Filled = string | null | Fault;

/**
 * Reads a template: `{column}` stands for what the row holds there, `{{` and `}}` for the braces themselves.
 *
 * @returns null where a brace has no partner
 */
export function templateOf(text: string): Template | null {
  const pieces: Template["pieces"] = [];
  let plain = "";
  for (const part of text.match(/\{\{|\}\}|\{[^{}]+\}|[^{}]+|[{}]/g) ?? []) {
    if (part === "{" || part === "}") return null;
    if (part === "{{" || part === "}}") plain += part[0];
    else if (part.startsWith("{")) {
      if (plain !== "") pieces.push(plain);
      plain = "";
      pieces.push({ column: part.slice(1, -1).trim() });
    } else plain += part;
  }
  if (plain !== "") pieces.push(plain);
  return { pieces, columns: pieces.flatMap((piece) => (typeof piece === "string" ? [] : [piece.column])) };
}

/** A template that the schema has found to be one. */
export function checkedTemplate(text: string): Template {
  const template = templateOf(text);
  if (template === null) throw new Error(`"${text}" is no template`);
  return template;
}

/** The text of a template for a row; unknown as soon as one of its columns is: half an id would be a wrong one. */
export function fill({ pieces }: Template, row: Row): Filled {
  let text = "";
  for (const piece of pieces) {
    if (typeof piece === "string") text += piece;
    else {
      const value = cellText(row, piece.column);
      if (typeof value !== "string") return value;
      text += value;
    }
  }
  return text === "" ? null : text;
}

/** The text a row holds in a column, without the blanks around it. */
export function cellText(row: Row, column: string): Filled {
  const value = row(column);
  const text = textOf(value);
  if (typeof text === "string") return text.trim() || null;
  return text === undefined
    ? { reason: "bad-value", message: `${column} is ${shown(value)}. Expected text, a number or nothing.` }
    : null;
}

export function isFault(value: unknown): value is Fault {
  return typeof value === "object" && value !== null && "reason" in value;
}
