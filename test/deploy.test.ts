import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadConfig } from "../src/base/config";

const ROOT = resolve(__dirname, "..");
const textOf = (name: string): string => readFileSync(join(ROOT, name), "utf8");

/** What the image takes from the project; what it takes from an earlier stage is none of it. */
function copied(): string[] {
  const lines = textOf("Dockerfile").split("\n");
  const copies = lines.filter((line) => line.startsWith("COPY ") && !line.includes("--from="));
  return [...new Set(copies.flatMap((line) => line.split(" ").slice(1, -1)))];
}

/** What compose mounts from the project. */
function mounted(): string[] {
  return [...textOf("compose.yaml").matchAll(/^ +- \.\/([^:]+):/gm)].map(([, path]) => path ?? "");
}

/** Whether whoever clones the project has it; without a repository, whether it is there. */
function isKept(path: string): boolean {
  const listed = spawnSync("git", ["ls-files", "--", path], { cwd: ROOT, encoding: "utf8" });
  return listed.status === 0 ? listed.stdout !== "" : existsSync(join(ROOT, path));
}

describe("the image and its neighbours", () => {
  it("are made of files that everyone who clones the project has", () => {
    expect(copied()).toEqual(expect.arrayContaining(["package.json", "src", "jobs", "deploy/nightdesk.json"]));
    expect(mounted()).toEqual(["deploy/nightdesk.json"]);
    expect([...copied(), ...mounted()].filter((path) => !isKept(path))).toEqual([]);
  });

  it("are built from what is let through to the builder, and secrets are not", () => {
    const passed = textOf(".dockerignore").split("\n");
    expect(passed[0]).toBe("*");
    expect(copied().filter((path) => !passed.includes(`!${path}`))).toEqual([]);
    expect(passed).not.toContain("!deploy");
    expect(textOf(".gitignore").split("\n")).toEqual(expect.arrayContaining(["/.env", "/deploy/environment"]));
  });

  it("begin with a configuration that is one", () => {
    const config = loadConfig({ NIGHTDESK_CONFIG: join(ROOT, "deploy/nightdesk.json") }, ROOT);
    expect([config.zone, config.is_zone_set]).toEqual(["UTC", true]);
  });

  it("are given the dumps and the secrets that sources need", () => {
    const compose = textOf("compose.yaml");
    // $-braces are compose's own: the folder is the reader's to name.
    expect(compose).toContain("- ${NIGHTDESK_DUMPS:-./dumps}:/data/dumps:ro"); // oxlint-disable-line no-template-curly-in-string
    expect(compose).toMatch(/env_file:\n +- path: deploy\/environment\n +required: false/);
  });
});
