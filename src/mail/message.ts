import { createHash } from "node:crypto";
import MimeNode from "nodemailer/lib/mime-node";
import type { MailContent, MailFile, MailImage } from "./summary";

/** Somebody in a mail's header; the name may be empty. */
export interface Mailbox {
  name: string;
  address: string;
}

/** What stands at the head of one recipient's message. */
export interface Head {
  from: Mailbox;
  to: Mailbox;
  /** Hears from readers who want no more mail; null for nobody. */
  owner: string | null;
  /** See `messageIdOf`. */
  message_id: string;
  /** Message-IDs of earlier editions this recipient got, the first one first. */
  references: readonly string[];
  /** The time in the `Date` header: of the issue, so that the same edition is the same message however often it is tried. */
  issued_at_ms: number;
}

/** One recipient's message, complete. */
export interface Message {
  message_id: string;
  to: string;
  bytes: Buffer;
  sha256: string;
}

/** Together larger than this, attachments stay where they are and the mail says where that is. */
export const MOST_ATTACHED_BYTES = 8 * 1024 * 1024;

/**
 * The message of an edition for a recipient: `mixed(related(alternative(text, html), images), attachments)`. The same
 * content and head give the same bytes.
 */
export async function buildMessage(content: MailContent, head: Head): Promise<Message> {
  const { html, text, attachments } = withinSize(content);
  const root = new MimeNode("multipart/mixed", { ...rootOptions(head), disableFileAccess: true });
  setHead(root, content, head);
  const related = root.createChild("multipart/related");
  const alternative = related.createChild("multipart/alternative");
  alternative.createChild("text/plain; charset=utf-8").setContent(text);
  alternative.createChild("text/html; charset=utf-8").setContent(html);
  for (const image of content.images) addImage(related, image);
  for (const file of attachments) addFile(root, file);
  const bytes = await root.build();
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { message_id: head.message_id, to: head.to.address, bytes, sha256 };
}

/** A short note in plain words, for the owner. */
export async function buildNote(subject: string, text: string, head: Head): Promise<Message> {
  const root = new MimeNode("text/plain; charset=utf-8", rootOptions(head));
  setHead(root, { subject, language: "en" }, head);
  root.setContent(text);
  const bytes = await root.build();
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { message_id: head.message_id, to: head.to.address, bytes, sha256 };
}

/**
 * The name of a message: made of edition and recipient, so that a mail that comes twice all the same is known to be one,
 * and a corrected edition can refer to the first.
 */
export function messageIdOf(edition_id: string, address: string, from: string): string {
  const who = createHash("sha256").update(address.toLowerCase()).digest("hex").slice(0, 16);
  return `<${edition_id}.${who}@${from.slice(from.lastIndexOf("@") + 1)}>`;
}

/** More of a subject or name no reader sees. */
const MOST_LETTERS = 250;

/** Text as a header may hold it: one line, without what moves the cursor or turns the direction of what follows. */
export function headerText(text: string): string {
  const shown = text
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]+/g, " ")
    .replace(/\s+/g, " ")
    // What looks like an encoded word would be read as one, line breaks in it included.
    .replace(/=\?/g, "= ?")
    .trim();
  const letters = Array.from(Buffer.from(shown).toString());
  return letters.length <= MOST_LETTERS ? letters.join("") : `${letters.slice(0, MOST_LETTERS - 1).join("")}…`;
}

function setHead(root: MimeNode, content: Pick<MailContent, "subject" | "language">, head: Head): void {
  const mailbox = ({ name, address }: Mailbox): string => {
    const shown = headerText(name).replace(/["\\]/g, "\\$&");
    return shown === "" ? address : `"${shown}" <${address}>`;
  };
  root.setHeader("From", mailbox(head.from));
  root.setHeader("To", mailbox(head.to));
  if (head.owner !== null) root.setHeader("Reply-To", head.owner);
  root.setHeader("Subject", headerText(content.subject));
  root.setHeader("Date", new Date(head.issued_at_ms).toUTCString().replace("GMT", "+0000"));
  root.setHeader("Message-ID", head.message_id);
  const last = head.references.at(-1);
  if (last !== undefined) {
    root.setHeader("In-Reply-To", last);
    root.setHeader("References", head.references.join(" "));
  }
  root.setHeader("Content-Language", content.language);
  // RFC 3834, and what Exchange heeds: no holiday reply answers a machine.
  root.setHeader("Auto-Submitted", "auto-generated");
  root.setHeader("X-Auto-Response-Suppress", "All");
  if (head.owner !== null) root.setHeader("List-Unsubscribe", `<mailto:${head.owner}?subject=unsubscribe>`);
}

function addImage(related: MimeNode, { name, type, content, is_base64, cid }: MailImage): void {
  const node = related.createChild(type, { filename: headerText(name) });
  node.setHeader("Content-ID", `<${cid}>`);
  node.setHeader("Content-Disposition", "inline");
  node.setContent(Buffer.from(content, is_base64 ? "base64" : "utf8"));
}

function addFile(root: MimeNode, { name, type, content, is_base64 }: MailFile): void {
  const node = root.createChild(type.startsWith("text/") ? `${type}; charset=utf-8` : type, {
    filename: headerText(name),
  });
  node.setHeader("Content-Disposition", "attachment");
  node.setHeader("Content-Transfer-Encoding", "base64");
  node.setContent(Buffer.from(content, is_base64 ? "base64" : "utf8"));
}

/** The content without attachments that are too large together; then text and HTML say where they are instead. */
function withinSize(content: MailContent): Pick<MailContent, "html" | "text" | "attachments"> {
  const { html, text, attachments, archive_path } = content;
  const bytes = attachments.reduce((sum, file) => sum + Buffer.byteLength(file.content), 0);
  if (bytes <= MOST_ATTACHED_BYTES) return { html, text, attachments };
  const note = NOTE[content.language](archive_path);
  const shown = note.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  const paragraph = `<p style="margin:12px;font-family:Arial,sans-serif;font-size:14px;color:#1a2129">${shown}</p>`;
  return {
    html: html.replace(/(?=<\/body>)/, () => paragraph),
    text: `${text.trimEnd()}\n\n${note}\n`,
    attachments: [],
  };
}

const NOTE: Record<MailContent["language"], (path: string) => string> = {
  en: (path) => `The attachments are too large to be sent. They are in ${path}`,
  ko: (path) => `첨부 파일이 너무 커서 함께 보내지 못했습니다. 보관 위치: ${path}`,
};

/** Boundaries made of the message's name, and line ends as mail has them: what is written to a file is what a server gets. */
function rootOptions({ message_id }: Head): { baseBoundary: string; newline: string } {
  return { baseBoundary: createHash("sha256").update(message_id).digest("hex").slice(0, 24), newline: "windows" };
}
