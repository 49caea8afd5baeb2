import { NightdeskError } from "../../base/errors";
import type { Source } from "../../base/sources";
import type { Fetching } from "./fetching";

const VARIABLE = /\$\{?([A-Z_][A-Z0-9_]*)\}?/g;

/** What the S3 client takes from the environment by itself. */
const AWS_SECRETS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/** Texts that short hide nothing, and replacing them would make other words unreadable. */
const SHORTEST_SECRET = 4;

/** The environment variables a text names. */
export function variablesOf(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(VARIABLE), (match) => match[1] as string))];
}

/**
 * A text with the variables it names put in.
 *
 * @throws NightdeskError `source-secret` where one is not set
 */
export function filled(text: string, source: Source, { environment }: Pick<Fetching, "environment">): string {
  return text.replace(VARIABLE, (_all, name: string) => {
    const value = environment(name);
    if (value !== undefined && value !== "") return value;
    throw new NightdeskError(
      "source-secret",
      `The source ${source.name} needs the environment variable ${name}, and it is not set. Expected the secret there, since it does not belong into nightdesk.json. Set it for the user that runs nightdesk.`,
    );
  });
}

/** The variables of a source that are not set. */
export function unsetVariables(source: Source, { environment }: Pick<Fetching, "environment">): string[] {
  return variablesOf(JSON.stringify(source)).filter((name) => (environment(name) ?? "") === "");
}

/** A text without any secret of a source: whatever the other side said, it may be shown. */
export function withoutSecrets(text: string, source: Source, { environment }: Pick<Fetching, "environment">): string {
  const values = [...variablesOf(JSON.stringify(source)), ...AWS_SECRETS].map((name) => environment(name) ?? "");
  return values
    .flatMap((value) => [value, encodeURIComponent(value), ...value.split(/\s+/)])
    .filter((value) => value.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, value) => shown.replaceAll(value, "…"), text);
}

/** An address as it may be shown: without user and password, and without the values of its parameters. */
export function shownAddress(url: string): string {
  const bare = url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1");
  return bare.replace(/([?&;#][^=&;#]*=)[^&;#]+/g, "$1…");
}
