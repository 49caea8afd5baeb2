import { z } from "zod";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export const WEBEX_KINDS = ["tasks", "agent-sessions", "legs"] as const;

export type Weekday = (typeof WEEKDAYS)[number];
export type WebexKind = (typeof WEBEX_KINDS)[number];

const SECRET =
  'a secret does not belong into this file. Expected the name of an environment variable, such as "$DUMP_TOKEN"';
const secret = z.string().regex(/^\$\{?[A-Z_][A-Z0-9_]*\}?$/, { error: SECRET });
const text = z.string().min(1);
const headers = z
  .record(z.string(), z.string())
  .refine(
    (given) => Object.entries(given).every(([name, value]) => !isSecretHeader(name) || /\$\{?[A-Z_]/.test(value)),
    {
      error: SECRET,
    },
  );

const USER_INFO =
  'a user and a password do not belong into an address. Expected an address without them; give them with "headers": {"Authorization": "Basic $NAME"}, $NAME being a variable of the environment that holds user:password in base64';
const SECRET_IN_ADDRESS =
  'a secret does not belong into this file. Expected the name of an environment variable, such as "?sig=$DUMP_SIGNATURE"';
/** Everything an address shows ends up in logs and receipts. */
const address = z
  .url()
  .refine((url) => !/^[a-z][a-z0-9+.-]*:[\\/]*[^/?#\\]*@/i.test(url), { error: USER_INFO })
  .refine((url) => !hasSecretParameter(url), { error: SECRET_IN_ADDRESS });

/** What every source may say. `{day}` in a name, path or address stands for the day that is pulled. */
const common = {
  name: text.optional(),
  weekdays: z.array(z.enum(WEEKDAYS)).min(1).optional(),
  expects: z.array(text).optional(),
  retry_after_s: z.number().positive().optional(),
  timeout_s: z.number().positive().optional(),
  attempts: z.number().int().min(1).max(20).optional(),
  largest_mb: z.number().positive().optional(),
  look_back_days: z.number().int().min(0).max(30).optional(),
};
const settling = { settle_s: z.number().nonnegative().optional(), marker: text.optional() };

const plain = z.strictObject({ type: z.literal("plain"), path: z.string() });
const folder = z.strictObject({
  type: z.literal("folder"),
  ...common,
  ...settling,
  path: text,
  keep: z.boolean().optional(),
});
const http = z.strictObject({
  type: z.literal("http"),
  ...common,
  url: z.union([address, z.array(address).min(1)]),
  headers: headers.optional(),
  file_name: text.optional(),
});
const s3 = z.strictObject({
  type: z.literal("s3"),
  ...common,
  bucket: text,
  prefix: z.string().optional(),
  endpoint: address.optional(),
  region: text.optional(),
  path_style: z.boolean().optional(),
  access_key_id: secret.optional(),
  secret_access_key: secret.optional(),
});
const sftp = z.strictObject({
  type: z.literal("sftp"),
  ...common,
  ...settling,
  host: text,
  port: z.number().int().min(1).max(65_535).optional(),
  user: text,
  path: text,
  host_key: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, {
      error: 'no fingerprint of a host key; expected "SHA256:…" as ssh-keygen -lf prints it',
    })
    .optional(),
  password: secret.optional(),
  private_key: secret.optional(),
  passphrase: secret.optional(),
});
const webex = z.strictObject({
  type: z.literal("webex"),
  ...common,
  base: address.optional(),
  org_id: text.optional(),
  token: secret.optional(),
  refresh: z
    .strictObject({ client_id: secret, client_secret: secret, refresh_token: secret, url: address.optional() })
    .optional(),
  kinds: z.array(z.enum(WEBEX_KINDS)).min(1).optional(),
  leave_out: z.array(text).optional(),
  most_pages: z.number().int().positive().optional(),
});

const shapes = [plain, folder, http, s3, sftp, webex] as const;

/** A source as `nightdesk.json` has it: a folder's path, or an object that says its type. */
export const sourceSchema = z.preprocess(
  (value) => (typeof value === "string" ? { type: "plain", path: value } : value),
  z.discriminatedUnion("type", [...shapes]),
);

/** A source as it is written in the file. */
export type GivenSource = z.infer<typeof sourceSchema>;
/** What one type of source may say there. */
export type Given<Type extends GivenSource["type"]> = Extract<GivenSource, { type: Type }>;
/** What any of them may. */
export type GivenCommon = { [Key in keyof typeof common]?: z.infer<(typeof common)[Key]> };

function isSecretHeader(name: string): boolean {
  return /authorization|cookie|token|secret|password|key/i.test(name);
}

/** Whether a parameter that is called as secrets are holds one, and not the name of a variable. */
function hasSecretParameter(url: string): boolean {
  const parameters = Array.from(url.matchAll(/[?&;#]([^=&;#]+)=([^&;#]*)/g));
  return parameters.some(([, name = "", value = ""]) => isSecretParameter(name) && !isVariable(value));
}

function isVariable(value: string): boolean {
  return value === "" || /^\$(\{[A-Z_][A-Z0-9_]*\}|[A-Z_][A-Z0-9_]*)$/.test(value);
}

function isSecretParameter(name: string): boolean {
  return /token|secret|passw|pwd|signature|credential|^sig$|[-_.]sig$|^auth$|key(id)?$/i.test(decoded(name));
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
