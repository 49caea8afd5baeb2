import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { reportNames } from "../src/reports/render";

const root = resolve(__dirname, "..");

interface Import {
  file: string;
  target: string;
}

/** Rooms by folder or file, the most exact first; the floor of each, and the rooms it may import besides itself. */
const rooms: { place: string; floor: number; may: string[] }[] = [
  { place: "src/base", floor: 0, may: [] },
  { place: "src/db", floor: 0.5, may: ["src/base", "knexfile.ts"] },
  { place: "knexfile.ts", floor: 0.5, may: ["src/base", "src/db"] },
  { place: "src/i18n", floor: 0.5, may: ["src/base"] },
  ...["dumps", "reference", "models", "metrics", "exports", "mail", "generate", "privacy"].map((name) => ({
    place: `src/${name}`,
    floor: 1,
    may: ["src/base", "src/db", "src/i18n"],
  })),
  { place: "src/editions", floor: 1, may: ["src/base", "src/db", "src/i18n", "src/metrics"] },
  { place: "src/reports", floor: 1, may: ["src/base", "src/db", "src/i18n", "src/metrics"] },
  { place: "src/context.ts", floor: 2, may: ["src/base", "src/db"] },
  { place: "src/batch.ts", floor: 2, may: ["src/base", "src/db"] },
  ...readdirSync(join(root, "src/steps")).map((name) => ({
    place: `src/steps/${name}`,
    floor: 3,
    may: [
      "src/base",
      "src/db",
      "src/context.ts",
      "src/batch.ts",
      "src/dumps",
      "src/reference",
      "src/models",
      "src/metrics",
      "src/reports",
      "src/editions",
      "src/mail",
      "src/privacy",
      "src/i18n",
    ],
  })),
  { place: "src/cli", floor: 4, may: ["src"] },
  ...readdirSync(join(root, "src"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => ({ place: `src/${name}`, floor: 4, may: ["src"] })),
  { place: "jobs", floor: 5, may: ["src", "knexfile.ts"] },
];

/** One door per package: the only files that may import it. */
const doors: Record<string, string[]> = {
  sqlite3: ["knexfile.ts"],
  pg: ["knexfile.ts"],
  "pg-copy-streams": ["src/db/copy.ts"],
  handlebars: ["src/reports/html.ts"],
  papaparse: ["src/base/csv.ts"],
  luxon: ["src/base/days.ts"],
  zod: [
    "src/base/alert-keys.ts",
    "src/base/config.ts",
    "src/base/retention.ts",
    "src/base/mail-keys.ts",
    "src/base/schedules.ts",
    "src/base/settings.ts",
    "src/base/source-schema.ts",
    "src/batch.ts",
    "src/dumps/formats/mapped/schema.ts",
    "src/metrics/catalogue.ts",
  ],
  commander: ["src/cli.ts", "src/cli/"],
  "@aws-sdk/client-s3": ["src/dumps/sources/s3.ts"],
  "ssh2-sftp-client": ["src/dumps/sources/sftp.ts"],
  pino: ["src/base/json-log.ts"],
  nodemailer: ["src/mail/smtp.ts"],
  "nodemailer/lib/mime-node": ["src/mail/message.ts"],
  htmlparser2: ["src/mail/lint-html.ts"],
  "bullmq-otel": ["jobs/telemetry.ts"],
  "@opentelemetry/resources": ["jobs/telemetry.ts"],
  "@opentelemetry/sdk-trace-node": ["jobs/telemetry.ts"],
  "@opentelemetry/exporter-trace-otlp-http": ["jobs/telemetry.ts"],
  bullmq: ["jobs/"],
  ioredis: ["jobs/backends/redis.ts"],
  "@electric-sql/pglite": ["jobs/backends/pglite-pool.ts"],
  "node-cron": ["jobs/scheduler.ts"],
};

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name).split(sep).join("/"));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)[^"'`;]*?from\s+"([^"]+)"|(?:import|require)\(\s*"([^"]+)"\s*\)|(?:^|\n)import\s+"([^"]+)"/g,
  );
  return Array.from(found, (match) => ({ file, target: match[1] ?? match[2] ?? match[3] ?? "" }));
}

/** The file a relative import means, from the top of the project. */
function resolved({ file, target }: Import): string {
  const path = join(root, dirname(file), target);
  const hit = [`${path}.ts`, path, join(path, "index.ts")].find((name) => existsSync(name) && statSync(name).isFile());
  return relative(root, hit ?? path)
    .split(sep)
    .join("/");
}

const within = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`);
const roomOf = (file: string): (typeof rooms)[number] | undefined => rooms.find(({ place }) => within(file, place));

const files = [...sources("src"), ...sources("jobs"), "knexfile.ts"];
const imports = files.flatMap(importsOf);

describe("the house", () => {
  it("lets no floor see what its rules forbid", () => {
    const forbidden = imports
      .filter(({ target }) => target.startsWith("."))
      .map((found) => ({ ...found, target: resolved(found) }))
      .filter(({ file, target }) => {
        const room = roomOf(file);
        const isAllowed =
          room !== undefined && (within(target, room.place) || room.may.some((place) => within(target, place)));
        return !isAllowed && target !== "package.json";
      })
      .map(({ file, target }) => `${file} → ${target}`);
    expect(forbidden).toEqual([]);
  });

  it("keeps jobs out of everything below", () => {
    expect(imports.filter(({ file, target }) => file.startsWith("src/") && target.includes("jobs/"))).toEqual([]);
  });

  it("opens one door per package", () => {
    const elsewhere = imports
      .filter(({ file, target }) => {
        const allowed = doors[target];
        return (
          allowed !== undefined && !allowed.some((door) => (door.endsWith("/") ? file.startsWith(door) : file === door))
        );
      })
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(elsewhere).toEqual([]);
  });

  it("knows the door of every package it uses", () => {
    const packages = imports.map(({ target }) => target).filter((target) => !/^(\.|node:)/.test(target));
    expect([...new Set(packages)].filter((name) => !(name in doors) && name !== "knex").sort()).toEqual([]);
  });

  it("says the grain of every SQL file in its first line", () => {
    const untold = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".sql"))
      .filter((name) => !/^--.{0,40}\bone row\b/i.test(readFileSync(join(root, "src", name), "utf8")));
    expect(untold).toEqual([]);
  });

  it("has a template for every report, and a report for every template", () => {
    const pages = readdirSync(join(root, "templates"))
      .filter(
        (name) =>
          name.endsWith(".hbs") &&
          !["layout.hbs", "index.hbs", "status.hbs", "summary-mail.hbs", "evidence.hbs"].includes(name),
      )
      .map((name) => name.slice(0, -".hbs".length));
    expect(pages.sort()).toEqual(reportNames().sort());
  });
});
