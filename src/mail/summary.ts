/** The languages a summary is written in. */
export const LANGUAGES = ["en", "ko"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What of agents a reader may see: sums only, their ids, or their names too. */
export const TIERS = ["aggregates", "agent-ids", "full"] as const;
export type Tier = (typeof TIERS)[number];

/** For whom a summary is made: all readers of one audience get the same content, and nothing beyond their scope. */
export interface Audience {
  /** `all`, or places such as `queue:Billing` parted by `|`, sorted; see `scopeParts`. */
  scope: string;
  language: Language;
  tier: Tier;
}

/** One place of a scope, named by its name or id. */
export interface ScopePart {
  kind: "queue" | "team" | "site";
  name: string;
}

/** A file that goes along with a mail; `content` is text, or base64 where `is_base64`. */
export interface MailFile {
  name: string;
  /** Media type without its parameters, such as `text/csv`. */
  type: string;
  content: string;
  is_base64: boolean;
}

/** A picture that the HTML shows by `cid:`. */
export interface MailImage extends MailFile {
  cid: string;
}

/**
 * A summary as it is mailed, the same for every reader of its audience: plain JSON, so that what was issued can be kept
 * and sent again to the byte.
 */
export interface MailContent {
  subject: string;
  html: string;
  /** The same blocks and every figure of the HTML, spelt alike. */
  text: string;
  attachments: MailFile[];
  images: MailImage[];
  language: Language;
  /** Where the attachments can be found when they are too large to be sent, absolute. */
  archive_path: string;
}

/** What a summary is told of its own issue before it is rendered. */
export interface Issue {
  edition_id: string;
  /** 1, 2, …; a later one exists because a figure changed, or because the preliminary one became final. */
  number: number;
  kind: "first" | "corrected" | "final";
  /** Why the figures are not yet final, a sentence each; empty where they are. Shown as a banner. */
  preliminary: readonly string[];
}

/** The places of a scope; empty for `all`. */
export function scopeParts(scope: string): ScopePart[] {
  if (scope === "all") return [];
  return scope.split("|").map((part) => {
    const colon = part.indexOf(":");
    return { kind: part.slice(0, colon) as ScopePart["kind"], name: part.slice(colon + 1) };
  });
}
