import { readFileSync } from "node:fs";
import { messageOf, NightdeskError } from "../base/errors";

/** How a server is reached. */
export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte (`smtps://`). */
  is_tls: boolean;
  /** Encryption after the greeting: `required`, `offered` (used where the server has it) or `off`. */
  starttls: "required" | "offered" | "off";
  login: { user: string; password: string } | null;
  /** Certificates that are trusted beside none of the usual ones, PEM; null for the usual ones. */
  ca: string | null;
  connections: number;
  /** How long the server may be silent. */
  timeout_ms: number;
  /** As it may be shown: without user and password. */
  shown: string;
}

const EXPECTED =
  "Expected smtp://[USER:PASSWORD@]HOST[:PORT] (STARTTLS) or smtps://… (TLS), with letters such as @ or / in the password written as %40 or %2F.";

const PARAMETERS = ["starttls", "ca", "connections", "timeout_s"];

/**
 * The server that `SMTP_URL` names.
 *
 * @throws NightdeskError `smtp-url` that never repeats the address, which may hold a password
 */
export function parseSmtpUrl(text: string): SmtpServer {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === "") {
    throw fault("is no address of a mail server");
  }
  const unknown = [...url.searchParams.keys()].filter((name) => !PARAMETERS.includes(name));
  if (unknown.length > 0) throw fault(`has the unknown parameter ${unknown.join(", ")}`);
  const is_tls = url.protocol === "smtps:";
  const login = loginOf(url);
  const starttls = url.searchParams.get("starttls") ?? (login === null ? "offered" : "required");
  if (starttls !== "required" && starttls !== "offered" && starttls !== "off") {
    throw fault('has a "starttls" that is none of required, offered, off');
  }
  const port = url.port === "" ? (is_tls ? 465 : 587) : Number(url.port);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    is_tls,
    starttls,
    login,
    ca: caOf(url.searchParams.get("ca")),
    connections: wholeNumber(url, "connections", 3, 20),
    timeout_ms: wholeNumber(url, "timeout_s", 60, 600) * 1000,
    shown: `${url.protocol}//${url.hostname}:${port}`,
  };
}

function loginOf(url: URL): SmtpServer["login"] {
  if (url.username === "") return null;
  try {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch {
    throw fault("has a % in user or password that stands for no letter");
  }
}

function caOf(file: string | null): string | null {
  if (file === null) return null;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw fault(`names certificates that cannot be read (${messageOf(error)})`);
  }
}

function wholeNumber(url: URL, name: string, usual: number, most: number): number {
  const text = url.searchParams.get(name) ?? String(usual);
  const number = Number(text);
  if (/^\d{1,4}$/.test(text) && number >= 1 && number <= most) return number;
  throw fault(`has a "${name}" that is no whole number from 1 to ${most}`);
}

function fault(what: string): NightdeskError {
  return new NightdeskError("smtp-url", `SMTP_URL ${what}. ${EXPECTED} Correct the variable, or unset it.`);
}
